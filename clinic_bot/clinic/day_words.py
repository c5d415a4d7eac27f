"""Which days a Portuguese phrase names, counted from a given one. Pure: ``dates`` puts them together with the hours."""

import calendar
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

_WEEKDAYS = ("segunda", "terca", "quarta", "quinta", "sexta", "sabado", "domingo")
_MONTHS = (
    "janeiro", "fevereiro", "marco", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro",
    "dezembro",
)  # fmt: skip
_WEEKDAY = rf"({'|'.join(_WEEKDAYS)})(?: feira)?"
_MONTH = rf"({'|'.join(_MONTHS)})"
_NUMBERS = {"um": 1, "uma": 1, "dois": 2, "duas": 2, "tres": 3, "quatro": 4, "cinco": 5, "seis": 6, "dez": 10}
_COUNT = rf"(\d{{1,2}}|{'|'.join(_NUMBERS)})"
_THIS = r"(?:ess[ae]|est[ae]|ness[ae]|nest[ae]|dess[ae]|dest[ae])"
#: ``dia 8`` long ago would be next month's; a date of this year that is over for so long is next year's.
_LONG_OVER = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Named:
    """One expression, and the days it may mean."""

    start: int
    end: int
    kind: str  #: date, weekday, near (hoje and the like), span
    days: tuple[date, ...]
    doubt: str = ""


def short_day(day: date) -> str:
    """``quinta, 08/10``."""
    names = ("segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo")
    return f"{names[day.weekday()]}, {day:%d/%m}"


def find(text: str, today: date) -> tuple[list[Named], str]:
    """Every expression that names days, in order, and ``text`` with blanks in their places."""
    found: list[Named] = []
    for pattern, read in _READERS:
        for match in pattern.finditer(text):
            found.append(read(match, today))
            text = text[: match.start()] + " " * len(match[0]) + text[match.end() :]
    return sorted(found, key=lambda one: one.start), text


def _named(match: re.Match[str], kind: str, days: Sequence[date], doubt: str = "") -> Named:
    return Named(match.start(), match.end(), kind, tuple(days), doubt)


def _run(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


# Dates.


def _iso(match: re.Match[str], today: date) -> Named:
    year, month, day = (int(part) for part in match.groups())
    return _dated(match, today, day, month, year)


def _slashed(match: re.Match[str], today: date) -> Named:
    day, month, year = match.groups()
    return _dated(match, today, int(day), int(month), int(year) if year else None)


def _worded(match: re.Match[str], today: date) -> Named:
    day, month, year = match.groups()
    return _dated(match, today, int(day), _MONTHS.index(month) + 1, int(year) if year else None)


def _dated(match: re.Match[str], today: date, day: int, month: int, year: int | None) -> Named:
    said = f"{day:02d}/{month:02d}"
    full = year + 2000 if year is not None and year < 100 else year
    try:
        named = date(full or today.year, month, day)
    except ValueError:
        return _named(match, "date", (), f"a data {said} não existe")
    if named >= today:
        return _named(match, "date", (named,))
    if full is None and today - named > _LONG_OVER:
        return _named(match, "date", (_same_day(named, today.year + 1),))
    return _named(match, "date", (), f"{said} já passou")


def _same_day(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:  # 29 February
        return date(year, 3, 1)


def _day_numbers(match: re.Match[str], today: date) -> Named:
    numbers = [int(one) for one in re.findall(r"\d+", match[0])]
    days = [day for number in numbers for day in _next_with(number, today)]
    doubt = "" if len(days) == len(numbers) else f"não existe dia {numbers[-1]}"
    return _named(match, "date", days, doubt)


def _next_with(number: int, today: date) -> Iterator[date]:
    """The next day with that number, today's included."""
    for ahead in range(12):
        month = today.month - 1 + ahead
        try:
            day = date(today.year + month // 12, month % 12 + 1, number)
        except ValueError:
            continue
        if day >= today:
            yield day
            return


# Weekdays.


def _coming(name: str, today: date) -> date:
    """The next day of that name after today."""
    ahead = (_WEEKDAYS.index(name) - today.weekday()) % 7
    return today + timedelta(days=ahead or 7)


def _this_weekday(match: re.Match[str], today: date) -> Named:
    coming = _coming(match[1], today)
    is_today = _WEEKDAYS.index(match[1]) == today.weekday()
    return _named(match, "weekday", (today if is_today else coming,))


def _next_weekday(match: re.Match[str], today: date) -> Named:
    """Said on a Tuesday, ``quinta que vem`` is the day after tomorrow to some and next week's to others."""
    name = match[1] or match[2]
    coming = _coming(name, today)
    if coming.isocalendar()[:2] != today.isocalendar()[:2]:
        return _named(match, "weekday", (coming,))
    return _either(match, coming, coming + timedelta(days=7))


def _either(match: re.Match[str], one: date, other: date) -> Named:
    return _named(match, "weekday", (one, other), f"é {short_day(one)} ou {short_day(other)}?")


def _other_weekday(match: re.Match[str], today: date) -> Named:
    return _named(match, "weekday", (_coming(match[1], today) + timedelta(days=7),))


def _weekday(match: re.Match[str], today: date) -> Named:
    coming = _coming(match[1], today)
    if coming - today == timedelta(days=7):
        return _either(match, today, coming)
    return _named(match, "weekday", (coming,))


# What lies near, and longer spans.


def _after_tomorrow(match: re.Match[str], today: date) -> Named:
    return _named(match, "near", (today + timedelta(days=2),))


def _tomorrow(match: re.Match[str], today: date) -> Named:
    return _named(match, "near", (today + timedelta(days=1),))


def _today(match: re.Match[str], today: date) -> Named:
    return _named(match, "near", (today,))


def _yesterday(match: re.Match[str], today: date) -> Named:
    return _named(match, "near", (), "ontem já passou")


def _days_ahead(match: re.Match[str], today: date) -> Named:
    count, unit = match.groups()
    number = int(count) if count.isdecimal() else _NUMBERS[count]
    if unit.startswith("dia"):
        return _named(match, "near", (today + timedelta(days=number),))
    return _named(match, "span", _week_of(today + timedelta(days=7 * number)))


def _week_of(day: date) -> list[date]:
    monday = day - timedelta(days=day.weekday())
    return _run(monday, monday + timedelta(days=6))


def _next_week(match: re.Match[str], today: date) -> Named:
    return _named(match, "span", _week_of(today + timedelta(days=7)))


def _this_week(match: re.Match[str], today: date) -> Named:
    return _named(match, "span", _run(today, _week_of(today)[-1]))


def _weekend(match: re.Match[str], today: date) -> Named:
    days = _week_of(today)[5:]
    return _named(match, "span", [day for day in days if day >= today])


def _next_month(match: re.Match[str], today: date) -> Named:
    first = date(today.year + today.month // 12, today.month % 12 + 1, 1)
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    return _named(match, "span", _part_of(match, first, last))


def _this_month(match: re.Match[str], today: date) -> Named:
    last = today.replace(day=calendar.monthrange(today.year, today.month)[1])
    days = _part_of(match, today.replace(day=1), last)
    return _named(match, "span", [day for day in days if day >= today])


def _month(match: re.Match[str], today: date) -> Named:
    number = _MONTHS.index(match["month"]) + 1
    year = today.year + (number < today.month)
    last = calendar.monthrange(year, number)[1]
    days = _part_of(match, date(year, number, 1), date(year, number, last))
    return _named(match, "span", [day for day in days if day >= today])


def _part_of(match: re.Match[str], first: date, last: date) -> list[date]:
    """All of a month, or its beginning or end where that was said."""
    part = match["part"] or ""
    if part.startswith(("com", "ini")):
        return _run(first, first.replace(day=10))
    return _run(last.replace(day=21), last) if part.startswith("fi") else _run(first, last)


_PART = r"(?:(?P<part>comeco|inicio|fim|final) d[eo] )?"
_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], Named]], ...] = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (r"\b(\d{4})-(\d{2})-(\d{2})(?=\b|t)", _iso),
        (r"\b(?:dia )?(\d{1,2})[/-](\d{1,2})(?:[/-](\d{4}|\d{2}))?(?!\d| ?h\b|:)", _slashed),
        (rf"\b(?:dia )?(\d{{1,2}}) (?:de )?{_MONTH}(?: (?:de )?(\d{{4}}))?\b", _worded),
        (r"\bdias? \d{1,2}(?!\s*[:h\d])(?:(?:,| e| ou)(?: dia)? \d{1,2}(?!\s*[:h\d]))*", _day_numbers),
        (r"\b(?:daqui|em|daqui a) (?:uns |umas )?" + _COUNT + r" (dias?|semanas?)\b", _days_ahead),
        (rf"\b{_THIS} {_WEEKDAY}\b(?! que vem)", _this_weekday),
        (rf"\b{_WEEKDAY} (?:que vem|proxima)\b|\bproxima {_WEEKDAY}\b", _next_weekday),
        (rf"\boutra {_WEEKDAY}\b", _other_weekday),
        (rf"\b{_WEEKDAY}\b", _weekday),
        (r"\bdepois (?:de|d) ?amanha\b", _after_tomorrow),
        (r"\bamanha\b", _tomorrow),
        (r"\bhoje\b", _today),
        (r"\bontem\b", _yesterday),
        (r"\b(?:fim|final) de semana(?: que vem)?\b", _weekend),
        (r"\bsemana (?:que vem|proxima)\b|\bproxima semana\b|\boutra semana\b", _next_week),
        (rf"\b{_THIS} semana\b", _this_week),
        (rf"\b{_PART}(?:mes que vem|proxima mes)\b", _next_month),
        (r"\b(?P<part>comeco|inicio|fim|final) do mes\b", _this_month),
        (rf"(?P<part>)\b{_THIS} mes\b", _this_month),
        (rf"\b{_PART}(?:em |de )?(?P<month>{_MONTH[1:-1]})\b", _month),
    )
)
