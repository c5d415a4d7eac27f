"""What must hold of the agenda between two transactions, and records for tests to begin with."""

from itertools import combinations

from sqlalchemy import Connection
from sqlmodel import Session, col, select

from clinic_bot.store import appointments, patients
from clinic_bot.store.appointments import AppointmentRow, Wanted
from clinic_bot.store.cells import CELL_MS, Place
from clinic_bot.store.clinic_tables import AgendaCell, Appointment, AppointmentStatus
from clinic_bot.store.tables import Conversation
from tests.support import builders as b

MINUTE_MS = 60_000


def place(start_ms: int, *, minutes: int = 30, professional: str = "ana") -> Place:
    return Place(b.INSTANCE, professional, start_ms, start_ms + minutes * MINUTE_MS)


def wanted(where: Place, *, patient: str = "Rita Lima", service: str = "dermato") -> Wanted:
    return Wanted(patient, patient.casefold(), service, where)


def open_conversation(connection: Connection, phone: str) -> int:
    """A phone that has written before; its conversation's id."""
    with Session(bind=connection, join_transaction_mode="rollback_only") as session:
        conversation = Conversation(instance=b.INSTANCE, phone=phone, phone_key=phone)
        session.add(conversation)
        session.flush()
        assert conversation.id is not None
        return conversation.id


def book(
    connection: Connection, conversation_id: int, what: Wanted, *, now_ms: int = 0
) -> AppointmentRow | None:
    who = patients.owner(connection, conversation_id)
    return appointments.book(connection, who, what, now_ms=now_ms, turn_id=None)


def standing(connection: Connection) -> list[tuple[int, AppointmentRow]]:
    """Who has which appointment."""
    rows = appointments.of_clinic(connection, b.INSTANCE)
    return [row for row in rows if row[1].status != AppointmentStatus.CANCELLED]


def agenda_violations(connection: Connection) -> list[str]:
    """Times that two patients have, and cells that are not those of an appointment that stands."""
    with Session(bind=connection) as session:
        stand = session.exec(
            select(Appointment).where(Appointment.status != AppointmentStatus.CANCELLED)
        ).all()
        mine = session.exec(select(AgendaCell).where(col(AgendaCell.appointment_id).is_not(None))).all()
        found = [
            f"appointments {one.id} and {other.id} overlap"
            for one, other in combinations(stand, 2)
            if one.professional == other.professional
            and one.start_ms < other.end_ms
            and other.start_ms < one.end_ms
        ]
        has = {(cell.professional, cell.cell, cell.appointment_id) for cell in mine}
        due = {
            (one.professional, cell, one.id)
            for one in stand
            for cell in range(one.start_ms // CELL_MS, -(-one.end_ms // CELL_MS))
        }
        return found + [f"cell {cell} is missing or left over" for cell in sorted(has ^ due, key=str)]
