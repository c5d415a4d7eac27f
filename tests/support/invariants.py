"""What must hold of a database at any moment between two transactions: the design's rules as queries."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlmodel import Session, col, select

from clinic_bot.store import steps, watch
from clinic_bot.store.claims import MAX_SUPERSEDED
from clinic_bot.store.story import What
from clinic_bot.store.tables import Author, Conversation, Message, Step, Turn, TurnEvent, TurnState


@dataclass(frozen=True, slots=True)
class Records:
    """Everything the rules speak of, read at one moment."""

    stuck: Sequence[int]
    conversations: Sequence[Conversation]
    messages: Sequence[Message]
    turns: Sequence[Turn]
    events: Sequence[TurnEvent]
    steps: Sequence[Step] = ()


def read_records(connection: Connection) -> Records:
    with Session(bind=connection, expire_on_commit=False) as session:
        found = Records(
            watch.stuck(connection),
            session.exec(select(Conversation).order_by(col(Conversation.id))).all(),
            session.exec(select(Message).order_by(col(Message.seq))).all(),
            session.exec(select(Turn).order_by(col(Turn.id))).all(),
            session.exec(select(TurnEvent).order_by(col(TurnEvent.id))).all(),
            session.exec(select(Step)).all(),
        )
        session.expunge_all()
        return found


def violations(connection: Connection) -> list[str]:
    """Every rule that this database breaks, in words; empty when all is well."""
    return violations_in(read_records(connection))


def violations_in(records: Records) -> list[str]:
    found = [f"rule 9: conversation {key} is stuck" for key in records.stuck]
    for conversation in records.conversations:
        messages = [one for one in records.messages if one.conversation_id == conversation.id]
        turns = [one for one in records.turns if one.conversation_id == conversation.id]
        found += _of_conversation(conversation, messages, turns)
        if not _pinned_by_a_change(conversation, turns, records.steps):
            found += _pinned(conversation, turns)
    found += [
        f"turn {one.id}: threw {one.thrown_tokens} away" for one in records.turns if one.thrown_tokens < 0
    ]
    found += [f"turn {one.id}: {one.low} to {one.high}" for one in records.turns if one.low > one.high]
    return found


def _of_conversation(
    conversation: Conversation, messages: Sequence[Message], turns: Sequence[Turn]
) -> list[str]:
    found: list[str] = []
    where = f"conversation {conversation.id}"
    done, following = conversation.done_seq, conversation.next_seq
    if not 0 <= done < following:
        found.append(f"{where}: done_seq {done} is not below next_seq {following}")
    # A conversation that was merged away has holes where its pending messages were.
    if conversation.alias_of is None and [m.seq for m in messages] != list(range(1, following)):
        found.append(f"{where}: seq has a gap: {[m.seq for m in messages]}, next {following}")
    open_turns = [turn for turn in turns if turn.state in (TurnState.THINKING, TurnState.SENDING)]
    if len(open_turns) > 1:
        found.append(f"{where}: {len(open_turns)} turns are open")
    if conversation.alias_of is not None and (open_turns or conversation.wake_at_ms is not None):
        found.append(f"{where}: merged away, and yet open")
    if conversation.owner is None and any(turn.state == TurnState.SENDING for turn in turns):
        found.append(f"{where}: a send is under way and nobody owns it")
    if conversation.owner is not None and conversation.wake_at_ms is None:
        found.append(f"{where}: owned without a lease")
    if conversation.attempts < 0:
        found.append(f"{where}: {conversation.attempts} attempts")
    if not 0 <= conversation.superseded <= MAX_SUPERSEDED:
        found.append(f"{where}: rule 10: superseded {conversation.superseded} times")
    return found + _coverage(where, conversation, messages, turns)


def _pinned_by_a_change(conversation: Conversation, turns: Sequence[Turn], done: Sequence[Step]) -> bool:
    """Rule 11: before its intent a range is pinned by what a tool changed for it, owned or not."""
    changed = {step.turn_id for step in done if step.state == steps.CHANGED}
    before_intent = [turn for turn in turns if turn.state in (TurnState.THINKING, TurnState.WITHDRAWN)]
    return any(turn.id in changed and turn.high == conversation.open_hi for turn in before_intent)


def _pinned(conversation: Conversation, turns: Sequence[Turn]) -> list[str]:
    """Rule 14: what is pinned is the range of the one turn that is past its gate, and nothing else is past it."""
    found: list[str] = []
    where = f"conversation {conversation.id}"
    if conversation.open_hi is not None and conversation.owner is None:
        found.append(f"{where}: a range is pinned and nobody owns it")
    current = [turn for turn in turns if turn.epoch == conversation.epoch and turn.intent_ms is not None]
    pins = [turn for turn in current if turn.high == conversation.open_hi]
    if conversation.open_hi is not None and not pins:
        found.append(
            f"{where}: rule 14: {conversation.open_hi} is pinned and no turn past its gate ends there"
        )
    for turn in turns:
        is_past = turn.intent_ms is not None and turn.outcome_ms is None
        if is_past and turn.state != TurnState.THINKING and (turn not in pins or conversation.owner is None):
            found.append(f"{where}: rule 14: turn {turn.id} is past its gate, and its range is not pinned")
    return found


#: How a try ends, in the story of its turn; and the moments that tell the tries apart.
_TRY_ENDS = (What.GIVEN_BACK, What.LOST, What.CLOSED)
#: States that only a close writes, or somebody after it.
_AFTER_CLOSE = (TurnState.SENT, TurnState.UNKNOWN, TurnState.HELD, TurnState.UNDELIVERED)


def broken_stories_in(records: Records) -> list[str]:
    """Turns whose story is not whole. Beside the rules, since a test may write a turn without its story."""
    return [
        problem
        for turn in records.turns
        for problem in _of_story(turn, [event for event in records.events if event.turn_id == turn.id])
    ]


def _of_story(turn: Turn, events: Sequence[TurnEvent]) -> list[str]:
    """Tries that begin with their claim and end, and nothing after the close."""
    found: list[str] = []
    where = f"turn {turn.id}"
    tries = [event.what for event in events if event.what in (What.CLAIMED, *_TRY_ENDS)]
    # A pinned turn that was lost is closed in the same transaction.
    ends = ["closed" if what == What.CLOSED else "end" for what in tries if what != What.CLAIMED]
    claimed = tries.count(What.CLAIMED)
    lost_and_closed = tries[-2:] == [What.LOST, What.CLOSED]
    if claimed != len(ends) - lost_and_closed or (tries and tries[0] != What.CLAIMED):
        found.append(f"{where}: its story is {tries}")
    if "closed" in ends[:-1]:
        found.append(f"{where}: its story goes on after the close: {tries}")
    if turn.outcome_ms is not None and not tries:
        found.append(f"{where}: ended without a story")
    if turn.outcome_ms is not None and turn.state in _AFTER_CLOSE and "closed" not in ends:
        found.append(f"{where}: {turn.state}, and its story does not say that it closed: {tries}")
    return found


def _coverage(
    where: str, conversation: Conversation, messages: Sequence[Message], turns: Sequence[Turn]
) -> list[str]:
    """Each live message of the patient is pending, handled by a person, or in exactly one turn that closed."""
    found: list[str] = []
    closed = [turn for turn in turns if _has_closed(turn)]
    answered = Counter(
        seq for turn in closed if turn.state == TurnState.SENT for seq in range(turn.low, turn.high + 1)
    )
    for message in messages:
        if message.author != Author.PATIENT:
            continue
        if answered[message.seq] > 1:
            found.append(f"{where}: message {message.seq} was answered {answered[message.seq]} times")
        if message.deleted_ms is not None or message.handled_ms is not None:
            continue
        covering = sum(turn.low <= message.seq <= turn.high for turn in closed)
        is_pending = message.seq > conversation.done_seq
        if covering + is_pending != 1:
            found.append(
                f"{where}: message {message.seq} is {'pending' if is_pending else 'done'} and in {covering} turns"
            )
    return found


def _has_closed(turn: Turn) -> bool:
    """Whether what a turn took is done with. Evidence may settle a send whose outcome is still to be written; a
    withdrawn turn let go of its messages, unless a person's answer recalled its reply."""
    if turn.state == TurnState.WITHDRAWN:
        return turn.settled_ms is not None
    return turn.outcome_ms is not None and turn.state not in (TurnState.THINKING, TurnState.SENDING)
