"""Whose chat it is, as a person says at a terminal: the reception's, or the bot's again."""

from dataclasses import dataclass

from sqlalchemy import Connection
from sqlmodel import Session, col, or_, select

from clinic_bot.store import changes
from clinic_bot.store.conversations import locked
from clinic_bot.store.policy import Policy
from clinic_bot.store.session import session_on
from clinic_bot.store.tables import Conversation, Turn


@dataclass(frozen=True, slots=True)
class Handed:
    """The chat has changed hands."""

    conversation_id: int
    wake_at_ms: int | None
    until_ms: int  #: the bot is silent there until then; 0: it has the chat


def hand(
    connection: Connection, who: int | str, *, instance: str, to_bot: bool, policy: Policy, now_ms: int
) -> Handed | None:
    """Give a chat to the reception, for as long as a hand-written answer would, or back to the bot.

    Args:
        who: number of a turn in it, or the key of a phone or LID.

    Returns:
        None: there is no such chat.
    """
    with session_on(connection) as session:
        conversation_id = _meant(session, who, instance)
        if conversation_id is None:
            return None
        conversation = locked(session, conversation_id)
        changes.by_command(session, conversation, policy, now_ms, to_bot=to_bot)
        session.flush()
        return Handed(conversation_id, conversation.wake_at_ms, conversation.human_until_ms)


def _meant(session: Session, who: int | str, instance: str) -> int | None:
    """The conversation that counts: what was merged, or will be, leads to the one it becomes a part of."""
    if isinstance(who, int):
        named = col(Conversation.id) == select(Turn.conversation_id).where(Turn.id == who).scalar_subquery()
    else:
        named = or_(col(Conversation.phone_key) == who, col(Conversation.lid) == who)
    found = session.exec(select(Conversation).where(Conversation.instance == instance, named)).first()
    return None if found is None else found.alias_of or found.merge_into or found.id
