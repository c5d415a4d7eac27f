"""What somebody of the clinic wrote by hand: neither WhatsApp Business nor the phrase that gives a chat back."""

from sqlalchemy import Connection, select
from sqlmodel import col

from clinic_bot.store.tables import Author, Message

#: As ``changes.py`` notes it with every message of the clinic.
BY_HAND = col(Message.detail).like('%"automatic": false%')


def is_after(connection: Connection, conversation_id: int, seq: int) -> bool:
    """Whether somebody answered what the patient wrote up to ``seq``; also where the chat is the bot's again."""
    hers = select(col(Message.seq)).where(
        col(Message.conversation_id) == conversation_id,
        col(Message.author) == Author.CLINIC,
        col(Message.seq) > seq,
        BY_HAND,
    )
    return connection.execute(hers.limit(1)).first() is not None
