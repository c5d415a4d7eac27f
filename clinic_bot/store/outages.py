"""What a process must know of the time before it: until when everything was heard, and what is known of a chat."""

from sqlalchemy import Connection, bindparam, func, select, text
from sqlmodel import col

from clinic_bot.events import Contact
from clinic_bot.store import contacts
from clinic_bot.store.session import session_on
from clinic_bot.store.tables import Mark, MarkName, Message, Notice, Turn

#: WhatsApp notes a reply of ours when it leaves Z-API's queue, some seconds after our outcome: two delays of 15 s.
_LEAVES_WITHIN_MS = 40_000

# The words are the same in SQLite and PostgreSQL.
_PUT = text(
    "INSERT INTO mark (instance, name, at_ms) VALUES (:instance, :name, :at_ms) "
    "ON CONFLICT (instance, name) DO UPDATE SET at_ms = excluded.at_ms"
)
_GET = select(col(Mark.at_ms)).where(
    col(Mark.instance) == bindparam("of_instance"), col(Mark.name) == bindparam("named")
)


def mark(connection: Connection, instance: str, name: MarkName, at_ms: int) -> None:
    """Set an instant, also back: the clock may have been wrong when it was set before."""
    connection.execute(_PUT, {"instance": instance, "name": name.value, "at_ms": at_ms})


def marked(connection: Connection, instance: str, name: MarkName) -> int | None:
    return connection.execute(_GET, {"of_instance": instance, "named": name.value}).scalar()


def known_until(connection: Connection, contact: Contact) -> int | None:
    """Until when we know a chat, by the provider's time; None when we never heard of it.

    A message counts by when it was written: one that came late says nothing of what was written after it.
    """
    with session_on(connection) as session:
        conversation = contacts.find(session, contact, to_change=False)
        if conversation is None or conversation.id is None:
            return None
        parts = contacts.aliases(connection, conversation.id)
    written = select(func.max(func.coalesce(Message.sent_ms, Message.received_ms)))
    said = select(func.max(Turn.outcome_ms)).where(col(Turn.conversation_id).in_(parts))
    told = select(func.max(Notice.outcome_ms)).where(col(Notice.conversation_id).in_(parts))
    heard_ms = connection.execute(written.where(col(Message.conversation_id).in_(parts))).scalar() or 0
    ours_ms = max(connection.execute(asked).scalar() or 0 for asked in (said, told))
    return max(heard_ms, ours_ms + _LEAVES_WITHIN_MS if ours_ms else 0)
