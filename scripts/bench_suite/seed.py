"""Databases as a busy clinic leaves them, written by SQL before a server starts on them."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench_suite.bodies import asking, key_of, lid_of, phone_of, reference_of
from clinic_bot.sandbox.standins import INSTANCE_ID
from clinic_bot.store import sqlite as store
from clinic_bot.store.migrations import migrate

_CONVERSATION = """
INSERT INTO conversation (instance, phone, phone_key, lid, name, next_seq, done_seq, revision, first_pending_ms,
                          last_ms, wake_at_ms)
VALUES (?, ?, ?, ?, 'Ana', ?, ?, ?, ?, ?, ?)"""

_MESSAGE = """
INSERT INTO message (conversation_id, seq, provider_id, author, kind, text, detail, sent_ms, received_ms, corrects)
VALUES (?, 1, ?, 'patient', 'text', ?, '{}', ?, ?, 0)"""

_PAGE = 10_000


def create(path: Path) -> None:
    """An empty database at this version's schema."""
    engine = store.writer_engine(path)
    with engine.begin() as connection:
        migrate(connection)
    engine.dispose()


def open_windows(path: Path, due_ms: Sequence[int], *, quiet_ms: int, first: int = 0) -> None:
    """One phone with one message for each deadline; the message's reference is the phone's number.

    Args:
        first: number of the first phone.
    """
    with _writing(path) as connection:
        for number, wake_ms in enumerate(due_ms, start=first):
            came_ms = wake_ms - quiet_ms
            conversation = (*identity(number), 2, 0, 1, came_ms, came_ms, wake_ms)
            key = connection.execute(_CONVERSATION, conversation).lastrowid
            message = (key, f"SEED{number}", asking(number), came_ms, came_ms)
            connection.execute(_MESSAGE, message)


def idle_phones(path: Path, count: int, *, first: int = 0) -> None:
    """Phones that wrote once and were answered long ago: their conversations, without the messages."""
    day_ago_ms = time.time_ns() // 1_000_000 - 86_400_000
    with _writing(path) as connection:
        for start in range(first, first + count, _PAGE):
            numbers = range(start, min(start + _PAGE, first + count))
            rows = [(*identity(number), 2, 1, 1, None, day_ago_ms, None) for number in numbers]
            connection.executemany(_CONVERSATION, rows)


def identity(number: int) -> tuple[str, str, str, str]:
    """Instance, phone, its key and LID of a phone's conversation."""
    return INSTANCE_ID, phone_of(number), key_of(number), lid_of(number)


def _connect(path: Path) -> Any:
    """A connection of the one SQLite library that the service uses."""
    return vars(store)["sqlite"].connect(path)


@contextmanager
def _writing(path: Path) -> Iterator[Any]:
    """The driver's own connection, in one transaction, and a file that stands alone afterwards."""
    connection = _connect(path)
    try:
        with connection:
            yield connection
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


DEADLINES = """
SELECT message.text, message.received_ms FROM turn
JOIN message ON message.conversation_id = turn.conversation_id AND message.seq = turn.high"""


def deadlines_ms(path: Path, *, quiet_ms: int) -> dict[int, int]:
    """When each turn's window was due, by reference: the last arrival as the server stored it, and the quiet time.

    Only for a file whose server is gone.
    """
    connection = _connect(path)
    try:
        rows = connection.execute(DEADLINES).fetchall()
    finally:
        connection.close()
    return {reference_of(text): received_ms + quiet_ms for text, received_ms in rows}


def first_claim_ms(path: Path) -> int:
    """When the first turn was claimed. Only for a file whose server is gone."""
    connection = _connect(path)
    try:
        (claimed_ms,) = connection.execute("SELECT min(claimed_ms) FROM turn").fetchone()
    finally:
        connection.close()
    return int(claimed_ms)


def rearm(path: Path, *, in_ms: int) -> int:
    """Move every open window's deadline to ``in_ms`` from now, and say when that is."""
    due_ms = time.time_ns() // 1_000_000 + in_ms
    with _writing(path) as connection:
        connection.execute("UPDATE conversation SET wake_at_ms = ? WHERE wake_at_ms IS NOT NULL", (due_ms,))
    return due_ms
