"""Which reminder a patient answers, and writing the answer down."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select, update
from sqlmodel import col

from clinic_bot.store import appointments
from clinic_bot.store.appointments import AppointmentRow
from clinic_bot.store.clinic_tables import AppointmentStatus, Reminder
from clinic_bot.store.patients import Owner
from clinic_bot.store.reminders import Answer
from clinic_bot.store.tables import (
    REMINDER,
    Author,
    Conversation,
    Message,
    Notice,
    NoticeState,
    Turn,
    TurnState,
)

#: What may have arrived: a patient answers only what they have.
_THERE = (NoticeState.SENT.value, NoticeState.UNKNOWN.value, NoticeState.SENDING.value)
#: Nobody has read a text and written an answer sooner; such words are about something else.
_READING_MS = 2_000
_MOST = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """What a patient was reminded of and answers now. All of it still stands as they were told."""

    notice_id: int
    appointments: tuple[AppointmentRow, ...]  #: shape (n,), n >= 1, in order of time
    chooses: bool  #: they were asked for another time before this, and this is their answer to that


@dataclass(frozen=True, slots=True)
class _Sent:
    notice_id: int
    at_ms: int
    message_id: str | None
    reminders: tuple[tuple[int, int], ...]  #: appointment and its start then
    answered_in: int | None


def asked(
    connection: Connection, who: Owner, *, turn_id: int, first_ms: int, quoted: Sequence[str], now_ms: int
) -> Asked | None:
    """The reminder that a burst answers: the one it quotes, else the last thing that was said to this patient.

    None where that is not clear: something else was said since, or two reminders of different appointments wait.

    Args:
        turn_id: of the turn that answers.
        first_ms: when the burst began.
        quoted: ids of messages that it quotes or reacts to.
    """
    sent = _sent(connection, who)
    if quoted:
        found = [one for one in sent if one.message_id in quoted]
        return _standing(connection, who, found, len(set(quoted)) == 1, now_ms, chooses=False)
    last_turn, said_ms = _said(connection, who, turn_id=turn_id, before_ms=first_ms)
    after = [one for one in sent if said_ms < one.at_ms <= first_ms - _READING_MS]
    if after:
        return _standing(connection, who, after, True, now_ms, chooses=False)
    chosen = [one for one in sent if last_turn is not None and one.answered_in == last_turn]
    return _standing(connection, who, chosen, True, now_ms, chooses=True)


def _standing(
    connection: Connection, who: Owner, sent: Sequence[_Sent], clear: bool, now_ms: int, *, chooses: bool
) -> Asked | None:
    if not (sent and clear):
        return None
    newest = sent[0]
    if any(
        not set(one.reminders) <= set(newest.reminders)
        for one in sent[1:]
        if _alive(one, connection, who, now_ms)
    ):
        return None
    rows = _alive(newest, connection, who, now_ms)
    return Asked(newest.notice_id, rows, chooses) if len(rows) == len(newest.reminders) else None


def _alive(one: _Sent, connection: Connection, who: Owner, now_ms: int) -> tuple[AppointmentRow, ...]:
    found = [(appointments.find(connection, who, key), start_ms) for key, start_ms in one.reminders]
    return tuple(
        row
        for row, start_ms in found
        if row is not None
        and row.status != AppointmentStatus.CANCELLED
        and row.start_ms == start_ms
        and start_ms > now_ms
    )


def _sent(connection: Connection, who: Owner) -> list[_Sent]:
    """What this conversation was reminded of, the newest first."""
    rows = connection.execute(
        select(
            col(Notice.id), col(Notice.intent_ms), col(Notice.message_id), col(Reminder.appointment_id),
            col(Reminder.start_ms), col(Reminder.answer_turn_id),
        )
        .join(Reminder, col(Reminder.notice_id) == col(Notice.id))
        .where(
            col(Notice.conversation_id).in_(who.parts),
            col(Notice.kind) == REMINDER,
            col(Notice.state).in_(_THERE),
        )
        .order_by(col(Notice.id).desc(), col(Reminder.start_ms))
        .limit(_MOST)
    )  # fmt: skip
    found: dict[int, _Sent] = {}
    for row in rows:
        notice_id, at_ms, message_id, appointment_id, start_ms, turn_id = row
        assert notice_id is not None
        before = found[notice_id].reminders if notice_id in found else ()
        found[notice_id] = _Sent(
            notice_id, at_ms or 0, message_id, (*before, (appointment_id, start_ms)), turn_id
        )
    return list(found.values())


def _said(connection: Connection, who: Owner, *, turn_id: int, before_ms: int) -> tuple[int | None, int]:
    """The last turn before this one, and when anything but a reminder was last said to the patient."""
    turn = connection.execute(
        select(col(Turn.id), func.coalesce(col(Turn.intent_ms), col(Turn.claimed_ms)))
        .where(
            col(Turn.conversation_id).in_(who.parts),
            col(Turn.id) != turn_id,
            col(Turn.state).not_in((TurnState.WITHDRAWN.value, TurnState.EMPTY.value)),
        )
        .order_by(col(Turn.id).desc())
        .limit(1)
    ).first()
    by_hand: int | None = connection.execute(
        select(func.max(col(Message.received_ms))).where(
            col(Message.conversation_id).in_(who.parts),
            col(Message.author) == Author.CLINIC,
            col(Message.received_ms) <= before_ms,
        )
    ).scalar_one()
    last_turn, turn_ms = (None, 0) if turn is None else (turn[0], turn[1])
    if (by_hand or 0) > turn_ms:
        return None, by_hand or 0
    return last_turn, turn_ms


def write(connection: Connection, one: Asked, answer: Answer, *, turn_id: int, now_ms: int) -> None:
    """Keep what the patient answered, and which turn replies to it."""
    connection.execute(
        update(Reminder)
        .where(col(Reminder.notice_id) == one.notice_id)
        .values(answer=answer.value, answered_ms=now_ms, answer_turn_id=turn_id)
    )


def is_opted_out(connection: Connection, conversation_id: int) -> bool:
    at_ms = connection.execute(
        select(col(Conversation.opted_out_ms)).where(col(Conversation.id) == conversation_id)
    ).scalar_one()
    return at_ms is not None
