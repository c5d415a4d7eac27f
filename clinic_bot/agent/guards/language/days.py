"""The weekdays, dates and times of the day that a plain text names. Pure."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

WEEKDAYS = ("segunda", "terca", "quarta", "quinta", "sexta", "sabado", "domingo")
_MONTHS = ("janeiro", "fevereiro", "marco", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro",
           "novembro", "dezembro")  # fmt: skip
_WEEKDAY = rf"(?:{'|'.join(WEEKDAYS)})s?(?:[- ]feiras?)?"
DAYS = re.compile(
    rf"\b(?P<span>{_WEEKDAY}) (?:a|ate(?: a| o)?) (?P<end>{_WEEKDAY})\b|\b(?P<day>{_WEEKDAY})\b"
    r"|\b(?P<weekend>(?:fim|fins|final|finais) de semana)\b|\b(?P<daily>todos os dias|diariamente|todo dia)\b"
    r"|\b(?P<near>hoje|depois de amanha|amanha)\b(?! de manha de)"
)
DATE = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?:/(?P<number>\d{{1,2}})(?:/\d+)?\b| de (?P<month>{'|'.join(_MONTHS)}))"
    r"|\bdia (?P<alone>\d{1,2})\b(?! de|/)"
)
_TIME = re.compile(
    r"\b(?P<hour>[01]?\d|2[0-3])(?: ?h(?:oras?)?(?: ?(?P<minute>[0-5]\d))?|:(?P<colon>[0-5]\d))\b(?! (?:antes"
    r"|de anteced))"
    r"|\b(?P<noon>meio[- ]dia)(?P<half> e meia)?\b"
)
PART_OF_DAY = re.compile(r"\b(?:de|pela|da|a|na) (manha|tarde|noite)\b")
#: From when to when each is.
PARTS_OF_DAY = {
    "manha": (time(5), time(12)),
    "tarde": (time(12), time(18)),
    "noite": (time(18), time(23, 59)),
}
#: ``das 8h às 12h``, ``das 8h até meio-dia``.
FROM_TO = re.compile(r"\bd?[ae]s? \S+(?: horas)? (?:as|ate(?: as)?|a) (?:\d|meio)")
#: A date that lies further back than this is next year's.
_BACK = timedelta(days=120)


def days_in(text: str, now: datetime | None = None) -> tuple[int, ...]:
    """Weekdays, Monday is 0; ``hoje`` is one where the instant is known."""
    return tuple(dict.fromkeys(day for match in DAYS.finditer(text) for day in _meant(match, now)))


def _meant(match: re.Match[str], now: datetime | None) -> Iterator[int]:
    if match["span"]:
        first, last = _number(match["span"]), _number(match["end"])
        yield from (n % 7 for n in range(first, last + 1 if last >= first else last + 8))
    elif match["day"]:
        yield _number(match["day"])
    elif match["weekend"]:
        yield from (5, 6)
    elif match["daily"]:
        yield from range(7)
    elif now is not None:
        yield near(match["near"], now).weekday()


def _number(word: str) -> int:
    return next(n for n, name in enumerate(WEEKDAYS) if word.startswith(name))


def near(word: str, now: datetime) -> date:
    """The day that ``hoje``, ``amanha`` or ``depois de amanha`` is."""
    return now.date() + timedelta(days=("hoje", "amanha", "depois de amanha").index(word))


def marks_in(text: str) -> frozenset[tuple[int, int]]:
    """Days of the calendar as (day, month), whatever the year."""
    return frozenset((int(one["day"]), _month(one)) for one in DATE.finditer(text) if not one["alone"])


def _month(match: re.Match[str]) -> int:
    return int(match["number"]) if match["number"] else _MONTHS.index(match["month"]) + 1


def dates_in(text: str, now: datetime) -> tuple[date, ...]:
    """Days of the calendar, in the year in which they would be meant."""
    found = (_date(match, now.date()) for match in DATE.finditer(text))
    return tuple(day for day in found if day is not None)


def _date(match: re.Match[str], today: date) -> date | None:
    try:
        if match["alone"]:
            this = today.replace(day=int(match["alone"]))
            return (
                this if this >= today else (today.replace(day=1) + timedelta(days=32)).replace(day=this.day)
            )
        day = date(today.year, _month(match), int(match["day"]))
        return day if day >= today - _BACK else day.replace(year=today.year + 1)
    except ValueError:
        return None


def times_in(text: str) -> list[time]:
    """Times of the day, as figures."""
    found = []
    for match in _TIME.finditer(text):
        if match["noon"]:
            found.append(time(12, 30 if match["half"] else 0))
        else:
            found.append(time(int(match["hour"]), int(match["minute"] or match["colon"] or 0)))
    return found
