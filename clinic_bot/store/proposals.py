"""What a patient is asked before anything changes. A slot that was proposed is kept for a while."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, exists, func, insert, or_, select, text, update
from sqlmodel import col

from clinic_bot.store import appointments, cells, contacts
from clinic_bot.store.appointments import AppointmentRow, Wanted
from clinic_bot.store.cells import Place
from clinic_bot.store.clinic_tables import (
    IS_OPEN,
    STANDS,
    Action,
    AgendaCell,
    Appointment,
    Proposal,
    ProposalState,
)
from clinic_bot.store.patients import Owner
from clinic_bot.store.prepared import Prepared

#: So many slots a phone may hold at once: nobody empties a clinic's agenda by asking.
MOST_OPEN = 4
#: A yes after so long answers something else.
VALID_MS = 24 * 3_600_000


@dataclass(frozen=True, slots=True)
class ProposalRow:
    id: int
    number: int
    action: str
    state: str
    patient: str
    patient_key: str
    service: str
    professional: str
    start_ms: int
    end_ms: int
    appointment_id: int | None
    turn_id: int
    created_ms: int
    born: str | None

    def place(self, who: Owner) -> Place:
        return Place(who.instance, self.professional, self.start_ms, self.end_ms)


_ROW = tuple(getattr(Proposal, name) for name in ProposalRow.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a turn finds before it begins."""

    asked: bool  #: something was proposed and not answered
    booked: int  #: appointments that are not over


# Every turn asks this before the model is asked anything, and most find nothing.
_STANDING = Prepared(
    select(
        exists().where(
            col(Proposal.conversation_id).in_(contacts.PARTS),
            text(IS_OPEN),
            col(Proposal.created_ms) > bindparam("since_ms"),
        ),
        select(func.count())
        .select_from(Appointment)
        .where(
            col(Appointment.conversation_id).in_(contacts.PARTS),
            text(STANDS),
            col(Appointment.end_ms) > bindparam("now_ms"),
        )
        .scalar_subquery(),
    )
)


def standing(connection: Connection, conversation_id: int, *, now_ms: int) -> Standing:
    asked = {"id": conversation_id, "since_ms": now_ms - VALID_MS, "now_ms": now_ms}
    ((is_asked, booked),) = _STANDING.rows(connection, asked)
    return Standing(bool(is_asked), int(booked))


def open_ones(connection: Connection, who: Owner, *, now_ms: int) -> list[ProposalRow]:
    """What this conversation was asked and has not answered, the oldest first."""
    rows = connection.execute(
        select(*_ROW)
        .where(
            col(Proposal.conversation_id).in_(who.parts),
            text(IS_OPEN),
            col(Proposal.created_ms) > now_ms - VALID_MS,
        )
        .order_by(col(Proposal.id))
    )
    return [ProposalRow(*row) for row in rows]


def numbered(connection: Connection, who: Owner, number: int) -> ProposalRow | None:
    """One of this conversation's, whatever became of it; anybody else's is not found."""
    row = connection.execute(
        select(*_ROW)
        .where(col(Proposal.conversation_id).in_(who.parts), col(Proposal.number) == number)
        .order_by(col(Proposal.id).desc())
        .limit(1)
    ).first()
    return None if row is None else ProposalRow(*row)


def propose(
    connection: Connection,
    who: Owner,
    action: Action,
    wanted: Wanted,
    *,
    appointment_id: int | None,
    turn_id: int,
    now_ms: int,
    held_until_ms: int,
) -> ProposalRow | None:
    """Write a proposal down, and of a booking or a move hold its slot; None when somebody else has that.

    It takes the place of what this conversation was asked about the same thing or the same time. The same proposal
    again is the one that there is, held anew.
    """
    known: ProposalRow | None = None
    for one in open_ones(connection, who, now_ms=now_ms):
        if _is_same(one, action, wanted, appointment_id):
            known = one
        elif _gives_way(one, action, wanted, appointment_id):
            drop(connection, one)
    if known is None:
        known = _add(connection, who, action, wanted, appointment_id, turn_id, now_ms, held_until_ms)
    if action is Action.CANCEL or _hold(connection, wanted.place, known, now_ms, held_until_ms):
        return known
    drop(connection, known)
    return None


def _is_same(one: ProposalRow, action: Action, wanted: Wanted, appointment_id: int | None) -> bool:
    asked = (
        one.action, one.patient_key, one.born, one.service, one.professional, one.start_ms, one.appointment_id,
    )  # fmt: skip
    place = wanted.place
    return asked == (
        action.value, wanted.patient_key, wanted.born, wanted.service, place.professional, place.start_ms,
        appointment_id,
    )  # fmt: skip


def _gives_way(one: ProposalRow, action: Action, wanted: Wanted, appointment_id: int | None) -> bool:
    if appointment_id is not None and one.appointment_id == appointment_id:
        return True
    place = wanted.place
    overlaps = (
        one.action != Action.CANCEL
        and one.professional == place.professional
        and one.start_ms < place.end_ms
        and place.start_ms < one.end_ms
    )
    same_need = one.action == action == Action.BOOK and (one.patient_key, one.born, one.service) == (
        wanted.patient_key,
        wanted.born,
        wanted.service,
    )
    return overlaps or same_need


def _hold(
    connection: Connection, place: Place, proposal: ProposalRow, now_ms: int, held_until_ms: int
) -> bool:
    cells.free_proposal(connection, proposal.id)
    own = () if proposal.appointment_id is None else cells.of_appointment(connection, proposal.appointment_id)
    return cells.take(
        connection,
        place,
        now_ms=now_ms,
        proposal_id=proposal.id,
        held_until_ms=held_until_ms,
        has_already=own,
    )


def _add(
    connection: Connection, who: Owner, action: Action, wanted: Wanted, appointment_id: int | None, turn_id: int,
    now_ms: int, held_until_ms: int,
) -> ProposalRow:  # fmt: skip
    number = appointments.next_number(connection, Proposal, who)
    connection.execute(
        insert(Proposal).values(
            instance=who.instance,
            conversation_id=who.conversation_id,
            number=number,
            action=action.value,
            state=ProposalState.OPEN.value,
            patient=wanted.patient,
            patient_key=wanted.patient_key,
            born=wanted.born,
            service=wanted.service,
            professional=wanted.place.professional,
            start_ms=wanted.place.start_ms,
            end_ms=wanted.place.end_ms,
            appointment_id=appointment_id,
            turn_id=turn_id,
            created_ms=now_ms,
            held_until_ms=held_until_ms,
        )
    )
    added = numbered(connection, who, number)
    assert added is not None
    return added


def drop(connection: Connection, proposal: ProposalRow) -> None:
    """It is no longer what the patient is asked."""
    cells.free_proposal(connection, proposal.id)
    _write(connection, proposal, state=ProposalState.DROPPED.value)


def carry_out(
    connection: Connection, who: Owner, proposal: ProposalRow, *, turn_id: int, now_ms: int
) -> AppointmentRow | None:
    """Do what was proposed, and answer the appointment as it is now; None when its time is somebody else's.

    What was held until now is taken even after its time, where nobody else came. Done twice it is done once.
    """
    if proposal.state == ProposalState.DONE:
        assert proposal.appointment_id is not None
        return appointments.find(connection, who, proposal.appointment_id)
    cells.free_proposal(connection, proposal.id)
    done = _act(connection, who, proposal, turn_id, now_ms)
    if done is None:
        _write(connection, proposal, state=ProposalState.DROPPED.value)
        return None
    _write(connection, proposal, state=ProposalState.DONE.value, appointment_id=done.id)
    return done


def _act(
    connection: Connection, who: Owner, proposal: ProposalRow, turn_id: int, now_ms: int
) -> AppointmentRow | None:
    place = proposal.place(who)
    if proposal.action == Action.BOOK:
        wanted = Wanted(proposal.patient, proposal.patient_key, proposal.service, place, proposal.born)
        return appointments.book(connection, who, wanted, now_ms=now_ms, turn_id=turn_id)
    assert proposal.appointment_id is not None
    if proposal.action == Action.MOVE:
        return appointments.move(connection, who, proposal.appointment_id, place, now_ms=now_ms)
    return appointments.cancel(connection, who, proposal.appointment_id, now_ms=now_ms)


def prune(connection: Connection, *, before_ms: int, limit: int) -> int:
    """Forget a slice of what was proposed before ``before_ms``, and which cells of the calendar were had until then.

    What was booked, moved or cancelled stays as an appointment. Answers how many proposals went.
    """
    oldest = select(col(Proposal.id)).where(col(Proposal.created_ms) < before_ms)
    old = list(connection.execute(oldest.order_by(col(Proposal.id)).limit(limit)).scalars())
    is_over = or_(col(AgendaCell.proposal_id).in_(old), col(AgendaCell.cell) < before_ms // cells.CELL_MS)
    connection.execute(delete(AgendaCell).where(is_over))
    return connection.execute(delete(Proposal).where(col(Proposal.id).in_(old))).rowcount


def _write(connection: Connection, proposal: ProposalRow, **values: object) -> None:
    connection.execute(update(Proposal).where(col(Proposal.id) == proposal.id).values(**values))
