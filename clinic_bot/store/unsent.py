"""A reply that was accepted and is proven not to have left: its messages are asked again (rules 14 and 16)."""

from dataclasses import dataclass

from sqlalchemy import Connection, or_, update
from sqlmodel import Session, col, select

from clinic_bot.store import by_hand, contacts, steps
from clinic_bot.store.conversations import locked_turn, rearm
from clinic_bot.store.evidence import Proof
from clinic_bot.store.policy import Policy
from clinic_bot.store.session import session_on
from clinic_bot.store.tables import Author, Conversation, Message, Turn, TurnState

_MAY_WAIT = (TurnState.SENT, TurnState.UNKNOWN, TurnState.HELD)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A reply that may still stand in Z-API's queue, by the id it has there."""

    turn_id: int
    zaap_id: str


def maybe_waiting(connection: Connection, instance: str, *, since_ms: int, before_ms: int) -> list[Waiting]:
    """Replies of an instance pinned between two instants that nothing shows to have left yet."""
    rows = connection.execute(
        select(col(Turn.id), col(Turn.zaap_id))
        .join(Conversation, col(Conversation.id) == Turn.conversation_id)
        .where(
            Conversation.instance == instance,
            col(Turn.state).in_(_MAY_WAIT),
            col(Turn.receipt).is_(None),
            or_(col(Turn.settled_by).is_(None), col(Turn.settled_by) == Proof.TIME),
            col(Turn.zaap_id).is_not(None),
            col(Turn.intent_ms) >= since_ms,
            col(Turn.intent_ms) < before_ms,
        )
        .order_by(col(Turn.id))
    )
    return [
        Waiting(turn_id, zaap_id) for turn_id, zaap_id in rows if turn_id is not None and zaap_id is not None
    ]


@dataclass(frozen=True, slots=True)
class Reopened:
    """What became of the messages of a reply that never left."""

    conversation_id: int
    wake_at_ms: int | None
    asked_again: bool  #: else the turn stands as withdrawn, for a person to see


def reopen(
    connection: Connection,
    turn_id: int,
    *,
    reason: str,
    now_ms: int,
    policy: Policy,
    epoch: int | None = None,
) -> Reopened | None:
    """Withdraw a closed turn whose reply certainly never left, and let its messages wait again.

    A turn that thinks about later messages is fenced, so that one answer covers everything. Where a later turn was
    answered already, or is being sent, the order of the talk cannot be restored: then nothing is asked again. Nor is
    it where a person wrote after the reply was decided: what it was to answer she has answered (rule 15).

    Args:
        reason: why it is certain; shown to operators.
        epoch: of the claim whose reply it was; a later one of the same turn may have sent another.

    Returns:
        None when evidence says meanwhile that it did leave, or the turn is not closed.
    """
    with session_on(connection) as session:
        found = locked_turn(session, turn_id)
        assert found is not None
        conversation, turn = found
        assert conversation.id is not None
        if turn.state not in _MAY_WAIT or turn.receipt is not None or turn.outcome_ms is None:
            return None
        if epoch is not None and turn.epoch != epoch:
            return None
        turn.state, turn.reason = TurnState.WITHDRAWN, reason
        if not _is_in_order(session, conversation, turn):
            return _for_a_person(conversation, turn, now_ms)
        if _handed_over_by(conversation, turn, policy):
            conversation.human_until_ms = 0  # it was said to nobody
        elif conversation.human_until_ms > now_ms or by_hand.is_after(connection, conversation.id, turn.high):
            _leave_to_her(session, turn, now_ms)
            return _for_a_person(conversation, turn, now_ms)
        return _ask_again(connection, session, conversation, turn, policy, now_ms)


def _is_in_order(session: Session, conversation: Conversation, turn: Turn) -> bool:
    """Whether its messages can still be answered before whatever came after them."""
    if conversation.open_hi is not None:
        return False
    if conversation.alias_of is not None or conversation.merge_into is not None:
        return False
    later = select(Turn.id).where(
        Turn.conversation_id == conversation.id,
        col(Turn.low) > turn.high,
        col(Turn.state).not_in((TurnState.THINKING, TurnState.WITHDRAWN, TurnState.EMPTY)),
    )
    return session.exec(later).first() is None


def _ask_again(
    connection: Connection,
    session: Session,
    conversation: Conversation,
    turn: Turn,
    policy: Policy,
    now_ms: int,
) -> Reopened:
    assert conversation.id is not None
    turn.settled_ms = turn.settled_by = None
    if conversation.owner is not None:
        contacts.fence(session, conversation)
    conversation.done_seq = turn.low - 1
    if steps.changes(connection, conversation.id, low=turn.low, high=turn.high):
        conversation.open_hi = turn.high
    session.flush()
    rearm(session, conversation, policy, now_ms)
    return Reopened(conversation.id, conversation.wake_at_ms, asked_again=True)


def _for_a_person(conversation: Conversation, turn: Turn, now_ms: int) -> Reopened:
    """The turn stands as withdrawn."""
    assert conversation.id is not None
    turn.settled_ms, turn.settled_by = now_ms, Proof.QUEUE
    return Reopened(conversation.id, conversation.wake_at_ms, asked_again=False)


def _handed_over_by(conversation: Conversation, turn: Turn, policy: Policy) -> bool:
    """Whether the chat is a person's only because this turn gave it to her: nobody has written since."""
    handed_over_ms = (turn.intent_ms or 0) + policy.human_ms
    return turn.hand_over is not None and conversation.human_until_ms == handed_over_ms


def _leave_to_her(session: Session, turn: Turn, now_ms: int) -> None:
    """While its reply was taken for sent, nobody could mark its messages as answered by her."""
    session.exec(
        update(Message)
        .where(
            col(Message.conversation_id) == turn.conversation_id,
            col(Message.seq).between(turn.low, turn.high),
            col(Message.author) == Author.PATIENT,
            col(Message.deleted_ms).is_(None),
            col(Message.handled_ms).is_(None),
        )
        .values(handled_ms=now_ms)
    )
