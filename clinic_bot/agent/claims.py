"""Whether a reply says that something was done which no tool did. Pure.

A patient who reads "marquei para quinta" comes on Thursday. What a model says it did must stand in the records; what it
says that stands there, it must have looked up or been told of.
"""

import re
from collections.abc import Collection

from clinic_bot.agent.tools import CARRY_OUT, CONFIRM, OWN_APPOINTMENTS
from clinic_bot.clinic.spelling import plain

_DID = re.compile(
    r"(?<!nao )(?<!ainda nao )\b(?:marquei|agendei|remarquei|reagendei|cancelei|desmarquei|reservei|confirmei"
    r"|acabei de (?:marcar|agendar|remarcar|cancelar|desmarcar|reservar|confirmar))\b"
)
_THING = r"(?:consultas?|horarios?|agendamentos?|retornos?|exames?|presenca|cancelamento|remarcacao|tudo|ja)"
_STANDS = re.compile(
    rf"\b{_THING}\b[^.!?\n]{{0,60}}?(?<!nao )\b(?:foi|esta|ta|ficou|fica|esta?o|foram)\b ?(?:ja )?"
    r"(?:agendad|marcad|remarcad|reagendad|cancelad|desmarcad|confirmad|reservad)[oa]s?\b"
    r"|^\W*(?:pronto|prontinho|feito|perfeito)\W+(?:agendad|marcad|remarcad|cancelad|confirmad|reservad)[oa]\b"
)
#: What asks or offers claims nothing.
_QUESTION = re.compile(r"[^.!?\n]*\?")


def unfounded(text: str, *, called: Collection[str], has_booked: bool) -> bool:
    """Whether ``text`` claims what did not happen.

    Args:
        called: tools that succeeded in this turn.
        has_booked: the records hold an appointment of this patient, as the turn was told.
    """
    said = _QUESTION.sub(" ", plain_lines(text))
    if {CARRY_OUT, CONFIRM} & set(called):
        return False
    if _DID.search(said):
        return True
    return bool(_STANDS.search(said)) and not has_booked and OWN_APPOINTMENTS not in called


def plain_lines(text: str) -> str:
    """Plain, and without WhatsApp's markup; lines stay lines."""
    bare = re.sub(
        r"[*_~]|(?<=\b[DSds]r)\.|(?<=\b[DSds]ra)\.", "", text
    )  # a title's full stop ends no sentence
    return "\n".join(plain(line) for line in bare.splitlines())
