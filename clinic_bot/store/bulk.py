"""Many messages in a few statements, for the webhooks that wait for one commit.

SQLite lets the interpreter's lock go at every statement and has to win it back from a busy loop, so what counts
under load is their number. Here it does not grow with the messages. Only the plain case is taken: a known
conversation that learns nothing, no emergency, nothing that came early or very late. Everything else goes one by one.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection

from clinic_bot.events import Message
from clinic_bot.store.messages import APPEND, COLUMNS, ROW, Known, add_to, is_too_old, pending_texts
from clinic_bot.store.policy import Policy
from clinic_bot.store.session import Driver, driver_of, is_postgres

_COLUMNS = COLUMNS.replace(chr(10), " ")

#: Bodies already kept, conversations, and targets of early changes: one statement, and one row that holds them all.
_LOOK_UP = f"""
SELECT (SELECT json_group_array(key) FROM inbox WHERE key IN (SELECT value FROM json_each(?2))),
       (SELECT json_group_array(json_array(phone_key, {_COLUMNS})) FROM conversation
        WHERE instance = ?1 AND phone_key IN (SELECT value FROM json_each(?3))),
       (SELECT json_group_array(target_id) FROM early_change
        WHERE instance = ?1 AND target_id IN (SELECT value FROM json_each(?4)))"""  # noqa: S608 - our own columns

_LOOK_UP_POSTGRES = f"""
SELECT (SELECT coalesce(json_agg(key), '[]')::text FROM inbox
        WHERE key = ANY(ARRAY(SELECT json_array_elements_text(?2::json)))),
       (SELECT coalesce(json_agg(json_build_array(phone_key, {_COLUMNS})), '[]')::text FROM conversation
        WHERE instance = ?1 AND phone_key = ANY(ARRAY(SELECT json_array_elements_text(?3::json)))),
       (SELECT coalesce(json_agg(target_id), '[]')::text FROM early_change
        WHERE instance = ?1 AND target_id = ANY(ARRAY(SELECT json_array_elements_text(?4::json))))"""  # noqa: S608 - as above

_KEEP = "INSERT INTO inbox (key, received_ms, outcome, body) VALUES "
_KEEP_ROW = "(?, ?, 'queued', ?)"

_ARM = """
UPDATE conversation
SET next_seq = new.next_seq, revision = revision + new.added, first_pending_ms = new.first_ms,
    last_ms = max(coalesce(conversation.last_ms, 0), new.last_ms),
    wake_at_ms = new.wake_at_ms, hold_until_ms = new.hold_until_ms, patience_ms = NULL
FROM (SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS next_seq,
             json_extract(value, '$[2]') AS added, json_extract(value, '$[3]') AS first_ms,
             json_extract(value, '$[4]') AS last_ms, json_extract(value, '$[5]') AS wake_at_ms,
             json_extract(value, '$[6]') AS hold_until_ms
      FROM json_each(?)) AS new
WHERE conversation.id = new.id"""

#: All three at once, since every statement is a round trip: columns of bodies, of what is armed, and of messages.
_STORE_POSTGRES = """
WITH kept AS (
    INSERT INTO inbox (key, received_ms, outcome, body)
    SELECT key, received_ms, 'queued', body
    FROM unnest(?1::text[], ?2::bigint[], ?3::bytea[]) AS new (key, received_ms, body)
), armed AS (
    UPDATE conversation
    SET next_seq = new.next_seq, revision = revision + new.added, first_pending_ms = new.first_ms,
        last_ms = greatest(conversation.last_ms, new.last_ms),
        wake_at_ms = new.wake_at_ms, hold_until_ms = new.hold_until_ms, patience_ms = NULL
    FROM unnest(?4::bigint[], ?5::bigint[], ?6::bigint[], ?7::bigint[], ?8::bigint[], ?9::bigint[], ?10::bigint[])
         AS new (id, next_seq, added, first_ms, last_ms, wake_at_ms, hold_until_ms)
    WHERE conversation.id = new.id
)
INSERT INTO message (conversation_id, seq, provider_id, kind, text, detail, quoted_id, sent_ms, received_ms,
                     handled_ms, corrects, media_state, author)
SELECT new.*, 'patient'
FROM unnest(?11::bigint[], ?12::bigint[], ?13::text[], ?14::text[], ?15::text[], ?16::text[], ?17::text[],
            ?18::bigint[], ?19::bigint[], ?20::bigint[], ?21::boolean[], ?22::text[]) AS new"""

#: Most rows in one INSERT. The driver keeps what it prepared, so each count up to here is prepared once.
_ROWS = 64


@dataclass(frozen=True, slots=True)
class Stored:
    """A message that was added, and when to look at its conversation, or a redelivery."""

    conversation_id: int | None
    wake_at_ms: int | None
    revision: int | None


DUPLICATE = Stored(None, None, None)


class Bulk:
    """Messages of one transaction: ``add`` what is plain, and ``flush`` before anything else touches the tables."""

    def __init__(self, connection: Connection, events: Sequence[Message], policy: Policy) -> None:
        self._driver, self._postgres = driver_of(connection), is_postgres(connection)
        self._policy = policy
        self._instance = events[0].contact.instance
        self._kept, self._known, self._early = self._look_up(events)
        self._bodies: list[tuple[str, int, bytes]] = []
        self._messages: list[tuple[object, ...]] = []
        self._armed: dict[int, list[int | None]] = {}
        self._said: dict[int, tuple[str, ...]] = {}  # not stored yet

    def add(self, event: Message, body: bytes, now_ms: int) -> Stored | None:
        """Take a message, or answer None when it is not plain and nothing was done."""
        contact = event.contact
        known = self._known.get(contact.phone_key or "") if contact.instance == self._instance else None
        if known is None or not event.key or is_too_old(event, now_ms, self._policy):
            return None
        if event.key in self._kept:
            return DUPLICATE
        text = event.content.text
        if event.provider_id in self._early or known.learns_from(contact) or self._is_danger(known, text):
            return None
        self._kept.add(event.key)
        self._bodies.append((event.key, now_ms, body))
        self._said[known.id] = (*self._said.get(known.id, ()), text)
        self._messages.append(add_to(known, event, now_ms, self._policy))
        before = self._armed.get(known.id)
        added = before[2] + 1 if before and before[2] else 1
        self._armed[known.id] = [
            known.id, known.next_seq, added, known.first_ms, now_ms, known.wake_at_ms, known.hold_until_ms,
        ]  # fmt: skip
        return Stored(known.id, known.wake_at_ms if known.owner is None else None, known.revision)

    def _is_danger(self, known: Known, text: str) -> bool:
        if not text or not self._policy.may_be_emergency(text):
            return False
        before = pending_texts(self._driver, known.id, known.done_seq)
        return self._policy.is_emergency([*before, *self._said.get(known.id, ()), text])

    def forget(self, event: Message) -> None:
        """Somebody else is about to store this one, and to change what is known of the person."""
        contact = event.contact
        self._kept.add(event.key)
        for key, known in list(self._known.items()):
            if key == contact.phone_key or (contact.lid is not None and known.lid == contact.lid):
                del self._known[key]

    def flush(self) -> None:
        """Store what was added. A conversation added to later counts from there."""
        if not self._messages:
            return
        armed = list(self._armed.values())
        if self._postgres:
            # By key, as everybody inserts them: two replicas with the same redeliveries then wait in one order.
            columns = [*zip(*sorted(self._bodies), strict=True), *zip(*armed, strict=True)]
            self._driver.execute(_STORE_POSTGRES, [*columns, *zip(*self._messages, strict=True)])
        else:
            _insert(self._driver, _KEEP, _KEEP_ROW, self._bodies)
            _insert(self._driver, APPEND, ROW, self._messages)
            self._driver.execute(_ARM, (json.dumps(armed),))
        self._bodies, self._messages, self._armed, self._said = [], [], {}, {}

    def _look_up(self, events: Sequence[Message]) -> tuple[set[str], dict[str, Known], frozenset[str]]:
        asked = (
            self._instance,
            _array(event.key for event in events),
            _array({event.contact.phone_key for event in events if event.contact.phone_key}),
            _array(event.provider_id for event in events),
        )
        statement = _LOOK_UP_POSTGRES if self._postgres else _LOOK_UP
        kept, rows, early = map(json.loads, self._driver.execute(statement, asked).fetchone())
        return set(kept), {row[0]: Known(*row[1:]) for row in rows}, frozenset(early)


def _array(values: Iterable[Any]) -> str:
    return json.dumps(list(values))


def _insert(driver: Driver, head: str, row: str, rows: Sequence[tuple[object, ...]]) -> None:
    for at in range(0, len(rows), _ROWS):
        some = rows[at : at + _ROWS]
        driver.execute(_statement(head, row, len(some)), [*chain.from_iterable(some)])


@cache
def _statement(head: str, row: str, count: int) -> str:
    return head + ", ".join([row] * count)
