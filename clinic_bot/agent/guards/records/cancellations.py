"""Whether a reply tells that more, or another, was cancelled than what was. Pure.

Whose one appointment was cancelled may read that it was; not that two were, nor that the one of another day was.
"""

import re
from collections.abc import Sequence

from clinic_bot.agent.guards.language.days import WEEKDAYS

_DONE = r"(?:cancelad|desmarcad)[oa]s?"
_IS = r"(?:foi|foram|ficou|ficaram|esta|estao|ta|tambem|ja)"
_OF_A_DAY = rf"\b[ao]s? (?:\w+ )?(?:d[eao]|n[ao]) (?P<{{}}>{'|'.join(WEEKDAYS)})\b"
_ANOTHER_DAY = re.compile(
    rf"{_OF_A_DAY.format('before')}[^.!;,\n]{{0,40}}? (?:{_IS} )+{_DONE}"
    rf"|\b(?:{_DONE}|cancelei|desmarquei) (?:tambem )?{_OF_A_DAY.format('behind')}"
)
_ANOTHER_TOO = re.compile(
    rf"\btambem (?:{_IS} )*(?:{_DONE}|cancelei|desmarquei)\b|\b(?:{_DONE}|cancelei|desmarquei) tambem\b"
    r"|\b(?:foram|estao|ficaram) (?:\w+ )?(?:canceladas|desmarcadas|cancelados|desmarcados)\b"
    rf"|\b(?:as duas|ambas|os dois|ambos|todas)\b[^.!;,\n]{{0,30}} {_DONE}"
)
_CANCELS = re.compile(r"\bfeito, cancelada: ")
_SPOKEN = re.compile(r"\b(?:cancel|desmar|remarc|alterad|mudad)\w+")
_DENIED = re.compile(r"\b(?:nao|nem|nenhum\w*|se|caso|quando|menos de)\b[^.!;\n]*$")


def cancels_another(said: str, told: Sequence[str]) -> bool:
    """Whether ``said`` calls more cancelled than one appointment that was, or one of a day that nobody told of.

    Args:
        said: plain, without questions.
        told: results of tools and earlier messages of the clinic, plain.
    """
    if not re.search(r"\b(?:cancel|desmar[cq])", said):
        return False
    before = " ".join(told)
    days = {day for day in WEEKDAYS if day in before}
    if days and any(
        (match["before"] or match["behind"]) not in days and not _DENIED.search(said[: match.end()])
        for match in _ANOTHER_DAY.finditer(said)
    ):
        return True
    if len(_CANCELS.findall(before)) != 1 or len(_SPOKEN.findall(before)) > 1:
        return False
    return any(not _DENIED.search(said[: match.end()]) for match in _ANOTHER_TOO.finditer(said))
