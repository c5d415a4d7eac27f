"""Whom ``clinic-bot patient`` is asked about: a number, or bookings of the reception that no number leads to."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from clinic_bot.clinic import birth
from clinic_bot.clinic.spelling import name_key
from clinic_bot.clock import Clock
from clinic_bot.commands import hands
from clinic_bot.commands.saying import refuse
from clinic_bot.commands.wording import minute
from clinic_bot.intake.identity import asked_key
from clinic_bot.operations.masking import mask_phone
from clinic_bot.serve import load_facts
from clinic_bot.settings import Settings
from clinic_bot.store import belonging
from clinic_bot.store.belonging import Visit


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody, as the store finds them and as a person at the terminal reads it."""

    whom: str | tuple[int, ...]
    visits: tuple[Visit, ...] = ()  #: where they are asked about by their bookings

    @property
    def told(self) -> str:
        if isinstance(self.whom, str):
            return mask_phone(self.whom)
        return f"appointment{'s' if len(self.whom) > 1 else ''} {', '.join(map(str, self.whom))}"

    @property
    def request(self) -> dict[str, Any]:
        """As the desk takes it."""
        return {"number": self.whom} if isinstance(self.whom, str) else {"bookings": list(self.whom)}

    def lines(self, settings: Settings) -> list[str]:
        """The bookings, so that nobody takes one for another."""
        facts = load_facts(settings)
        services = {one.key: one.name for one in facts.services}
        people = {one.key: one.name for one in facts.professionals}
        return [
            f"  {one.id}: {minute(one.start_ms, facts.timezone)} {services.get(one.service, one.service)}, "
            f"{people.get(one.professional, one.professional)}" + (f", born {one.born}" if one.born else "")
            for one in self.visits
        ]


def asked(
    settings: Settings, phone: str | None, bookings: list[int], name: str | None, born: str | None
) -> Asked:
    """Exactly one of the three ways, or the command ends with a sentence."""
    if sum((phone is not None, bool(bookings), name is not None)) != 1:
        refuse("say who it is by a number, by --booking, or by --name: one of them")
    if born is not None and name is None:
        refuse("--born goes with --name")
    if phone is not None:
        return _by_number(phone)
    if name is not None:
        return _by_name(settings, name, born)
    return _by_bookings(settings, tuple(dict.fromkeys(bookings)))


def _by_number(text: str) -> Asked:
    found = asked_key(text)
    if found is None:
        refuse("that is no number of a person: write it with its area code, such as +55 (11) 98765-4321")
    return Asked(found)


def _by_bookings(settings: Settings, numbers: tuple[int, ...]) -> Asked:
    found = hands.read(settings, partial(belonging.numbered, appointment_ids=numbers))
    there = {one.id: one for one in found}
    for number in numbers:
        if number not in there:
            refuse(f"there is no appointment {number}")
        if there[number].is_erased:
            refuse(f"appointment {number} has no name any more: its patient was erased")
        if there[number].number is not None:
            refuse(f"appointment {number} is by {mask_phone(there[number].number or '')}: give that number")
    return Asked(tuple(one.id for one in found), tuple(found))


def _by_name(settings: Settings, name: str, born: str | None) -> Asked:
    day = None if born is None else _birth_date(settings, born)
    found = hands.read(settings, partial(belonging.named, name_key=name_key(name)))
    births = {one.born for one in found}
    if day is None and len(births) > 1:
        dates = ", ".join(sorted(one or "without a birth date" for one in births))
        refuse(f"of that name without a phone there is more than one ({dates}): give --born, or --booking")
    theirs = tuple(one for one in found if day is None or one.born == day)
    if not theirs:
        refuse("nobody of that name was booked without a phone; who has one is found by the number")
    return Asked(tuple(one.id for one in theirs), theirs)


def _birth_date(settings: Settings, text: str) -> str:
    today: date = Clock(hands.now_ms(settings)).local(hands.zone(settings)).date()
    found = birth.births(text, today)
    if len(found) != 1:
        refuse(f"{text!r} is no birth date: write 2019-05-03 or 03/05/2019")
    return next(iter(found)).isoformat()
