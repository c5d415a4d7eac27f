"""When the clinic is open: weekly periods, closed days, and the next opening. Pure; instants carry a zone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise

from clinic_bot.clinic.texts import WEEKDAYS, clock_time, enumerate_words

_PERIOD = re.compile(r"(\d{1,2})(?::|h)(\d{2})?\s*(?:-|–|às|as|a|até)\s*(\d{1,2})(?::|h)(\d{2})?")
_CLOSED = ("", "fechado", "fechada", "closed")
_HORIZON_DAYS = 60


@dataclass(frozen=True, slots=True)
class Period:
    opens: time
    closes: time

    def __str__(self) -> str:
        return f"das {clock_time(self.opens)} às {clock_time(self.closes)}"


@lru_cache(maxsize=256)  # every turn asks whether the clinic is open, and a file's days are always the same
def parse_periods(text: str) -> tuple[Period, ...]:
    """Read ``08:00-12:00, 13:30-18:00``; ``fechado`` or nothing is a closed day.

    Raises:
        ValueError: something else stands there, a period ends before it begins, or two overlap.
    """
    if text.strip().lower() in _CLOSED:
        return ()
    periods: list[Period] = []
    for hour, minute, end_hour, end_minute in _PERIOD.findall(text):
        try:
            opens, closes = time(int(hour), int(minute or 0)), time(int(end_hour), int(end_minute or 0))
        except ValueError:
            raise ValueError(f"there is no such hour: {text!r}; a day goes from 00:00 to 23:59") from None
        if closes <= opens:
            raise ValueError(f"a period must end after it begins: {text!r}")
        periods.append(Period(opens, closes))
    if not periods or re.sub(r"[\s,;/]|\be\b", "", _PERIOD.sub("", text)):
        raise ValueError(f'write hours as "08:00-12:00, 13:30-18:00" or "fechado", not {text!r}')
    periods.sort(key=lambda period: period.opens)
    if any(earlier.closes > later.opens for earlier, later in pairwise(periods)):
        raise ValueError(f"one period begins before the other ends: {text!r}")
    return tuple(periods)


@dataclass(frozen=True, slots=True)
class Week:
    """The periods of the seven weekdays, Monday first, and the days that are closed all the same."""

    days: tuple[tuple[Period, ...], ...]  #: shape (7,)
    closed_dates: frozenset[date] = frozenset()
    closed_yearly: frozenset[tuple[int, int]] = frozenset()  #: (day, month)

    def is_closed_on(self, day: date) -> bool:
        """Whether a holiday closes it, whatever the weekday says."""
        return day in self.closed_dates or (day.day, day.month) in self.closed_yearly

    def periods_on(self, day: date) -> tuple[Period, ...]:
        if self.is_closed_on(day):
            return ()
        return self.days[day.weekday()]

    def is_open(self, at: datetime) -> bool:
        now = at.time()
        return any(period.opens <= now < period.closes for period in self.periods_on(at.date()))

    def next_opening(self, at: datetime) -> datetime | None:
        """The first opening later than ``at``, in its zone; None when there is none within two months."""
        for ahead in range(_HORIZON_DAYS):
            day = at.date() + timedelta(days=ahead)
            for period in self.periods_on(day):
                opening = datetime.combine(day, period.opens, at.tzinfo)
                if opening > at:
                    return opening
        return None

    def describe(self) -> str:
        """One line: ``segunda a sexta-feira das 8h às 18h; sábado das 8h às 12h; domingo fechado``."""
        return "; ".join(
            f"{_span(first, last)} {enumerate_words(map(str, periods)) if periods else 'fechado'}"
            for first, last, periods in self._runs()
        )

    def attended(self) -> str:
        """``describe`` of the days with periods only: when somebody attends, not when a clinic is closed."""
        return "; ".join(
            f"{_span(first, last)} {enumerate_words(map(str, periods))}"
            for first, last, periods in self._runs()
            if periods
        )

    def _runs(self) -> Iterator[tuple[int, int, tuple[Period, ...]]]:
        """Neighbouring weekdays with the same periods, as (first, last, periods)."""
        first = 0
        for day in range(1, 8):
            if day == 7 or self.days[day] != self.days[first]:
                yield first, day - 1, self.days[first]
                first = day


def _span(first: int, last: int) -> str:
    if first == last:
        return WEEKDAYS[first]
    joint = " e " if last == first + 1 else " a "
    return WEEKDAYS[first].removesuffix("-feira") + joint + WEEKDAYS[last]
