"""Whether a reply offers a time that no tool showed as free. Pure.

That the clinic opens at 9h makes 9h no free time of anybody's, and what is free on Tuesday is not free on Friday.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from clinic_bot.agent.guards.language.clauses import sentences
from clinic_bot.agent.guards.language.days import DAYS, dates_in, days_in, near
from clinic_bot.agent.guards.language.figures import times
from clinic_bot.clinic.spelling import plain

_OFFERS = re.compile(
    r"\b(?:tem|tenho|temos|ha|livres?|vag[ao]u?s?|disponive\w+|encaix\w+|consigo|sobrou|abriu|restou|opc(?:ao|oes))\b"
    r"|\b(?:pode|podem)(?: te)? (?:ser|vir|atender|as)\b|\b(?:atende|fazer)\b|\b(?:que tal|serve)\b"
)
_SETTLES = re.compile(r"\b(?:anotad\w+|combinad\w+|reservad\w+|marcad\w+|agendad\w+|entao|perfeito)\b")
_NO = re.compile(r"\b(?:nao|nem|nenhum\w*|sem|ocupad\w+|lotad\w+|indisponive\w+|infelizmente)\b")
#: What the clinic does all the time is no free time.
_HABIT = re.compile(
    r"\b(?:abr(?:e|imos)|fech\w+|funciona\w*|expediente|coleta|jejum|sem hora marcada|lembrete|recepcao|clinica"
    r"|manobrista|estacionamento|cvv|samu|188|192)\b"
)
#: Until when something may be changed is when nobody attends.
_DEADLINE = re.compile(
    r"\b(?:avis\w+|desmarc\w+|cancel\w+|remarc\w+|prazo|mudar|mudanca|troca\w*)\b.*\b(?:ate|antes d[aeo]s?)\b"
    r"|\b(?:ate|antes d[aeo]s?)\b.*\b(?:avis\w+|desmarc\w+|cancel\w+|remarc\w+|prazo|mudar|mudanca|troca\w*)\b"
)
#: ``até 48 horas antes, ou seja, até terça às 15h`` counts back from what was told.
_BEFORE = re.compile(r"\b(\d{1,3}) ?h(?:oras)? (?:antes|de anteced)|\b(?:um|1) dia antes\b|\bvespera\b")
_RANGE = re.compile(
    r"\b(?:d?as|de) [\d:h]+(?: ?horas)? ?(?:as|ate(?: as)?|a|-|ao) (?:[\d:h]+|meio[- ]dia)"
    r"|\b(?:ate|a partir d[aeo]s?|antes d[aeo]s?|depois d[aeo]s?|apos|entre)(?: as)? (?:[\d:h]+|o meio[- ]dia"
    r"|meio[- ]dia)"
    r"(?: e (?:as )?[\d:h]+)?|\bcheg\w+[^,.]*"
)

_THAT_DAY = re.compile(r"\b(?:n?es[st]e (?:mesmo )?dia|n?es[st]a (?:mesma )?data|no mesmo dia)\b")


class Day(NamedTuple):
    """When a time is told of; nothing where nothing says so."""

    weekdays: frozenset[int] = frozenset()
    dates: frozenset[date] = frozenset()

    def may_be(self, other: "Day") -> bool:
        """Whether both may be one day: this Tuesday is none of next week's."""
        if self.dates and other.dates:
            return bool(self.dates & other.dates)
        return not (self.weekdays and other.weekdays) or bool(self.weekdays & other.weekdays)

    def or_else(self, other: "Day") -> "Day":
        return Day(self.weekdays | other.weekdays, self.dates | other.dates)

    def is_one_of(self, other: "Day") -> bool:
        """Whether both name a day, and the same."""
        return self.may_be(other) and bool(self.weekdays & other.weekdays or self.dates & other.dates)


NO_DAY = Day()


class Pair(NamedTuple):
    day: Day
    at: str  #: ``HH:MM``


def mistake(text: str, told: Sequence[str], file_times: Iterable[str], now: datetime | None) -> str | None:
    """What ``text`` says wrongly of free times, in Portuguese; None for nothing.

    Args:
        told: results of tools and earlier messages of the clinic.
        file_times: that the file names beside its opening hours, as ``HH:MM``.
    """
    if _untold(text, told, file_times, now):
        return "oferece um horário que nenhuma ferramenta mostrou como livre"
    return None


def _untold(text: str, told: Sequence[str], file_times: Iterable[str], now: datetime | None) -> bool:
    shown = [pair for one in told for pair in pairs(one, now)]
    told_at = {one.at for one in shown}
    named = set(file_times)
    deadlines = list(_earlier(shown, {int(one[1] or 24) for one in _BEFORE.finditer(plain(text))}))
    last = NO_DAY
    for sentence in sentences(text):
        bare = plain(sentence)
        that, last = last, _day(bare, now, last)
        offers = _OFFERS.search(bare) or re.search(r"\bd[áÁ]\b", sentence)
        settles = not bare.endswith("?") and _SETTLES.search(bare)
        if _HABIT.search(bare):
            continue
        if not (offers or settles):
            if _DEADLINE.search(bare):
                continue
            if not bare.endswith("?") and any(
                _on_another_day(one, (*shown, *deadlines)) for one in _offered(bare, now, that)
            ):
                return True
            continue
        for pair in _offered(bare, now, that):
            if any(pair.at == one.at and pair.day.is_one_of(one.day) for one in deadlines):
                continue
            if pair.at not in told_at:
                if pair.at not in named or pair.day.dates:
                    return True
            elif _on_another_day(pair, shown):
                return True
    return False


def _earlier(shown: Sequence[Pair], hours: Iterable[int]) -> Iterator[Pair]:
    """What is so many hours before a time that was told."""
    for pair in shown:
        for day in pair.day.dates:
            for count in hours:
                at = datetime.combine(day, time.fromisoformat(pair.at)) - timedelta(hours=count)
                yield Pair(Day(frozenset((at.weekday(),)), frozenset((at.date(),))), f"{at:%H:%M}")


def _on_another_day(pair: Pair, shown: Sequence[Pair]) -> bool:
    """Whether a time was told, and of other days only."""
    on = [other for other in shown if other.at == pair.at]
    return bool(on) and not any(pair.day.may_be(other.day) for other in on)


def _offered(bare: str, now: datetime | None, that: Day) -> Iterator[Pair]:
    """The times that a sentence offers. ``that``: the day of which the ones before it spoke."""
    day = NO_DAY
    after = _day(bare, now)
    for part in re.split(r"[,;.]\s|\smas\s", bare):
        before, day = day, _day(part, now, that if day == NO_DAY and _THAT_DAY.search(part) else day)
        if _NO.search(part):
            continue
        part = _RANGE.sub(" ", part)
        for figure in times(part):
            # ``quinta, às 9h para sexta, às 10h``: an hour is of the day said before it, or else of the next.
            earlier = before != NO_DAY and not _day(part[: part.find(figure.shown)], now).weekdays
            yield Pair(before.or_else(day) if earlier else day if day != NO_DAY else after, figure.value)


def pairs(text: str, now: datetime | None) -> Iterator[Pair]:
    """Every time that a text names, with the days it stands behind; none where it stands behind none."""
    for line in text.splitlines():
        day = NO_DAY
        for part in re.split(r"[;.](?:\s|$)|(?<=\))\s", plain(line)):
            day = _day(part, now, day)
            for figure in times(part):
                yield Pair(day, figure.value)


def _day(text: str, now: datetime | None, before: Day = NO_DAY) -> Day:
    """The day that ``text`` names; a date alone is of the weekday said before it."""
    if now is None:
        return Day(frozenset(days_in(text))) if days_in(text) else before
    weekdays, dates = frozenset(days_in(text, now)), frozenset(dates_in(text, now))
    soon = frozenset(near(match["near"], now) for match in DAYS.finditer(text) if match["near"])
    if not weekdays:
        return Day(before.weekdays, dates) if dates else before
    # ``sexta ou quarta, 14/10``: of some the date is not said.
    return Day(weekdays, dates | soon if len(dates | soon) >= len(weekdays) else frozenset())
