"""Free slots: working hours less holidays, absences and what is taken. Pure; instants carry a zone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from clinic_bot.clinic import team
from clinic_bot.clinic.clinic_file import ClinicFile, Professional, Service
from clinic_bot.clinic.dates import When

#: Records mark what is taken in cells of so many minutes; a start that lies on them wastes none.
CELL_MINUTES = 5

#: Epoch milliseconds, begin and end, of what nobody else can have. By the key of the professional.
Taken = Mapping[str, Sequence[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Slot:
    """A start that a patient may have."""

    start: datetime
    service: Service
    professional: Professional

    @property
    def start_ms(self) -> int:
        return round(self.start.timestamp() * 1000)

    @property
    def end_ms(self) -> int:
        return self.start_ms + (self.service.minutes or 0) * 60_000


def free_slots(facts: ClinicFile, service: Service, when: When, taken: Taken, *, now: datetime) -> list[Slot]:
    """Every free start of a service that ``when`` allows, in order of time.

    From now on and as far ahead as the clinic's rules say; ``now`` is in the clinic's zone.
    """
    earliest = now + timedelta(minutes=facts.agenda.notice_minutes)
    found = [
        slot
        for professional in team.bookable(facts).get(service.key, ())
        for day in _days(facts, when, now.date())
        for slot in _starts(facts, service, professional, day)
        if slot.start >= earliest and when.fits(slot.start) and _is_free(slot, taken)
    ]
    return sorted(found, key=lambda slot: (slot.start, slot.professional.name))


def _days(facts: ClinicFile, when: When, today: date) -> Iterator[date]:
    for ahead in range(facts.agenda.days_ahead + 1):
        day = today + timedelta(days=ahead)
        if when.allows(day):
            yield day


def _starts(facts: ClinicFile, service: Service, professional: Professional, day: date) -> Iterator[Slot]:
    if any(away.first <= day <= away.last for away in professional.away):
        return
    starts = {slot for slot in professional.slots if slot.date() == day}
    if professional.hours is not None and not facts.hours.week().is_closed_on(day):
        for period in professional.hours.periods()[day.weekday()]:
            starts.update(_within(day, period.opens, period.closes, facts, service))
    for start in sorted(starts):
        local = start.replace(tzinfo=facts.timezone)
        if _exists(local):
            yield Slot(local, service, professional)


def _within(day: date, opens: time, closes: time, facts: ClinicFile, service: Service) -> Iterator[datetime]:
    length = timedelta(minutes=service.minutes or 0)
    minutes = facts.agenda.step_minutes or service.minutes or 0
    step = timedelta(minutes=-(-minutes // CELL_MINUTES) * CELL_MINUTES)
    start, end = datetime.combine(day, opens), datetime.combine(day, closes)
    while start + length <= end:
        yield start
        start += step


def _exists(local: datetime) -> bool:
    """Not in the hour that a change to summer time leaves out."""
    zone = local.tzinfo
    return datetime.fromtimestamp(local.timestamp(), zone).replace(tzinfo=None) == local.replace(tzinfo=None)


def _is_free(slot: Slot, taken: Taken) -> bool:
    busy = taken.get(slot.professional.key, ())
    return not any(begin < slot.end_ms and slot.start_ms < end for begin, end in busy)
