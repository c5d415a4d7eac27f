"""Intents of alerts and reminders of which their process did not hear whether they were stored.

The server went away during the COMMIT, say. The process has sent nothing then, and is the only one to know that:
whoever finds such an intent later takes it for a send that may have left, which is never sent again.
"""

from sqlalchemy import Connection, delete
from sqlmodel import col, select

from clinic_bot.store import notices
from clinic_bot.store.clinic_tables import Reminder
from clinic_bot.store.conversations import locked
from clinic_bot.store.policy import Policy
from clinic_bot.store.session import session_on
from clinic_bot.store.tables import REMINDER, Notice, NoticeState

_WHY = "never sent: its intent was not known to be stored"


def undo_alert(
    connection: Connection, notice_id: int, *, owner: str, intent_ms: int, now_ms: int, policy: Policy
) -> None:
    """Let an alert wait again, if the intent of that instant was stored. The number is let go of."""
    _undo(connection, notice_id, owner=owner, intent_ms=intent_ms, now_ms=now_ms, policy=policy)


def undo_reminder(
    connection: Connection, conversation_id: int, *, owner: str, intent_ms: int, now_ms: int, policy: Policy
) -> None:
    """As if a conversation had not been reminded at that instant: what it was to be told is due as before."""
    found = select(col(Notice.id)).where(
        col(Notice.conversation_id) == conversation_id,
        col(Notice.kind) == REMINDER,
        col(Notice.intent_ms) == intent_ms,
    )
    for notice_id in connection.execute(found).scalars().all():
        if notice_id is not None:
            _undo(connection, notice_id, owner=owner, intent_ms=intent_ms, now_ms=now_ms, policy=policy)


def _undo(
    connection: Connection, notice_id: int, *, owner: str, intent_ms: int, now_ms: int, policy: Policy
) -> None:
    with session_on(connection) as session:
        seen = session.get_one(Notice, notice_id)
        if seen.conversation_id is None:
            return
        conversation = locked(session, seen.conversation_id)
        notice = session.get_one(Notice, notice_id, with_for_update=True, populate_existing=True)
        if notice.intent_ms != intent_ms or not notices.is_under_way(notice):
            return
        if notice.kind == REMINDER:
            notice.state, notice.reason, notice.outcome_ms = NoticeState.UNDELIVERED, _WHY, now_ms
            connection.execute(delete(Reminder).where(col(Reminder.notice_id) == notice_id))
        else:
            notice.state, notice.reason, notice.due_ms = NoticeState.WAITING, None, now_ms
        if conversation.owner == notices.OWNER + owner:
            notices.let_go(session, conversation, policy, now_ms)
