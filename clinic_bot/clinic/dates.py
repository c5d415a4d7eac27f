"""Portuguese dates and hours, as patients write them, resolved from a given moment. Pure; no clock.

The model passes the patient's phrase on as it is, and code decides which days and hours it means: a model that counts
days itself is wrong one time in ten.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from clinic_bot.clinic import day_words, second_thoughts, time_words
from clinic_bot.clinic.named_days import Named, short_day
from clinic_bot.clinic.not_dates import without_lookalikes
from clinic_bot.clinic.number_words import in_digits
from clinic_bot.clinic.spelling import plain, repaired
from clinic_bot.clinic.time_words import Span

__all__ = ["Span", "When", "resolve"]

#: Before this hour somebody who is still awake may call the day that has begun "amanhã".
_MORNING = 4
#: Between two days that are two: "amanhã ou terça", "de amanhã pra terça".
_OTHER = re.compile(r"\b(?:ou|e|nem|pr[ao]|para|p)\b")


@dataclass(frozen=True, slots=True)
class When:
    """What a phrase means, in the zone of the moment it was resolved from."""

    days: tuple[date, ...] = ()  #: in order; none: no day was named
    spans: tuple[Span, ...] = ()  #: of each day; none: any hour
    barred: tuple[date, ...] = ()  #: ruled out; of a weekday the coming one
    barred_weekdays: frozenset[int] = frozenset()  #: ruled out in every week
    spread: bool = False  #: no day was named for itself, only weeks, months and the like
    doubt: str = ""  #: what has to be asked, in Portuguese; the days then hold every reading

    @property
    def exact(self) -> tuple[date, time] | None:
        """The one day and hour, where the phrase names just one of each."""
        if len(self.days) == 1 and len(self.spans) == 1 and self.spans[0].is_exact:
            return self.days[0], self.spans[0].earliest
        return None

    @property
    def hours(self) -> tuple[time, ...]:
        """The hours named outright."""
        return tuple(span.earliest for span in self.spans if span.is_exact)

    @property
    def names_days(self) -> bool:
        return bool(self.days or self.barred or self.doubt)

    def allows(self, day: date) -> bool:
        if day in self.barred or day.weekday() in self.barred_weekdays:
            return False
        return not self.days or day in self.days

    def fits_hour(self, at: time) -> bool:
        return not self.spans or any(span.holds(at) for span in self.spans)

    def fits(self, at: datetime) -> bool:
        """Whether a local moment is among what was named."""
        return self.allows(at.date()) and self.fits_hour(at.time())


def resolve(text: str, now: datetime) -> When:
    """The days and hours that ``text`` names, as seen at ``now``, which is local.

    Of days and of hours the last word counts: ``quarta às 9, aliás quinta`` is Thursday at nine.
    """
    readable = without_lookalikes(repaired(in_digits(plain(text))))
    read = [_read(second_thoughts.without_refused(one), now) for one in second_thoughts.takes(readable)]
    dated = next((one for one in reversed(read) if one.names_days), read[-1])
    timed = next((one for one in reversed(read) if one.spans), read[-1])
    return replace(dated, spans=timed.spans)


def _read(readable: str, now: datetime) -> When:
    named, rest = day_words.find(readable, now.date(), at_night=now.hour < _MORNING)
    wanted = [one for one in named if not one.kind.startswith("not")]
    barred = [one for one in named if one.kind.startswith("not")]
    days, doubt = _together(wanted, readable)
    # "segunda não dá, dia 30 tem?": that the 30th is a Monday as well was not what was ruled out.
    dated = {day.weekday() for one in wanted if one.kind == "date" for day in one.days}
    out = When(
        spans=time_words.find(rest),
        doubt=doubt,
        barred=tuple(sorted({day for one in barred for day in one.days[:1]})),
        barred_weekdays=frozenset(one.days[0].weekday() for one in barred if one.kind == "not_weekday")
        - dated,
        spread=all(one.kind == "span" for one in wanted),
    )
    return replace(out, days=tuple(day for day in days if out.allows(day)))


def _together(named: Sequence[Named], text: str) -> tuple[tuple[date, ...], str]:
    """``quinta dia 8`` names one day twice; ``quinta ou sexta`` names two; ``semana que vem na quinta`` narrows."""
    pinned = [one for one in named if one.kind in ("date", "near")]
    weekdays = [one for one in named if one.kind == "weekday"]
    spans = [one for one in named if one.kind == "span"]
    doubts = [one.doubt for one in pinned if one.doubt and not _is_settled(one, weekdays)]
    days = {day for one in pinned for day in one.days}
    if pinned:
        for one in weekdays:
            doubts += _check(one, pinned, days, text)
    elif spans and weekdays:
        wanted = {day.weekday() for one in weekdays for day in one.days}
        days = {day for one in spans for day in one.days if day.weekday() in wanted}
    else:
        days = {day for one in (*weekdays, *spans) for day in one.days}
        doubts += [one.doubt for one in (*weekdays, *spans) if one.doubt]
    return tuple(sorted(days)), "; ".join(dict.fromkeys(doubts))


def _is_settled(one: Named, weekdays: Sequence[Named]) -> bool:
    """``quinta dia 31`` in a month that has none is the day of that number that is a Thursday."""
    named = {day.weekday() for weekday in weekdays for day in weekday.days}
    return len(one.days) == 1 and one.days[0].weekday() in named


def _check(weekday: Named, pinned: Sequence[Named], days: set[date], text: str) -> list[str]:
    """A weekday beside a date is that date's, or one of the two is wrong; elsewhere it is a day of its own."""
    name = weekday.days[0].weekday()
    if any(day.weekday() == name for day in days):
        return []
    beside = [
        one
        for one in pinned
        if one.days
        and len(_between(one, weekday, text)) <= len(" , dia ")
        and not _OTHER.search(_between(one, weekday, text))
    ]
    if not beside:
        days.update(weekday.days)
        return [weekday.doubt] if weekday.doubt else []
    return [f"{day:%d/%m} é {short_day(day).partition(',')[0]}" for one in beside for day in one.days]


def _between(one: Named, other: Named, text: str) -> str:
    return text[min(one.end, other.end) : max(one.start, other.start)]
