"""As ``seed``, on a PostgreSQL database: written by COPY, and read when the figure is taken."""

import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy import URL

from bench_suite.bodies import asking, is_asking, reference_of
from bench_suite.seed import DEADLINES, identity
from clinic_bot.store.migrations import migrate
from clinic_bot.store.postgres import engine

_CONVERSATION = (
    "id", "instance", "phone", "phone_key", "lid", "name", "next_seq", "done_seq", "revision", "first_pending_ms",
    "last_ms", "wake_at_ms",
)  # fmt: skip
_MESSAGE = (
    "conversation_id", "seq", "provider_id", "author", "kind", "text", "detail", "sent_ms", "received_ms", "corrects",
)  # fmt: skip


async def create(url: URL) -> None:
    """This version's schema."""
    made = engine(url)
    async with made.begin() as connection:
        await connection.run_sync(migrate)
    await made.dispose()


@asynccontextmanager
async def connected(url: URL) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(url.render_as_string(hide_password=False))
    try:
        yield connection
    finally:
        await connection.close()


async def open_windows(url: URL, due_ms: Sequence[int], *, quiet_ms: int, first: int = 0) -> None:
    """One phone with one message for each deadline; the message's reference is the phone's number."""
    numbered = list(enumerate(due_ms, start=first))
    conversations = (
        (number + 1, *_person(number), 2, 0, 1, wake_ms - quiet_ms, wake_ms - quiet_ms, wake_ms)
        for number, wake_ms in numbered
    )
    messages = (
        (number + 1, 1, f"SEED{number}", "patient", "text", asking(number), "{}", came_ms, came_ms, False)
        for number, came_ms in ((number, wake_ms - quiet_ms) for number, wake_ms in numbered)
    )
    async with connected(url) as connection:
        await _copy(connection, "conversation", _CONVERSATION, conversations)
        await _copy(connection, "message", _MESSAGE, messages)


async def idle_phones(url: URL, numbers: Iterable[int]) -> None:
    """Phones that wrote once and were answered long ago: their conversations, without the messages."""
    day_ago_ms = time.time_ns() // 1_000_000 - 86_400_000
    rows = ((number + 1, *_person(number), 2, 1, 1, None, day_ago_ms, None) for number in numbers)
    async with connected(url) as connection:
        await _copy(connection, "conversation", _CONVERSATION, rows)


def _person(number: int) -> tuple[str, str, str, str, str]:
    return *identity(number), "Ana"


async def _copy(
    connection: Any, table: str, columns: Sequence[str], rows: Iterable[tuple[object, ...]]
) -> None:
    """What the service adds later is numbered after it; the server has looked at the table, as it would by itself."""
    await connection.copy_records_to_table(table, columns=columns, records=rows)
    if columns[0] == "id":
        await connection.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
        )
    await connection.execute(f"VACUUM ANALYZE {table}")


async def deadlines_ms(url: URL, *, quiet_ms: int) -> dict[int, int]:
    """When each turn's window was due, by reference: the last arrival as it was stored, and the quiet time."""
    async with connected(url) as connection:
        rows = await connection.fetch(DEADLINES)
    # Whoever only wrote to keep a window open has no reference, and may have fallen quiet by now.
    return {reference_of(text): received_ms + quiet_ms for text, received_ms in rows if is_asking(text)}
