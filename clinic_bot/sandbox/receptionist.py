"""The stand-in for a language model: a small deterministic receptionist, and the scripts of tests.

It reads the last thing the patient wrote, looks facts up with the tools that the request offers, hands over what
a person must do, and quotes what it found. It understands nothing, and every answer says so.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from clinic_bot.clinic.fields import beginnings
from clinic_bot.sandbox import clerk, clerk_words, parts
from clinic_bot.sandbox.brain import (
    REMARK,
    Brain,
    BrainCall,
    BrainTurn,
    Scripted,
    content_of,
    done_calls,
    last_patient_message,
)
from clinic_bot.sandbox.intent import intent
from clinic_bot.sandbox.talk import FREE_SLOTS, TOOLS, Talk
from clinic_bot.sandbox.topics import (
    ABOUT_VISIT,
    AT_ONCE,
    FOR_THE_AGENDA,
    OF_A_SERVICE,
    WHEN,
    Topic,
    Vocabulary,
    beside_a_booking,
    in_their_words,
    reasons_in,
    topics_in,
    unknown_offer,
    vocabulary,
    without_file_names,
)

__all__ = [
    "Brain",
    "BrainCall",
    "BrainTurn",
    "Receptionist",
    "Scripted",
    "content_of",
    "last_patient_message",
]

#: So short that a question before it is seen to be the end of the reply, as it would be without.
MARK = "(simulador: não é um modelo)"
LOOK_UP = "consultar_informacoes"
HAND_OVER = "chamar_recepcao"

# A turn of the agent has few steps; what is left over goes into the last look-up, all at once.
_MOST_LOOK_UPS = 3
_QUOTED_CHARS = 900
#: Who attends, and the times that are listed.
_NOT_THE_SERVICE = re.compile(r"\([^)]*\)|\blivres:.*|\bcom [^,]*")
#: A message with more words for services lists several.
_MOST_VISIT_WORDS = 6
#: What comes before a hand-over: what was understood, and whether a person should go on with it.
ASKS = "Posso passar seu pedido para a recepção confirmar?"
_CHOSEN = "As palavras são da clínica: escolho as partes."
_YES = re.compile(
    r"\b(?:sim|isso|pode|podem|claro|quero|por favor|pf\w*|ok|certo|confirm\w*|beleza|blz|bora|perfeito|aceito)\b"
)
_NO = re.compile(r"^(?:nao|n)\b|\bnao (?:precisa|quero|pode|obrigad)|\bdeixa\b")

#: An appointment that is somebody else's, who writes from another phone.
_OF_ANOTHER = re.compile(
    r"\b(?:consulta|exame) (?:dela|dele|d[ao]s? (?!minha|meu|nossa)\w+)\b|\b(?:ele|ela) (?:tem|ta com|esta com)\b"
    r"|\b(?:dia|hora|horas|horario) (?:e|eh|seria) [ao] d(?:ele|ela)\b"
)
_BARGAINS = re.compile(r"\b(?:desconto|mais barato|de graca|abaix\w+ (?:o |esse )?(?:preco|valor))\b")
_GREETING = re.compile(r"\b(?:oi+|ola+|bom dia+|boa tarde|boa noite|opa|e ai|hello|alo)\b")
_GOODBYE = re.compile(
    r"\b(?:obrigad\w*|obg\w*|brigad\w*|valeu|vlw|tchau|ate (?:mais|logo|amanha)|bjs?|beijos?|abracos?|falou)\b"
)


class Receptionist:
    """Answers from the facts that the request's tools return. Same request, same answer."""

    def reply(self, request: Mapping[str, Any]) -> BrainTurn:
        messages = request.get("messages") or []
        start = last_patient_message(messages)
        words = vocabulary(request)
        before = _last_answer(messages[:start])
        said = _plain(without_file_names(content_of(messages[start]))) if start is not None else ""
        topics = unknown_offer(said, words) or topics_in(said, words)
        reasons = _reasons(said, topics, before, words)
        urgent = [reason for reason in reasons if reason in AT_ONCE or _agrees(said, before)]
        exchanges = messages[start + 1 :] if start is not None else []
        called = {one.name for one in done_calls(exchanges)}
        has_agenda = FREE_SLOTS in _known(request) or bool(called & TOOLS)
        talk = _talk(messages, start, exchanges, words) if has_agenda else None
        if talk is not None and intent(talk) and not clerk.gave_up(talk):
            reasons = [reason for reason in reasons if reason not in FOR_THE_AGENDA]
            urgent = [reason for reason in urgent if reason not in FOR_THE_AGENDA]
            topics = beside_a_booking(topics, said)
        if not topics and not reasons and (talk is None or not intent(talk)):
            topics = in_their_words(said)
        said = _spoken_of(said, before, topics, words)
        done = list(_results(exchanges))
        call = _next_call(request, said, topics, urgent, done, talk, words)
        if call is not None:
            return BrainTurn(tool_call=call, reasoning=f"Preciso de {call.name} antes de responder.")
        if parts.RESPOND in _offered(request):
            return BrainTurn(tool_call=_parts(said, topics, reasons, done, talk, words), reasoning=_CHOSEN)
        agenda = clerk_words.answer(talk) if talk is not None else []
        return BrainTurn(text=f"{_answer(said, topics, reasons, done, agenda, words)}\n\n{MARK}")


def _parts(
    said: str,
    topics: Sequence[Topic],
    reasons: Sequence[str],
    done: Sequence[tuple[str, str, str]],
    talk: Talk | None,
    words: Vocabulary,
) -> BrainCall:
    found = [result for name, _, result in done if name == LOOK_UP]
    handed_over = any(name == HAND_OVER for name, _, _ in done)
    return parts.chosen(
        said,
        greets=bool(_greeting(said)),
        thanks=bool(_GOODBYE.search(said)),
        notices=_notices(said, reasons, words),
        quoted=_quotes(said, topics, found, words),
        plans=words.plans_in(said),
        talk=talk,
        asks_for_a_person=bool(reasons) and not handed_over,
        handed_over=handed_over,
    )


def _notices(said: str, reasons: Sequence[str], words: Vocabulary) -> Iterator[str]:
    """What the assistant cannot do for anybody."""
    if "dúvida de saúde" in reasons:
        yield "sem_orientacao_de_saude"
    if ABOUT_VISIT in reasons and _is_of_another(said, words):
        yield "so_deste_telefone"
    if _BARGAINS.search(said):
        yield "nao_mudo_regras"


def _talk(
    messages: Sequence[Mapping[str, Any]],
    start: int | None,
    exchanges: Sequence[Mapping[str, Any]],
    words: Vocabulary,
) -> Talk | None:
    """The conversation as the clerk reads it: the patient's words as they were written."""
    if start is None:
        return None
    before = messages[:start]
    earlier = [content_of(one) for one in before if one.get("role") == "user"]
    return Talk(
        without_file_names(content_of(messages[start])),
        "\n".join(without_file_names(text) for text in earlier if not text.startswith(REMARK)),
        next(
            (
                text
                for one in reversed(before)
                if one.get("role") == "assistant" and (text := content_of(one))
            ),
            "",
        ),
        next((text for text in reversed(earlier) if text.startswith(REMARK)), ""),
        list(done_calls(exchanges)),
        words,
    )


def _offered(request: Mapping[str, Any]) -> set[str]:
    return set() if request.get("tool_choice") == "none" else _known(request)


def _known(request: Mapping[str, Any]) -> set[str]:
    return {str((tool.get("function") or {}).get("name")) for tool in request.get("tools") or []}


def _reasons(said: str, topics: Sequence[Topic], before: str, words: Vocabulary) -> list[str]:
    """What a person would have to do. A yes is to what was asked before."""
    reasons = reasons_in(said, topics, words)
    if _agrees(said, before) and set(reasons) <= {ABOUT_VISIT}:
        return ["o pedido da mensagem anterior"]
    return reasons


def _agrees(said: str, before: str) -> bool:
    return (ASKS in before or parts.ASKS in before) and bool(_YES.search(said)) and not _NO.search(said)


def _last_answer(messages: Sequence[Mapping[str, Any]]) -> str:
    spoken = (message for message in reversed(messages) if message.get("role") == "assistant")
    return next((text for message in spoken if (text := content_of(message))), "")


def _next_call(
    request: Mapping[str, Any],
    said: str,
    topics: Sequence[Topic],
    reasons: Sequence[str],
    done: Sequence[tuple[str, str, str]],
    talk: Talk | None,
    words: Vocabulary,
) -> BrainCall | None:
    """The first tool call still to make: facts first, so that the person taking over finds them answered."""
    tools = _argument_names(request)
    asked = {(name, argument) for name, argument, _ in done}
    if LOOK_UP in tools:
        for subject in _subjects(said, topics, words):
            if not any(name == LOOK_UP and f"{about} ".startswith(f"{subject} ") for name, about in asked):
                return BrainCall(LOOK_UP, {tools[LOOK_UP]: subject})
    if talk is not None and tools and (wanted := clerk.next_call(talk)) is not None:
        return BrainCall(wanted.name, wanted.arguments)
    if reasons and HAND_OVER in tools and not any(name == HAND_OVER for name, _, _ in done):
        return BrainCall(HAND_OVER, {tools[HAND_OVER]: f"Paciente: {'; '.join(reasons)}."})
    return None


def _spoken_of(said: str, before: str, topics: Sequence[Topic], words: Vocabulary) -> str:
    """The patient's words, with the visit of our last message where they ask of one and name none: ``quanto fica?``."""
    if words.names_one(said) or all(topic.label not in OF_A_SERVICE for topic in topics):
        return said
    visit = list(dict.fromkeys(words.details.findall(_NOT_THE_SERVICE.sub(" ", _plain(before)))))
    return " ".join([said, *visit]) if len(visit) <= _MOST_VISIT_WORDS else said


def _subjects(said: str, topics: Sequence[Topic], words: Vocabulary) -> list[str]:
    details = " ".join(dict.fromkeys(words.details.findall(said)))
    subjects = [
        f"{topic.label} {details}".strip() if topic.label in OF_A_SERVICE else topic.label for topic in topics
    ]
    if len(subjects) > _MOST_LOOK_UPS:
        subjects = [*subjects[: _MOST_LOOK_UPS - 1], ", ".join(subjects[_MOST_LOOK_UPS - 1 :])]
    return subjects


def _argument_names(request: Mapping[str, Any]) -> dict[str, str]:
    """The tools on offer, each with the argument to fill: the one it requires, or its first."""
    names: dict[str, str] = {}
    if request.get("tool_choice") == "none":
        return names
    for tool in request.get("tools") or []:
        function = tool.get("function") or {}
        schema = function.get("parameters") or {}
        required = schema.get("required") or list(schema.get("properties") or {})
        if isinstance(function.get("name"), str) and required:
            names[function["name"]] = str(required[0])
    return names


def _answer(
    said: str,
    topics: Sequence[Topic],
    reasons: Sequence[str],
    done: Sequence[tuple[str, str, str]],
    agenda: Sequence[str],
    words: Vocabulary,
) -> str:
    found = [result for name, _, result in done if name == LOOK_UP]
    handed_over = any(name == HAND_OVER for name, _, _ in done)
    parts = [greeting] if (greeting := _greeting(said)) else []
    parts += _quotes(said, topics, found, words)
    parts += agenda
    if "dúvida de saúde" in reasons:
        parts.append(
            "Sobre remédio ou sintoma eu não posso orientar; isso é com um profissional de saúde. Se piorar, procure o "
            "pronto-socorro."
        )
    if handed_over:
        parts.append(f"Avisei a recepção ({'; '.join(reasons)}); uma pessoa responde por aqui {_when(done)}.")
    elif reasons:
        parts.append(f"Entendi: {_understood(said, reasons, words)}. {ASKS}")
    if topics or reasons or agenda:
        return "\n".join(parts)
    if _GOODBYE.search(said):
        return "De nada! Até mais."
    if greeting:
        return f"{greeting} Como posso ajudar?"
    if "?" in said and not re.search(r"\w", said):
        return "Não ficou claro? Diga o que faltou, e eu explico melhor."
    if not re.search(r"\w", said):
        return "😊"
    return (
        "Recebi a sua mensagem. Posso ajudar com horários, preços, convênios, endereço ou chamar a recepção."
    )


def _when(done: Sequence[tuple[str, str, str]]) -> str:
    """When the reception answers, as the tool says."""
    told = (
        re.search(r"responde por aqui ([^.]+)\.", result) for name, _, result in done if name == HAND_OVER
    )
    return next((found[1] for found in told if found), "assim que possível")


def _is_of_another(said: str, words: Vocabulary) -> bool:
    """ "A consulta da Joana" is, "a consulta do cardio" is not."""
    return any(not words.details.search(match[0].split()[-1]) for match in _OF_ANOTHER.finditer(said))


def _understood(said: str, reasons: Sequence[str], words: Vocabulary) -> str:
    """The request in a few words, with the day and the hour that were named."""
    if ABOUT_VISIT in reasons and _is_of_another(said, words):
        return f"{'; '.join(reasons)}, e de outra pessoa não posso informar nada: só a ela, pelo número dela"
    named = list(dict.fromkeys(match[0] for match in WHEN.finditer(said)))
    return "; ".join(reasons) + (f" ({', '.join(named)})" if named else "")


def _greeting(said: str) -> str:
    match = _GREETING.search(said)
    if match is None:
        return ""
    word = match[0]
    for known, answer in (("bom dia", "Bom dia!"), ("boa tarde", "Boa tarde!"), ("boa noite", "Boa noite!")):
        if known in said or word.startswith(known):
            return answer
    return "Olá!"


def _quotes(said: str, topics: Sequence[Topic], found: Sequence[str], words: Vocabulary) -> list[str]:
    """The lines of the results that speak about each topic, each line once, within the bound.

    Lines that name one of the patient's details, such as the speciality, leave out those that do not.
    """
    every = (line.strip() for result in found for line in result.splitlines())
    lines = [line for line in dict.fromkeys(every) if line]
    details = words.details.findall(said)
    quoted: list[str] = []
    for topic in topics:
        fitting = [
            line for line in lines if topic.lines.search(_plain(line)) and "nao invente" not in _plain(line)
        ]
        named = {stem for detail in details for stem in (detail[:5], *beginnings(detail))}
        precise = [line for line in fitting if any(stem in _plain(line) for stem in named)]
        fitting = precise or fitting
        if not fitting:
            quoted.append(f"Sobre {topic.label} não encontrei nada na ficha da clínica.")
        quoted += [line for line in fitting if line not in quoted][:3]
        if topic.label == "convênio":
            missing = [name for name in words.plan.findall(said) if name not in _plain(" ".join(fitting))]
            quoted += [f"{name.title()} não está entre os convênios da ficha." for name in missing]
    kept, left = [], _QUOTED_CHARS
    for line in quoted:
        line = line if len(line) <= 400 else line[:399].rstrip() + "…"
        if len(line) > left:
            break
        kept.append(line)
        left -= len(line)
    return kept


def _results(messages: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """Tool calls already answered in this turn: name, first argument, result."""
    for one in done_calls(messages):
        yield one.name, str(next(iter(one.arguments.values()), "")), one.result


def _plain(text: str) -> str:
    """Lower case without accents, every space one blank."""
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return " ".join("".join(char for char in decomposed if not unicodedata.combining(char)).split())
