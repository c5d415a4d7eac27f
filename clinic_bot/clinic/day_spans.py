"""Phrases that name many days at once: weeks, months and their parts, holidays. Pure."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from clinic_bot.clinic import holidays
from clinic_bot.clinic.named_days import (
    COUNT,
    MONTH,
    MONTHS,
    THIS,
    WEEKDAY,
    WEEKDAYS,
    Named,
    compiled,
    count_of,
    month_of,
    months_ahead,
    named,
    week_of,
)

#: A holiday further away than that is none that somebody means who does not name it.
_NEAR_HOLIDAY = timedelta(days=45)
_ORDINALS = ("primeira", "segunda", "terceira", "quarta", "ultima")
#: The first of a month is a 1 in repaired text.
_ORDINAL = r"(primeir|segund|terceir|quart|ultim|1)[ao]?"


def _weeks_ahead(match: re.Match[str], today: date) -> Named:
    return named(match, "span", week_of(today + timedelta(days=7 * count_of(match[1]))))


def _months_away(match: re.Match[str], today: date) -> Named:
    """The week around the same day of that month."""
    days = month_of(months_ahead(today, count_of(match[1])))
    return named(match, "span", week_of(days[min(today.day, len(days)) - 1]))


def _next_week(match: re.Match[str], today: date) -> Named:
    return named(match, "span", _part_of_week(match, week_of(today + timedelta(days=7))))


def _this_week(match: re.Match[str], today: date) -> Named:
    return named(match, "span", _left(_part_of_week(match, week_of(today)), today))


def _weekend(match: re.Match[str], today: date) -> Named:
    return named(match, "span", _left(week_of(today)[5:], today))


def _next_weekend(match: re.Match[str], today: date) -> Named:
    """Before Saturday, "o fim de semana que vem" is the coming one to some and the one after it to others."""
    days = [*week_of(today)[5:], *week_of(today + timedelta(days=7))[5:]]
    saturday, later = days[0], days[2]
    if today >= saturday:
        return named(match, "span", days[2:])
    return named(match, "span", days, f"é o fim de semana de {saturday:%d/%m} ou o de {later:%d/%m}?")


def _next_month(match: re.Match[str], today: date) -> Named:
    return named(match, "span", _part_of_month(match, month_of(months_ahead(today, 1))))


def _this_month(match: re.Match[str], today: date) -> Named:
    return named(match, "span", _left(_part_of_month(match, month_of(today)), today))


def _month(match: re.Match[str], today: date) -> Named:
    number = MONTHS.index(match["month"]) + 1
    days = month_of(date(today.year + (number < today.month), number, 1))
    return named(match, "span", _left(_part_of_month(match, days), today))


def _weekday_of_month(match: re.Match[str], today: date) -> Named:
    """``a primeira quinta de dezembro``, ``o último sábado do mês``."""
    ordinal, weekday, month, next_month = match.groups()
    if month:
        number = MONTHS.index(month) + 1
        first = date(today.year + (number < today.month), number, 1)
    else:
        first = months_ahead(today, 1 if next_month else 0)
    days = [day for day in month_of(first) if day.weekday() == WEEKDAYS.index(weekday)]
    at = next((n for n, word in enumerate(_ORDINALS) if word.startswith(ordinal)), 0)
    meant = days[-1] if ordinal == "ultim" else days[at]
    return (
        named(match, "date", (meant,))
        if meant >= today
        else named(match, "date", (), f"{meant:%d/%m} já passou")
    )


def _days_of_month(match: re.Match[str], today: date) -> Named:
    """``de 20 a 24 de março``."""
    first, last, name = match.groups()
    number = MONTHS.index(name) + 1
    days = month_of(date(today.year + (number < today.month), number, 1))
    return named(match, "span", _left(days[int(first) - 1 : int(last)], today))


def _holiday(match: re.Match[str], today: date) -> Named:
    name = match["holiday"]
    day = holidays.coming(name, today)
    if name.startswith("feriad") and day - today > _NEAR_HOLIDAY:
        return named(match, "span", ())
    return named(match, "holiday", (day,))


def _left(days: Sequence[date], today: date) -> list[date]:
    return [day for day in days if day >= today]


def _part_of_week(match: re.Match[str], days: Sequence[date]) -> Sequence[date]:
    match match["part"]:
        case "comeco" | "inicio":
            return days[:2]
        case "meio":
            return days[1:4]
        case "fim" | "final":
            return days[3:]
    return days


def _part_of_month(match: re.Match[str], days: Sequence[date]) -> Sequence[date]:
    """All of a month, or the part that was said."""
    part = match["part"] or ""
    ordinal = next((n for n, word in enumerate(_ORDINALS) if part.startswith(word)), None)
    if ordinal is not None and part.endswith("quinzena"):
        return days[15:] if ordinal else days[:15]
    if ordinal is not None:
        return days[-7:] if part.startswith("ultima") else days[7 * ordinal : 7 * ordinal + 7]
    match part[:2]:
        case "co" | "in":
            return days[:10]
        case "me":
            return days[9:20]
        case "fi":
            return days[20:]
    return days


_SLICE = (
    r"(?P<part>comeco|inicio|meio|meados|fim|final|(?:primeira|segunda) quinzena"
    rf"|(?:{'|'.join(_ORDINALS)}) semana)"
)
_PART = rf"(?:{_SLICE} (?:d[eo] |em )?)?"
_WEEK_PART = r"(?:(?P<part>comeco|inicio|meio|fim|final) d[ae] )?"
_HOLIDAY = rf"(?P<holiday>feriad\w*|{'|'.join(sorted(holidays.NAMES, key=len, reverse=True))})"

RANGES = compiled(
    (
        r"\b(?:de|do|entre)(?: o| os)?(?: dias?)? (\d{1,2}) (?:a|ao|ate|e)(?: o)?(?: dia)? (\d{1,2})"
        rf" (?:de )?{MONTH}\b",
        _days_of_month,
    ),
)
MONTHS_AND_PARTS = compiled(
    (
        rf"\b{_ORDINAL} {WEEKDAY} (?:d(?:e|o mes de) {MONTH}|d[oe] (?:(mes que vem|proxima mes)|mes))\b",
        _weekday_of_month,
    ),
    (rf"\b{_PART}(?:mes que vem|proxima mes)\b", _next_month),
    (rf"\b{_SLICE} d[eo]s?(?:s?te|sse)? mes\b", _this_month),
    (rf"(?P<part>)\b{THIS} mes\b", _this_month),
    (rf"\b{_PART}(?:em |de )?(?P<month>{MONTH[1:-1]})\b", _month),
    (rf"\b(?:dia d[eo] )?{_HOLIDAY}\b", _holiday),
)
WEEKS = compiled(
    (rf"\b(?:daqui(?: a)?|em) (?:uns |umas )?{COUNT} semanas?\b", _weeks_ahead),
    (rf"\b(?:daqui(?: a)?|em) (?:uns |umas )?{COUNT} mes(?:es)?\b", _months_away),
    (r"\b(?:fim|final) de semana que vem\b|\bproxima (?:fim|final) de semana\b", _next_weekend),
    (r"\b(?:fim|final) de semana\b", _weekend),
    (rf"\b{_WEEK_PART}(?:semana (?:que vem|proxima)|proxima semana|outra semana)\b", _next_week),
    (r"\b(?P<part>comeco|inicio|meio|fim|final) d(?:a|essa) semana\b", _this_week),
    (rf"(?P<part>)\b{THIS} semana\b", _this_week),
)
