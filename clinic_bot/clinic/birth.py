"""Birth dates as people write them, and who is a child. Pure.

They tell two patients of one name apart on one phone, so a date counts only where it has its year.
"""

import re
from datetime import date

_MONTHS = ("jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez")
_DATE = re.compile(
    r"(?<!\d)(?:(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"
    r"|(?P<day>\d{1,2})\s?[/.-]\s?(?P<month>\d{1,2})\s?[/.-]\s?(?P<year>\d{4}|\d{2})"
    rf"|(?P<on>\d{{1,2}})[ºo°]? de (?P<name>{'|'.join(_MONTHS)})[a-zç]*(?: de)? (?P<of>\d{{4}}))(?!\d)",
    re.IGNORECASE,
)
_BORN = re.compile(
    r"[\s,;(]*\b(?:nascid[oa]|nasc(?:imento|eu)?|data de nascimento|dn)\b\.?:?(?:\s+(?:em|no|dia|é|e))*\s*$",
    re.IGNORECASE,
)
_EARLIEST = date(1900, 1, 1)
ADULT_YEARS = 18


def births(text: str, today: date) -> frozenset[date]:
    """Every date with its year in a text on which somebody who lives may have been born."""
    return frozenset(found for match in _DATE.finditer(text) if (found := _read(match, today)))


def split(text: str, today: date) -> tuple[str, date | None]:
    """A name with a birth date behind it, as two: ``Bento Lima, nascido em 03/05/2019``."""
    for match in _DATE.finditer(text):
        if found := _read(match, today):
            before = _BORN.sub("", text[: match.start()])
            return f"{before} {text[match.end() :]}".strip(" ,;()"), found
    return text, None


def is_child(born: date, on: date) -> bool:
    """Whether somebody is not of age on a day: then whoever the phone belongs to answers for them."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day)) < ADULT_YEARS


def told(born: date) -> str:
    return f"nasc. {born:%d/%m/%Y}"


def _read(match: "re.Match[str]", today: date) -> date | None:
    parts = match.groupdict()
    if parts["y"]:
        year, month, day = int(parts["y"]), int(parts["m"]), int(parts["d"])
    elif parts["day"]:
        year, month, day = int(parts["year"]), int(parts["month"]), int(parts["day"])
        if len(parts["year"]) == 2:
            year += 2000 if year + 2000 <= today.year else 1900
    else:
        year, month, day = int(parts["of"]), _MONTHS.index(parts["name"].lower()) + 1, int(parts["on"])
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if _EARLIEST <= found <= today else None
