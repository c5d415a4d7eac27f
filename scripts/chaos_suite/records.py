"""What the database says at the end, read beside the running server."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from clinic_bot.store.places import place_of
from clinic_bot.store.sqlite import reader_engine
from clinic_bot.store.story import What
from clinic_bot.store.tables import IS_UNCERTAIN

T = TypeVar("T")
#: A database that is restarted is asked again until it answers.
_AGAIN_REAL_S, _WITHIN_REAL_S = 0.1, 60.0


@dataclass(frozen=True, slots=True)
class Conversation:
    id: int
    alias_of: int | None
    done_seq: int
    wake_at_ms: int | None
    human_until_ms: int
    owner: str | None
    park_reason: str | None


@dataclass(frozen=True, slots=True)
class Message:
    conversation_id: int
    seq: int
    provider_id: str
    author: str
    text: str
    corrects: bool
    received_ms: int
    deleted_ms: int | None
    handled_ms: int | None


@dataclass(frozen=True, slots=True)
class Turn:
    id: int
    conversation_id: int
    low: int
    high: int
    state: str
    reason: str | None
    reply: str | None
    claimed_ms: int
    intent_ms: int | None
    outcome_ms: int | None
    settled_by: str | None


@dataclass(frozen=True, slots=True)
class Thought:
    """A process had a conversation from its claim until the intent, or until it gave the turn back or closed it.

    Only what a process wrote while the conversation was its own is known: one that lost it wrote nothing.
    """

    conversation_id: int
    turn_id: int
    from_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class Records:
    conversations: Mapping[int, Conversation]
    messages: Sequence[Message]
    turns: Sequence[Turn]
    thoughts: Sequence[Thought] = ()
    prepared: int = 0  #: turns that got an answer which was asked for before their window closed

    def root(self, conversation_id: int) -> int:
        """The conversation that goes on with this one, after all merges."""
        while (alias := self.conversations[conversation_id].alias_of) is not None:
            conversation_id = alias
        return conversation_id


class Reader(Protocol):
    """Asks the database while the service runs on it."""

    async def ask(self, question: Callable[[Connection], T]) -> T: ...
    async def close(self) -> None: ...


class _OnFile:
    def __init__(self, path: Path) -> None:
        self._engine = reader_engine(path)

    async def ask(self, question: Callable[[Connection], T]) -> T:
        def ask() -> T:
            with self._engine.connect() as connection:
                return question(connection)

        return await asyncio.to_thread(ask)

    async def close(self) -> None:
        self._engine.dispose()


class _OnServer:
    def __init__(self, url: URL) -> None:
        self._engine = create_async_engine(
            url.set(drivername="postgresql+asyncpg"),
            isolation_level="REPEATABLE READ",  # all that one question reads is of one moment
            connect_args={"server_settings": {"application_name": "chaos"}},
        )

    async def ask(self, question: Callable[[Connection], T]) -> T:
        """Raises TimeoutError when the database stays away."""
        async with asyncio.timeout(_WITHIN_REAL_S):
            while True:
                try:
                    async with self._engine.connect() as connection:
                        return await connection.run_sync(question)
                except (DBAPIError, OSError):  # cut, or restarted, and this connection with it
                    await asyncio.sleep(_AGAIN_REAL_S)

    async def close(self) -> None:
        await self._engine.dispose()


def reader(url: str) -> Reader:
    """Raises Misconfigured for what the service does not run on."""
    place = place_of(url)
    return _OnFile(place) if isinstance(place, Path) else _OnServer(place)


_CONVERSATIONS = """
SELECT id, alias_of, done_seq, wake_at_ms, human_until_ms, owner, park_reason FROM conversation"""
_MESSAGES = """
SELECT conversation_id, seq, provider_id, author, text, corrects, received_ms, deleted_ms, handled_ms
FROM message
WHERE received_ms >= :since"""
_TURNS = """
SELECT id, conversation_id, low, high, state, reason, reply, claimed_ms, intent_ms, outcome_ms, settled_by FROM turn
WHERE claimed_ms >= :since"""


_MOMENTS = """
SELECT turn.conversation_id, turn.id, turn_event.what, turn_event.at_ms FROM turn_event
JOIN turn ON turn.id = turn_event.turn_id
WHERE turn.claimed_ms >= :since
ORDER BY turn_event.id"""
_ENDS_A_THOUGHT = (What.GIVEN_BACK, What.INTENT, What.CLOSED)


def read_records(connection: Connection, since_ms: int) -> Records:
    """Everything since an instant."""
    since = {"since": since_ms}
    return Records(
        {row[0]: Conversation(*row) for row in connection.execute(text(_CONVERSATIONS))},
        [Message(*row) for row in connection.execute(text(_MESSAGES), since)],
        [Turn(*row) for row in connection.execute(text(_TURNS), since)],
        thoughts_in(moments := [(*row,) for row in connection.execute(text(_MOMENTS), since)]),
        prepared=len({turn_id for _, turn_id, what, _ in moments if what == What.PREPARED}),
    )


def thoughts_in(moments: Sequence[tuple[int, int, str, int]]) -> list[Thought]:
    """From moments of turns, as (conversation, turn, what, when), each turn's in the order they were recorded."""
    found: list[Thought] = []
    began_ms: dict[int, int] = {}
    for conversation_id, turn_id, what, at_ms in moments:
        if what == What.CLAIMED:
            began_ms[turn_id] = at_ms
        elif what == What.LOST:  # another process found it, and nobody knows when the one before had left off
            began_ms.pop(turn_id, None)
        elif what in _ENDS_A_THOUGHT and turn_id in began_ms:
            found.append(Thought(conversation_id, turn_id, began_ms.pop(turn_id), at_ms))
    return found


def is_empty(connection: Connection) -> bool:
    """Whether a PostgreSQL database has no table of anybody's."""
    return connection.execute(text("SELECT to_regclass('public.alembic_version')")).scalar_one() is None


@dataclass(frozen=True, slots=True)
class Pulse:
    """How far the server has come."""

    turns: int  #: that ended, of those since the segment began
    open: int  #: conversations that have something to be looked at, and turns that are on their way or uncertain


#: Asked four times a second beside a hundred thousand turns: each has an index to serve it, but the last.
_ENDED = "SELECT count(*) FROM turn WHERE id > :after AND outcome_ms IS NOT NULL"
_OPEN = (
    "SELECT (SELECT count(*) FROM conversation WHERE wake_at_ms IS NOT NULL) + "
    "(SELECT count(*) FROM turn WHERE state = 'thinking' OR state = 'sending') + "
    f"(SELECT count(*) FROM turn WHERE {IS_UNCERTAIN} AND state = 'unknown')"
)
_OWNED = "SELECT count(*) FROM conversation WHERE owner IS NOT NULL"


def last_turn(connection: Connection) -> int:
    return int(connection.execute(text("SELECT coalesce(max(id), 0) FROM turn")).scalar_one())


def read_pulse(connection: Connection, after: int) -> Pulse:
    """``after``: the last turn before the segment."""
    ended = connection.execute(text(_ENDED), {"after": after}).scalar_one()
    still_open = connection.execute(text(_OPEN)).scalar_one() or connection.execute(text(_OWNED)).scalar_one()
    return Pulse(int(ended), int(still_open))
