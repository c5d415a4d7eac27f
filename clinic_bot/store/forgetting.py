"""What was said long ago is forgotten: messages, and the turns, steps and stories that answered them.

A conversation's own row stays, and with it what its numbers mean. What still decides something stays with all that it
speaks of: a message that waits, and a turn that is open, uncertain or set aside for a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, case, delete, exists, func, not_, or_, select
from sqlmodel import col

from clinic_bot.store.tables import Author, Conversation, Message, Step, Turn, TurnEvent, TurnState

#: These wait for evidence, for another try or for a person, however long that takes.
KEPT = (TurnState.THINKING, TurnState.SENDING, TurnState.UNKNOWN, TurnState.HELD, TurnState.DEAD)


@dataclass(frozen=True, slots=True)
class Looked:
    """Some conversations in the order of their ids."""

    old: Sequence[int]  #: those that begin before the instant
    last: int | None  #: the last one looked at; None when there is none after it


@dataclass(frozen=True, slots=True)
class Forgotten:
    messages: int = 0
    turns: int = 0


def look(connection: Connection, *, after: int, before_ms: int, most: int) -> Looked:
    """Which of the next ``most`` conversations may have something to forget: two looks at an index for each."""
    key = col(Conversation.id)
    of_message = select(col(Message.received_ms)).where(col(Message.conversation_id) == key)
    of_turn = select(col(Turn.claimed_ms)).where(col(Turn.conversation_id) == key)
    first_message = of_message.order_by(col(Message.seq)).limit(1).correlate(Conversation).scalar_subquery()
    first_turn = of_turn.order_by(col(Turn.id)).limit(1).correlate(Conversation).scalar_subquery()
    is_old = case((or_(first_message < before_ms, first_turn < before_ms), 1), else_=0)
    rows = connection.execute(select(key, is_old).where(key > after).order_by(key).limit(most)).all()
    old = [conversation_id for conversation_id, found in rows if found]
    return Looked(old, rows[-1][0] if len(rows) == most else None)


def forget(connection: Connection, conversation_id: int, *, before_ms: int, limit: int) -> Forgotten:
    """Forget a slice of what a conversation said before an instant: at most ``limit`` messages and as many turns.

    A turn goes after the last of its messages, so that whoever breaks off in between leaves no message without the
    turn that answered it. A conversation that somebody has at the moment is left for another time.
    """
    free = select(col(Conversation.done_seq)).where(
        col(Conversation.id) == conversation_id, col(Conversation.owner).is_(None)
    )
    done_seq = connection.execute(free.with_for_update(skip_locked=True)).scalar()
    if done_seq is None:
        return Forgotten()
    messages = _forget_messages(connection, conversation_id, done_seq, before_ms, limit)
    return Forgotten(messages, _forget_turns(connection, conversation_id, before_ms, limit))


def _forget_messages(
    connection: Connection, conversation_id: int, done_seq: int, before_ms: int, limit: int
) -> int:
    seq = col(Message.seq)
    waits = and_(
        seq > done_seq,
        col(Message.author) == Author.PATIENT,
        col(Message.deleted_ms).is_(None),
        col(Message.handled_ms).is_(None),
    )
    mine = col(Message.conversation_id) == conversation_id
    old = [mine, col(Message.received_ms) < before_ms, not_(waits)]
    young = select(func.min(col(Turn.low))).where(
        col(Turn.conversation_id) == conversation_id, col(Turn.claimed_ms) >= before_ms
    )
    if (first_young := connection.execute(young).scalar()) is not None:
        old.append(seq < first_young)
    ranges = _kept_ranges(connection, conversation_id)
    spanned = sum(high - low + 1 for low, high in ranges)
    candidates = connection.execute(select(seq).where(*old).order_by(seq).limit(limit + spanned)).scalars()
    gone = [one for one in candidates if not any(low <= one <= high for low, high in ranges)][:limit]
    if gone:
        connection.execute(delete(Message).where(mine, seq.in_(gone)))
    return len(gone)


def _kept_ranges(connection: Connection, conversation_id: int) -> list[tuple[int, int]]:
    kept = select(col(Turn.low), col(Turn.high)).where(
        col(Turn.conversation_id) == conversation_id, col(Turn.state).in_(KEPT)
    )
    return [(low, high) for low, high in connection.execute(kept)]


def _forget_turns(connection: Connection, conversation_id: int, before_ms: int, limit: int) -> int:
    has_messages = exists().where(
        col(Message.conversation_id) == conversation_id,
        col(Message.seq).between(col(Turn.low), col(Turn.high)),
    )
    old = select(col(Turn.id)).where(
        col(Turn.conversation_id) == conversation_id,
        col(Turn.claimed_ms) < before_ms,
        col(Turn.state).not_in(KEPT),
        not_(has_messages),
    )
    gone = list(connection.execute(old.order_by(col(Turn.id)).limit(limit)).scalars())
    if gone:
        connection.execute(delete(Step).where(col(Step.turn_id).in_(gone)))
        connection.execute(delete(TurnEvent).where(col(TurnEvent.turn_id).in_(gone)))
        connection.execute(delete(Turn).where(col(Turn.id).in_(gone)))
    return len(gone)
