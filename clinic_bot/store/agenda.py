"""The reception's own hands on the agenda: times it blocks, and appointments it makes outside of WhatsApp.

What it books takes the same cells as what patients book, so the key in the database holds between them too; what it
blocks leaves alone what is booked, and says what that is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select, text
from sqlmodel import col

from clinic_bot.events import Contact
from clinic_bot.store import appointments, belonging, cells, contacts, patients
from clinic_bot.store.appointments import AppointmentRow, Wanted
from clinic_bot.store.belonging import Refused
from clinic_bot.store.cells import Place
from clinic_bot.store.clinic_tables import STANDS, Appointment, AppointmentStatus, Block, Patient
from clinic_bot.store.conversations import locked
from clinic_bot.store.policy import Policy
from clinic_bot.store.session import session_on
from clinic_bot.store.tables import Conversation


@dataclass(frozen=True, slots=True)
class Visit:
    """An appointment as the reception sees it: whose phone it is by, too."""

    id: int
    patient: str
    born: str | None
    phone: str | None
    holder: str | None  #: of the phone, as WhatsApp shows it
    service: str
    professional: str
    start_ms: int
    end_ms: int
    status: str


@dataclass(frozen=True, slots=True)
class BlockRow:
    id: int
    professional: str | None  #: none: of all
    start_ms: int
    end_ms: int
    reason: str


@dataclass(frozen=True, slots=True)
class Blocked:
    """What a block met."""

    ids: tuple[int, ...]  #: of the blocks; none where there are appointments that were not to stay
    booked: tuple[Visit, ...]


@dataclass(frozen=True, slots=True)
class InTheWay:
    """Why a time cannot be had. With neither it is a patient's who is being asked about it."""

    visits: tuple[Visit, ...]
    blocks: tuple[BlockRow, ...]


_VISIT: tuple[Any, ...] = (
    col(Appointment.id),
    col(Patient.name),
    col(Patient.born),
    col(Conversation.phone),
    col(Conversation.name),
    col(Appointment.service),
    col(Appointment.professional),
    col(Appointment.start_ms),
    col(Appointment.end_ms),
    col(Appointment.status),
)
_BLOCK: tuple[Any, ...] = (
    col(Block.id),
    col(Block.professional),
    col(Block.start_ms),
    col(Block.end_ms),
    col(Block.reason),
)


def visits(
    connection: Connection,
    instance: str,
    *,
    from_ms: int,
    to_ms: int,
    professionals: Sequence[str] | None = None,
    cancelled: bool = False,
) -> list[Visit]:
    """The appointments that touch a time, in its order; of some professionals, or of all."""
    where: list[ColumnElement[bool]] = [
        col(Appointment.instance) == instance,
        col(Appointment.start_ms) < to_ms,
        col(Appointment.end_ms) > from_ms,
    ]
    if professionals is not None:
        where.append(col(Appointment.professional).in_(professionals))
    if not cancelled:
        where.append(text(STANDS))  # type: ignore[arg-type]
    found = connection.execute(
        select(*_VISIT)
        .select_from(Appointment)
        .join(Patient, col(Patient.id) == col(Appointment.patient_id))
        .join(Conversation, col(Conversation.id) == col(Appointment.conversation_id))
        .where(*where)
        .order_by(col(Appointment.start_ms), col(Appointment.id))
    )
    return [Visit(*row) for row in found]


def blocks(
    connection: Connection,
    instance: str,
    *,
    from_ms: int,
    to_ms: int,
    professionals: Sequence[str] | None = None,
) -> list[BlockRow]:
    """The blocks that touch a time: those of all professionals, and of those named."""
    where = [col(Block.instance) == instance, col(Block.start_ms) < to_ms, col(Block.end_ms) > from_ms]
    if professionals is not None:
        where.append(or_(col(Block.professional).is_(None), col(Block.professional).in_(professionals)))
    found = connection.execute(select(*_BLOCK).where(*where).order_by(col(Block.start_ms), col(Block.id)))
    return [BlockRow(*row) for row in found]


def block(
    connection: Connection,
    instance: str,
    *,
    professionals: Sequence[str] | None,
    start_ms: int,
    end_ms: int,
    reason: str,
    now_ms: int,
    despite: bool,
) -> Blocked:
    """Keep a time free of new appointments, of some professionals or of all. What is booked in it is never touched.

    Args:
        despite: block it though something is booked; else nothing is done then.
    """
    cells.hold_bookings(connection, instance)
    met = visits(connection, instance, from_ms=start_ms, to_ms=end_ms, professionals=professionals)
    if met and not despite:
        return Blocked((), tuple(met))
    ids = [
        cells.block(
            connection, instance, start_ms=start_ms, end_ms=end_ms, reason=reason, now_ms=now_ms, professional=one
        )
        for one in (professionals if professionals is not None else [None])
    ]  # fmt: skip
    return Blocked(tuple(ids), tuple(met))


def book_outside(
    connection: Connection,
    instance: str,
    contact: Contact | None,
    wanted: Wanted,
    *,
    now_ms: int,
    policy: Policy,
) -> AppointmentRow | InTheWay | Refused:
    """Book what was agreed at the desk or by phone; or say what is in the way or not clear, and do nothing.

    Args:
        contact: whose phone the appointment is by, so that the patient finds it in the chat; None where none is known.
            Then nobody can ask for it there.
    """
    with session_on(connection) as session:
        # Of a chat that is known, its own spelling of the number stands: replies go there.
        conversation = contacts.find(session, contact) if contact else None
        if conversation is None and contact is not None:
            conversation = contacts.find_or_open(session, contact, policy, now_ms)
        elif conversation is None:
            conversation = Conversation(instance=instance)
            session.add(conversation)
        session.flush()
        assert conversation.id is not None
        locked(session, conversation.id)  # numbers count within it
        conversation_id = conversation.id
    who = patients.owner(connection, conversation_id)
    if why := patients.doubt(connection, who, wanted.patient_key, wanted.born):
        return Refused(why)
    booked = appointments.book(connection, who, wanted, now_ms=now_ms, turn_id=None)
    if booked is not None:
        return booked
    if contact is None:
        belonging.forget_empty(connection, conversation_id)
    return in_the_way(connection, wanted.place)


def in_the_way(connection: Connection, place: Place) -> InTheWay:
    asked = {"from_ms": place.start_ms, "to_ms": place.end_ms, "professionals": [place.professional]}
    return InTheWay(
        tuple(visits(connection, place.instance, **asked)),  # type: ignore[arg-type]
        tuple(blocks(connection, place.instance, **asked)),  # type: ignore[arg-type]
    )


def move(
    connection: Connection,
    instance: str,
    appointment_id: int,
    *,
    start_ms: int,
    professional: str | None,
    now_ms: int,
) -> AppointmentRow | InTheWay | None:
    """Give an appointment another time, whoever made it, and another professional if one is named.

    Its length stays. None when there is no such one that stands.
    """
    who = _owner(connection, instance, appointment_id)
    old = None if who is None else appointments.find(connection, who, appointment_id)
    if who is None or old is None or old.status == AppointmentStatus.CANCELLED:
        return None
    place = Place(instance, professional or old.professional, start_ms, start_ms + old.end_ms - old.start_ms)
    moved = appointments.move(connection, who, appointment_id, place, now_ms=now_ms)
    return moved or in_the_way(connection, place)


def cancel(
    connection: Connection, instance: str, appointment_id: int, *, now_ms: int
) -> AppointmentRow | None:
    """Cancel an appointment, whoever made it, or find it cancelled; None when there is no such one."""
    who = _owner(connection, instance, appointment_id)
    return None if who is None else appointments.cancel(connection, who, appointment_id, now_ms=now_ms)


def _owner(connection: Connection, instance: str, appointment_id: int) -> patients.Owner | None:
    """Whose an appointment is, their conversation locked; None when there is no such one."""
    owner_id = connection.execute(
        select(col(Appointment.conversation_id)).where(
            col(Appointment.id) == appointment_id, col(Appointment.instance) == instance
        )
    ).scalar_one_or_none()
    if owner_id is None:
        return None
    with session_on(connection) as session:
        locked(session, owner_id)
    return patients.owner(connection, owner_id)
