"""Reminders of what is booked: a notice each (rule 17), and the row whose key lets there be only one.

Nothing is planned ahead. What is booked now says what is due, so an appointment that was moved or cancelled needs no
plan taken back, and a process that was down finds what it left. Whether an appointment still stands as its text says is
asked in the transaction that allows the send.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, delete, func, select, text, update
from sqlmodel import Session, col

from clinic_bot.store import contacts, listening, notices, switches
from clinic_bot.store.clinic_tables import STANDS, Appointment, AppointmentStatus, Patient, Reminder
from clinic_bot.store.conversations import locked
from clinic_bot.store.notices import Intent, NotNow
from clinic_bot.store.policy import Policy
from clinic_bot.store.session import driver_of, session_on
from clinic_bot.store.tables import REMINDER, Author, Conversation, Message, Notice, NoticeState

OPTED_OUT = "the patient wants no reminders"
NEVER_ANSWERED = "the clinic's file says that this number is never answered"
NO_NUMBER = "neither number nor LID is known"
#: A person who answered in the patient's chat keeps the bot from reading it; so far back a reminder reads it itself.
_LOOK_BACK = 200


@dataclass(frozen=True, slots=True)
class Booked:
    """An appointment that stands, and of which hours before it somebody was reminded, or is not to be."""

    appointment_id: int
    conversation_id: int
    patient: str
    service: str
    professional: str
    start_ms: int
    confirmed: bool
    revision: int
    known_ms: int  #: when it was booked, moved or confirmed last
    done: frozenset[int]


@dataclass(frozen=True, slots=True)
class Due:
    """One reminder of one appointment."""

    booked: Booked
    hours: int


@dataclass(frozen=True, slots=True)
class Skipped:
    """Not to be sent at all; that is written down."""

    why: str


_BOOKED: tuple[Any, ...] = (
    col(Appointment.id),
    func.coalesce(col(Conversation.alias_of), col(Conversation.merge_into), col(Conversation.id)),
    col(Patient.name),
    col(Appointment.service),
    col(Appointment.professional),
    col(Appointment.start_ms),
    col(Appointment.status),
    col(Appointment.revision),
    col(Appointment.changed_ms),
)
_ONCE = """
INSERT INTO reminder (instance, appointment_id, start_ms, hours, conversation_id, skipped, created_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (appointment_id, start_ms, hours) DO NOTHING"""


def ahead(connection: Connection, instance: str, *, from_ms: int, to_ms: int) -> list[Booked]:
    """What is booked from one instant up to another, in order of time."""
    done: dict[tuple[int, int], set[int]] = {}
    key = (col(Reminder.appointment_id), col(Reminder.start_ms), col(Reminder.hours))
    span = col(Reminder.start_ms).between(from_ms, to_ms)
    for appointment_id, start_ms, hours in connection.execute(select(*key).where(span)):
        done.setdefault((appointment_id, start_ms), set()).add(hours)
    rows = connection.execute(
        select(*_BOOKED)
        .join(Patient, col(Patient.id) == col(Appointment.patient_id))
        .join(Conversation, col(Conversation.id) == col(Appointment.conversation_id))
        .where(
            text(STANDS),
            col(Appointment.instance) == instance,
            col(Appointment.start_ms).between(from_ms, to_ms),
        )
        .order_by(col(Appointment.start_ms), col(Appointment.id))
    )
    return [
        Booked(
            appointment_id, conversation_id, patient, service, professional, start_ms,
            confirmed=status == AppointmentStatus.CONFIRMED, revision=revision, known_ms=changed_ms,
            done=frozenset(done.get((appointment_id, start_ms), ())),
        )
        for (
            appointment_id, conversation_id, patient, service, professional, start_ms, status, revision, changed_ms,
        ) in rows
    ]  # fmt: skip


def skip(connection: Connection, instance: str, due: Due, why: str, *, now_ms: int) -> bool:
    """Write down why somebody is not reminded; False where they were, or it is written."""
    return _once(connection, instance, due, why, now_ms)


def _once(connection: Connection, instance: str, due: Due, why: str | None, now_ms: int) -> bool:
    one = due.booked
    key = (instance, one.appointment_id, one.start_ms, due.hours, one.conversation_id, why, now_ms)
    return driver_of(connection).execute(_ONCE, key).rowcount == 1


def intend(
    connection: Connection,
    due: Sequence[Due],
    words: str,
    *,
    stops: Callable[[str], bool | None],
    owner: str,
    now_ms: int,
    lease_ms: int,
    policy: Policy,
) -> Intent | NotNow | Skipped:
    """Take the patient's conversation and allow the one send, or say why not; what is skipped is written down.

    Args:
        due: reminders of one conversation, that ``words`` tell of.
        stops: whether a message opts out (True) or in again (False), for what a person answered and no turn has read.
        owner: unique to this process.
    """
    with session_on(connection) as session:
        conversation = locked(session, due[0].booked.conversation_id)
        assert conversation.id is not None
        moved = conversation.alias_of is not None or conversation.merge_into is not None
        if moved or switches.active(connection, conversation.instance):
            return NotNow()
        if why := _never(session, conversation, stops, policy):
            for one in due:
                skip(connection, conversation.instance, one, why, now_ms=now_ms)
            return Skipped(why)
        if conversation.human_until_ms > now_ms:
            return NotNow()
        parts = (conversation, *contacts.joining(session, conversation))
        if any(part.owner is not None for part in parts):
            return NotNow()
        if any(notices.burst_is_open(session, part, now_ms) for part in parts):
            return NotNow()
        if not all(_stands(connection, one.booked) for one in due):
            return NotNow()
        if not all(_once(connection, conversation.instance, one, None, now_ms) for one in due):
            _forget(connection, due, now_ms)
            return NotNow()
        return _take(session, conversation, due, words, owner, now_ms, lease_ms, policy)


def _never(
    session: Session, conversation: Conversation, stops: Callable[[str], bool | None], policy: Policy
) -> str | None:
    if policy.is_listed(conversation.phone_key, conversation.lid):
        return NEVER_ANSWERED
    if not (conversation.phone or conversation.lid):
        return NO_NUMBER
    wish = _unread_wish(session, conversation, stops)
    if wish is not None:
        said_stop, at_ms = wish
        conversation.opted_out_ms = at_ms if said_stop else None
        session.flush()
    return OPTED_OUT if conversation.opted_out_ms is not None else None


def _unread_wish(
    session: Session, conversation: Conversation, stops: Callable[[str], bool | None]
) -> tuple[bool, int] | None:
    """What the patient wrote to a person of the clinic, who may not have told us, and when.

    Only the newest of it counts, and not where they said something of it to us since: that is settled.
    """
    rows = session.connection().execute(
        select(col(Message.text), col(Message.received_ms), col(Message.handled_ms))
        .where(
            col(Message.conversation_id) == conversation.id,
            col(Message.author) == Author.PATIENT,
            col(Message.deleted_ms).is_(None),
        )
        .order_by(col(Message.seq).desc())
        .limit(_LOOK_BACK)
    )
    for words, at_ms, handled_ms in rows:
        said = stops(words)
        if said is not None:
            is_news = handled_ms is not None and at_ms > (conversation.opted_out_ms or 0)
            return (said, at_ms) if is_news else None
    return None


def _stands(connection: Connection, one: Booked) -> bool:
    """Whether an appointment is what its reminder says; locked, so that it stays so until this commits."""
    found = connection.execute(
        select(col(Appointment.start_ms), col(Appointment.revision))
        .where(col(Appointment.id) == one.appointment_id, text(STANDS))
        .with_for_update()
    ).first()
    return found is not None and tuple(found) == (one.start_ms, one.revision)


def _take(
    session: Session,
    conversation: Conversation,
    due: Sequence[Due],
    words: str,
    owner: str,
    now_ms: int,
    lease_ms: int,
    policy: Policy,
) -> Intent:
    assert conversation.id is not None
    conversation.owner, conversation.epoch = notices.OWNER + owner, conversation.epoch + 1
    conversation.wake_at_ms = now_ms + lease_ms
    listening.spoke(conversation, policy.listener, now_ms, words)
    notice = Notice(
        kind=REMINDER, text=words, state=NoticeState.SENDING, created_ms=now_ms, due_ms=now_ms, attempts=1,
        conversation_id=conversation.id, intent_ms=now_ms,
    )  # fmt: skip
    session.add(notice)
    session.flush()
    assert notice.id is not None
    for one in due:
        session.connection().execute(_of(one).values(notice_id=notice.id))
    held = (conversation.id, conversation.owner, conversation.epoch)
    return Intent(notice.id, *held, phone=_to(conversation), kind=REMINDER, text=words)


def _to(conversation: Conversation) -> str:
    return conversation.phone or f"{conversation.lid}@lid"


def _of(due: Due) -> Any:
    one = due.booked
    return update(Reminder).where(
        col(Reminder.appointment_id) == one.appointment_id,
        col(Reminder.start_ms) == one.start_ms,
        col(Reminder.hours) == due.hours,
    )


def _forget(connection: Connection, due: Sequence[Due], now_ms: int) -> None:
    """Take back what this very transaction wrote: another process was there first with one of them."""
    for one in due:
        connection.execute(
            delete(Reminder).where(
                col(Reminder.appointment_id) == one.booked.appointment_id,
                col(Reminder.start_ms) == one.booked.start_ms,
                col(Reminder.hours) == one.hours,
                col(Reminder.notice_id).is_(None),
                col(Reminder.skipped).is_(None),
                col(Reminder.created_ms) == now_ms,
            )
        )


def not_sent(
    connection: Connection, intent: Intent, *, reason: str, now_ms: int, policy: Policy
) -> notices.Concluded:
    """It certainly did not leave: as if it had never been tried, so that it is due as before."""
    concluded = notices.conclude(
        connection, intent, NoticeState.UNDELIVERED, now_ms=now_ms, policy=policy, reason=reason
    )
    if concluded.state is NoticeState.UNDELIVERED:  # else evidence says that it left all the same
        connection.execute(delete(Reminder).where(col(Reminder.notice_id) == intent.notice_id))
    return concluded


def never_left(connection: Connection, intent: Intent) -> bool:
    """Who took the conversation had to take it for uncertain; whoever had it knows that it never left: due again."""
    with session_on(connection) as session:
        notice = session.get_one(Notice, intent.notice_id, with_for_update=True)
        if not notices.is_under_way(notice):
            return False
        notice.state, notice.reason = NoticeState.UNDELIVERED, "never sent: its process stood still"
    connection.execute(delete(Reminder).where(col(Reminder.notice_id) == intent.notice_id))
    return True


def prune(connection: Connection, *, before_ms: int, limit: int) -> int:
    """Forget a slice of what was said of appointments that are long over."""
    old = select(col(Reminder.id)).where(col(Reminder.start_ms) < before_ms).order_by(col(Reminder.start_ms))
    return connection.execute(delete(Reminder).where(col(Reminder.id).in_(old.limit(limit)))).rowcount


# Who wants none.


def opt(connection: Connection, conversation_id: int, *, out: bool, now_ms: int) -> None:
    """Write down that a patient wants no reminders, or wants them again. The first time counts."""
    conversation = col(Conversation.id) == conversation_id
    if not out:
        connection.execute(update(Conversation).where(conversation).values(opted_out_ms=None))
        return
    at_ms = func.coalesce(col(Conversation.opted_out_ms), now_ms)
    connection.execute(update(Conversation).where(conversation).values(opted_out_ms=at_ms))


class Answer(StrEnum):
    """What a patient answered to a reminder. Stored."""

    CONFIRMED = "confirmed"
    WANTS_OTHER = "wants_other"  #: they cannot come then, or want another time
    CANCELLED = "cancelled"
