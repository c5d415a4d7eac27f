"""Booking, moving, cancelling, confirming: each gives one slot to one patient, or answers that it could not.

All of them change only what the conversation owns, and each may be asked again: what is done already stays as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, select, text, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from clinic_bot.store import cells, patients
from clinic_bot.store.cells import Place
from clinic_bot.store.clinic_tables import STANDS, Appointment, AppointmentStatus, Patient
from clinic_bot.store.patients import Owner


@dataclass(frozen=True, slots=True)
class AppointmentRow:
    """An appointment with the name of its patient."""

    id: int
    number: int
    patient: str
    service: str
    professional: str
    start_ms: int
    end_ms: int
    status: str
    born: str | None = None  #: of the patient, ISO date, where it is known


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be booked, in the file's keys."""

    patient: str
    patient_key: str
    service: str
    place: Place
    born: str | None = None  #: ISO date; tells the patient from another one of that name


_ROW: tuple[Any, ...] = (
    col(Appointment.id),
    col(Appointment.number),
    col(Patient.name),
    col(Appointment.service),
    col(Appointment.professional),
    col(Appointment.start_ms),
    col(Appointment.end_ms),
    col(Appointment.status),
    col(Patient.born),
)


def _rows(connection: Connection, who: Owner, *where: ColumnElement[bool]) -> list[AppointmentRow]:
    found = connection.execute(
        select(*_ROW)
        .join(Patient, col(Patient.id) == col(Appointment.patient_id))
        .where(col(Appointment.conversation_id).in_(who.parts), *where)
        .order_by(col(Appointment.start_ms), col(Appointment.id))
    )
    return [AppointmentRow(*row) for row in found]


def upcoming(connection: Connection, who: Owner, *, now_ms: int) -> list[AppointmentRow]:
    """What this conversation has booked and is not over, in order of time."""
    return _rows(connection, who, text(STANDS), col(Appointment.end_ms) > now_ms)  # type: ignore[arg-type]


def find(connection: Connection, who: Owner, appointment_id: int) -> AppointmentRow | None:
    """One of this conversation's, whatever became of it; anybody else's is not found."""
    found = _rows(connection, who, col(Appointment.id) == appointment_id)
    return found[0] if found else None


def book(
    connection: Connection, who: Owner, wanted: Wanted, *, now_ms: int, turn_id: int | None
) -> AppointmentRow | None:
    """Book, and answer the appointment; None when somebody else has a part of its time.

    The same patient, service and start is the same appointment, however often it is booked.
    """
    patient_id = patients.find_or_add(
        connection, who, name=wanted.patient, name_key=wanted.patient_key, now_ms=now_ms, born=wanted.born
    )
    same = _rows(
        connection,
        who,
        text(STANDS),  # type: ignore[arg-type]
        col(Appointment.patient_id) == patient_id,
        col(Appointment.service) == wanted.service,
        col(Appointment.start_ms) == wanted.place.start_ms,
    )
    if same:
        return same[0]
    appointment_id = _add(connection, who, wanted, patient_id, now_ms, turn_id)
    if not cells.take(connection, wanted.place, now_ms=now_ms, appointment_id=appointment_id):
        connection.execute(delete(Appointment).where(col(Appointment.id) == appointment_id))
        patients.forget_unbooked(connection, patient_id)
        return None
    return find(connection, who, appointment_id)


def _add(
    connection: Connection, who: Owner, wanted: Wanted, patient_id: int, now_ms: int, turn_id: int | None
) -> int:
    place = wanted.place
    written = connection.execute(
        insert(Appointment).values(
            instance=who.instance,
            conversation_id=who.conversation_id,
            number=next_number(connection, Appointment, who),
            patient_id=patient_id,
            service=wanted.service,
            professional=place.professional,
            start_ms=place.start_ms,
            end_ms=place.end_ms,
            status=AppointmentStatus.SCHEDULED.value,
            turn_id=turn_id,
            created_ms=now_ms,
            changed_ms=now_ms,
        )
    )
    assert written.inserted_primary_key is not None
    return int(written.inserted_primary_key[0])


def next_number(connection: Connection, table: Any, who: Owner) -> int:
    """The next label within a conversation, whose row the gate has locked."""
    highest = select(func.coalesce(func.max(col(table.number)), 0)).where(
        col(table.conversation_id).in_(who.parts)
    )
    return int(connection.execute(highest).scalar_one()) + 1


def move(
    connection: Connection, who: Owner, appointment_id: int, place: Place, *, now_ms: int
) -> AppointmentRow | None:
    """Give an appointment another time; None when that is somebody else's, or there is no such appointment."""
    old = find(connection, who, appointment_id)
    if old is None or old.status == AppointmentStatus.CANCELLED:
        return None
    if (old.professional, old.start_ms) == (place.professional, place.start_ms):
        return old
    if _stands_at(connection, old.id, place.start_ms):
        return None
    has = cells.of_appointment(connection, appointment_id) if old.professional == place.professional else ()
    if not cells.take(connection, place, now_ms=now_ms, appointment_id=appointment_id, has_already=has):
        return None
    cells.free_appointment(connection, appointment_id, but_for=place)
    _write(
        connection,
        appointment_id,
        now_ms,
        professional=place.professional,
        start_ms=place.start_ms,
        end_ms=place.end_ms,
        status=AppointmentStatus.SCHEDULED.value,
    )
    return find(connection, who, appointment_id)


def _stands_at(connection: Connection, appointment_id: int, start_ms: int) -> bool:
    """Whether its patient has that service at that start already, with somebody else."""
    other = aliased(Appointment)
    found = connection.execute(
        select(col(other.id))
        .join(
            Appointment,
            and_(
                col(other.patient_id) == col(Appointment.patient_id),
                col(other.service) == col(Appointment.service),
            ),
        )
        .where(
            col(Appointment.id) == appointment_id,
            col(other.start_ms) == start_ms,
            col(other.status) != AppointmentStatus.CANCELLED,
        )
    )
    return found.first() is not None


def cancel(connection: Connection, who: Owner, appointment_id: int, *, now_ms: int) -> AppointmentRow | None:
    """Cancel one of this conversation's, or find it cancelled; None when there is no such appointment."""
    old = find(connection, who, appointment_id)
    if old is None or old.status == AppointmentStatus.CANCELLED:
        return old
    cells.free_appointment(connection, appointment_id)
    _write(connection, appointment_id, now_ms, status=AppointmentStatus.CANCELLED.value)
    return find(connection, who, appointment_id)


def confirm(connection: Connection, who: Owner, appointment_id: int, *, now_ms: int) -> AppointmentRow | None:
    """Write down that the patient comes; None when there is no such appointment, or it was cancelled."""
    old = find(connection, who, appointment_id)
    if old is None or old.status == AppointmentStatus.CANCELLED:
        return None
    if old.status != AppointmentStatus.CONFIRMED:
        _write(connection, appointment_id, now_ms, status=AppointmentStatus.CONFIRMED.value)
    return find(connection, who, appointment_id)


def _write(connection: Connection, appointment_id: int, now_ms: int, **values: object) -> None:
    connection.execute(
        update(Appointment)
        .where(col(Appointment.id) == appointment_id)
        .values(**values, changed_ms=now_ms, revision=col(Appointment.revision) + 1)
    )


def of_clinic(connection: Connection, instance: str) -> Sequence[tuple[int, AppointmentRow]]:
    """Every appointment of an instance with its conversation, cancelled ones too: for checks, not for patients."""
    found = connection.execute(
        select(col(Appointment.conversation_id), *_ROW)
        .join(Patient, col(Patient.id) == col(Appointment.patient_id))
        .where(col(Appointment.instance) == instance)
        .order_by(col(Appointment.id))
    )
    return [(row[0], AppointmentRow(*row[1:])) for row in found]
