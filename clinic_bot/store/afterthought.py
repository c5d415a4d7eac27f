"""The patient wrote on while the reply still stood in Z-API's queue: may it be taken back, and what then (rule 10).

Only Z-API's yes withdraws it. Without one it stays unknown, as a send does: the echo or the report of one that had
left settles it, and of what leaves no trace a person is told.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func
from sqlmodel import Session, col, select

from clinic_bot.store import queued as queued_replies
from clinic_bot.store import steps, story
from clinic_bot.store.claims import MAX_SUPERSEDED
from clinic_bot.store.conversations import locked, locked_turn, pending
from clinic_bot.store.policy import Policy
from clinic_bot.store.session import session_on
from clinic_bot.store.story import Moment, What
from clinic_bot.store.tables import Author, Conversation, Message, Turn, TurnState
from clinic_bot.store.unsent import Reopened, reopen

_ASKED_FOR = "being taken back: the patient wrote on"
_TAKEN_BACK = "taken back: the patient wrote on"


@dataclass(frozen=True, slots=True)
class Overtaken:
    """A reply that Z-API is to delete, by the id it has there, and what it cost."""

    turn_id: int
    zaap_id: str
    tokens: int


_ACCEPTED = (
    select(Turn.id)
    .where(
        col(Turn.conversation_id) == bindparam("conversation_id"),
        col(Turn.state) == TurnState.SENT,
        col(Turn.outcome_ms) >= bindparam("since_ms"),
        *queued_replies.MAY_STAND,
    )
    .limit(1)
)


def may_stand(connection: Connection, conversation_id: int, *, since_ms: int) -> bool:
    """Whether a reply was accepted since an instant that may still stand in Z-API's queue, whoever sent it."""
    asked = {"conversation_id": conversation_id, "since_ms": since_ms}
    return connection.execute(_ACCEPTED, asked).first() is not None


def begin(
    connection: Connection, conversation_id: int, *, queued: Collection[str], now_ms: int, policy: Policy
) -> Overtaken | None:
    """Say that the last reply is about to be taken back, where that may be.

    Bounded as superseding is: until the cap of its first message, and so often. Never an emergency's text or a
    hand-over, never while a person or a later turn has the chat.

    Args:
        queued: the queue ids that Z-API's listing showed just now.
    """
    with session_on(connection) as session:
        conversation = locked(session, conversation_id)
        mine = select(Turn).where(Turn.conversation_id == conversation_id)
        last = mine.order_by(col(Turn.id).desc()).limit(1).with_for_update()
        turn = session.exec(last).first()
        if turn is None or turn.id is None or turn.zaap_id is None or turn.zaap_id not in queued:
            return None
        if not (_is_only_accepted(turn) and _is_the_bots(conversation, turn, now_ms)):
            return None
        if steps.changes(connection, conversation_id, low=turn.low, high=turn.high):
            return None  # it says what was done
        if not pending(session, conversation) or not _may_grow(session, turn, now_ms, policy):
            return None
        turn.state, turn.reason = TurnState.UNKNOWN, _ASKED_FOR
        return Overtaken(turn.id, turn.zaap_id, turn.prompt_tokens + turn.completion_tokens)


def taken_back(connection: Connection, turn_id: int, *, now_ms: int, policy: Policy) -> Reopened | None:
    """Z-API deleted it: its messages wait again, with all that was written since, unless a person has them now."""
    with session_on(connection) as session:
        found = locked_turn(session, turn_id)
        assert found is not None
        conversation, turn = found
        if conversation.human_until_ms > now_ms:
            if turn.state == TurnState.UNKNOWN:
                queued_replies.withdraw(turn, _TAKEN_BACK, now_ms)
            return None
        times = _times_taken_back(session, turn) + 1
    reopened = reopen(connection, turn_id, reason=_TAKEN_BACK, now_ms=now_ms, policy=policy)
    if reopened is not None and reopened.asked_again:
        with session_on(connection) as session:
            turn = session.get_one(Turn, turn_id)
            turn.thrown_tokens += turn.prompt_tokens + turn.completion_tokens
            locked(session, reopened.conversation_id).superseded = times
        story.record(connection, turn_id, [Moment(What.EVIDENCE, now_ms, None, _TAKEN_BACK)])
    return reopened


def _is_only_accepted(turn: Turn) -> bool:
    """Z-API took it, and nothing shows more than that."""
    return turn.state == TurnState.SENT and queued_replies.may_stand(turn)


def _is_the_bots(conversation: Conversation, turn: Turn, now_ms: int) -> bool:
    if turn.emergency is not None or turn.hand_over is not None or conversation.emergency_seq > turn.high:
        return False
    merges = conversation.merge_into is not None or conversation.alias_of is not None
    return conversation.human_until_ms <= now_ms and conversation.owner is None and not merges


def _may_grow(session: Session, turn: Turn, now_ms: int, policy: Policy) -> bool:
    first_ms: int | None = session.exec(
        select(func.min(Message.received_ms)).where(
            Message.conversation_id == turn.conversation_id,
            Message.author == Author.PATIENT,
            col(Message.seq).between(turn.low, turn.high),
        )
    ).one()
    in_time = first_ms is not None and now_ms < first_ms + policy.timing.cap_ms
    return in_time and _times_taken_back(session, turn) < MAX_SUPERSEDED


def _times_taken_back(session: Session, turn: Turn) -> int:
    """How often a reply to these messages was taken back already."""
    return session.exec(
        select(func.count()).where(
            Turn.conversation_id == turn.conversation_id,
            Turn.state == TurnState.WITHDRAWN,
            Turn.reason == _TAKEN_BACK,
            col(Turn.high) >= turn.low,
        )
    ).one()
