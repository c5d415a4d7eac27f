"""What the reception writes about the agenda, read by the clinic's file and clock; and how the agenda is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from rich.console import Console
from rich.table import Table

from clinic_bot.clinic import birth, dates, team
from clinic_bot.clinic.facts import ClinicFacts, Professional, Service
from clinic_bot.clinic.spelling import words_of
from clinic_bot.commands import hands
from clinic_bot.commands.saying import refuse
from clinic_bot.commands.wording import minute
from clinic_bot.intake.identity import asked_key, digits
from clinic_bot.operations.masking import mask_phone
from clinic_bot.policies import contact_of
from clinic_bot.serve import clock_of, load_facts
from clinic_bot.settings import Settings
from clinic_bot.store.agenda import BlockRow, Visit


def open_diary() -> "Diary":
    """The configured clinic, at this moment."""
    settings = hands.settings()
    facts = load_facts(settings)
    return Diary(settings, facts, clock_of(settings).local(facts.timezone), hands.instance_of(settings, {}))


def ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def spoken(start: datetime, end: datetime) -> str:
    return f"{start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}"


@dataclass(frozen=True, slots=True)
class Diary:
    """Reads a person's words and refuses what is not clear, with a sentence and status 1."""

    settings: Settings
    facts: ClinicFacts
    now: datetime  #: in the clinic's zone
    instance: str

    # What is meant.

    def span(self, when: str, until: str | None, *, needs_end: bool = False) -> tuple[datetime, datetime]:
        """From a moment to another, or a whole day; the end of a day is the next one's begin."""
        day, hour = self._moment(when)
        if day is None:
            refuse(f"which day is {when!r}? Write 2026-10-08, 08/10 or quinta")
        start = self._at(day, hour)
        if until is None:
            if hour is not None and needs_end:
                refuse("until when? Give --until with an hour, or a day without one")
            return start, self._at(day + timedelta(days=1))
        last, end_hour = self._moment(until)
        if last is None and end_hour is None:
            refuse(f"until when is {until!r}? Write an hour such as 13:00, or a day")
        end = (
            self._at(last or day, end_hour)
            if end_hour is not None
            else self._at((last or day) + timedelta(days=1))
        )
        if end <= start:
            refuse("it ends before it begins")
        return start, end

    def moment(self, when: str) -> datetime:
        """One that is still to come."""
        day, hour = self._moment(when)
        if day is None or hour is None:
            refuse("when? Write day and hour, such as '2026-10-08 15:00' or 'quinta 15h'")
        start = self._at(day, hour)
        if start <= self.now:
            refuse("that time is over")
        return start

    def _moment(self, text: str) -> tuple[date | None, time | None]:
        found = dates.resolve(text, self.now)
        if found.doubt:
            refuse(f"{text!r}: {found.doubt}")
        if len(found.days) > 1 or len(found.spans) > 1 or any(not span.is_exact for span in found.spans):
            refuse(f"{text!r} names more than one moment")
        return (found.days[0] if found.days else None), (found.hours[0] if found.hours else None)

    def _at(self, day: date, hour: time | None = None) -> datetime:
        return datetime.combine(day, hour or time.min, self.facts.timezone)

    def keys(self, professional: str | None) -> list[str] | None:
        return (
            None if professional is None else [self._professional(professional, self.facts.professionals).key]
        )

    def _professional(self, text: str, among: Sequence[Professional]) -> Professional:
        found = [one for one in among if one.key == text] or team.professionals_meant(among, text)
        if len(found) != 1:
            refuse(f"which professional? {', '.join(f'{one.name} ({one.key})' for one in among)}")
        return found[0]

    def _service(self, text: str) -> Service:
        services = self.facts.services
        wanted = words_of(text)
        found = [one for one in services if one.key == text] or [
            one for one in services if words_of(one.name) == wanted
        ]
        found = found or [one for one in services if set(wanted) and set(wanted) <= set(words_of(one.name))]
        if len(found) != 1:
            refuse(f"which service? {', '.join(f'{one.name} ({one.key})' for one in found or services)}")
        return found[0]

    def booking(
        self,
        when: str,
        service: str,
        professional: str | None,
        patient: str,
        phone: str | None,
        minutes: int | None,
        born: str | None,
    ) -> dict[str, Any]:
        """A booking as the desk takes it."""
        start = self.moment(when)
        chosen = self._service(service)
        length = minutes or chosen.minutes
        if length is None:
            refuse(f"{chosen.name} has no length in the file: give --minutes")
        name = " ".join(patient.split())
        if len(words_of(name)) < 2:
            refuse("give the patient's full name")
        attending = team.bookable(self.facts).get(chosen.key) or self.facts.professionals
        who = attending[0] if professional is None and len(attending) == 1 else None
        who = who or self._professional(
            professional or "", self.facts.professionals if professional else attending
        )
        return {
            "start_ms": ms(start), "end_ms": ms(start + timedelta(minutes=length)), "service": chosen.key,
            "professional": who.key, "patient": name, "born": self._born(born), **self._contact(phone),
        }  # fmt: skip

    def _born(self, text: str | None) -> str | None:
        if text is None:
            return None
        found = birth.births(text, self.now.date())
        if len(found) != 1:
            refuse(f"{text!r} is no birth date: write 2019-05-03 or 03/05/2019")
        return next(iter(found)).isoformat()

    def _contact(self, phone: str | None) -> dict[str, str]:
        if phone is None:
            return {}
        if asked_key(phone) is None:
            refuse("that is no number of a person: write it with its area code")
        contact = contact_of(digits(phone).lstrip("0"), self.instance)
        return {"phone": contact.phone or "", "phone_key": contact.phone_key or ""}

    # How it is shown.

    def service_name(self, key: str) -> str:
        return next((one.name for one in self.facts.services if one.key == key), key)

    def professional_name(self, key: str | None) -> str:
        if key is None:
            return "all"
        return next((one.name for one in self.facts.professionals if one.key == key), key)

    def told(self, request: Mapping[str, Any]) -> str:
        at = minute(request["start_ms"], self.facts.timezone)
        return f"{at}, {self.service_name(request['service'])}, {self.professional_name(request['professional'])}"

    def show_said(self, said: Mapping[str, Any]) -> None:
        """What the desk said is in the way."""
        booked = [Visit(**one) for one in said.get("booked", ())]
        self.show(booked, [BlockRow(**one) for one in said.get("blocks", ())], full=False)

    def show(self, booked: Sequence[Visit], blocked: Sequence[BlockRow], *, full: bool) -> None:
        if booked:
            table = _table("number", "when", "service", "professional", "patient", "phone", "status")
            for one in booked:
                table.add_row(
                    str(one.id), self._when(one.start_ms, one.end_ms), self.service_name(one.service),
                    self.professional_name(one.professional), self._person(one, full=full), _phone(one, full=full),
                    one.status,
                )  # fmt: skip
            Console(markup=False).print(table)
        if blocked:
            table = _table("block", "when", "professional", "reason")
            for each in blocked:
                times = self._when(each.start_ms, each.end_ms)
                table.add_row(str(each.id), times, self.professional_name(each.professional), each.reason)
            Console(markup=False).print(table)

    def _when(self, start_ms: int, end_ms: int) -> str:
        start, end = minute(start_ms, self.facts.timezone), minute(end_ms, self.facts.timezone)
        return f"{start} - {end.removeprefix(start[:11])}"

    def _person(self, one: Visit, *, full: bool) -> str:
        """A child with whoever answers for it: the phone's holder."""
        if not full:
            return _initials(one.patient)
        if one.born is None:
            return one.patient
        born = date.fromisoformat(one.born)
        at = datetime.fromtimestamp(one.start_ms / 1000, self.facts.timezone).date()
        guardian = f"; minor, guardian: {one.holder or 'the phone'}" if birth.is_child(born, at) else ""
        return f"{one.patient} (born {born:%Y-%m-%d}{guardian})"

    def visit_data(self, one: Visit, *, full: bool) -> dict[str, Any]:
        shown = {**asdict(one), "start": self._iso(one.start_ms), "end": self._iso(one.end_ms)}
        if not full:
            shown |= {
                "patient": _initials(one.patient),
                "born": None,
                "holder": None,
                "phone": _phone(one, full=False),
            }
        return shown

    def block_data(self, one: BlockRow) -> dict[str, Any]:
        return {**asdict(one), "start": self._iso(one.start_ms), "end": self._iso(one.end_ms)}

    def _iso(self, at_ms: int) -> str:
        return datetime.fromtimestamp(at_ms / 1000, self.facts.timezone).isoformat(timespec="minutes")


def _phone(one: Visit, *, full: bool) -> str:
    return (one.phone or "") if full or one.phone is None else mask_phone(one.phone)


def _initials(name: str) -> str:
    return " ".join(f"{word[0]}." for word in name.split() if word[0].isalpha())


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, no_wrap=True)
    return table
