"""A reply put together from parts that the model chose: no word of it is the model's. Pure.

Courtesies and questions are fixed, facts are the file's own sentences, and of the agenda a patient reads what the tools
answered. So nothing can be promised, invented or claimed; a model that misbehaves can only choose badly.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clinic_bot.agent import disclosure
from clinic_bot.agent.answer import ToolStep
from clinic_bot.agent.composed import facts as file
from clinic_bot.agent.composed import records
from clinic_bot.agent.composed.phrases import CLOSINGS, OPENINGS, QUESTIONS
from clinic_bot.agent.reading import arguments_of
from clinic_bot.agent.toolbox import Schema
from clinic_bot.agent.tools import CARRY_OUT, CONFIRM, FREE_SLOTS, OWN_APPOINTMENTS, PROPOSE, RESPOND
from clinic_bot.clinic.facts import ClinicFacts

_SHOW = {"horarios": FREE_SLOTS, "consultas": OWN_APPOINTMENTS, "proposta": PROPOSE}
#: More facts than these are no answer; nor is a longer one, whose end WhatsApp hides.
MOST_FACTS = 5
MOST_CHARS = 1_200
_THING_CHARS = 40


class CannotCompose(ValueError):
    """The model has to choose otherwise; the text says how, in Portuguese."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a composed reply may show.

    Args:
        asked: the patient's words that are answered.
        steps: the tool calls of this turn, in order.
        standing: what the records said before anything was asked.
        handed_over: whether the reception was called in this turn.
        first_contact: whether the patient has read nothing of ours yet.
    """

    facts: ClinicFacts
    now: datetime
    asked: str = ""
    steps: Sequence[ToolStep] = ()
    standing: str = ""
    handed_over: bool = False
    first_contact: bool = False


def schema(*, books: bool) -> Schema:
    """The tool that ends a turn. Flat, and every list closed.

    Args:
        books: whether there is an agenda to show.
    """
    properties: dict[str, Any] = {
        "frases": _list("Cortesias e avisos, se couber.", [*OPENINGS, *CLOSINGS]),
        "fatos": _list("Títulos da ficha que respondem: assunto, serviço ou profissional, pelo nome."),
        "fora_da_ficha": _list("O que foi perguntado e a ficha não tem, na palavra do paciente."),
        "pergunta": {"type": "string", "enum": ["", *QUESTIONS], "description": "O que falta saber."},
    }
    if books:
        properties["mostrar"] = _list("O que as ferramentas responderam.", list(_SHOW))
    return {
        "type": "function",
        "function": {
            "name": RESPOND,
            "description": "Responde ao paciente com as palavras da clínica; você só escolhe as partes.",
            "parameters": {"type": "object", "properties": properties},
        },
    }


def _list(description: str, allowed: Sequence[str] = ()) -> dict[str, Any]:
    items: dict[str, Any] = {"type": "string"}
    if allowed:
        items["enum"] = list(allowed)
    return {"type": "array", "items": items, "description": description}


def compose(arguments: str, told: Told) -> str:
    """The message.

    Args:
        arguments: as the model wrote them.

    Raises:
        CannotCompose: what has to be chosen otherwise.
    """
    given = arguments_of(arguments)
    if given is None:
        raise CannotCompose("os argumentos devem ser um objeto JSON.")
    phrases = _chosen(given, "frases", (*OPENINGS, *CLOSINGS))
    question = next(iter(_chosen(given, "pergunta", tuple(QUESTIONS))), None)
    done = [text for step in told.steps if (text := records.done(step.result))]
    asked = list(_asked(told, _chosen(given, "mostrar", tuple(_SHOW))))
    if told.first_contact and "saudacao" in phrases:
        phrases = [key for key in phrases if key != "assistente"]
    parts = [
        *(_filled(OPENINGS[key], told) for key in OPENINGS if key in phrases),
        *dict.fromkeys(done),
        *_facts(_texts(given, "fatos"), told),
        *_missing(_texts(given, "fora_da_ficha"), told),
        *asked,
    ]
    if told.handed_over:
        parts.append(
            f"Avisei a recepção; uma pessoa responde por aqui {told.facts.reception_answers(told.now)}."
        )
    if question and not any(part.endswith("?") for part in asked):
        parts.append(QUESTIONS[question])
    closing = " ".join(CLOSINGS[key] for key in CLOSINGS if key in phrases)
    text = "\n\n".join(filter(None, [*parts, closing]))
    if not text:
        raise CannotCompose("escolha ao menos uma parte.")
    if len(text) > MOST_CHARS:
        raise CannotCompose("a resposta ficaria longa demais; escolha menos fatos.")
    return text


def _chosen(given: Any, key: str, allowed: Sequence[str]) -> list[str]:
    chosen = _texts(given, key)
    if wrong := [one for one in chosen if one not in allowed]:
        raise CannotCompose(
            f"{key} não tem {json.dumps(wrong[0][:40], ensure_ascii=False)}; há: {', '.join(allowed)}."
        )
    return chosen


def _texts(given: Any, key: str) -> list[str]:
    value = given.get(key) or []
    if isinstance(value, str):  # models write one as often as a list of one
        value = [value]
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise CannotCompose(f"{key} deve ser uma lista de textos.")
    return list(dict.fromkeys(one.strip() for one in value if one.strip()))


def _facts(topics: Sequence[str], told: Told) -> Iterator[str]:
    sections = told.facts.sections()
    found = []
    if len(topics) > MOST_FACTS:
        raise CannotCompose(f"no máximo {MOST_FACTS} fatos; escolha os que respondem.")
    for topic in topics:
        meant = file.meant(sections, topic)
        if not meant:
            raise CannotCompose(
                f"a ficha não tem esse assunto; use nao_sei, ou um destes: {', '.join(file.names(sections))[:600]}."
            )
        found += meant
    yield from dict.fromkeys(map(file.shown, found))


def _missing(things: Sequence[str], told: Told) -> Iterator[str]:
    for thing in things[:MOST_FACTS]:
        if len(thing) > _THING_CHARS or not file.is_missing(told.facts.sections(), thing, told.asked):
            raise CannotCompose("em fora_da_ficha vai só o que o paciente escreveu e a ficha não tem.")
        yield f"Sobre {thing} não há nada na ficha da clínica."


def _asked(told: Told, shown: Sequence[str]) -> Iterator[str]:
    """What the tools answered: what was chosen, and always what was proposed in this turn, which needs a yes."""
    for key in shown:
        if key != "proposta" and not _results(told, _SHOW[key]):
            raise CannotCompose(f"chame {_SHOW[key]} antes de mostrar isso.")
    if "consultas" in shown:
        yield records.own(_results(told, OWN_APPOINTMENTS)[-1])
    if "horarios" in shown:
        yield from _free(_results(told, FREE_SLOTS))
    proposed = dict(pair for result in _results(told, PROPOSE) for pair in records.proposals(result))
    if "proposta" in shown and not proposed:
        proposed = dict(records.proposals(told.standing))
    carried_out = {_label(step) for step in told.steps if step.tool in (CARRY_OUT, CONFIRM)}
    yield from (question for label, question in proposed.items() if label not in carried_out)


def _free(results: Sequence[str]) -> Iterator[str]:
    listed = [text for result in results if (text := records.free(result))]
    if not listed:
        raise CannotCompose("não há horário para mostrar; pergunte o serviço ou o dia.")
    yield from dict.fromkeys(listed)
    yield from dict.fromkeys(f"Só confirme o dia: {text}." for one in results if (text := records.doubt(one)))


def _results(told: Told, tool: str) -> list[str]:
    return [step.result for step in told.steps if step.tool == tool and not step.result.startswith("Erro")]


def _label(step: ToolStep) -> str:
    return str((arguments_of(step.arguments) or {}).get("proposta", ""))


def _filled(phrase: str, told: Told) -> str:
    """A first greeting introduces, so that no second one has to stand before it."""
    hello, offers = _greeting(told.now), not told.handed_over
    return phrase.format(
        greeting=disclosure.introduction(told.facts, offers=offers, greeting=hello)
        if told.first_contact
        else hello,
        introduction=disclosure.introduction(told.facts, offers=offers),
    )


def _greeting(now: datetime) -> str:
    return "Bom dia!" if 5 <= now.hour < 12 else "Boa tarde!" if 12 <= now.hour < 18 else "Boa noite!"
