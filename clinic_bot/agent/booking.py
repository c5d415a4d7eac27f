"""The agenda's tools. The model chooses words; whose records, which slot and whether it may be done is decided here.

Whose the records are comes from the turn's conversation. A day or an hour comes as the patient's phrase and is resolved
in code. What changes the agenda was proposed before, and the patient has said yes to it in words that are stored: a
model that books without asking, invents a slot or names somebody else's appointment is told so, and nothing happens.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from clinic_bot.agent import booking_words as words
from clinic_bot.agent.booking_schemas import SCHEMAS
from clinic_bot.agent.booking_words import Names
from clinic_bot.agent.toolbox import Booking, ChangingTool, RecordTool
from clinic_bot.agent.tools import CARRY_OUT, CONFIRM, FREE_SLOTS, OWN_APPOINTMENTS, PROPOSE
from clinic_bot.clinic import consent, dates, team
from clinic_bot.clinic.agenda import Slot, free_slots
from clinic_bot.clinic.consent import Asked, Deed, Told
from clinic_bot.clinic.dates import When
from clinic_bot.clinic.facts import ClinicFacts, Service
from clinic_bot.clinic.spelling import name_key, words_of
from clinic_bot.errors import ChangeRefused
from clinic_bot.store import appointments, cells, patients, proposals
from clinic_bot.store.appointments import AppointmentRow, Wanted
from clinic_bot.store.cells import Place
from clinic_bot.store.clinic_tables import Action, AppointmentStatus, ProposalState
from clinic_bot.store.heard import Heard, heard
from clinic_bot.store.patients import Owner
from clinic_bot.store.proposals import ProposalRow

_ACTIONS = {"marcar": Action.BOOK, "remarcar": Action.MOVE, "cancelar": Action.CANCEL}
_MOST_LISTED = 8
_NAME_CHARS = 80
_LOOK_BACK = timedelta(hours=24)


class FrontDesk:
    """Keeps one clinic's agenda for its patients.

    Args:
        now: the present moment in the clinic's zone; asked inside the transactions, from any thread.
        binding: False where replies are only drafted: nothing is held, booked or changed that nobody will be told of.
    """

    def __init__(self, facts: ClinicFacts, now: Callable[[], datetime], *, binding: bool = True) -> None:
        self._facts = facts
        self._names = Names(facts)
        self._now = now
        self._binding = binding

    def booking(self) -> Booking:
        return Booking(
            (
                RecordTool(SCHEMAS[FREE_SLOTS], self.free_slots),
                RecordTool(SCHEMAS[OWN_APPOINTMENTS], self.own_appointments),
                ChangingTool(SCHEMAS[PROPOSE], self.propose),
                ChangingTool(SCHEMAS[CARRY_OUT], self.carry_out),
                ChangingTool(SCHEMAS[CONFIRM], self.confirm),
            ),
            self.standing,
        )

    # What is there.

    def standing(self, connection: Connection, conversation_id: int) -> str:
        """What this patient was asked, and that there is something booked; names stay out until they are needed."""
        now_ms = _ms(self._now())
        found = proposals.standing(connection, conversation_id, now_ms=now_ms)
        parts: list[str] = []
        if found.asked:
            who = patients.owner(connection, conversation_id)
            asked = [self._proposed(one) for one in proposals.open_ones(connection, who, now_ms=now_ms)]
            parts.append(f"Propostas em aberto: {'; '.join(asked)}.")
        if found.booked:
            parts.append(f"Consultas futuras deste telefone: {found.booked} ({OWN_APPOINTMENTS}).")
        return " ".join(parts)

    def free_slots(self, connection: Connection, conversation_id: int, given: Mapping[str, Any]) -> str:
        who, now = patients.owner(connection, conversation_id), self._now()
        service = self._service(_text(given, "servico"))
        if isinstance(service, str):
            return service
        when = dates.resolve(_text(given, "quando"), now)
        about = f"{_text(given, 'servico')} {_text(given, 'quando')}"
        slots = self._slots(connection, who, service, when, now, about=about)
        title = words.titled(service, team.bookable(self._facts)[service.key])
        doubt = f"\nDúvida, pergunte: {when.doubt}" if when.doubt else ""
        if slots:
            return f"{title}. Livres:\n{words.offered(slots)}{doubt}"
        nearest = self._slots(connection, who, service, When(), now, about=about)
        if not nearest:
            return f"{title}: nenhum horário livre; ofereça a recepção.{doubt}"
        return f"{title}: nada livre nesse pedido. Outros:\n{words.offered(_after(nearest, when))}{doubt}"

    def own_appointments(self, connection: Connection, conversation_id: int, given: Mapping[str, Any]) -> str:
        who, now_ms = patients.owner(connection, conversation_id), _ms(self._now())
        rows = appointments.upcoming(connection, who, now_ms=now_ms)
        wanted = set(words_of(_text(given, "quem")))
        chosen = [row for row in rows if wanted & set(words_of(row.patient))] or rows
        if not chosen:
            return "Nenhuma consulta futura marcada por este telefone. De outras pessoas não se informa nada."
        return "\n".join(self._listed(row) for row in chosen[:_MOST_LISTED])

    # What changes.

    def propose(self, connection: Connection, conversation_id: int, given: Mapping[str, Any]) -> str:
        who, now = patients.owner(connection, conversation_id), self._now()
        said = _heard(connection, who)
        action = _ACTIONS.get(_text(given, "acao"))
        if action is None:
            raise ChangeRefused(f"acao deve ser {', '.join(_ACTIONS)}.")
        of = None if action is Action.BOOK else self._own(connection, who, _text(given, "consulta"), now)
        if of is None:
            wanted = self._to_book(connection, who, said, given, now)
        elif action is Action.MOVE:
            wanted = self._to_move(connection, who, of, given, now)
        else:
            wanted = _as_it_is(who, of)
        return self._write_proposal(connection, who, said, action, wanted, of, now)

    def _write_proposal(
        self, connection: Connection, who: Owner, said: Heard, action: Action, wanted: Wanted,
        of: AppointmentRow | None, now: datetime,
    ) -> str:  # fmt: skip
        now_ms = _ms(now)
        minutes = self._facts.agenda.hold_minutes if self._binding else 0
        proposal = proposals.propose(
            connection,
            who,
            action,
            wanted,
            appointment_id=of.id if of else None,
            turn_id=said.turn_id,
            now_ms=now_ms,
            held_until_ms=now_ms + minutes * 60_000,
        )
        if proposal is None:
            raise ChangeRefused("esse horário acabou de ser ocupado. Consulte de novo.")
        if len(proposals.open_ones(connection, who, now_ms=now_ms)) > proposals.MOST_OPEN:
            raise ChangeRefused("já há propostas demais em aberto; peça uma resposta a elas antes.")
        told = f"{self._proposed(proposal)}."
        if action is not Action.CANCEL:
            told += f" Horário guardado por {minutes} min."
        if self._missing(connection, who, said, proposal, now) is None:
            return f"{told} O paciente já deu a ordem completa: chame {CARRY_OUT} agora."
        return f"{told} Escreva serviço, dia, hora e nome e peça o sim; só depois {CARRY_OUT}."

    def carry_out(self, connection: Connection, conversation_id: int, given: Mapping[str, Any]) -> str:
        who, now = patients.owner(connection, conversation_id), self._now()
        said = self._bound(connection, who)
        proposal = _proposal(connection, who, _text(given, "proposta"))
        action = Action(proposal.action)
        if proposal.state == ProposalState.OPEN:
            if proposal.created_ms <= _ms(now) - proposals.VALID_MS or proposal.start_ms <= _ms(now):
                raise ChangeRefused("essa proposta passou do tempo; proponha de novo.")
            if action is not Action.BOOK:
                self._may_change(proposal.appointment_id, connection, who, now)
            if missing := self._missing(connection, who, said, proposal, now):
                raise ChangeRefused(missing.value)
        done = proposals.carry_out(connection, who, proposal, turn_id=said.turn_id, now_ms=_ms(now))
        if done is None:
            raise ChangeRefused("esse horário acabou de ser ocupado. Consulte de novo e ofereça outro.")
        return f"Feito, {words.DONE[action]}: {self._visit(done)}. Diga isso ao paciente."

    def confirm(self, connection: Connection, conversation_id: int, given: Mapping[str, Any]) -> str:
        who, now = patients.owner(connection, conversation_id), self._now()
        said = self._bound(connection, who)
        row = self._own(connection, who, _text(given, "consulta"), now, changes=False)
        if not (consent.agrees(said.words) or consent.orders(Deed.BOOK, said.words)):
            raise ChangeRefused("o paciente não confirmou a presença; pergunte.")
        done = appointments.confirm(connection, who, row.id, now_ms=_ms(now))
        assert done is not None
        return f"Presença confirmada: {self._visit(done)}."

    def _bound(self, connection: Connection, who: Owner) -> Heard:
        """What was said, where it may lead to something."""
        if not self._binding:
            raise ChangeRefused("só observação: nada muda aqui. Diga que a recepção confirma.")
        return _heard(connection, who)

    # How arguments become records.

    def _service(self, text: str) -> Service | str:
        """The one service that is meant, or what to ask."""
        found = team.services_meant(self._facts, text)
        if len(found) == 1:
            return found[0]
        bookable = team.bookable(self._facts)
        return words.which_service(found, [one for one in self._facts.services if one.key in bookable])

    def _slots(
        self, connection: Connection, who: Owner, service: Service, when: When, now: datetime, *, about: str
    ) -> list[Slot]:
        attending = team.bookable(self._facts).get(service.key, ())
        own = [one.id for one in proposals.open_ones(connection, who, now_ms=_ms(now))]
        taken = cells.taken(
            connection,
            who.instance,
            [one.key for one in attending],
            from_ms=_ms(now),
            to_ms=_ms(now + timedelta(days=self._facts.agenda.days_ahead + 1)),
            now_ms=_ms(now),
            own_proposals=own,
        )
        slots = free_slots(self._facts, service, when, taken, now=now)
        asked_for = {one.key for one in team.professionals_meant(attending, about)}
        return [slot for slot in slots if not asked_for or slot.professional.key in asked_for]

    def _slot(
        self, connection: Connection, who: Owner, service: Service, given: Mapping[str, Any], now: datetime,
        *, about: str,
    ) -> Slot:  # fmt: skip
        """The one slot that is meant: a free one, whatever the model believes."""
        phrase = _text(given, "quando")
        when = dates.resolve(phrase, now)
        if when.doubt:
            raise ChangeRefused(f"a data está em dúvida, pergunte: {when.doubt}.")
        slots = self._slots(connection, who, service, when, now, about=about) if phrase else []
        if not slots:
            raise ChangeRefused(f"não há horário livre nesse pedido. Consulte {FREE_SLOTS}.")
        if len({slot.start for slot in slots}) > 1:
            raise ChangeRefused(f"diga um só dia e hora. Livres:\n{words.offered(slots)}")
        return slots[0]

    def _to_book(
        self, connection: Connection, who: Owner, said: Heard, given: Mapping[str, Any], now: datetime
    ) -> Wanted:
        about = _text(given, "servico")
        service = self._service(about)
        if isinstance(service, str):
            raise ChangeRefused(service)
        name, key = self._patient(connection, who, said, _text(given, "paciente"))
        return _wanted(who, self._slot(connection, who, service, given, now, about=about), name, key)

    def _to_move(
        self, connection: Connection, who: Owner, of: AppointmentRow, given: Mapping[str, Any], now: datetime
    ) -> Wanted:
        service = next((one for one in self._facts.services if one.key == of.service), None)
        if service is None:
            raise ChangeRefused("esse serviço não se remarca por aqui; chame a recepção.")
        about = self._names.professional(of.professional)
        slot = self._slot(connection, who, service, given, now, about=about)
        return _wanted(who, slot, of.patient, name_key(of.patient))

    def _patient(self, connection: Connection, who: Owner, said: Heard, text: str) -> tuple[str, str]:
        """A patient of this phone, or a new one whose name the patient wrote; a model may not make one up."""
        name = _clean_name(text)
        known = patients.of(connection, who)
        tokens = set(words_of(name))
        fitting = [one for one in known if tokens <= set(words_of(one.name))]
        if len(fitting) == 1 and (tokens or len(known) == 1):
            return fitting[0].name, fitting[0].name_key
        exact = [one for one in known if one.name_key == name_key(name)]
        if exact:
            return exact[0].name, exact[0].name_key
        if fitting or len(tokens) < 2:
            listed = f" Já cadastrados: {', '.join(one.name for one in known)}." if known else ""
            raise ChangeRefused(f"falta o nome completo do paciente; pergunte.{listed}")
        written = set(words_of(f"{said.words}\n{said.earlier}\n{who.display_name or ''}"))
        if not tokens <= written:
            raise ChangeRefused("esse nome não foi escrito pelo paciente; pergunte o nome completo.")
        return name, name_key(name)

    def _own(
        self, connection: Connection, who: Owner, label: str, now: datetime, *, changes: bool = True
    ) -> AppointmentRow:
        """One of this phone's appointments, by its label."""
        rows = appointments.upcoming(connection, who, now_ms=_ms(now))
        number = _number(label)
        chosen = [row for row in rows if row.number == number] if number is not None else rows
        if len(chosen) != 1:
            listed = "; ".join(self._listed(row) for row in rows[:_MOST_LISTED]) or "nenhuma"
            raise ChangeRefused(f"qual consulta? Deste telefone: {listed}.")
        if changes:
            self._in_time(chosen[0], now)
        return chosen[0]

    def _may_change(
        self, appointment_id: int | None, connection: Connection, who: Owner, now: datetime
    ) -> None:
        row = None if appointment_id is None else appointments.find(connection, who, appointment_id)
        if row is None or row.status == AppointmentStatus.CANCELLED or row.start_ms <= _ms(now):
            raise ChangeRefused("essa consulta não está mais marcada.")
        self._in_time(row, now)

    def _in_time(self, row: AppointmentRow, now: datetime) -> None:
        hours = self._facts.agenda.change_hours
        if row.start_ms < _ms(now + timedelta(hours=hours)):
            raise ChangeRefused(f"faltam menos de {hours} h para essa consulta: chame a recepção.")

    def _missing(
        self, connection: Connection, who: Owner, said: Heard, proposal: ProposalRow, now: datetime
    ) -> consent.Missing | None:
        """What the patient has still to say, by their stored words and our sent replies."""
        known = patients.of(connection, who)
        this_turn = proposal.turn_id == said.turn_id
        replies = [
            Told(reply.text, self._names.local(reply.at_ms))
            for reply in said.replies
            if reply.at_ms > _ms(now - _LOOK_BACK) and (this_turn or reply.turn_id >= proposal.turn_id)
        ]
        asked = Asked(
            Deed(proposal.action),
            self._names.local(proposal.start_ms),
            proposal.patient,
            self._names.both(proposal.service, proposal.professional),
            relatives=tuple(one.name for one in known if one.name_key != proposal.patient_key),
            is_only=len(appointments.upcoming(connection, who, now_ms=_ms(now))) == 1,
        )
        return consent.missing(
            asked, said.words, replies, now=now, this_turn=this_turn, person_since=said.person_since
        )

    # How records are told.

    def _visit(self, row: AppointmentRow) -> str:
        return self._names.visit(row.service, row.professional, row.start_ms, row.patient)

    def _listed(self, row: AppointmentRow) -> str:
        return f"{words.appointment_label(row.number)}: {self._visit(row)} ({words.status(row.status)})"

    def _proposed(self, one: ProposalRow) -> str:
        visit = self._names.visit(one.service, one.professional, one.start_ms, one.patient)
        return f"{words.proposal_label(one.number)}: {words.TO_DO[Action(one.action)]} {visit}"


def _heard(connection: Connection, who: Owner) -> Heard:
    said = heard(connection, who)
    assert said is not None  # a change passes the gate, and the gate has a turn that thinks
    return said


def _proposal(connection: Connection, who: Owner, label: str) -> ProposalRow:
    """One of this conversation's proposals by its label; of one that is open the label may be left out."""
    number = _number(label)
    found = proposals.numbered(connection, who, number) if number is not None else None
    if found is None or found.state == ProposalState.DROPPED:
        raise ChangeRefused(f"não há essa proposta. Use {PROPOSE} antes.")
    return found


def _wanted(who: Owner, slot: Slot, name: str, key: str) -> Wanted:
    place = Place(who.instance, slot.professional.key, slot.start_ms, slot.end_ms)
    return Wanted(name, key, slot.service.key, place)


def _as_it_is(who: Owner, of: AppointmentRow) -> Wanted:
    return Wanted(
        of.patient,
        name_key(of.patient),
        of.service,
        Place(who.instance, of.professional, of.start_ms, of.end_ms),
    )


def _after(slots: Sequence[Slot], when: When) -> Sequence[Slot]:
    """Those from the first day asked for on; where there are none, those before."""
    first = min(when.days, default=None)
    return [slot for slot in slots if first is None or slot.start.date() >= first] or slots


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    return " ".join(value.split())[:300] if isinstance(value, str) else ""


def _number(label: str) -> int | None:
    match = re.search(r"\d{1,6}", label)
    return int(match[0]) if match else None


def _clean_name(text: str) -> str:
    kept = "".join(char if char.isalpha() or char in " '-" else " " for char in text)
    return " ".join(kept.split())[:_NAME_CHARS]
