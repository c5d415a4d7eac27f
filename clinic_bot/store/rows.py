"""The rows of a turn's life as plain records: read by one statement, written by one.

Claim, intent and outcome stand between a patient and the reply, and a thousand of them may come at once; objects of
the ORM cost them 1.5 ms each, these a sixth of it. Everything rarer uses the tables' own objects.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import BigInteger, Connection, and_, bindparam, cast, exists, func, select, update
from sqlmodel import col

from clinic_bot.store.prepared import Prepared
from clinic_bot.store.session import driver_of, is_postgres
from clinic_bot.store.tables import Author, Conversation, Message, Switch, Turn, TurnState


@dataclass(slots=True)
class ConversationRow:
    """What a turn needs of its conversation. Only what ``save`` names below is ever written."""

    id: int
    instance: str
    phone: str | None
    phone_key: str | None
    lid: str | None
    name: str | None
    merge_into: int | None
    next_seq: int
    revision: int
    hold_until_ms: int
    talk: str | None
    heard_seq: int
    signal_ms: int | None
    typed: str | None
    patience_ms: int | None
    patience_why: str | None
    emergency_seq: int
    done_seq: int
    first_pending_ms: int | None
    last_ms: int | None
    wake_at_ms: int | None
    owner: str | None
    epoch: int
    attempts: int
    retries: int
    superseded: int
    open_hi: int | None
    human_until_ms: int
    alerted_seq: int


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message of the patient, as a turn reads it."""

    seq: int
    provider_id: str
    kind: str
    text: str
    detail: str
    quoted_id: str | None
    sent_ms: int | None
    received_ms: int
    edited_ms: int | None
    corrects: int  #: 1 where it is an edit that came too late to replace its message
    media_state: str | None
    media_until_ms: int | None


@dataclass(slots=True)
class TurnRow:
    """A turn without its words."""

    id: int
    conversation_id: int
    low: int
    high: int
    epoch: int
    state: str
    reason: str | None
    closed_by: str
    patience_ms: int | None
    patience_why: str | None
    hand_over: str | None
    zaap_id: str | None
    message_id: str | None
    thrown_tokens: int
    due_ms: int
    claimed_ms: int
    intent_ms: int | None
    outcome_ms: int | None


@dataclass(frozen=True, slots=True)
class Due:
    """What a claim asks of a conversation, read together."""

    conversation: ConversationRow
    unended: (
        TurnRow | None
    )  #: of a claim that was given back or whose process died; the next one goes on with it
    switched_off: bool  #: nothing may leave this instance
    server_ms: int | None  #: PostgreSQL's clock, under the lock


@dataclass(frozen=True, slots=True)
class Held:
    """What the transactions of a turn ask before they write, read together."""

    conversation: ConversationRow
    turn: TurnRow
    waits: bool  #: a message up to the turn's last one is still to be answered
    switched_off: bool  #: nothing may leave this instance


#: What a turn's life writes of its conversation.
_WRITTEN = (
    "done_seq", "first_pending_ms", "last_ms", "wake_at_ms", "owner", "epoch", "attempts", "retries", "superseded",
    "open_hi", "human_until_ms", "alerted_seq", "talk", "heard_seq", "typed",
    "patience_ms", "patience_why",
)  # fmt: skip


def _columns(record: type[Any], table: type[Any]) -> list[Any]:
    return [getattr(table, field.name) for field in fields(record)]


# Built once: with every claim, intent and outcome asking, building them was a third of their time.
_LOCKED = Prepared(
    select(*_columns(ConversationRow, Conversation))
    .where(col(Conversation.id) == bindparam("id"))
    .with_for_update()
)
_SEEN = Prepared(
    select(*_columns(ConversationRow, Conversation)).where(col(Conversation.id) == bindparam("id"))
)
_SAVE = Prepared(
    update(Conversation)
    .where(col(Conversation.id) == bindparam("row_id"))
    .values({name: bindparam(name) for name in _WRITTEN})
)
#: The patient's, and nobody has answered it.
_PATIENTS = (
    col(Message.author) == Author.PATIENT,
    col(Message.deleted_ms).is_(None),
    col(Message.handled_ms).is_(None),
)
_PENDING = Prepared(
    select(*_columns(MessageRow, Message))
    .where(
        col(Message.conversation_id) == bindparam("conversation_id"),
        col(Message.seq) > bindparam("floor"),
        *_PATIENTS,
    )
    .order_by(col(Message.seq))
)
_SWITCHED_OFF = exists().where(col(Switch.instance) == col(Conversation.instance))
# One statement each: SQLite's driver lets the interpreter go at every one, and wins it back from a busy loop.
_DUE = Prepared(
    select(*_columns(ConversationRow, Conversation), *_columns(TurnRow, Turn), _SWITCHED_OFF)
    .select_from(Conversation)
    .outerjoin(
        Turn, and_(col(Turn.conversation_id) == col(Conversation.id), col(Turn.state) == TurnState.THINKING)
    )
    .where(col(Conversation.id) == bindparam("id"))
)
_HELD = Prepared(
    select(
        *_columns(ConversationRow, Conversation),
        *_columns(TurnRow, Turn),
        exists().where(
            *_PATIENTS,
            col(Message.conversation_id) == col(Conversation.id),
            col(Message.seq) > col(Conversation.done_seq),
            col(Message.seq) <= bindparam("high"),
        ),
        _SWITCHED_OFF,
    )
    .join_from(Conversation, Turn, col(Turn.conversation_id) == col(Conversation.id))
    .where(col(Conversation.id) == bindparam("conversation_id"), col(Turn.id) == bindparam("turn_id"))
    .with_for_update(of=Turn)  # evidence writes turns without their conversation
)
_ROW = select(col(Conversation.id)).where(col(Conversation.id) == bindparam("id"))
_LOCK = Prepared(_ROW.with_for_update())
_LOCK_ALL = "SELECT id FROM conversation WHERE id = ANY(?1::bigint[]) ORDER BY id FOR UPDATE"
_SERVER_MS = cast(func.extract("epoch", func.clock_timestamp()) * 1000, BigInteger)
_LOCK_IF_FREE = Prepared(
    select(_SERVER_MS)
    .select_from(Conversation)
    .where(col(Conversation.id) == bindparam("id"))
    .with_for_update(skip_locked=True)
)
_WAKE = Prepared(select(col(Conversation.wake_at_ms)).where(col(Conversation.id) == bindparam("id")))
_OF_EPOCH = Prepared(
    select(*_columns(TurnRow, Turn))
    .where(col(Turn.conversation_id) == bindparam("id"), col(Turn.epoch) == bindparam("epoch"))
    .order_by(col(Turn.id).desc())
    .limit(1)
    .with_for_update()
)


def locked(connection: Connection, conversation_id: int) -> ConversationRow:
    """The row, locked for this transaction (on SQLite the single writer is the lock)."""
    (row,) = _LOCKED.rows(connection, {"id": conversation_id})
    return ConversationRow(*row)


def seen(connection: Connection, conversation_id: int) -> ConversationRow | None:
    """The row as of the last commit; to be shown, never to be written."""
    found = _SEEN.rows(connection, {"id": conversation_id})
    return ConversationRow(*found[0]) if found else None


def save(connection: Connection, conversation: ConversationRow) -> None:
    """Write the row back, inside the transaction that locked it."""
    values: dict[str, Any] = {name: getattr(conversation, name) for name in _WRITTEN}
    _SAVE.run(connection, {"row_id": conversation.id, **values})


def pending(
    connection: Connection, conversation: ConversationRow, *, after: int | None = None
) -> list[MessageRow]:
    """The patient's messages that no turn and no person has taken, by ``seq``."""
    floor = conversation.done_seq if after is None else after
    asked = {"conversation_id": conversation.id, "floor": floor}
    return [MessageRow(*row) for row in _PENDING.rows(connection, asked)]


def due(connection: Connection, conversation_id: int) -> Due | None:
    """A conversation that may be claimed, locked for this transaction, as it is once the lock is had.

    None where somebody else has it at this moment: a claim waits for no other replica.
    """
    server_ms = None
    if is_postgres(connection):
        free = _LOCK_IF_FREE.rows(connection, {"id": conversation_id})
        if not free:
            return None
        ((server_ms,),) = free
    ((*found, switched_off),) = _DUE.rows(connection, {"id": conversation_id})
    conversation, turn = _split(found)
    return Due(conversation, turn, bool(switched_off), server_ms)


def due_as_seen(connection: Connection, conversation_id: int) -> Due | None:
    """What ``due`` gives, as of the last commit, for who only looks. None where there is no such row."""
    found = _DUE.rows(connection, {"id": conversation_id})
    if not found:
        return None
    *row, switched_off = found[0]
    conversation, turn = _split(row)
    return Due(conversation, turn, bool(switched_off), None)


def held(connection: Connection, conversation_id: int, turn_id: int, *, high: int) -> Held:
    """Conversation and turn, locked for this transaction, as they are once the lock is had."""
    _lock(connection, conversation_id)
    asked = {"conversation_id": conversation_id, "turn_id": turn_id, "high": high}
    ((*found, waits, switched_off),) = _HELD.rows(connection, asked)
    conversation, turn = _split(found)
    assert turn is not None
    return Held(conversation, turn, bool(waits), bool(switched_off))


def lock(connection: Connection, conversation_ids: Sequence[int]) -> None:
    """Several at once, in the order in which everybody takes them; on SQLite the single writer is the lock."""
    if is_postgres(connection):
        driver_of(connection).execute(_LOCK_ALL, (list(conversation_ids),))


def wake_of(connection: Connection, conversation_id: int) -> int | None:
    """When to look at a conversation, as of the last commit; locks nothing."""
    ((wake_at_ms,),) = _WAKE.rows(connection, {"id": conversation_id})
    found: int | None = wake_at_ms
    return found


def _lock(connection: Connection, conversation_id: int) -> None:
    """A statement of its own: one that waits for the lock sees the other tables as they were before it waited."""
    if is_postgres(connection):  # on SQLite the single writer is the lock
        _LOCK.rows(connection, {"id": conversation_id})


def _split(found: Sequence[Any]) -> tuple[ConversationRow, TurnRow | None]:
    """A row of both tables; all of the turn's columns are empty where there is none."""
    at = len(fields(ConversationRow))
    return ConversationRow(*found[:at]), None if found[at] is None else TurnRow(*found[at:])


def turn_of_epoch(connection: Connection, conversation: ConversationRow) -> TurnRow | None:
    """The turn that the conversation's last claim opened or went on with."""
    asked = {"id": conversation.id, "epoch": conversation.epoch}
    return _first(_OF_EPOCH.rows(connection, asked))


def _first(found: Sequence[Any]) -> TurnRow | None:
    return TurnRow(*found[0]) if found else None
