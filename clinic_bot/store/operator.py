"""What a person may say of a turn that went wrong: whether it arrived, that it is dealt with, that it be asked again.

An operator holds no lease. Each of these compares and sets the turn's state, which only moves forward (rule 7), and
leaves alone what a runner owns: to retry is to let the same messages arrive once more, as intake adds them.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, update
from sqlmodel import Session, col, select

from clinic_bot.events import Contact, Content, Kind
from clinic_bot.events import Message as MessageEvent
from clinic_bot.store import story
from clinic_bot.store.conversations import locked, locked_turn
from clinic_bot.store.messages import append_message, is_too_old
from clinic_bot.store.policy import Policy
from clinic_bot.store.session import session_on
from clinic_bot.store.story import Moment, What
from clinic_bot.store.tables import Author, Conversation, Message, Turn, TurnState

#: ``settled_by`` of what a person said.
BY_OPERATOR = "operator"

_UNCERTAIN = (TurnState.UNKNOWN, TurnState.HELD)
#: What nobody sends any more by itself.
_GIVEN_UP = (*_UNCERTAIN, TurnState.DEAD, TurnState.UNDELIVERED)


@dataclass(frozen=True, slots=True)
class Changed:
    """The turn moved on."""

    turn_id: int
    state: TurnState


@dataclass(frozen=True, slots=True)
class AskedAgain(Changed):
    """Its messages are pending once more, as ``low`` to ``high`` of the conversation they belong to now."""

    conversation_id: int
    low: int
    high: int
    wake_at_ms: int | None  #: None while somebody owns the conversation: closing looks again


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing changed; ``why`` is a sentence for the person who asked."""

    why: str


@dataclass(frozen=True, slots=True)
class _Again:
    """A message that is to arrive once more."""

    event: MessageEvent
    corrects: bool


def settle(connection: Connection, turn_id: int, *, arrived: bool, now_ms: int) -> Changed | Refused:
    """A person looked at the phone and says whether an uncertain reply is there. It is not sent again."""
    state = TurnState.SENT if arrived else TurnState.UNDELIVERED
    said = "a person says that it arrived" if arrived else "a person says that it did not arrive"
    return _move(connection, turn_id, _UNCERTAIN, state, said, now_ms)


def discard(connection: Connection, turn_id: int, *, now_ms: int) -> Changed | Refused:
    """Close a turn that somebody dealt with, or that needs no answer any more."""
    return _move(connection, turn_id, _GIVEN_UP, TurnState.SILENT, "discarded by a person", now_ms)


def retry(connection: Connection, turn_id: int, *, now_ms: int, policy: Policy) -> AskedAgain | Refused:
    """A person says that the reply did not arrive: ask again, as if the patient wrote the same now.

    The messages are added once more behind all others, since later ones may have been answered meanwhile; the turn
    keeps its own. So window, superseding and gate work as they always do, and a row that somebody owns gets no more
    than new messages.
    """
    with session_on(connection) as session:
        found = locked_turn(session, turn_id)
        if found is None:
            return _no_such(turn_id)
        turn = found[1]
        refused = _why_not(turn, _GIVEN_UP)
        if refused is not None:
            return refused
        conversation = _survivor(session, turn)
        by_itself = _has_it_by_itself(conversation, turn, policy)
        messages = _messages(session, turn, conversation, policy, now_ms)
        refused = _why_not_again(conversation, messages, policy, now_ms, by_itself=by_itself)
        if refused is not None:
            return refused
        said = "a person says that it did not arrive: asked again"
        moved = _move(connection, turn_id, _GIVEN_UP, TurnState.WITHDRAWN, said, now_ms)
        if isinstance(moved, Refused):
            return moved
        if by_itself:
            conversation.human_until_ms = 0  # the hand-over was said to nobody
        session.flush()
        return _arrive(connection, turn_id, conversation, messages, policy, now_ms)


def _move(
    connection: Connection,
    turn_id: int,
    allowed: Sequence[TurnState],
    state: TurnState,
    said: str,
    now_ms: int,
) -> Changed | Refused:
    """Compare and set in one statement: evidence that came meanwhile wins."""
    moved = connection.execute(
        update(Turn)
        .where(col(Turn.id) == turn_id, col(Turn.state).in_(allowed), col(Turn.outcome_ms).is_not(None))
        .values(state=state.value, reason=said, settled_ms=now_ms, settled_by=BY_OPERATOR)
    )
    if moved.rowcount != 1:
        with session_on(connection) as session:
            turn = session.get(Turn, turn_id)
            refused = _no_such(turn_id) if turn is None else _why_not(turn, allowed)
            return refused or Refused(f"turn {turn_id} changed meanwhile; look again")
    story.record(connection, turn_id, [Moment(What.OPERATOR, now_ms, detail=said)])
    return Changed(turn_id, state)


def _no_such(turn_id: int) -> Refused:
    return Refused(f"there is no turn {turn_id}")


def _why_not(turn: Turn, allowed: Sequence[TurnState]) -> Refused | None:
    if turn.state in (TurnState.THINKING, TurnState.SENDING) or turn.outcome_ms is None:
        return Refused(f"turn {turn.id} is {turn.state}: it is still being worked on")
    if turn.state not in allowed:
        wanted = ", ".join(allowed)
        return Refused(f"turn {turn.id} is {turn.state} already; this is for a turn that is {wanted}")
    return None


def _why_not_again(
    conversation: Conversation,
    messages: Sequence[_Again],
    policy: Policy,
    now_ms: int,
    *,
    by_itself: bool,
) -> Refused | None:
    if not messages:
        return Refused("nothing of it is left to answer: deleted, answered by a person, or too old")
    if policy.is_listed(conversation.phone_key, conversation.lid):
        return Refused("the clinic's file says that this number is never answered")
    if conversation.human_until_ms > now_ms and not by_itself:
        minutes = -(-(conversation.human_until_ms - now_ms) // 60_000)
        return Refused(f"a person has this chat for another {minutes} min: answer there, or discard the turn")
    return None


def _survivor(session: Session, turn: Turn) -> Conversation:
    """The conversation where what this patient writes arrives today."""
    conversation = locked(session, turn.conversation_id)
    while into := conversation.alias_of or conversation.merge_into:
        conversation = locked(session, into)
    return conversation


def _has_it_by_itself(conversation: Conversation, turn: Turn, policy: Policy) -> bool:
    """Whether the chat is a person's only because this turn handed it over: nobody has written since."""
    handed_over_ms = (turn.intent_ms or 0) + policy.human_ms
    return turn.hand_over is not None and conversation.human_until_ms == handed_over_ms


def _messages(
    session: Session, turn: Turn, conversation: Conversation, policy: Policy, now_ms: int
) -> list[_Again]:
    """What the patient wrote and nobody took back or dealt with, as it would arrive now.

    Older than a redelivery is known for, a message is stored and not answered; so it is left out.
    """
    contact = Contact(
        conversation.instance, conversation.phone, conversation.phone_key, conversation.lid, conversation.name
    )
    rows = session.exec(
        select(Message)
        .where(
            Message.conversation_id == turn.conversation_id,
            col(Message.seq).between(turn.low, turn.high),
            Message.author == Author.PATIENT,
            col(Message.deleted_ms).is_(None),
            col(Message.handled_ms).is_(None),
        )
        .order_by(col(Message.seq))
    )
    again = [_Again(_event(row, contact), row.corrects) for row in rows]
    return [message for message in again if not is_too_old(message.event, now_ms, policy)]


def _event(row: Message, contact: Contact) -> MessageEvent:
    content = Content(Kind(row.kind), row.text, json.loads(row.detail), row.quoted_id)
    return MessageEvent("", contact, row.provider_id, row.sent_ms, content)


def _arrive(
    connection: Connection,
    turn_id: int,
    conversation: Conversation,
    messages: Sequence[_Again],
    policy: Policy,
    now_ms: int,
) -> AskedAgain:
    assert conversation.id is not None
    low, wake_at_ms = conversation.next_seq, None
    for message in messages:
        added = append_message(connection, message.event, now_ms, policy, corrects=message.corrects)
        wake_at_ms = added.wake_at_ms
    high = low + len(messages) - 1
    return AskedAgain(turn_id, TurnState.WITHDRAWN, conversation.id, low, high, wake_at_ms)
