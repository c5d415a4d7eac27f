"""What a model may choose for a composed reply, and how its choice is read. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clinic_bot.agent.composed.phrases import CLOSINGS, OPENINGS, QUESTIONS
from clinic_bot.agent.reading import arguments_of
from clinic_bot.agent.tools import RESPOND

#: More facts than these are no answer.
MOST_FACTS = 5
TIMES, OWN, PROPOSAL = "horarios", "consultas", "proposta"
_SHOWN = (TIMES, OWN, PROPOSAL)


class CannotCompose(ValueError):
    """The model has to choose otherwise; the text says how, in Portuguese."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A choice that can be read; whether there is something to show is another matter.

    Args:
        phrases: keys of ``OPENINGS`` and ``CLOSINGS``.
        topics: of the clinic's file, as the model calls them.
        missing: what was asked and the file does not have, in a patient's words.
        plans: health plans that were named, in a patient's words.
        shown: what the agenda answered: ``TIMES``, ``OWN``, ``PROPOSAL``.
        question: a key of ``QUESTIONS``.
    """

    phrases: Sequence[str]
    topics: Sequence[str]
    missing: Sequence[str]
    plans: Sequence[str]
    shown: Sequence[str]
    question: str | None


def schema(*, books: bool) -> Mapping[str, Any]:
    """The tool that ends a turn. Flat, and every list closed but the topics.

    Args:
        books: whether there is an agenda to show.
    """
    properties: dict[str, Any] = {
        "frases": _list("Cortesias e avisos, se couber.", [*OPENINGS, *CLOSINGS]),
        "fatos": _list("Títulos da ficha que respondem: assunto, serviço ou profissional, pelo nome."),
        "fora_da_ficha": _list("O que foi perguntado e a ficha não tem, na palavra do paciente."),
        "convenios": _list("Convênios que o paciente citou, na palavra dele."),
        "pergunta": {"type": "string", "enum": ["", *QUESTIONS], "description": "O que falta saber."},
    }
    if books:
        properties["mostrar"] = _list("O que as ferramentas responderam.", _SHOWN)
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


def parts_of(arguments: str) -> Parts:
    """The choice, as the model wrote it. Raises CannotCompose."""
    given = arguments_of(arguments)
    if given is None:
        raise CannotCompose("os argumentos devem ser um objeto JSON.")
    topics = _texts(given, "fatos")
    if len(topics) > MOST_FACTS:
        raise CannotCompose(f"no máximo {MOST_FACTS} fatos; escolha os que respondem.")
    return Parts(
        phrases=_chosen(given, "frases", (*OPENINGS, *CLOSINGS)),
        topics=topics,
        missing=_texts(given, "fora_da_ficha")[:MOST_FACTS],
        plans=_texts(given, "convenios")[:MOST_FACTS],
        shown=_chosen(given, "mostrar", _SHOWN),
        question=next(iter(_chosen(given, "pergunta", tuple(QUESTIONS))), None),
    )


def _chosen(given: Mapping[str, Any], key: str, allowed: Sequence[str]) -> list[str]:
    chosen = _texts(given, key)
    if wrong := [one for one in chosen if one not in allowed]:
        called = json.dumps(wrong[0][:40], ensure_ascii=False)
        raise CannotCompose(f"{key} não tem {called}; há: {', '.join(allowed)}.")
    return chosen


def _texts(given: Mapping[str, Any], key: str) -> list[str]:
    value = given.get(key) or []
    if isinstance(value, str):  # models write one as often as a list of one
        value = [value]
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise CannotCompose(f"{key} deve ser uma lista de textos.")
    return list(dict.fromkeys(one.strip() for one in value if one.strip()))
