"""What operators look at: turns that need a person, and everything that is known of one. Reads only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, or_
from sqlmodel import Session, col, select

from clinic_bot.store import contacts, story
from clinic_bot.store.session import session_on
from clinic_bot.store.story import Moment, What
from clinic_bot.store.switches import ActiveSwitch
from clinic_bot.store.tables import Author, Conversation, Message, Step, Switch, SwitchName, Turn, TurnState
from clinic_bot.store.time_spent import Part, spent

#: What waits for a person.
NEEDS_A_PERSON = (TurnState.HELD, TurnState.DEAD, TurnState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Listed:
    """A turn in a list."""

    id: int
    state: str
    reason: str | None
    since_ms: int  #: since when it is in that state
    conversation_id: int
    phone: str | None
    lid: str | None
    messages: int


@dataclass(frozen=True, slots=True)
class Told:
    """A moment, and of which turn: a try whose reply certainly never left belongs to the story of the next."""

    turn_id: int
    moment: Moment


@dataclass(frozen=True, slots=True)
class Case:
    """A turn with its whole story. The rows are read and let go of: nothing is written back."""

    turn: Turn
    phone: str | None
    lid: str | None
    messages: tuple[Message, ...]  #: the patient's
    steps: tuple[Step, ...]
    story: tuple[Told, ...]
    total_ms: int  #: from the first message to the outcome, or so far
    parts: Mapping[Part, int]  #: together ``total_ms``


def listed(
    connection: Connection,
    *,
    states: Sequence[TurnState] = NEEDS_A_PERSON,
    person: str | None = None,
    limit: int = 100,
) -> list[Listed]:
    """Turns in one of ``states``, the newest first.

    Args:
        person: only of this one: the key of a number, or a LID.
    """
    asked = (
        select(Turn, Conversation)
        .join(Conversation, col(Conversation.id) == Turn.conversation_id)
        .where(col(Turn.state).in_(states))
        .order_by(col(Turn.id).desc())
        .limit(limit)
    )
    with session_on(connection) as session:
        if person is not None:
            asked = asked.where(col(Turn.conversation_id).in_(_conversations_of(session, person)))
        return [_listed(turn, conversation) for turn, conversation in session.exec(asked)]


def _listed(turn: Turn, conversation: Conversation) -> Listed:
    return Listed(
        id=turn.id or 0,
        state=turn.state,
        reason=turn.reason,
        since_ms=turn.settled_ms or turn.outcome_ms or turn.intent_ms or turn.claimed_ms,
        conversation_id=turn.conversation_id,
        phone=conversation.phone,
        lid=conversation.lid,
        messages=turn.high - turn.low + 1,
    )


def _conversations_of(session: Session, person: str) -> list[int]:
    same = or_(col(Conversation.phone_key) == person, col(Conversation.lid) == person)
    found = session.exec(select(Conversation.id).where(same)).all()
    return [part for key in found if key is not None for part in contacts.aliases(session.connection(), key)]


def count(connection: Connection, state: TurnState, *, since_ms: int) -> int:
    """How many turns ended in ``state`` since an instant."""
    asked = (
        select(func.count()).select_from(Turn).where(Turn.state == state, col(Turn.outcome_ms) >= since_ms)
    )
    with session_on(connection) as session:
        return session.exec(asked).one()


def every_switch(connection: Connection) -> list[ActiveSwitch]:
    """What stops answers, of whatever instance."""
    with session_on(connection) as session:
        rows = session.exec(select(Switch).order_by(col(Switch.since_ms), col(Switch.name)))
        return [ActiveSwitch(SwitchName(row.name), row.since_ms, row.reason) for row in rows]


def case(connection: Connection, turn_id: int, *, now_ms: int) -> Case | None:
    """Everything that is known of a turn; None when there is none of that number."""
    with session_on(connection) as session:
        turn = session.get(Turn, turn_id)
        if turn is None:
            return None
        conversation = session.get_one(Conversation, turn.conversation_id)
        messages = _messages(session, turn)
        steps = session.exec(select(Step).where(Step.turn_id == turn_id).order_by(col(Step.n))).all()
        told = _story(session, turn)
        first_ms = min((message.received_ms for message in messages), default=turn.due_ms)
        end_ms = max(first_ms, turn.outcome_ms or now_ms)
        found = Case(
            turn=turn,
            phone=conversation.phone,
            lid=conversation.lid,
            messages=tuple(messages),
            steps=tuple(steps),
            story=told,
            total_ms=end_ms - first_ms,
            parts=spent(first_ms, end_ms, [each.moment for each in told]),
        )
        session.expunge_all()
        return found


def _messages(session: Session, turn: Turn) -> Sequence[Message]:
    return session.exec(
        select(Message)
        .where(
            Message.conversation_id == turn.conversation_id,
            col(Message.seq).between(turn.low, turn.high),
            Message.author == Author.PATIENT,
        )
        .order_by(col(Message.seq))
    ).all()


def _story(session: Session, turn: Turn) -> tuple[Told, ...]:
    connection = session.connection()
    before = session.exec(
        select(Turn.id)
        .where(
            Turn.conversation_id == turn.conversation_id,
            col(Turn.id) < turn.id,
            col(Turn.high) >= turn.low,
            Turn.state == TurnState.WITHDRAWN,
            col(Turn.settled_ms).is_(None),
        )
        .order_by(col(Turn.id))
    ).all()
    tries = [Told(key, moment) for key in before if key is not None for moment in story.told(connection, key)]
    return (*tries, *(Told(turn.id or 0, moment) for moment in _completed(connection, turn)))


def _completed(connection: Connection, turn: Turn) -> list[Moment]:
    """The story as recorded, and what the row alone tells: the end of a try writes it, and turns may be older."""
    told = story.told(connection, turn.id or 0)
    last_ms = max((moment.at_ms for moment in told), default=-1)
    has_intent = any(moment.what == What.INTENT for moment in told)
    known = [
        moment
        for moment in _by_columns(turn)
        if moment.at_ms > last_ms or (moment.what == What.INTENT and not has_intent)
    ]
    return sorted([*told, *known], key=lambda moment: moment.at_ms)


def _by_columns(turn: Turn) -> list[Moment]:
    closed = story.window_closed(turn.closed_by, turn.patience_ms, turn.patience_why)
    moments = [Moment(What.CLAIMED, turn.claimed_ms, max(0, turn.claimed_ms - turn.due_ms), closed)]
    if turn.intent_ms is not None:
        if turn.calls:
            thought_ms = turn.intent_ms - turn.claimed_ms
            moments.append(Moment(What.MODEL_CALL, turn.intent_ms, thought_ms, turn.model))
        moments.append(Moment(What.INTENT, turn.intent_ms))
    if turn.outcome_ms is not None:
        moments.append(Moment(What.CLOSED, turn.outcome_ms, None, turn.state))
    return moments
