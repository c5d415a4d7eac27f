"""A conversation that is a runner's until it closes.

Every write of a runner carries ``owner`` and ``epoch``. A write that finds another epoch changes nothing and is
answered as stale: somebody else has the conversation, and discarding the work is right (rule 7).
"""

from dataclasses import dataclass, field

from sqlalchemy import Connection

from clinic_bot.store import rows
from clinic_bot.store.rows import ConversationRow, Held, MessageRow
from clinic_bot.store.steps import DoneStep
from clinic_bot.store.story import Moment


@dataclass(frozen=True, slots=True)
class Claim:
    """What there is to answer.

    ``messages`` are the patient's, by ``seq``; ``low`` to ``high`` is the range the turn takes.
    """

    turn_id: int
    conversation_id: int
    owner: str
    epoch: int
    low: int
    high: int
    instance: str
    phone: str | None
    lid: str | None
    name: str | None
    due_ms: int
    first_due_ms: int  #: of the first claim, where this one is a further try
    closed_by: str
    emergency: bool  #: the messages were recognised as an emergency when they came
    first_ms: int
    retries: int
    revision: int  #: of the conversation; a higher one at the gate is something newer
    newer_until_ms: int  #: until then something newer joins this turn; 0 when it did so too often
    messages: tuple[MessageRow, ...]
    done_steps: tuple[DoneStep, ...] = ()  #: what an earlier try changed; then the range is pinned
    #: What happens to the turn while it is ours; written with its end.
    story: list[Moment] = field(default_factory=list, compare=False, repr=False)


def ours(connection: Connection, claim: Claim) -> Held | None:
    """The rows of a claim, locked; None when it is somebody else's by now."""
    held = rows.held(connection, claim.conversation_id, claim.turn_id, high=claim.high)
    same = held.conversation.owner == claim.owner and held.conversation.epoch == claim.epoch
    return held if same else None


def let_go(conversation: ConversationRow, *, open_hi: int | None = None) -> None:
    """Nobody owns it, and the end of the lease is no instant of anybody's any more.

    Args:
        open_hi: what stays pinned.
    """
    conversation.owner = conversation.wake_at_ms = None
    conversation.open_hi = open_hi
