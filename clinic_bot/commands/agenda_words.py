"""What the reception writes about the agenda, read by the clinic's file and clock; and how she is shown it, in hers."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from rich.console import Console
from rich.table import Table

from clinic_bot.clinic import birth, dates, team
from clinic_bot.clinic.clinic_file import Professional, Service
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.spelling import words_of
from clinic_bot.clinic.texts import WEEKDAYS
from clinic_bot.commands import hands
from clinic_bot.commands.saying import refuse
from clinic_bot.commands.wording import spoken as spoken_minute
from clinic_bot.intake.identity import asked_key
from clinic_bot.operations.masking import mask_phone
from clinic_bot.policies import contact_of
from clinic_bot.serve import clock_of, load_facts
from clinic_bot.settings import Settings
from clinic_bot.store.agenda import BlockRow, Visit
from clinic_bot.store.clinic_tables import AppointmentStatus

_STATUS: dict[str, str] = {
    AppointmentStatus.SCHEDULED: "marcada",
    AppointmentStatus.CONFIRMED: "confirmada",
    AppointmentStatus.CANCELLED: "cancelada",
}


def open_diary() -> "Diary":
    """The configured clinic, at this moment."""
    settings = hands.settings()
    facts = load_facts(settings)
    return Diary(settings, facts, clock_of(settings).local(facts.timezone), hands.instance_of(settings, {}))


def ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def spoken(start: datetime, end: datetime) -> str:
    """A time with its end; of whole days the last one, not the midnight after it."""
    if start.time() == end.time() == time.min:
        first, last = _day(start), _day(end - timedelta(days=1))
        return f"{first}, o dia todo" if first == last else f"de {first} a {last}, os dias todos"
    ends = f"{end:%H:%M}" if start.date() == end.date() else f"{_day(end)} {end:%H:%M}"
    return f"{_day(start)} {start:%H:%M} - {ends}"


def _day(at: datetime) -> str:
    return f"{WEEKDAYS[at.weekday()][:3]} {at:%d/%m/%Y}"


def visits(count: int) -> str:
    return "1 consulta marcada" if count == 1 else f"{count} consultas marcadas"


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
            refuse(f"que dia é {when!r}? Escreva 08/10, quinta ou 2026-10-08")
        start = self._at(day, hour)
        if until is None:
            if hour is not None and needs_end:
                refuse("até quando? Diga --until com a hora, ou só o dia, sem hora")
            return start, self._at(day + timedelta(days=1))
        last, end_hour = self._moment(until)
        if last is None and end_hour is None:
            refuse(f"até quando é {until!r}? Escreva uma hora, como 13:00, ou um dia")
        end = (
            self._at(last or day, end_hour)
            if end_hour is not None
            else self._at((last or day) + timedelta(days=1))
        )
        if end <= start:
            refuse("o fim vem antes do começo")
        return start, end

    def moment(self, when: str) -> datetime:
        """One that is still to come."""
        day, hour = self._moment(when)
        if day is None or hour is None:
            refuse("quando? Escreva dia e hora, como '08/10 15h' ou 'quinta 15h'")
        start = self._at(day, hour)
        if start <= self.now:
            refuse("esse horário já passou")
        return start

    def _moment(self, text: str) -> tuple[date | None, time | None]:
        found = dates.resolve(text, self.now)
        if found.doubt:
            refuse(f"{text!r}: {found.doubt}")
        if len(found.days) > 1 or len(found.spans) > 1 or any(not span.is_exact for span in found.spans):
            refuse(f"{text!r} diz mais de um momento")
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
            refuse(f"qual profissional? {', '.join(f'{one.name} ({one.key})' for one in among)}")
        return found[0]

    def _service(self, text: str) -> Service:
        services = self.facts.services
        wanted = words_of(text)
        found = [one for one in services if one.key == text] or [
            one for one in services if words_of(one.name) == wanted
        ]
        found = found or [one for one in services if set(wanted) and set(wanted) <= set(words_of(one.name))]
        if len(found) != 1:
            refuse(f"qual serviço? {', '.join(f'{one.name} ({one.key})' for one in found or services)}")
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
            refuse(f"a ficha da clínica não diz quanto dura {chosen.name}: diga com --minutes")
        name = self.full_name(patient)
        attending = team.bookable(self.facts).get(chosen.key) or self.facts.professionals
        who = attending[0] if professional is None and len(attending) == 1 else None
        who = who or self._professional(
            professional or "", self.facts.professionals if professional else attending
        )
        return {
            "start_ms": ms(start), "end_ms": ms(start + timedelta(minutes=length)), "service": chosen.key,
            "professional": who.key, "patient": name, "born": self.birth_date(born), **self.contact(phone),
        }  # fmt: skip

    def full_name(self, text: str) -> str:
        name = " ".join(text.split())
        if len(words_of(name)) < 2:
            refuse("escreva o nome completo do paciente")
        return name

    def birth_date(self, text: str | None) -> str | None:
        if text is None:
            return None
        found = birth.births(text, self.now.date())
        if len(found) != 1:
            refuse(f"{text!r} não é data de nascimento: escreva 03/05/2019")
        return next(iter(found)).isoformat()

    def contact(self, phone: str | None) -> dict[str, str]:
        """By whose phone it is, or in whose chat that WhatsApp knows by a LID alone."""
        if phone is None:
            return {}
        key = asked_key(phone)
        if key is None:
            refuse("esse telefone não é de uma pessoa: escreva com o DDD")
        if phone.strip().endswith("@lid"):
            return {"lid": key}
        contact = contact_of(phone, self.instance)
        return {"phone": contact.phone or "", "phone_key": contact.phone_key or ""}

    # How it is shown.

    def service_name(self, key: str) -> str:
        return next((one.name for one in self.facts.services if one.key == key), key)

    def professional_name(self, key: str | None) -> str:
        if key is None:
            return "todos"
        return next((one.name for one in self.facts.professionals if one.key == key), key)

    def told(self, request: Mapping[str, Any]) -> str:
        at = spoken_minute(request["start_ms"], self.facts.timezone)
        return f"{at}, {self.service_name(request['service'])}, {self.professional_name(request['professional'])}"

    def show_said(self, said: Mapping[str, Any]) -> None:
        """What the desk said is in the way."""
        booked = [Visit(**one) for one in said.get("booked", ())]
        self.show(booked, [BlockRow(**one) for one in said.get("blocks", ())], full=False)

    def show(self, booked: Sequence[Visit], blocked: Sequence[BlockRow], *, full: bool) -> None:
        if booked:
            table = _table("número", "quando", "serviço", "profissional", "paciente", "telefone", "situação")
            for one in booked:
                table.add_row(
                    str(one.id), self._when(one.start_ms, one.end_ms), self.service_name(one.service),
                    self.professional_name(one.professional), self._person(one, full=full), _phone(one, full=full),
                    _STATUS.get(one.status, one.status),
                )  # fmt: skip
            Console(markup=False).print(table)
        if blocked:
            table = _table("bloqueio", "quando", "profissional", "motivo")
            for each in blocked:
                times = self._when(each.start_ms, each.end_ms)
                table.add_row(str(each.id), times, self.professional_name(each.professional), each.reason)
            Console(markup=False).print(table)

    def _when(self, start_ms: int, end_ms: int) -> str:
        zone = self.facts.timezone
        return spoken(
            datetime.fromtimestamp(start_ms / 1000, zone), datetime.fromtimestamp(end_ms / 1000, zone)
        )

    def _person(self, one: Visit, *, full: bool) -> str:
        """A child with whoever answers for it: the phone's holder."""
        if not full:
            return _initials(one.patient)
        if one.born is None:
            return one.patient
        born = date.fromisoformat(one.born)
        at = datetime.fromtimestamp(one.start_ms / 1000, self.facts.timezone).date()
        guardian = (
            f"; menor, responsável: {one.holder or 'quem usa este telefone'}"
            if birth.is_child(born, at)
            else ""
        )
        return f"{one.patient} (nasc. {born:%d/%m/%Y}{guardian})"

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
