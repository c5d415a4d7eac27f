"""Lengths of time, and ages, in a plain text: ``meia hora``, ``24 horas``, ``oito anos``. Pure."""

import re
from collections.abc import Iterator

from clinic_bot.clinic.numerals import NUMBER, value

_LENGTH = re.compile(
    rf"(?<![\d/:,.])\b(\d{{1,3}}|{NUMBER})(?: ?a (\d{{1,3}}))? ?(min(?:ut(?:o|inho))?s?|h(?:or(?:a|inha)s?)?|dias?"
    r"|semanas?|mes(?:es)?|anos?)\b"
    r"(?: (uteis))?"
)
#: ``leva cerca de 1h30``; ``às 8h30`` is a time of the day.
_HOURS_AND_MINUTES = re.compile(
    r"\b(?:dura\w*|cerca de|leva\w*|por|em|mais ou menos|aproximadamente|reserv\w+)(?: \w+)? (\d)h([0-5]\d)\b"
)
_HALF_AN_HOUR = re.compile(r"\bmeia hora\b")
_TO_MINUTES = {"m": 1, "h": 60, "d": 1440, "s": 10080}


def lengths(text: str) -> Iterator[tuple[str, int, int, int]]:
    """Each length: ``m`` for minutes, ``months`` or ``years`` as they are; its count, and where it stands."""
    for match in _HALF_AN_HOUR.finditer(text):
        yield "m", 30, match.start(), match.end()
    for match in _HOURS_AND_MINUTES.finditer(text):
        yield "m", int(match[1]) * 60 + int(match[2]), match.start(1), match.end()
    for match in _LENGTH.finditer(text):
        unit = match[3][0]
        if match[3].startswith("mes"):
            unit = "months"
        elif unit == "a":
            unit = "years"
        for count in filter(None, (match[1], match[2])):
            number = int(count) if count.isdigit() else value(count)
            factor = _TO_MINUTES.get(unit)
            kind = ("m", number * factor) if factor else (unit, number)
            yield *kind, match.start(), match.end()
