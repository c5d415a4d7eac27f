"""What somebody of the clinic wrote by hand: neither WhatsApp Business nor the phrase that gives a chat back."""

from sqlalchemy import Connection, func, or_, select
from sqlmodel import col

from clinic_bot.store.tables import Author, Message

#: As ``changes.py`` notes it with every message of the clinic.
BY_HAND = col(Message.detail).like('%"automatic": false%')


#: What comes a day late answers nothing of now.
_IN_TIME = or_(col(Message.sent_ms).is_(None), col(Message.received_ms) - col(Message.sent_ms) < 86_400_000)


def newest_ms(connection: Connection, conversation_id: int) -> int | None:
    """When somebody last wrote by hand."""
    hers = select(func.max(col(Message.received_ms))).where(
        col(Message.conversation_id) == conversation_id,
        col(Message.author) == Author.CLINIC,
        BY_HAND,
        _IN_TIME,
    )
    found: int | None = connection.execute(hers).scalar_one()
    return found


def is_after(connection: Connection, conversation_id: int, seq: int) -> bool:
    """Whether somebody answered what the patient wrote up to ``seq``; also where the chat is the bot's again."""
    hers = select(col(Message.seq)).where(
        col(Message.conversation_id) == conversation_id,
        col(Message.author) == Author.CLINIC,
        col(Message.seq) > seq,
        BY_HAND,
        _IN_TIME,
    )
    return connection.execute(hers.limit(1)).first() is not None
