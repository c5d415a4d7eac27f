"""What the database says at the end, read beside the running server."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text

from clinic_bot.store.sqlite import database_path, reader_engine
from clinic_bot.store.tables import IS_UNCERTAIN


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
class Records:
    conversations: Mapping[int, Conversation]
    messages: Sequence[Message]
    turns: Sequence[Turn]

    def root(self, conversation_id: int) -> int:
        """The conversation that goes on with this one, after all merges."""
        while (alias := self.conversations[conversation_id].alias_of) is not None:
            conversation_id = alias
        return conversation_id


def reader(url: str) -> Engine:
    """Raises Misconfigured for what the service does not run on."""
    return reader_engine(database_path(url))


_CONVERSATIONS = """
SELECT id, alias_of, done_seq, wake_at_ms, human_until_ms, owner, park_reason FROM conversation"""
_MESSAGES = """
SELECT conversation_id, seq, provider_id, author, text, corrects, received_ms, deleted_ms, handled_ms
FROM message
WHERE received_ms >= :since"""
_TURNS = """
SELECT id, conversation_id, low, high, state, reason, reply, claimed_ms, intent_ms, outcome_ms, settled_by FROM turn
WHERE claimed_ms >= :since"""


def read_records(connection: Connection, since_ms: int) -> Records:
    """Everything since an instant."""
    since = {"since": since_ms}
    return Records(
        {row[0]: Conversation(*row) for row in connection.execute(text(_CONVERSATIONS))},
        [Message(*row) for row in connection.execute(text(_MESSAGES), since)],
        [Turn(*row) for row in connection.execute(text(_TURNS), since)],
    )


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
