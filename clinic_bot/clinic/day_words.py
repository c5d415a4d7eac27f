"""Which days a Portuguese phrase names, counted from a given one. Pure: ``dates`` puts them together with the hours."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from clinic_bot.clinic import day_relations, day_spans
from clinic_bot.clinic.named_days import (
    COUNT,
    MONTH,
    MONTHS,
    PART_OF_DAY,
    THIS,
    WEEKDAY,
    WEEKDAYS,
    Named,
    Reader,
    coming,
    compiled,
    count_of,
    either,
    left_out,
    months_ahead,
    named,
    next_with,
    week_of,
)

#: ``dia 8`` long ago would be next month's; a date of this year that is over for so long is next year's.
_LONG_OVER = timedelta(days=60)
#: A date with its year that lies so far back is a birthday or an old visit, no wish.
_HISTORY = timedelta(days=300)


def find(text: str, today: date, *, at_night: bool = False) -> tuple[list[Named], str]:
    """Every expression that names days, in order, and ``text`` with blanks in their places.

    Args:
        at_night: the day began a few hours ago: ``amanhã`` may be the day that lies behind the coming sleep.
    """
    found: list[Named] = []
    for pattern, read in _readers(at_night=at_night):
        for match in pattern.finditer(text):
            found.append(read(match, today))
            text = text[: match.start()] + " " * len(match[0]) + text[match.end() :]
    return day_relations.related(sorted(found, key=lambda one: one.start), text, today)


# Dates.


def _iso(match: re.Match[str], today: date) -> Named:
    year, month, day = (int(part) for part in match.groups())
    return _dated(match, today, day, month, year)


def _slashed(match: re.Match[str], today: date) -> Named:
    day, month, year = match.groups()
    return _dated(match, today, int(day), int(month), _year(year, today) if year else None)


def _year(written: str, today: date) -> int:
    """``02/08/75`` is a date of birth."""
    year = int(written)
    if year >= 100:
        return year
    return year + (2000 if year + 2000 <= today.year + 2 else 1900)


def _day_and_month(match: re.Match[str], today: date) -> Named:
    return _dated(match, today, int(match[1]), int(match[2]), None)


def _worded(match: re.Match[str], today: date) -> Named:
    day, month, year = match.groups()
    return _dated(match, today, int(day), MONTHS.index(month) + 1, int(year) if year else None)


def _worded_pair(match: re.Match[str], today: date) -> Named:
    """``8 ou 9 de outubro``."""
    *numbers, month = match.groups()
    both = [_dated(match, today, int(number), MONTHS.index(month) + 1, None) for number in numbers]
    return named(match, "date", [day for one in both for day in one.days], both[0].doubt or both[1].doubt)


def _dated(match: re.Match[str], today: date, day: int, month: int, year: int | None) -> Named:
    said = f"{day:02d}/{month:02d}"
    try:
        meant = date(year or today.year, month, day)
    except ValueError:
        return named(match, "date", (), f"a data {said} não existe")
    if meant >= today:
        return named(match, "date", (meant,))
    if year is None and today - meant > _LONG_OVER:
        return named(match, "date", (_same_day(meant, today.year + 1),))
    if year is not None and today - meant > _HISTORY:
        return named(match, "span", ())
    return named(match, "date", (), f"{said} já passou")


def _same_day(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:  # 29 February
        return date(year, 3, 1)


def _day_numbers(match: re.Match[str], today: date) -> Named:
    numbers = [int(one) for one in re.findall(r"\d+", match[0])]
    days = [day for number in numbers for day in next_with(number, today)]
    if len(days) < len(numbers):
        return named(match, "date", days, f"não existe dia {numbers[-1]}")
    return named(
        match, "date", days, "; ".join(filter(None, (left_out(number, today) for number in numbers)))
    )


def _day_of_next_month(match: re.Match[str], today: date) -> Named:
    first = months_ahead(today, 1)
    return _dated(match, today, int(match[1] or match[2]), first.month, first.year)


def _day_of_this_month(match: re.Match[str], today: date) -> Named:
    return _dated(match, today, int(match[1] or match[2]), today.month, today.year)


# Weekdays.


def _this_weekday(match: re.Match[str], today: date) -> Named:
    name = match[1] or match[2]
    is_today = WEEKDAYS.index(name) == today.weekday()
    return named(match, "weekday", (today if is_today else coming(name, today),))


def _next_weekday(match: re.Match[str], today: date) -> Named:
    """Said on a Tuesday, ``quinta que vem`` is the day after tomorrow to some and next week's to others."""
    day = coming(match[1] or match[2], today)
    if day not in week_of(today):
        return named(match, "weekday", (day,))
    return either(match, day, day + timedelta(days=7))


def _not_this_weekday(match: re.Match[str], today: date) -> Named:
    """``quinta que vem, sem ser essa``; behind this week's Thursday "essa" may be that one or the coming one."""
    day = coming(match[1] or match[2], today)
    if day - today == timedelta(days=7):
        return named(match, "weekday", (day,))
    if day in week_of(today):
        return named(match, "weekday", (day + timedelta(days=7),))
    return either(match, day, day + timedelta(days=7))


def _other_weekday(match: re.Match[str], today: date) -> Named:
    return named(match, "weekday", (coming(match[1], today) + timedelta(days=7),))


def _weekday(match: re.Match[str], today: date) -> Named:
    day = coming(match[1], today)
    if day - today == timedelta(days=7):
        return either(match, today, day)
    return named(match, "weekday", (day,))


def _numbered_weekday(match: re.Match[str], today: date) -> Named:
    """``sexta 16``: the day of the month where that is a Friday; else the number is an hour or something else."""
    day = next(iter(next_with(int(match[2]), today)), None)
    if day is not None and day.weekday() == WEEKDAYS.index(match[1]):
        return named(match, "date", (day,))
    return _weekday(match, today)


# What lies near.


def _after_tomorrow(match: re.Match[str], today: date) -> Named:
    return named(match, "near", (today + timedelta(days=2),))


def _tomorrow(match: re.Match[str], today: date) -> Named:
    return named(match, "near", (today + timedelta(days=1),))


def _after_tomorrow_at_night(match: re.Match[str], today: date) -> Named:
    return either(match, today + timedelta(days=1), today + timedelta(days=2), "near")


def _tomorrow_at_night(match: re.Match[str], today: date) -> Named:
    return either(match, today, today + timedelta(days=1), "near")


def _today(match: re.Match[str], today: date) -> Named:
    return named(match, "near", (today,))


def _yesterday(match: re.Match[str], today: date) -> Named:
    return named(match, "near", (), "ontem já passou")


def _week_from_today(match: re.Match[str], today: date) -> Named:
    """``de hoje a oito``: today is counted as the first."""
    return named(match, "near", (today + timedelta(days=7 * (1 + (match[1] in ("15", "quinze")))),))


def _days_ahead(match: re.Match[str], today: date) -> Named:
    return named(match, "near", (today + timedelta(days=count_of(match[1])),))


def _readers(*, at_night: bool) -> Iterator[Reader]:
    yield from _DATES
    yield from day_spans.MONTHS_AND_PARTS
    yield from _DAYS
    yield from _NIGHT if at_night else _DAYLIGHT
    yield from _NEAR
    yield from day_spans.WEEKS


#: What makes a number an hour; what makes the next one an hour, so that the one before it may be a day: "dia 26 8:20".
_AN_HOUR = r" ?(?::|h(?![a-z])|d[ae] (?:manha|tarde|noite))"
_NOT_HOUR = rf"(?!\d|\s*:|\s*h(?![a-z])|\s+\d(?!\d?{_AN_HOUR}))"
_DATES = compiled(
    (r"\b(\d{4})-(\d{2})-(\d{2})(?=\b|t)", _iso),
    (r"\bdia (\d{1,2}) d[oe] mes que vem\b|\bmes que vem,?(?: no)? dia (\d{1,2})\b", _day_of_next_month),
    (
        rf"\bdia (\d{{1,2}})\W{{1,3}}{THIS} mes\b|\b{THIS} mes,?(?: no)? dia (\d{{1,2}})\b{_NOT_HOUR}",
        _day_of_this_month,
    ),
    (r"\b(?:dia )?(\d{1,2})[/-](\d{1,2})(?:[/-](\d{4}|\d{2}))?(?!\d| ?h\b|:\d)", _slashed),
    (r"(?<![\d.,$])\b(?:dia )?([0-3]\d)\.(0\d|1[0-2])(?:\.(\d{4}|\d{2}))?\b(?!\d|\.| ?h)", _slashed),
    (rf"\bdia (\d{{1,2}}) d[oe] (?:mes )?(0?[1-9]|1[0-2])\b{_NOT_HOUR}", _day_and_month),
    *day_spans.RANGES,
    (rf"\b(?:dias? )?(\d{{1,2}}) (?:e|ou) (?:dia )?(\d{{1,2}}) de {MONTH}\b", _worded_pair),
    (rf"\b(?:dia )?(\d{{1,2}}) (?:de )?{MONTH}(?: (?:de )?(\d{{4}}))?\b", _worded),
)
#: What says that the coming one is not meant; not "sem ser essa hora".
_NOT_THIS = (
    r"\W{1,3}(?:mas )?(?:sem ser|nao(?: e| seja)?|n|que nao seja|tirando|fora)(?: [ao])?"
    rf" [nd]?es[st][ae](?: (?:agora|ai|semana|(?:{'|'.join(WEEKDAYS)})(?: feira)?))*"
    r"(?=\W*$|[,.;!?\n]| (?:as?|d[aeo]|pela|n[ao]|por|pf|pode|tem|mas|e|ou|que|\d))"
)
_DAYS = compiled(
    (rf"\bdias? \d{{1,2}}{_NOT_HOUR}(?:(?:,| e| ou)(?: dia)? \d{{1,2}}{_NOT_HOUR})*", _day_numbers),
    (rf"\b(?:daqui(?: a)?|em) (?:uns |umas )?{COUNT} dias?\b", _days_ahead),
    (
        rf"\b{WEEKDAY},? \(?(\d{{1,2}})\b\)?{_NOT_HOUR}(?!\s*/| e (?:meia|\d)| d[ae] (?:manha|tarde|noite))",
        _numbered_weekday,
    ),
    (
        rf"(?<!\bou )\b(?:{WEEKDAY}(?: (?:que vem|proxima))?|proxima {WEEKDAY}){_NOT_THIS}",
        _not_this_weekday,
    ),
    (rf"\b{THIS} {WEEKDAY}\b(?! que vem)|\b{WEEKDAY} agora\b", _this_weekday),
    (rf"\b{WEEKDAY} (?:que vem|proxima)\b|\bproxima {WEEKDAY}\b", _next_weekday),
    (rf"\boutr[oa] {WEEKDAY}\b", _other_weekday),
    (rf"\b{WEEKDAY}\b", _weekday),
)
_AFTER_TOMORROW = r"\bdepois (?:de|d) ?amanha\b"
_TOMORROW = r"\bamanha\b"
_DAYLIGHT = compiled((_AFTER_TOMORROW, _after_tomorrow), (_TOMORROW, _tomorrow))
_NIGHT = compiled((_AFTER_TOMORROW, _after_tomorrow_at_night), (_TOMORROW, _tomorrow_at_night))
_NEAR = compiled(
    (r"\b(?:de )?hoje a (8|oito|15|quinze)(?: dias?)?\b(?! ?h|:)", _week_from_today),
    (r"\bhoje\b", _today),
    (rf"\b(?:ante)?ontem\b(?: {PART_OF_DAY})?", _yesterday),
)
