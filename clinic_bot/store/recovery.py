"""What a new process finds of the one before it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, select
from sqlmodel import col

from clinic_bot.store import rows
from clinic_bot.store.claims import SUSPECT
from clinic_bot.store.closing import take_back
from clinic_bot.store.policy import Policy
from clinic_bot.store.rows import ConversationRow
from clinic_bot.store.tables import Conversation, TurnState


@dataclass(frozen=True, slots=True)
class Recovered:
    thinking: int  #: turns before their intent; asked again
    unknown: int  #: sends that may or may not have left
    #: How often each conversation was open at a crash: one of them may be what crashes, so they run apart.
    suspects: Mapping[int, int] = field(default_factory=dict)


def recover(connection: Connection, *, now_ms: int, policy: Policy) -> Recovered:
    """Take back every lease of the process before: the lock file says that it is dead.

    A send that was under way becomes unknown and does not block its phone (rule 16). Of the turns that were open
    together one may have killed the process, and nobody knows which: each keeps the attempt of its first crash, and
    from then on few of them run together; from the second crash on one at a time, so that only that one counts.
    """
    owned = connection.execute(select(col(Conversation.id)).where(col(Conversation.owner).is_not(None))).all()
    found = [rows.locked(connection, key) for (key,) in owned if key is not None]
    thinking = {conversation.id for conversation in found if not _was_sending(connection, conversation)}
    accused = any(one.attempts >= SUSPECT for one in found if one.id in thinking)
    for conversation in found:
        if accused and conversation.id in thinking and conversation.attempts < SUSPECT:
            conversation.attempts -= 1  # innocent: it was open beside the one that is suspected
        take_back(connection, conversation, policy, now_ms, reason="the process died")
    tried = select(col(Conversation.id), col(Conversation.attempts)).where(
        col(Conversation.wake_at_ms).is_not(None), col(Conversation.attempts) > 0
    )
    suspects = {key: attempts for key, attempts in connection.execute(tried) if key is not None}
    return Recovered(len(thinking), len(found) - len(thinking), suspects)


def _was_sending(connection: Connection, conversation: ConversationRow) -> bool:
    """A pinned range says so, unless it was a tool's change that pinned it."""
    if conversation.open_hi is None:
        return False
    turn = rows.turn_of_epoch(connection, conversation)
    return turn is None or turn.state != TurnState.THINKING
