"""What the readers of days share: the names of days and months, and what an expression was found to mean. Pure."""

import calendar
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WEEKDAYS = ("segunda", "terca", "quarta", "quinta", "sexta", "sabado", "domingo")
MONTHS = (
    "janeiro", "fevereiro", "marco", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro",
    "dezembro",
)  # fmt: skip
_MONTHS_SPELLED = tuple("março" if name == "marco" else name for name in MONTHS)
WEEKDAY = rf"({'|'.join(WEEKDAYS)})(?: feira)?"
MONTH = rf"({'|'.join(MONTHS)})"
NUMBERS = {"um": 1, "uma": 1, "dois": 2, "duas": 2, "tres": 3, "quatro": 4, "cinco": 5, "seis": 6, "dez": 10}
COUNT = rf"(\d{{1,2}}|{'|'.join(NUMBERS)})"
PART_OF_DAY = r"(?:de|a|pela|na|da) (?:manha|tarde|noite)"
THIS = r"(?:ess[ae]|est[ae]|ness[ae]|nest[ae]|dess[ae]|dest[ae])"


@dataclass(frozen=True, slots=True)
class Named:
    """One expression, and the days it may mean."""

    start: int
    end: int
    kind: str  #: date, weekday, near (hoje and the like), span, holiday, not and not_weekday (ruled out)
    days: tuple[date, ...]
    doubt: str = ""


def short_day(day: date) -> str:
    """``quinta, 08/10``."""
    names = ("segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo")
    return f"{names[day.weekday()]}, {day:%d/%m}"


Reader = tuple[re.Pattern[str], Callable[[re.Match[str], date], Named]]


def named(match: re.Match[str], kind: str, days: Sequence[date], doubt: str = "") -> Named:
    return Named(match.start(), match.end(), kind, tuple(days), doubt)


def run(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def either(match: re.Match[str], one: date, other: date, kind: str = "weekday") -> Named:
    return named(match, kind, (one, other), f"é {short_day(one)} ou {short_day(other)}?")


def compiled(
    *readers: tuple[str | re.Pattern[str], Callable[[re.Match[str], date], Named]],
) -> tuple[Reader, ...]:
    return tuple((re.compile(pattern), read) for pattern, read in readers)


def week_of(day: date) -> list[date]:
    monday = day - timedelta(days=day.weekday())
    return run(monday, monday + timedelta(days=6))


def month_of(day: date) -> list[date]:
    last = calendar.monthrange(day.year, day.month)[1]
    return run(day.replace(day=1), day.replace(day=last))


def months_ahead(day: date, count: int) -> date:
    """The first of the month so many after ``day``'s."""
    month = day.month - 1 + count
    return date(day.year + month // 12, month % 12 + 1, 1)


def next_with(number: int, today: date) -> Iterator[date]:
    """The next day with that number, today's included."""
    for ahead in range(12):
        try:
            day = months_ahead(today, ahead).replace(day=number)
        except ValueError:
            continue
        if day >= today:
            yield day
            return


def left_out(number: int, today: date) -> str:
    """What to ask of a number that the coming month has no day for: on 18 November, "dia 31" may be a slip."""
    day = next(next_with(number, today), None)
    expected = months_ahead(today, int(number < today.day))
    if day is None or day.month == expected.month:
        return ""
    return f"{_MONTHS_SPELLED[expected.month - 1]} não tem dia {number}: é {short_day(day)}?"


def coming(name: str, today: date) -> date:
    """The next day of that name after today."""
    ahead = (WEEKDAYS.index(name) - today.weekday()) % 7
    return today + timedelta(days=ahead or 7)


def count_of(word: str) -> int:
    return int(word) if word.isdecimal() else NUMBERS[word]
