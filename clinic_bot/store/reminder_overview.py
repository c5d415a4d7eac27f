"""What operators see of reminders: what became of each, and who wants none."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select
from sqlmodel import col

from clinic_bot.store.clinic_tables import Reminder
from clinic_bot.store.tables import Conversation, Notice


@dataclass(frozen=True, slots=True)
class Listed:
    """A reminder, and how it ended."""

    start_ms: int  #: of its appointment
    hours: int  #: before it
    at_ms: int
    phone: str | None
    lid: str | None
    state: str  #: of its send, or ``skipped``
    why: str | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class OptedOut:
    phone: str | None
    lid: str | None
    at_ms: int


def listed(connection: Connection, *, limit: int) -> Sequence[Listed]:
    """The newest first."""
    rows = connection.execute(
        select(
            col(Reminder.start_ms),
            col(Reminder.hours),
            func.coalesce(col(Notice.intent_ms), col(Reminder.created_ms)),
            col(Conversation.phone),
            col(Conversation.lid),
            func.coalesce(col(Notice.state), "skipped"),
            func.coalesce(col(Reminder.skipped), col(Notice.reason)),
            col(Reminder.answer),
        )
        .join(Conversation, col(Conversation.id) == col(Reminder.conversation_id))
        .outerjoin(Notice, col(Notice.id) == col(Reminder.notice_id))
        .order_by(col(Reminder.id).desc())
        .limit(limit)
    )
    return [Listed(*row) for row in rows]


def opted_out(connection: Connection) -> Sequence[OptedOut]:
    """Everybody who wants no reminders, the newest first."""
    rows = connection.execute(
        select(col(Conversation.phone), col(Conversation.lid), col(Conversation.opted_out_ms))
        .where(col(Conversation.opted_out_ms).is_not(None), col(Conversation.alias_of).is_(None))
        .order_by(col(Conversation.opted_out_ms).desc())
    )
    return [OptedOut(phone, lid, at_ms or 0) for phone, lid, at_ms in rows]
