"""One patient at the agenda, at one moment: how the model's words become records, or are refused.

Everything is asked on the connection of the tool's own transaction, and whose records they are comes with it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from clinic_bot.agent import booking_words as words
from clinic_bot.agent.booking_words import Names
from clinic_bot.agent.tools import FREE_SLOTS, PROPOSE
from clinic_bot.clinic import birth, consent, dates, moved_from, team
from clinic_bot.clinic.agenda import Slot, free_slots
from clinic_bot.clinic.clinic_file import Service
from clinic_bot.clinic.consent import Asked, Deed, Told
from clinic_bot.clinic.dates import When
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.spelling import name_key, plain, words_of
from clinic_bot.errors import ChangeRefused
from clinic_bot.store import appointments, cells, patients, proposals
from clinic_bot.store.appointments import AppointmentRow, Wanted
from clinic_bot.store.cells import Place
from clinic_bot.store.clinic_tables import Action, AppointmentStatus, ProposalState
from clinic_bot.store.heard import Heard, heard
from clinic_bot.store.patients import Owner
from clinic_bot.store.proposals import ProposalRow

Given = Mapping[str, Any]  #: arguments, as the model wrote them

MOST_LISTED = 8
_NAME_CHARS = 80
_LOOK_BACK = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Case:
    """What may be asked about one conversation. ``ChangeRefused`` is what the model is told."""

    facts: ClinicFacts
    connection: Connection
    who: Owner
    now: datetime  #: in the clinic's zone

    @property
    def now_ms(self) -> int:
        return round(self.now.timestamp() * 1000)

    @property
    def names(self) -> Names:
        return Names(self.facts)

    def heard(self) -> Heard:
        said = heard(self.connection, self.who)
        assert said is not None  # a change passes the gate, and the gate has a turn that thinks
        return said

    # Slots.

    def service(self, text: str) -> Service | str:
        """The one service that is meant, or what to ask."""
        found = team.services_meant(self.facts, text)
        if len(found) == 1:
            return found[0]
        bookable = team.bookable(self.facts)
        return words.which_service(found, [one for one in self.facts.services if one.key in bookable])

    def slots(self, service: Service, when: When, *, about: str) -> list[Slot]:
        """The free ones, of the professionals that ``about`` names; what is held for this patient is free to them."""
        attending = team.bookable(self.facts).get(service.key, ())
        own = proposals.open_ones(self.connection, self.who, now_ms=self.now_ms)
        taken = cells.taken(
            self.connection,
            self.who.instance,
            [one.key for one in attending],
            from_ms=self.now_ms,
            to_ms=self.now_ms + (self.facts.agenda.days_ahead + 1) * 86_400_000,
            now_ms=self.now_ms,
            own_proposals=[one.id for one in own],
        )
        asked_for = {one.key for one in team.professionals_meant(attending, about)}
        found = free_slots(self.facts, service, when, taken, now=self.now)
        return [slot for slot in found if not asked_for or slot.professional.key in asked_for]

    def _slot(self, service: Service, phrase: str, when: When, *, about: str) -> Slot:
        """The one slot that is meant: a free one, whatever the model believes."""
        if when.doubt:
            raise ChangeRefused(f"a data está em dúvida, pergunte: {when.doubt}.")
        slots = self.slots(service, when, about=about) if phrase else []
        if not slots:
            raise ChangeRefused(f"não há horário livre nesse pedido. Consulte {FREE_SLOTS}.")
        if len({slot.start for slot in slots}) > 1:
            raise ChangeRefused(f"diga um só dia e hora. Livres:\n{words.offered(slots)}")
        return slots[0]

    # What is wanted.

    def to_book(self, given: Given, said: Heard) -> Wanted:
        about = text_of(given, "servico")
        service = self.service(about)
        if isinstance(service, str):
            raise ChangeRefused(service)
        whose = self._patient(text_of(given, "paciente"), said)
        phrase = text_of(given, "quando")
        slot = self._slot(service, phrase, dates.resolve(phrase, self.now), about=about)
        return self._wanted(slot, *whose)

    def to_move(self, of: AppointmentRow, given: Given) -> Wanted:
        service = next((one for one in self.facts.services if one.key == of.service), None)
        if service is None:
            raise ChangeRefused("esse serviço não se remarca por aqui; chame a recepção.")
        phrase = text_of(given, "quando")
        when = moved_from.beside(dates.resolve(phrase, self.now), phrase, self.names.local(of.start_ms))
        slot = self._slot(service, phrase, when, about=self.names.professional(of.professional))
        return self._wanted(slot, of.patient, name_key(of.patient), of.born)

    def as_it_is(self, of: AppointmentRow) -> Wanted:
        place = Place(self.who.instance, of.professional, of.start_ms, of.end_ms)
        return Wanted(of.patient, name_key(of.patient), of.service, place, of.born)

    def _wanted(self, slot: Slot, name: str, key: str, born: str | None) -> Wanted:
        place = Place(self.who.instance, slot.professional.key, slot.start_ms, slot.end_ms)
        return Wanted(name, key, slot.service.key, place, born)

    def _patient(self, text: str, said: Heard) -> tuple[str, str, str | None]:
        """A patient of this phone, or a new one whose name the patient wrote; a model may not make one up.

        Answers name, key and birth date, which tells two of one name apart.
        """
        text, born = self._birth(text, said)
        name = _clean_name(text)
        everybody = patients.of(self.connection, self.who)
        known = [one for one in everybody if one.born in (born, None) or born is None]
        tokens = set(words_of(name))
        fitting = [one for one in known if tokens <= set(words_of(one.name))]
        exact = [one for one in known if one.name_key == name_key(name)]
        if len(exact) > 1 and born is None:
            raise ChangeRefused(
                "há mais de um paciente com esse nome neste telefone; pergunte a data de nascimento e escreva-a em "
                "paciente, depois do nome."
            )
        if not exact and any(one.name_key == name_key(name) for one in everybody):
            fitting = []  # a namesake with another birth date, and nobody whose longer name has these words
        if exact or (len(fitting) == 1 and (tokens or len(known) == 1)):
            one = next((one for one in exact if one.born == born), (exact or fitting)[0])
            return one.name, one.name_key, one.born or born
        if fitting or len(tokens) < 2:
            listed = f" Já cadastrados: {', '.join(one.name for one in known)}." if known else ""
            raise ChangeRefused(f"falta o nome completo do paciente; pergunte.{listed}")
        written = set(words_of(f"{said.words}\n{said.earlier}\n{self.who.display_name or ''}"))
        if not tokens <= written:
            raise ChangeRefused("esse nome não foi escrito pelo paciente; pergunte o nome completo.")
        if not _NAME.fullmatch(plain(name)) or _NO_NAME.search(plain(name)):
            raise ChangeRefused("isso não é um nome; escreva só o nome, como o paciente o escreveu.")
        return name, name_key(name), born

    def _birth(self, text: str, said: Heard) -> tuple[str, str | None]:
        """What is left of a name, and the birth date behind it: the patient's words, or known of somebody so called.

        A date that is known of another one of this phone has to stand in this very burst: twins share theirs, and a
        model mixes up what stood before it.
        """
        rest, found = birth.split(text, self.now.date())
        if found is None:
            return text, None
        born, tokens = found.isoformat(), set(words_of(_clean_name(rest)))
        having_it = [one for one in patients.of(self.connection, self.who) if one.born == born]
        if not any(tokens <= set(words_of(one.name)) for one in having_it):
            written = said.words if having_it else f"{said.words}\n{said.earlier}"
            if found not in birth.births(written, self.now.date()):
                raise ChangeRefused("essa data de nascimento não foi escrita pelo paciente; pergunte.")
        return rest, born

    # What there is.

    def upcoming(self) -> list[AppointmentRow]:
        return appointments.upcoming(self.connection, self.who, now_ms=self.now_ms)

    def own(self, label: str) -> AppointmentRow:
        """One of this phone's appointments, by its label; the only one needs none."""
        rows = self.upcoming()
        number = _number(label)
        chosen = [row for row in rows if row.number == number] if number is not None else rows
        if len(chosen) != 1:
            listed = "; ".join(self.listed(row) for row in rows[:MOST_LISTED]) or "nenhuma"
            raise ChangeRefused(f"qual consulta? Deste telefone: {listed}.")
        return chosen[0]

    def proposal(self, label: str) -> ProposalRow:
        """One of this conversation's proposals, by its label."""
        number = _number(label)
        found = None if number is None else proposals.numbered(self.connection, self.who, number)
        if found is None or found.state == ProposalState.DROPPED:
            raise ChangeRefused(f"não há essa proposta. Use {PROPOSE} antes.")
        return found

    # Whether it may be done.

    def check_in_time(self, row: AppointmentRow) -> None:
        hours = self.facts.agenda.change_hours
        if row.start_ms < self.now_ms + hours * 3_600_000:
            raise ChangeRefused(f"faltam menos de {hours} h para essa consulta: chame a recepção.")

    def check_wanted(self, proposal: ProposalRow, said: Heard) -> None:
        """Refuse what is too late, or what the patient has not said yes to."""
        if proposal.created_ms <= self.now_ms - proposals.VALID_MS or proposal.start_ms <= self.now_ms:
            raise ChangeRefused("essa proposta passou do tempo; proponha de novo.")
        if proposal.action != Action.BOOK:
            assert proposal.appointment_id is not None
            row = appointments.find(self.connection, self.who, proposal.appointment_id)
            if row is None or row.status == AppointmentStatus.CANCELLED or row.start_ms <= self.now_ms:
                raise ChangeRefused("essa consulta não está mais marcada.")
            self.check_in_time(row)
        if missing := self.missing(proposal, said):
            raise ChangeRefused(missing.value)

    def missing(self, proposal: ProposalRow, said: Heard) -> consent.Missing | None:
        """What the patient has still to say, by their stored words and our sent replies."""
        this_turn = proposal.turn_id == said.turn_id
        since_ms = self.now_ms - round(_LOOK_BACK.total_seconds() * 1000)
        replies = [
            Told(reply.text, self.names.local(reply.at_ms))
            for reply in said.replies
            if reply.at_ms > since_ms and (this_turn or reply.turn_id >= proposal.turn_id)
        ]
        known = patients.of(self.connection, self.who)
        asked = Asked(
            Deed(proposal.action),
            self.names.local(proposal.start_ms),
            proposal.patient,
            self.names.both(proposal.service, proposal.professional),
            relatives=tuple(one.name for one in known if one.name_key != proposal.patient_key),
            is_only=len(self.upcoming()) == 1,
        )
        return consent.missing(
            asked, said.words, replies, now=self.now, this_turn=this_turn, person_since=said.person_since
        )

    # How records are told.

    def visit(self, row: AppointmentRow) -> str:
        return self.names.visit(
            row.service, row.professional, row.start_ms, self._called(row.patient, row.born)
        )

    def _called(self, name: str, born: str | None) -> str:
        """A patient by name; by birth date, too, where this phone speaks for another one of that name."""
        same = [one for one in patients.of(self.connection, self.who) if one.name_key == name_key(name)]
        is_one_of_two = born is not None and any(one.born != born for one in same)
        return f"{name} ({birth.told(date.fromisoformat(born))})" if born and is_one_of_two else name

    def about_children(self, row: AppointmentRow) -> str:
        """What the clinic says of children, where the patient will be one: the phone's holder answers for them."""
        if row.born is None or not self.facts.policies.minors:
            return ""
        day = self.names.local(row.start_ms).date()
        return (
            f" Menor de idade: {self.facts.policies.minors}"
            if birth.is_child(date.fromisoformat(row.born), day)
            else ""
        )

    def listed(self, row: AppointmentRow) -> str:
        return f"{words.appointment_label(row.number)}: {self.visit(row)} ({words.status(row.status)})"

    def proposed(self, one: ProposalRow) -> str:
        called = self._called(one.patient, one.born)
        visit = self.names.visit(one.service, one.professional, one.start_ms, called)
        return f"{words.proposal_label(one.number)}: {words.TO_DO[Action(one.action)]} {visit}"


def later(slots: Sequence[Slot], when: When) -> Sequence[Slot]:
    """Those from the first day asked for on; where there are none, those before."""
    first = min(when.days, default=None)
    return [slot for slot in slots if first is None or slot.start.date() >= first] or slots


def text_of(given: Given, name: str) -> str:
    """An argument as one line, bounded; nothing where the model wrote none."""
    value = given.get(name)
    return " ".join(value.split())[:300] if isinstance(value, str) else ""


def _number(label: str) -> int | None:
    match = re.search(r"\d{1,6}", label)
    return int(match[0]) if match else None


#: Letters of another script are in no word that is held against the patient's.
_NAME = re.compile(r"[a-z' -]+")
_NO_NAME = re.compile(
    r"\bde graca\b|\bgratis\b|\bgratuit|\bdesconto|\bisent[oa]\b|\bcortesia\b|\bbrinde\b|\breais\b"
)


def _clean_name(text: str) -> str:
    kept = "".join(char if char.isalpha() or char in " '-" else " " for char in text)
    return " ".join(kept.split())[:_NAME_CHARS]
