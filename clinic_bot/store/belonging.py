"""Whose an appointment is, where the reception learns it later: a booking without a phone gets one, or another one.

The appointment itself goes over, with its patient, so that everything that asks by conversation finds it there: the
chat, the reminders, a copy for the patient, erasing.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, exists, func, select, text, update
from sqlmodel import col

from clinic_bot.events import Contact
from clinic_bot.store import appointments, contacts, patients
from clinic_bot.store.clinic_tables import STANDS, Appointment, AppointmentStatus, Patient, Proposal, Reminder
from clinic_bot.store.conversations import locked
from clinic_bot.store.patients import Owner
from clinic_bot.store.personal import ERASED_NAME
from clinic_bot.store.policy import Policy
from clinic_bot.store.reminders import NO_NUMBER
from clinic_bot.store.session import session_on
from clinic_bot.store.tables import Conversation, Message, Turn

NONE_SUCH = "não há consulta {}"
ERASED = "a consulta {} ficou sem nome quando os dados do paciente foram apagados, e não recebe mais telefone"
NAMELESS = "a consulta {} não tem mais nome: os dados do paciente foram apagados"
IS_ONE = "já há nesse telefone um paciente com esse nome e essa data de nascimento"
HAS_IT = "esse telefone já tem essa mesma consulta, a {}: cancele uma das duas"


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was changed, and why."""

    why: str


@dataclass(frozen=True, slots=True)
class _Booked:
    """An appointment as it stands in its row."""

    id: int
    conversation_id: int
    patient_id: int
    service: str
    start_ms: int
    status: str
    patient: str
    patient_key: str
    born: str | None


_ROW: tuple[Any, ...] = (
    col(Appointment.id),
    col(Appointment.conversation_id),
    col(Appointment.patient_id),
    col(Appointment.service),
    col(Appointment.start_ms),
    col(Appointment.status),
    col(Patient.name),
    col(Patient.name_key),
    col(Patient.born),
)


def give_phone(
    connection: Connection,
    instance: str,
    appointment_id: int,
    contact: Contact,
    *,
    born: str | None = None,
    now_ms: int,
    policy: Policy,
) -> Refused | None:
    """Make an appointment that of a phone, or of a LID, whatever it was by before; None when it is.

    What a reminder could not reach without a number is due anew. Nothing is written to anybody.

    Args:
        born: ISO date of the patient, where two of that name are known on the phone.
    """
    theirs_id = _both_locked(connection, instance, appointment_id, contact, policy, now_ms)
    found = _find(connection, instance, appointment_id)  # as it is now that nobody else changes it
    if theirs_id is None or found is None:
        return Refused(NONE_SUCH.format(appointment_id))
    if found.patient == ERASED_NAME:
        return Refused(ERASED.format(appointment_id))
    who = patients.owner(connection, theirs_id)
    if found.conversation_id in who.parts:
        return None
    if why := patients.doubt(connection, who, found.patient_key, born or found.born):
        return Refused(why)
    patient_id = patients.find_or_add(
        connection,
        who,
        name=found.patient,
        name_key=found.patient_key,
        now_ms=now_ms,
        born=born or found.born,
    )
    if (same := _same(connection, patient_id, found)) is not None:
        return Refused(HAS_IT.format(same))
    _hand_over(connection, who, found, patient_id)
    _tidy(connection, found)
    return None


def _both_locked(
    connection: Connection,
    instance: str,
    appointment_id: int,
    contact: Contact,
    policy: Policy,
    now_ms: int,
) -> int | None:
    """Lock the contact's conversation and the appointment's: the contact's; None where there is no appointment."""
    found = _find(connection, instance, appointment_id)
    if found is None:
        return None
    with session_on(connection) as session:
        theirs = contacts.find(session, contact) or contacts.find_or_open(session, contact, policy, now_ms)
        session.flush()
        assert theirs.id is not None
        for conversation_id in sorted({theirs.id, found.conversation_id}):
            locked(session, conversation_id)
        return theirs.id


def correct(
    connection: Connection, instance: str, appointment_id: int, *, name: str, name_key: str, born: str | None
) -> Refused | int:
    """Put a patient's name or birth date right, wherever it stands; how many of their appointments have it now.

    Args:
        name: the whole name, and ``name_key`` of it; empty: it stays.
        born: ISO date; None: it stays.
    """
    found = _locked(connection, instance, appointment_id)
    if isinstance(found, Refused):
        return found
    new = {
        "name": name or found.patient, "name_key": name_key or found.patient_key, "born": born or found.born,
    }  # fmt: skip
    who = patients.owner(connection, found.conversation_id)
    others = [one for one in patients.of(connection, who) if one.id != found.patient_id]
    if any((one.name_key, one.born) == (new["name_key"], new["born"]) for one in others):
        return Refused(IS_ONE)
    connection.execute(update(Patient).where(col(Patient.id) == found.patient_id).values(new))
    asked = {"patient": new["name"], "patient_key": new["name_key"], "born": new["born"]}
    same_born = col(Proposal.born).is_(None) if found.born is None else col(Proposal.born) == found.born
    theirs = col(Proposal.conversation_id).in_(who.parts), col(Proposal.patient_key) == found.patient_key
    connection.execute(update(Proposal).where(*theirs, same_born).values(asked))
    # A reminder that is being written is written anew.
    revised = update(Appointment).values(revision=col(Appointment.revision) + 1)
    return connection.execute(revised.where(col(Appointment.patient_id) == found.patient_id)).rowcount


def _locked(connection: Connection, instance: str, appointment_id: int) -> _Booked | Refused:
    """An appointment, its conversation locked; or why nothing is changed of it."""
    found = _find(connection, instance, appointment_id)
    if found is not None:
        with session_on(connection) as session:
            locked(session, found.conversation_id)
        found = _find(connection, instance, appointment_id)
    if found is None:
        return Refused(NONE_SUCH.format(appointment_id))
    return Refused(NAMELESS.format(appointment_id)) if found.patient == ERASED_NAME else found


def _find(connection: Connection, instance: str, appointment_id: int) -> _Booked | None:
    row = connection.execute(
        select(*_ROW)
        .join(Patient, col(Patient.id) == col(Appointment.patient_id))
        .where(col(Appointment.id) == appointment_id, col(Appointment.instance) == instance)
    ).first()
    return None if row is None else _Booked(*row)


def _same(connection: Connection, patient_id: int, found: _Booked) -> int | None:
    if found.status == AppointmentStatus.CANCELLED:
        return None
    same: int | None = connection.execute(
        select(col(Appointment.id)).where(
            col(Appointment.patient_id) == patient_id,
            col(Appointment.service) == found.service,
            col(Appointment.start_ms) == found.start_ms,
            text(STANDS),
        )
    ).scalar()
    return same


def _hand_over(connection: Connection, who: Owner, found: _Booked, patient_id: int) -> None:
    mine = col(Appointment.id) == found.id
    number = appointments.next_number(connection, Appointment, who)
    values: dict[str, Any] = {
        "conversation_id": who.conversation_id,
        "number": number,
        "patient_id": patient_id,
        "revision": col(Appointment.revision) + 1,  # a reminder that is being written is written anew
    }
    connection.execute(update(Appointment).where(mine).values(values))
    unreached = col(Reminder.appointment_id) == found.id, col(Reminder.skipped) == NO_NUMBER
    connection.execute(delete(Reminder).where(*unreached))


def _tidy(connection: Connection, old: _Booked) -> None:
    """Leave no name where nobody would look for it, and no conversation of nothing."""
    patients.forget_unbooked(connection, old.patient_id)
    forget_empty(connection, old.conversation_id)


def forget_empty(connection: Connection, conversation_id: int) -> None:
    """Drop a conversation that was only opened to book in, where nothing is left of it and no number leads there."""
    has_rows: list[ColumnElement[bool]] = [
        exists().where(col(table.conversation_id) == conversation_id)
        for table in (Appointment, Patient, Proposal, Message, Turn, Reminder)
    ]
    connection.execute(
        delete(Conversation).where(
            col(Conversation.id) == conversation_id,
            col(Conversation.phone_key).is_(None),
            col(Conversation.lid).is_(None),
            col(Conversation.alias_of).is_(None),
            col(Conversation.merge_into).is_(None),
            *(~one for one in has_rows),
        )
    )


# Bookings that no number leads to, for whoever asks about them by their numbers or by a name.


@dataclass(frozen=True, slots=True)
class Visit:
    """An appointment, and what leads to its patient."""

    id: int
    conversation_id: int
    born: str | None
    start_ms: int
    service: str
    professional: str
    number: str | None  #: a phone, or else a LID
    is_erased: bool


_VISIT: tuple[Any, ...] = (
    col(Appointment.id),
    func.coalesce(col(Conversation.alias_of), col(Conversation.merge_into), col(Conversation.id)),
    col(Patient.born),
    col(Appointment.start_ms),
    col(Appointment.service),
    col(Appointment.professional),
    col(Patient.name) == ERASED_NAME,
)


def numbered(connection: Connection, appointment_ids: tuple[int, ...]) -> list[Visit]:
    """These appointments, those that there are."""
    return _visits(connection, col(Appointment.id).in_(appointment_ids))


def named(connection: Connection, name_key: str) -> list[Visit]:
    """Every appointment of a patient of that name to which no number leads."""
    found = _visits(connection, col(Patient.name_key) == name_key)
    return [one for one in found if one.number is None]


def without_number(connection: Connection, appointment_ids: tuple[int, ...]) -> list[int]:
    """The conversations of those of these appointments that no number leads to: nobody else's rows are in them."""
    found = numbered(connection, appointment_ids)
    return sorted({one.conversation_id for one in found if one.number is None})


def _visits(connection: Connection, where: ColumnElement[bool]) -> list[Visit]:
    found = connection.execute(
        select(*_VISIT)
        .join(Patient, col(Patient.id) == col(Appointment.patient_id))
        .join(Conversation, col(Conversation.id) == col(Appointment.conversation_id))
        .where(where)
        .order_by(col(Appointment.start_ms), col(Appointment.id))
    ).all()
    return [
        Visit(
            id, conversation_id, born, start_ms, service, professional, _number(connection, conversation_id), is_erased
        )
        for id, conversation_id, born, start_ms, service, professional, is_erased in found
    ]  # fmt: skip


def _number(connection: Connection, conversation_id: int) -> str | None:
    phone, lid = connection.execute(
        select(col(Conversation.phone), col(Conversation.lid)).where(col(Conversation.id) == conversation_id)
    ).one()
    return phone or lid
