"""What a new process finds of the one before it."""

from dataclasses import dataclass

from sqlalchemy import Connection, select
from sqlmodel import col

from clinic_bot.store import rows
from clinic_bot.store.closing import take_back
from clinic_bot.store.policy import Policy
from clinic_bot.store.tables import Conversation


@dataclass(frozen=True, slots=True)
class Recovered:
    thinking: int  #: turns before their intent; asked again
    unknown: int  #: sends that may or may not have left


def recover(connection: Connection, *, now_ms: int, policy: Policy) -> Recovered:
    """Take back every lease of the process before: the lock file says that it is dead.

    A send that was under way becomes unknown and does not block its phone (rule 16). Turns that merely were
    open beside others when the process died are innocent: their attempt is given back.
    """
    owned = connection.execute(select(col(Conversation.id)).where(col(Conversation.owner).is_not(None))).all()
    thinking = unknown = 0
    for (conversation_id,) in owned:
        assert conversation_id is not None
        conversation = rows.locked(connection, conversation_id)
        if conversation.open_hi is not None:
            unknown += 1
        else:
            thinking += 1
            conversation.attempts -= len(owned) > 1
        take_back(connection, conversation, policy, now_ms, reason="the process died")
    return Recovered(thinking, unknown)
