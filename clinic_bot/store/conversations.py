"""Conversations: what is pending, and when to look at it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection, and_, bindparam, func, or_, update
from sqlmodel import Session, col, select

from clinic_bot.store.policy import Policy, next_wake_ms
from clinic_bot.store.prepared import Prepared
from clinic_bot.store.rows import ConversationRow
from clinic_bot.store.tables import Author, Conversation, Message, Turn, TurnState

PAGE = 2_000  #: rows a sweep reads at a time, so that it never keeps the loop for long


#: What the session knew of a row before it had the lock may be old by now.
AFRESH: dict[str, Any] = {"populate_existing": True}

_LOCKED = (
    select(Conversation)
    .where(col(Conversation.id) == bindparam("id"))
    .with_for_update()
    .execution_options(**AFRESH)
)
_PENDING = (
    select(Message)
    .where(
        col(Message.conversation_id) == bindparam("conversation_id"),
        col(Message.seq) > bindparam("floor"),
        col(Message.author) == Author.PATIENT,
        col(Message.deleted_ms).is_(None),
        col(Message.handled_ms).is_(None),
    )
    .order_by(col(Message.seq))
)


def locked(session: Session, conversation_id: int) -> Conversation:
    """The row, locked for this transaction (on SQLite the single writer is the lock)."""
    return session.exec(_LOCKED, params={"id": conversation_id}).one()


def locked_turn(session: Session, turn_id: int) -> tuple[Conversation, Turn] | None:
    """A turn and its conversation, both locked, the conversation first; None where there is no such turn."""
    found = session.get(Turn, turn_id)
    if found is None:
        return None
    conversation = locked(session, found.conversation_id)
    return conversation, session.get_one(Turn, turn_id, with_for_update=True, populate_existing=True)


def pending(session: Session, conversation: Conversation, *, after: int | None = None) -> Sequence[Message]:
    """The patient's messages that no turn and no person has taken, by ``seq``, as objects that may be changed."""
    floor = conversation.done_seq if after is None else after
    return session.exec(_PENDING, params={"conversation_id": conversation.id, "floor": floor}).all()


def is_sending(session: Session, conversation: Conversation) -> bool:
    """Whether its pinned range is being answered. By a tool's change it may be pinned with nothing said of it yet.

    A report may have proven the reply already that its sender has still to hear of.
    """
    if conversation.owner is None or conversation.open_hi is None:
        return False
    thinks = select(Turn.id).where(Turn.conversation_id == conversation.id, Turn.state == TurnState.THINKING)
    return session.exec(thinks).first() is None


class _Pending(Protocol):
    """A message that waits for an answer: a row, or the table's object."""

    @property
    def seq(self) -> int: ...
    @property
    def received_ms(self) -> int: ...
    @property
    def edited_ms(self) -> int | None: ...


class _Windowed(Protocol):
    """A conversation: a row, or the table's object."""

    next_seq: int
    done_seq: int
    first_pending_ms: int | None
    last_ms: int | None
    hold_until_ms: int
    patience_ms: int | None
    wake_at_ms: int | None
    human_until_ms: int
    alerted_seq: int
    emergency_seq: int
    attempts: int
    retries: int
    superseded: int


def look_again(conversation: _Windowed, waiting: Sequence[_Pending], policy: Policy, now_ms: int) -> None:
    """Set the window's columns and ``wake_at_ms`` from the messages that are pending now (rule 8).

    The caller owns the row or has seen that nobody does.
    """
    if not waiting:
        conversation.done_seq = conversation.next_seq - 1
        conversation.first_pending_ms = conversation.wake_at_ms = None
        conversation.attempts = conversation.retries = conversation.superseded = 0
        return
    conversation.done_seq = waiting[0].seq - 1
    conversation.first_pending_ms = min(message.received_ms for message in waiting)
    conversation.last_ms = max(message.edited_ms or message.received_ms for message in waiting)
    conversation.wake_at_ms = wake_of(conversation, policy, now_ms)


def release_pin(
    connection: Connection,
    conversation: ConversationRow | Conversation,
    waiting: Sequence[_Pending],
    now_ms: int,
) -> None:
    """A pinned range that nobody owns, and of which a person or the patient left nothing to answer, is closed."""
    if conversation.open_hi is None or (waiting and waiting[0].seq <= conversation.open_hi):
        return
    conversation.open_hi = None
    close_leftover(connection, conversation, now_ms)


def rearm(session: Session, conversation: Conversation, policy: Policy, now_ms: int) -> None:
    """Look again at what is pending; a turn that waited to be tried again for nothing is closed."""
    waiting = pending(session, conversation)
    release_pin(session.connection(), conversation, waiting, now_ms)
    look_again(conversation, waiting, policy, now_ms)
    if not waiting:
        close_leftover(session.connection(), conversation, now_ms)


_CLOSE_LEFTOVER = Prepared(
    update(Turn)
    .where(col(Turn.conversation_id) == bindparam("of_conversation"), col(Turn.state) == TurnState.THINKING)
    .values(state=bindparam("ended"), outcome_ms=bindparam("now_ms"))
)


def close_leftover(connection: Connection, conversation: ConversationRow | Conversation, now_ms: int) -> None:
    """A turn that was given back to try again, and whose messages a person answered or the patient deleted."""
    ended = TurnState.SILENT if conversation.human_until_ms > now_ms else TurnState.EMPTY
    asked = {"of_conversation": conversation.id, "ended": ended.value, "now_ms": now_ms}
    _CLOSE_LEFTOVER.run(connection, asked)


def wake_of(conversation: _Windowed, policy: Policy, now_ms: int) -> int | None:
    return next_wake_ms(
        policy,
        first_ms=conversation.first_pending_ms,
        last_ms=conversation.last_ms,
        hold_until_ms=conversation.hold_until_ms,
        patience_ms=conversation.patience_ms,
        human_until_ms=conversation.human_until_ms,
        alerted=conversation.alerted_seq > conversation.done_seq,
        emergency=conversation.emergency_seq > conversation.done_seq,
        now_ms=now_ms,
        not_before_ms=(conversation.wake_at_ms or 0) if conversation.retries else 0,
    )


@dataclass(frozen=True, slots=True)
class DueRow:
    wake_at_ms: int
    id: int
    #: The patient wrote, and nobody has decided yet how long he is waited for: ``wake_at_ms`` is the earliest.
    is_unheard: bool


_UNHEARD = and_(
    col(Conversation.patience_ms).is_(None),
    col(Conversation.owner).is_(None),
    col(Conversation.open_hi).is_(None),
    col(Conversation.retries) == 0,
    col(Conversation.emergency_seq) <= col(Conversation.done_seq),
    col(Conversation.human_until_ms) < col(Conversation.wake_at_ms),
)


def due_page(
    connection: Connection, until_ms: int, *, after: tuple[int, int] = (-1, -1), limit: int = PAGE
) -> list[DueRow]:
    """The conversations to look at before ``until_ms``, soonest first, after (``wake_at_ms``, id)."""
    wake, key = col(Conversation.wake_at_ms), col(Conversation.id)
    rows = connection.execute(
        select(wake, key, _UNHEARD)
        .where(wake <= until_ms, or_(wake > after[0], (wake == after[0]) & (key > after[1])))
        .order_by(wake, key)
        .limit(limit)
    )
    return [DueRow(wake_at_ms or 0, id or 0, bool(is_unheard)) for wake_at_ms, id, is_unheard in rows]


def due_before(
    connection: Connection, until_ms: int, *, after: tuple[int, int] = (-1, -1)
) -> list[tuple[int, int]]:
    """(``wake_at_ms``, id) of a page of them."""
    return [(row.wake_at_ms, row.id) for row in due_page(connection, until_ms, after=after)]


def open_windows(connection: Connection) -> int:
    return connection.execute(
        select(func.count()).select_from(Conversation).where(col(Conversation.wake_at_ms).is_not(None))
    ).scalar_one()
