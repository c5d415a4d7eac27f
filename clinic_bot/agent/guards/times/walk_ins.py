"""Whether a reply says of what is done without an appointment a day or an hour on which it is not. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time

from clinic_bot.agent.guards.language.days import FROM_TO, days_in, times_in
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.spelling import plain

_NO = re.compile(r"\b(?:nao|nem|nunca|sem|exceto|menos|fora|fech\w+)\b")
#: ``sem hora marcada`` denies no day.
_DENIED = re.compile(r"\b(?:nao|nem|exceto|menos)\b")
_PARTS = re.compile(r"[,;:()]\s|\.\s|\s(?:mas|porem|enquanto|so que)\s")
#: Words of a service's name that others have, too.
_COMMON = frozenset(("exame", "exames", "consulta", "sessao", "teste", "avaliacao", "entrega"))


@dataclass(frozen=True, slots=True)
class _WalkIn:
    words: re.Pattern[str]
    days: frozenset[int]
    times: frozenset[time]  #: that the file says of it, wherever it does
    hours: tuple[tuple[time, time], ...]  #: first and last of each period


class WalkIns:
    """What one clinic does in the order in which patients come."""

    def __init__(self, facts: ClinicFacts) -> None:
        lines = [plain(f"{one.title}: {one.text}") for one in facts.sections()]
        self._all = [
            _read(plain(one.name), plain(one.walk_in), lines) for one in facts.services if one.walk_in
        ]

    def mistake(self, sentence: str, now: datetime | None) -> bool:
        """Whether ``sentence``, plain, says it wrongly; what is asked says nothing."""
        if sentence.endswith("?"):
            return False
        days: set[int] = set()
        about: list[_WalkIn] = []
        for part in filter(None, _PARTS.split(sentence)):
            named = [one for one in self._all if one.words.search(part)]
            about = named or about
            own = set(days_in(part, now))
            days = (own or days) if about else set()
            if not about or _NO.search(part):
                continue
            done = {day for one in about for day in one.days}
            if (own or named) and done and not days <= done:
                return True
            if any(_outside(part, about)):
                return True
        return False


def _outside(part: str, about: list[_WalkIn]) -> Iterator[bool]:
    times = times_in(part)
    told = {at for one in about for at in one.times}
    hours = [period for one in about for period in one.hours]
    if hours and times:
        yield not all(at in told or any(a <= at <= b for a, b in hours) for at in times)
        yield len(times) > 1 and FROM_TO.search(part) is not None and not set(times) <= told


def _read(name: str, line: str, lines: list[str]) -> _WalkIn:
    words = re.findall(r"\w{4,}", name)
    tell_apart = [word for word in words if word not in _COMMON] or words
    pattern = re.compile("|".join(rf"\b{re.escape(word)}\b" for word in tell_apart[:2]))
    affirmed = [
        part for part in re.split(r"[;.](?:\s|$)|\b(?=exceto|menos)", line) if not _DENIED.search(part)
    ]
    times = [at for part in affirmed for at in times_in(part)]
    elsewhere = [at for one in lines if pattern.search(one) for at in times_in(one)]
    return _WalkIn(
        pattern,
        frozenset(day for part in affirmed for day in days_in(part)),
        frozenset((*times, *elsewhere)),
        tuple(zip(times[::2], times[1::2], strict=False)),
    )
