"""A recorded clinic's patients and appointments, written through the store's own functions, and read again."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from clinic_bot.clinic import fixture, team
from clinic_bot.clinic.facts import ClinicFacts, load_clinic
from clinic_bot.clinic.fixture import Booked
from clinic_bot.clinic.spelling import name_key
from clinic_bot.errors import Misconfigured
from clinic_bot.events import Contact
from clinic_bot.intake.identity import phone_key
from clinic_bot.sandbox.effects import Kept
from clinic_bot.sandbox.external import External
from clinic_bot.store import appointments, seed
from clinic_bot.store.appointments import Wanted
from clinic_bot.store.cells import Place
from clinic_bot.store.database import Database
from clinic_bot.store.policy import Policy
from clinic_bot.store.tables import Conversation

_DEFAULT_MINUTES = 30
_LONG_AGO = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class RecordedAgenda:
    """What a scenario's clinic knows and has booked before the first event."""

    facts: ClinicFacts
    families: tuple[tuple[str, tuple[str, ...]], ...]
    booked: tuple[Booked, ...]
    policy: Policy

    async def write(self, database: Database, instance: str, *, at_ms: int) -> dict[int, str]:
        """Into a file that no server has open; the scenario's id of each appointment by our own."""
        return await database.write(partial(self._write, instance=instance, at_ms=at_ms))

    def _write(self, connection: Connection, instance: str, *, at_ms: int) -> dict[int, str]:
        policy = self.policy
        for phone, names in self.families:
            known = [(name, name_key(name)) for name in names]
            seed.knows(connection, _contact(instance, phone), known, at_ms=at_ms, policy=policy)
        for visit in self._earlier_visits(at_ms):
            contact, wanted = _contact(instance, visit.phone), self._wanted(visit, instance)
            seed.has_booked(connection, contact, wanted, at_ms=at_ms, policy=policy)
        ids: dict[int, str] = {}
        for one in self.booked:
            row = seed.has_booked(
                connection,
                _contact(instance, one.phone),
                self._wanted(one, instance),
                at_ms=at_ms,
                policy=policy,
            )
            if row is not None:
                ids[row] = one.id
        return ids

    def _earlier_visits(self, at_ms: int) -> Iterator[Booked]:
        """One, long ago, for everybody who has none: a name of whom nothing was ever booked is not kept."""
        has_one = {(one.phone, one.patient) for one in self.booked}
        key, people = next(iter(team.bookable(self.facts).items()), ("", ()))
        day = datetime.fromtimestamp(at_ms / 1000, self.facts.timezone).replace(tzinfo=None) - _LONG_AGO
        known = [(phone, name) for phone, names in self.families for name in names]
        for n, (phone, name) in enumerate(one for one in known if one not in has_one and people):
            start = day.replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=n)
            yield Booked("", phone, name, key, people[0].key, start)

    def book_for_others(
        self, connection: Connection, one: External, instance: str, *, at_ms: int
    ) -> int | None:
        """As the reception books, whoever held the time: the row; None when an appointment stands there."""
        service = one.service or self._some_service(one.professional)
        wanted = self._wanted(
            Booked("", one.phone, one.patient, service, one.professional, one.start), instance
        )
        return seed.books_over(
            connection, _contact(instance, one.phone), wanted, at_ms=at_ms, policy=self.policy
        )

    def _some_service(self, professional: str) -> str:
        """One that the professional attends."""
        attended = team.bookable(self.facts).items()
        return next((key for key, who in attended if professional in {one.key for one in who}), "")

    def _wanted(self, one: Booked, instance: str) -> Wanted:
        service = next((found for found in self.facts.services if found.key == one.service), None)
        minutes = (service.minutes if service else None) or _DEFAULT_MINUTES
        ends = min([one.start + timedelta(minutes=minutes), *self._later_starts(one)])
        start_ms, end_ms = (
            round(at.replace(tzinfo=self.facts.timezone).timestamp() * 1000) for at in (one.start, ends)
        )
        place = Place(instance, one.professional, start_ms, end_ms)
        return Wanted(one.patient, name_key(one.patient), one.service, place)

    def _later_starts(self, one: Booked) -> list[datetime]:
        """What a recorded clinic calls free or has booked is so, however long the appointment before it lasts."""
        slots = [
            slot for who in self.facts.professionals if who.key == one.professional for slot in who.slots
        ]
        others = [other.start for other in self.booked if other.professional == one.professional]
        return [start for start in (*slots, *others) if start > one.start]

    def read(self, connection: Connection, instance: str, ids: dict[int, str]) -> list[Kept]:
        """Every appointment as it stands, in the scenario's words."""
        known = connection.execute(select(col(Conversation.id), col(Conversation.phone)))
        phones = {row[0]: row[1] for row in known}
        return [
            Kept(
                row.id,
                ids.get(row.id, ""),
                phones.get(owner) or "",
                row.patient,
                row.service,
                row.professional,
                f"{datetime.fromtimestamp(row.start_ms / 1000, self.facts.timezone):%Y-%m-%dT%H:%M}",
                row.status,
            )
            for owner, row in appointments.of_clinic(connection, instance)
        ]


def recorded_agenda(clinic: Path | None, policy: Policy) -> RecordedAgenda | None:
    """The agenda of a clinic's file, with the records of a scenarios' JSON; None where there is no file to read.

    Raises:
        ValueError, KeyError: the records of the JSON cannot be read.
    """
    if clinic is None:
        return None
    try:
        facts = load_clinic(clinic)
    except Misconfigured:  # the server says so when it does not start
        return None
    data: Any = json.loads(clinic.read_text("utf-8-sig")) if clinic.suffix == ".json" else {}
    return RecordedAgenda(facts, fixture.families(data), fixture.booked(data), policy)


def _contact(instance: str, phone: str) -> Contact:
    return Contact(instance, phone, phone_key(phone), None)
