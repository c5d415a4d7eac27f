"""Numbers written out, where a day or an hour hangs on them: "dia vinte e cinco", "quinze pras três". Pure."""

import re

from clinic_bot.clinic.numerals import TEENS, TENS, UNITS

_ALL = UNITS | TEENS | TENS
_SMALL = "|".join(UNITS)
_LARGE = re.compile(
    rf"\b(?:({'|'.join(TENS)})(?: e ({_SMALL}))?|(?<!\d )(?<!\d de )(?<!/)(?<!-)({'|'.join(TEENS)}))\b"
)
#: The small ones are articles and hours as well; here they count days.
_SMALL_DAYS = re.compile(rf"(?<=\bdia )({_SMALL})\b|(?<=\bdaqui a )({_SMALL})\b|(?<=\bdaqui )({_SMALL})\b")
#: "15 pras 3" is said before the hour: the minutes go off it.
_TO_THE_HOUR = re.compile(
    rf"(?<!dia )\b(5|10|15|20|25|cinco) (?:min(?:uto)?s? )?(?:(?:pras|p(?:ra|ara)? as?) ?"
    rf"(\d{{1,2}}|{_SMALL})|(?:pra|para) (1|uma)|(?:pro|para o|pra o) (meio[ -]dia))\b(?! dias?| pessoas?)"
)


def in_digits(text: str) -> str:
    """A plain ``text`` with its larger numbers in digits, and "quinze pras três" as the hour that it is."""
    text = _LARGE.sub(_large, text)
    text = _SMALL_DAYS.sub(lambda match: str(UNITS[match[0]]), text)
    return _TO_THE_HOUR.sub(_to_the_hour, text)


def _large(match: re.Match[str]) -> str:
    tens, unit, teen = match.groups()
    return str(TEENS[teen] if teen else TENS[tens] + (UNITS[unit] if unit else 0))


def _to_the_hour(match: re.Match[str]) -> str:
    minutes, hour = match[1], match[2] or match[3] or "12"
    at = _number(hour) * 60 - _number(minutes)
    return f"as {at // 60 or 12}:{at % 60:02d}" if 0 < at < 24 * 60 else match[0]


def _number(word: str) -> int:
    return int(word) if word.isdecimal() else _ALL[word]
