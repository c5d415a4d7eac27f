"""The stand-in for a language model: a small deterministic receptionist, and the scripts of tests.

It reads the last thing the patient wrote, looks facts up with the tools that the request offers, hands over what
a person must do, and quotes what it found. It understands nothing, and every answer says so.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from clinic_bot.events import Json
from clinic_bot.sandbox import clerk

MARK = "(resposta do simulador: não é um modelo de linguagem)"
LOOK_UP = "consultar_informacoes"
HAND_OVER = "chamar_recepcao"

# A turn of the agent has few steps; what is left over goes into the last look-up, all at once.
_MOST_LOOK_UPS = 3
_QUOTED_CHARS = 900
# The agent's own remarks stand among the patient's messages with this in front.
_REMARK = "[contexto]"


@dataclass(frozen=True, slots=True)
class BrainCall:
    name: str
    arguments: Mapping[str, Json] | str  #: a string goes out as it is, broken JSON included


@dataclass(frozen=True, slots=True)
class BrainTurn:
    """What the model does next: says something, or calls one tool."""

    text: str | None = None
    tool_call: BrainCall | None = None
    reasoning: str = "O paciente escreveu; preciso responder com o que sei."


class Brain(Protocol):
    def reply(self, request: Mapping[str, Any]) -> BrainTurn:
        """Answer one chat-completions request body. Called on the event loop: be quick."""
        ...


class Scripted:
    """Says its turns in order, then the last one again and again. ``asked`` keeps the requests it saw."""

    def __init__(self, turns: Sequence[BrainTurn | str]) -> None:
        if not turns:
            raise ValueError("a script needs at least one turn")
        self._turns = [BrainTurn(text=turn) if isinstance(turn, str) else turn for turn in turns]
        self.asked: list[Mapping[str, Any]] = []

    def reply(self, request: Mapping[str, Any]) -> BrainTurn:
        self.asked.append(request)
        return self._turns[min(len(self.asked), len(self._turns)) - 1]


@dataclass(frozen=True, slots=True)
class _Topic:
    label: str  #: what it is called in the look-up and in the answer
    pattern: re.Pattern[str]  #: in what the patient wrote, without accents
    lines: re.Pattern[str]  #: which lines of a result speak about it


def _topic(label: str, pattern: str, lines: str) -> _Topic:
    return _Topic(label, re.compile(pattern), re.compile(lines))


_TOPICS = (
    _topic(
        "horário",
        r"\bhorarios?\b|\babr(?:e|em|ir)\b|\babert|\bfecha|\bfunciona|\bate que hor|\bque horas\b|\bsabados?\b"
        r"|\bdomingo|\bferiado|\batend\w+ (?:hoje|amanha|a noite|de noite|de manha|a tarde)",
        r"\bhorario|\bsegunda\b|\bsabado|\babert|\bfecha",
    ),
    _topic(
        "preço",
        r"\bprecos?\b|\bvalor|\b(?:quanto|qto|qnto) (?:e|fica|custa|sai|ta|esta|cobra|vcs|voces|seria)\b"
        r"|\bcusta|\bdesconto"
        r"|\btabela\b",
        r"r\$|\bvalor|\bpreco",
    ),
    _topic(
        "endereço",
        r"\benderec|\bonde (?:fica|e|voces|vcs|esta)\b|\blocaliza|\bcomo (?:chego|chegar|faz pra chegar)|\bmapa\b"
        r"|\bmetro\b|\bqual (?:a )?rua\b",
        r"\benderec|\brua\b|\bavenida\b|\bmapa\b",
    ),
    _topic("estacionamento", r"\bestacion|\bvaga pra carro|\bvalet\b|\bparar o carro", r"\bestacion"),
    _topic(
        "convênio",
        r"\bconvenio|\bplanos?\b|\bunimed\b|\bbradesco\b|\bsul ?america\b|\bamil\b|\bhapvida\b|\bcassi\b"
        r"|\bporto seguro\b|\breembolso|\bparticular\b",
        r"\bconvenio|\bplano|\baceit|\breembolso",
    ),
    _topic(
        "pagamento",
        r"\bpix\b|\bcartao\b|\bdebito\b|\bcredito\b|\bparcel|\bpagar\b|\bpagamento|\bdinheiro\b|\bboleto",
        r"\bpagamento|\bpix\b|\bcartao|\bcredito",
    ),
    _topic(
        "preparo",
        r"\bjejum|\bprepar|\bcoleta|\bsangue\b|\beletro|\becg\b|\bexames?\b|\bo que (?:preciso )?lev|\blevar\b",
        r"\bprepar|\bjejum|\blevar|\bcoleta",
    ),
    _topic(
        "profissionais",
        r"\bmedic[oa]s?\b|\bdoutora?\b|\bdra?\b|\bespecialidade|\bdermato\w*|\bcardio\w*|\bpediatr\w*|\bclinico\b"
        r"|\bgineco\w*|\bortoped\w*|\bdentista",
        r"\bprofission|\bdra?\b",
    ),
    _topic("atraso", r"\batras|\btolerancia|\bpreso no transito", r"\batras|\btolerancia"),
    _topic("retorno", r"\bretorno\b", r"\bretorno"),
    _topic("menores de idade", r"\bmenor(?:es)? de idade|\bacompanhante|\bresponsavel", r"\bmenor|\brespons"),
    _topic("acessibilidade", r"\bcadeirante|\bcadeira de rodas|\belevador|\bacessi|\brampa\b", r"\bacess"),
    _topic("privacidade", r"\bmeus dados|\blgpd\b|\bapag\w+ .*dados", r"\bprivac|\bdados\b"),
    _topic("telefone", r"\btelefone\b|\bnumero de voces|\bligar pra (?:ai|voces|vcs)", r"\btelefone"),
)  # fmt: skip

# Words that make a look-up more precise: they are added to the topic as the patient wrote them.
_DETAILS = re.compile(
    r"\b(?:dermato\w*|cardio\w*|pediatr\w*|clinico|clinica geral|gineco\w*|ortoped\w*|coleta|sangue|eletro\w*|ecg"
    r"|sabado|domingo|feriado|unimed|bradesco|sul ?america|amil|cassi|pix|cartao|consulta)\b"
)

_INSURERS = re.compile(r"\b(?:unimed|bradesco|amil|hapvida|cassi)\b")

# What only a person can do in a clinic without an agenda, and why.
_FOR_A_PERSON = tuple(
    (reason, re.compile(pattern))
    for reason, pattern in (
        (
            "quer falar com uma pessoa",
            r"\b(?:falar|conversar) (?:com|c) (?:um |uma |alguem|a |o )?(?:pessoa|atendente|human|alguem|recepc|gente"
            r"|moca|secretaria|gerente)|\batendente\b|\bhumano\b|\bpessoa de verdade|\bfala\w* c\w* alguem",
        ),
        ("reclamação", r"\breclam|\babsurdo\b|\bpessim|\bprocon\b|\bdescaso\b|\bmal atendid"),
        ("quer cancelar", r"\bcancel|\bdesmarc|\bnao vou (?:poder|conseguir) ir"),
        ("quer remarcar", r"\bremarc|\breagend|\bmudar (?:o |a )?(?:horario|data|dia|consulta)|\badiar"),
        (
            "quer marcar",
            r"\bmarcar\b|\bmarco\b|\bmarca (?:pra|para|uma)|\bagend|\btem (?:vaga|horario|encaixe)|\bencaixe"
            r"|\bquero (?:o|um) horario|\btem (?:clinico|dermato\w*|cardio\w*|pediatra)",
        ),
        (
            "pergunta sobre uma consulta marcada",
            r"\b(?:minha|meu) (?:consulta|exame|retorno|horario)|\b(?:consulta|exame) (?:dela|dele|d[ao]s? \w+)\b"
            r"|\bconfirm",
        ),
        ("nota fiscal ou recibo", r"\bnota fiscal|\brecibo|\batestado|\breceita\b|\bresultado"),
        ("dúvida de saúde", r"\bdose|\bgotas|\bremedio|\bfebre|\bdipirona|\bmg\b|\bposso tomar|\bsintoma|\bdor\b"),
        ("pedido sobre dados pessoais", r"\bmeus dados|\blgpd\b|\bapag\w+ .*dados|\bparar\b$|^parar\b"),
    )
)  # fmt: skip

_ABOUT_VISIT = "pergunta sobre uma consulta marcada"
# These do not wait for a yes: a person was asked for, or there is nothing to understand first.
_AT_ONCE = frozenset(
    ("quer falar com uma pessoa", "reclamação", "nota fiscal ou recibo", "pedido sobre dados pessoais")
)
#: What the clerk does where there is an agenda.
_FOR_THE_AGENDA = frozenset(("quer cancelar", "quer remarcar", "quer marcar", _ABOUT_VISIT))
#: What comes before a hand-over: what was understood, and whether a person should go on with it.
ASKS = "Posso passar seu pedido para a recepção confirmar?"
_YES = re.compile(
    r"\b(?:sim|isso|pode|podem|claro|quero|por favor|pf\w*|ok|certo|confirm\w*|beleza|blz|bora|perfeito|aceito)\b"
)
_NO = re.compile(r"^(?:nao|n)\b|\bnao (?:precisa|quero|pode|obrigad)|\bdeixa\b")
_WHEN = re.compile(
    r"\b(?:\d{1,2}(?:h\d{0,2}|:\d{2})|(?:dia )?\d{1,2}/\d{1,2}|dia \d{1,2}|hoje|amanha|segunda|terca|quarta"
    r"|quinta|sexta|sabado|domingo|de manha|de tarde|a noite)(?!\w)"
)

_GREETING = re.compile(r"\b(?:oi+|ola+|bom dia+|boa tarde|boa noite|opa|e ai|hello|alo)\b")
_GOODBYE = re.compile(
    r"\b(?:obrigad\w*|obg\w*|brigad\w*|valeu|vlw|tchau|ate (?:mais|logo|amanha)|bjs?|beijos?|abracos?|falou)\b"
)


class Receptionist:
    """Answers from the facts that the request's tools return. Same request, same answer."""

    def reply(self, request: Mapping[str, Any]) -> BrainTurn:
        messages = request.get("messages") or []
        start = last_patient_message(messages)
        said = _plain(content_of(messages[start])) if start is not None else ""
        before = _last_answer(messages[:start])
        topics = _topics(said)
        reasons = _reasons(said, topics, before)
        urgent = [reason for reason in reasons if reason in _AT_ONCE or _agrees(said, before)]
        exchanges = messages[start + 1 :] if start is not None else []
        talk = _talk(messages, start, exchanges) if clerk.FREE_SLOTS in _offered(request) else None
        if talk is not None and clerk.intent(talk) and not clerk.gave_up(talk):
            reasons = [reason for reason in reasons if reason not in _FOR_THE_AGENDA]
            urgent = [reason for reason in urgent if reason not in _FOR_THE_AGENDA]
            topics = [topic for topic in topics if topic.label != "profissionais"]
        done = list(_results(exchanges))
        call = _next_call(request, said, topics, urgent, done, talk)
        if call is not None:
            return BrainTurn(tool_call=call, reasoning=f"Preciso de {call.name} antes de responder.")
        agenda = clerk.answer(talk) if talk is not None else []
        return BrainTurn(text=f"{_answer(said, topics, reasons, done, agenda)}\n\n{MARK}")


def _talk(
    messages: Sequence[Mapping[str, Any]], start: int | None, exchanges: Sequence[Mapping[str, Any]]
) -> clerk.Talk | None:
    """The conversation as the clerk reads it: the patient's words as they were written."""
    if start is None:
        return None
    before = messages[:start]
    earlier = [content_of(one) for one in before if one.get("role") == "user"]
    return clerk.Talk(
        content_of(messages[start]),
        "\n".join(text for text in earlier if not text.startswith("[")),
        next(
            (
                text
                for one in reversed(before)
                if one.get("role") == "assistant" and (text := content_of(one))
            ),
            "",
        ),
        next((text for text in reversed(earlier) if text.startswith(_REMARK)), ""),
        list(_done(exchanges)),
    )


def _offered(request: Mapping[str, Any]) -> set[str]:
    if request.get("tool_choice") == "none":
        return set()
    return {str((tool.get("function") or {}).get("name")) for tool in request.get("tools") or []}


def _reasons(said: str, topics: Sequence[_Topic], before: str) -> list[str]:
    """What a person would have to do. A bare time or day answers an offer, and a yes what was asked before."""
    reasons = [reason for reason, pattern in _FOR_A_PERSON if pattern.search(said)]
    if _agrees(said, before) and set(reasons) <= {_ABOUT_VISIT}:
        return ["o pedido da mensagem anterior"]
    if reasons:
        return reasons
    return ["quer marcar"] if _WHEN.search(said) and not topics else []


def _agrees(said: str, before: str) -> bool:
    return ASKS in before and bool(_YES.search(said)) and not _NO.search(said)


def _last_answer(messages: Sequence[Mapping[str, Any]]) -> str:
    spoken = (message for message in reversed(messages) if message.get("role") == "assistant")
    return next((text for message in spoken if (text := content_of(message))), "")


def _topics(said: str) -> list[_Topic]:
    """What the patient asks about. A speciality in a question about prices is no question about people."""
    topics = [topic for topic in _TOPICS if topic.pattern.search(said)]
    if all(topic.label != "preço" for topic in topics):
        return topics
    covered = {"profissionais"}
    if not _INSURERS.search(said) and "particular" in said:
        covered.add("convênio")  # a price without insurance is what the price list says
    return [topic for topic in topics if topic.label not in covered]


def _next_call(
    request: Mapping[str, Any],
    said: str,
    topics: Sequence[_Topic],
    reasons: Sequence[str],
    done: Sequence[tuple[str, str, str]],
    talk: clerk.Talk | None = None,
) -> BrainCall | None:
    """The first tool call still to make: facts first, so that the person taking over finds them answered."""
    tools = _argument_names(request)
    asked = {(name, argument) for name, argument, _ in done}
    if LOOK_UP in tools:
        for subject in _subjects(said, topics):
            if (LOOK_UP, subject) not in asked:
                return BrainCall(LOOK_UP, {tools[LOOK_UP]: subject})
    if talk is not None and (wanted := clerk.next_call(talk)) is not None:
        return BrainCall(wanted.name, wanted.arguments)
    if reasons and HAND_OVER in tools and not any(name == HAND_OVER for name, _, _ in done):
        return BrainCall(HAND_OVER, {tools[HAND_OVER]: f"Paciente: {'; '.join(reasons)}."})
    return None


def _subjects(said: str, topics: Sequence[_Topic]) -> list[str]:
    details = " ".join(dict.fromkeys(_DETAILS.findall(said)))
    subjects = [
        f"{topic.label} {details}".strip() if topic.label == "preço" else topic.label for topic in topics
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
    topics: Sequence[_Topic],
    reasons: Sequence[str],
    done: Sequence[tuple[str, str, str]],
    agenda: Sequence[str] = (),
) -> str:
    found = [result for name, _, result in done if name == LOOK_UP]
    handed_over = any(name == HAND_OVER for name, _, _ in done)
    parts = [greeting] if (greeting := _greeting(said)) else []
    parts += _quotes(said, topics, found)
    parts += agenda
    if "dúvida de saúde" in reasons:
        parts.append("Sobre remédio ou sintoma eu não posso orientar; isso é com um profissional de saúde.")
    if handed_over:
        parts.append(f"Avisei a recepção ({'; '.join(reasons)}); uma pessoa vai responder por aqui.")
    elif reasons:
        parts.append(f"Entendi: {_understood(said, reasons)}. {ASKS}")
    if topics or reasons or agenda:
        return "\n".join(parts)
    if _GOODBYE.search(said):
        return "De nada! Até mais."
    if greeting:
        return f"{greeting} Como posso ajudar?"
    return (
        "Recebi a sua mensagem. Posso ajudar com horários, preços, convênios, endereço ou chamar a recepção."
    )


def _understood(said: str, reasons: Sequence[str]) -> str:
    """The request in a few words, with the day and the hour that were named."""
    whose = re.search(r"\b(?:consulta|exame) (?:dela|dele|d[ao]s? \w+)\b", said)
    if whose and _ABOUT_VISIT in reasons:
        return f"{'; '.join(reasons)}, e de outra pessoa não posso dar informações"
    named = list(dict.fromkeys(match[0] for match in _WHEN.finditer(said)))
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


def _quotes(said: str, topics: Sequence[_Topic], found: Sequence[str]) -> list[str]:
    """The lines of the results that speak about each topic, each line once, within the bound.

    Lines that name one of the patient's details, such as the speciality, leave out those that do not.
    """
    every = (line.strip() for result in found for line in result.splitlines())
    lines = [line for line in dict.fromkeys(every) if line]
    details = _DETAILS.findall(said)
    quoted: list[str] = []
    for topic in topics:
        fitting = [
            line for line in lines if topic.lines.search(_plain(line)) and "nao invente" not in _plain(line)
        ]
        precise = [line for line in fitting if any(detail[:5] in _plain(line) for detail in details)]
        fitting = precise or fitting
        if not fitting:
            quoted.append(f"Sobre {topic.label} não encontrei nada na ficha da clínica.")
        quoted += [line for line in fitting if line not in quoted][:3]
        if topic.label == "convênio":
            missing = [name for name in _INSURERS.findall(said) if name not in _plain(" ".join(fitting))]
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
    for one in _done(messages):
        yield one.name, str(next(iter(one.arguments.values()), "")), one.result


def _done(messages: Sequence[Mapping[str, Any]]) -> Iterator[clerk.Done]:
    calls: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for message in messages:
        for call in message.get("tool_calls") or []:
            function = call.get("function") or {}
            calls[str(call.get("id"))] = (str(function.get("name")), _object(function.get("arguments")))
        if message.get("role") == "tool" and (known := calls.get(str(message.get("tool_call_id")))):
            yield clerk.Done(*known, content_of(message))


def _object(arguments: object) -> Mapping[str, Any]:
    try:
        data = json.loads(arguments) if isinstance(arguments, str) else {}
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def last_patient_message(messages: Sequence[Mapping[str, Any]]) -> int | None:
    """Where the patient's turn stands: the last user message that is no remark of the agent's own."""
    for index in range(len(messages) - 1, -1, -1):
        message = messages[index]
        if message.get("role") == "user" and not content_of(message).startswith(_REMARK):
            return index
    return None


def content_of(message: Mapping[str, Any]) -> str:
    """A message's text, whether it came whole or in parts."""
    content = message.get("content")
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _plain(text: str) -> str:
    """Lower case without accents, every space one blank."""
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return " ".join("".join(char for char in decomposed if not unicodedata.combining(char)).split())
