"""When a patient is reminded of an appointment, and in which words. Pure; instants carry a zone.

Each reminder has a window: from the moment it is meant for until the moment from which it is of no use. A process that
was down sends what is late and still of use, and leaves out the rest.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from clinic_bot.clinic.hours import Period
from clinic_bot.clinic.texts import day_and_hour

#: One that falls into the night leaves so long before it: what is sent at its very edge may come too late for the day.
_BEFORE_NIGHT = timedelta(minutes=15)
#: Nearer than this to the next one, or to the start, it tells nobody anything.
_APART = timedelta(hours=2)
_LAST = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Rules:
    hours_before: tuple[int, ...]
    between: Period  #: of the day, in the clinic's zone

    def may_send(self, at: datetime) -> bool:
        return self.between.opens <= at.time() < self.between.closes


@dataclass(frozen=True, slots=True)
class Window:
    """One reminder of an appointment."""

    hours: int
    at: datetime
    until: datetime


class Skip(StrEnum):
    """Why a reminder is left out. The values are for the operator."""

    FRESH = "the patient booked, moved or confirmed it shortly before"
    LATE = "too late to be of use"


def windows(start: datetime, rules: Rules) -> list[Window]:
    """The reminders of an appointment, the first one first."""
    found: list[Window] = []
    until = _minus(start, _LAST)
    for hours in sorted(set(rules.hours_before)):
        at = _allowed(_minus(start, timedelta(hours=hours)), rules)
        found.append(Window(hours, at, until))
        until = _minus(at, _APART)
    return found[::-1]


def decide(window: Window, *, known_since: datetime, now: datetime, rules: Rules) -> Skip | datetime:
    """When to send it, which may be now or past; or why not.

    Args:
        known_since: when the patient last dealt with the appointment: who booked it an hour ago knows of it.
    """
    if known_since > _minus(window.at, timedelta(hours=window.hours) / 2):
        return Skip.FRESH
    if now >= window.until or window.at >= window.until:
        return Skip.LATE
    if now <= window.at or rules.may_send(now):
        return window.at
    return _next_opening(now, rules)


def _allowed(at: datetime, rules: Rules) -> datetime:
    """The moment itself, or the nearest one before it at which somebody may be written to."""
    if rules.may_send(at):
        return at
    day = at.date() if at.time() >= rules.between.closes else at.date() - timedelta(days=1)
    edge = datetime.combine(day, rules.between.closes, at.tzinfo) - _BEFORE_NIGHT
    return max(edge, datetime.combine(day, rules.between.opens, at.tzinfo))


def _next_opening(now: datetime, rules: Rules) -> datetime:
    day = now.date() if now.time() < rules.between.opens else now.date() + timedelta(days=1)
    return datetime.combine(day, rules.between.opens, now.tzinfo)


def _minus(at: datetime, duration: timedelta) -> datetime:
    """By the clock that never changes, shown in the zone of ``at``."""
    return (at.astimezone(UTC) - duration).astimezone(at.tzinfo)


# The words.

CLINIC, ASSISTANT, VISITS = "{clinica}", "{assistente}", "{consultas}"

_PLACES = re.compile("|".join(map(re.escape, (CLINIC, ASSISTANT, VISITS))))

REMINDER = (
    "Olá! Sou {assistente}, assistente virtual ({clinica}). Lembrete:\n{consultas}\n\n"
    "Responda *1* para confirmar ou *2* para remarcar. Para cancelar, responda *CANCELAR*. "
    "Para não receber mais lembretes, responda *PARAR*."
)
REMINDER_CONFIRMED = (
    "Olá! Sou {assistente}, assistente virtual ({clinica}). Só para lembrar, está confirmado:\n{consultas}\n\n"
    "Se precisar remarcar, responda *2*. Para não receber mais lembretes, responda *PARAR*."
)


@dataclass(frozen=True, slots=True)
class Visit:
    """An appointment as its patient may read it, on whatever phone."""

    patient: str
    what: str  #: service and professional
    start: datetime
    confirmed: bool


def text(template: str, visits: Sequence[Visit], *, clinic: str, assistant: str, now: datetime) -> str:
    """What leaves. Only first names: a phone is looked at by more than one person."""
    lines = [f"{_mark(visits)}{line(visit, now)}" for visit in visits]
    values = {CLINIC: clinic, ASSISTANT: assistant, VISITS: "\n".join(lines)}
    # In one pass: what stands in a name is no placeholder of ours.
    return _PLACES.sub(lambda found: values[found[0]], template)


def _mark(visits: Sequence[Visit]) -> str:
    return "• " if len(visits) > 1 else ""


def line(visit: Visit, now: datetime) -> str:
    """``Alice: Consulta de pediatria com Dra. Lívia, amanhã, quarta-feira, 07/10, às 9h``."""
    name = first_name(visit.patient)
    return f"{f'{name}: ' if name else ''}{visit.what}, {when(visit.start, now)}"


def when(start: datetime, now: datetime) -> str:
    days = (start.date() - now.astimezone(start.tzinfo).date()).days
    near = {0: "hoje, ", 1: "amanhã, "}.get(days, "")
    return near + day_and_hour(start)


def check_template(template: str) -> str:
    """Raises ValueError where it says not what it is about, or names something that is not known."""
    if VISITS not in template:
        raise ValueError(f"must hold {VISITS}, where the appointments are named")
    if unknown := re.search(r"\{[^}]*\}?", _PLACES.sub("", template)):
        raise ValueError(f"knows {CLINIC}, {ASSISTANT} and {VISITS}, not {unknown[0]!r}")
    return template


def first_name(name: str) -> str:
    return next(iter(name.split()), "")
