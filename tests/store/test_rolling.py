"""A rolling deploy: version N-1 goes on, with the statements it has, while N has changed the schema (expand first)."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from importlib.resources import as_file, files
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Column, Connection, Integer, LargeBinary, MetaData, Table, insert, select, update
from sqlalchemy.types import BigInteger, Boolean

from clinic_bot.store import claims, closing, gate, migrations
from clinic_bot.store.claims import Later
from clinic_bot.store.gate import Draft, Gate
from clinic_bot.store.lease import Claim
from clinic_bot.store.migrations import migrate
from clinic_bot.store.postgres import PostgresDatabase
from clinic_bot.store.tables import TurnState
from tests.support import builders as b
from tests.support.clock import START_MS
from tests.support.invariants import violations
from tests.support.postgres import Server

NOW_MS = START_MS + 60_000


def to_previous(connection: Connection) -> None:
    """The schema as version N-1 left it."""
    with as_file(files(migrations)) as folder:
        config = migrations._config(folder)
        config.attributes["connection"] = connection
        scripts = ScriptDirectory.from_config(config)
        head = scripts.get_revision("head")
        assert head is not None
        assert isinstance(head.down_revision, str)
        command.upgrade(config, head.down_revision)


@pytest.fixture
async def previous(
    postgres_server: Server, anyio_backend: object
) -> AsyncIterator[tuple[URL, PostgresDatabase]]:
    """A process of version N-1 on its own schema."""
    with postgres_server.database() as url:
        database = PostgresDatabase(url)
        await database.write(to_previous)
        yield url, database
        await database.close()


@asynccontextmanager
async def newer(url: URL) -> AsyncIterator[PostgresDatabase]:
    """A process of version N, which brings its schema."""
    database = PostgresDatabase(url)
    await database.write(migrate)
    yield database
    await database.close()


async def test_what_the_old_version_left_open_is_taken_up_and_lost_to_it(
    previous: tuple[URL, PostgresDatabase],
) -> None:
    """The old process died, or stood still, with a turn that thought; its own statements find nothing afterwards."""
    url, old = previous
    tables = {table.name: table for table in await old.read(reflected)}
    await old.write(partial(leave_a_turn_thinking, tables=tables))
    async with newer(url) as new:
        assert isinstance(await claimed(new), Later)  # the lease ran out
        claim = await claimed(new)
        assert isinstance(claim, Claim)
        assert [message.text for message in claim.messages] == ["oi"]
        assert await old.write(partial(close_as_old, tables=tables)) == 0
        draft = Draft("oi", "Bom dia!")
        intend = partial(gate.write_intent, claim=claim, draft=draft, now_ms=NOW_MS, policy=b.POLICY)
        assert (await new.write(intend))[0] is Gate.OPEN
        end = partial(
            closing.record_outcome, claim=claim, state=TurnState.SENT, now_ms=NOW_MS, policy=b.POLICY
        )
        assert (await new.write(end)).ours
        assert await new.read(violations) == []


def leave_a_turn_thinking(connection: Connection, tables: Mapping[str, Table]) -> None:
    """As the old version stores it, with the columns it knows."""
    who, at_ms = b.contact(), START_MS
    conversation = {
        "id": 1, "instance": who.instance, "phone": who.phone, "phone_key": who.phone_key, "next_seq": 2, "done_seq": 0,
        "revision": 1, "first_pending_ms": at_ms, "last_ms": at_ms, "wake_at_ms": NOW_MS - 1, "owner": "old",
        "epoch": 1, "attempts": 1,
    }  # fmt: skip
    message = {
        "conversation_id": 1, "seq": 1, "provider_id": "m1", "author": "patient", "kind": "text", "text": "oi",
        "detail": "{}", "received_ms": at_ms, "corrects": False,
    }  # fmt: skip
    turn = {
        "id": 1, "conversation_id": 1, "low": 1, "high": 1, "epoch": 1, "state": "thinking", "closed_by": "quiet",
        "prompt_tokens": 0, "completion_tokens": 0, "calls": 0, "due_ms": at_ms, "claimed_ms": at_ms,
    }  # fmt: skip
    for name, row in (("conversation", conversation), ("message", message), ("turn", turn)):
        connection.execute(insert(tables[name]).values(row))


def close_as_old(connection: Connection, tables: Mapping[str, Table]) -> int:
    """The fenced write of the old process that goes on after all: how many rows it finds its own."""
    conversation = tables["conversation"].c
    ours = (conversation.id == 1, conversation.owner == "old", conversation.epoch == 1)
    return connection.execute(update(tables["conversation"]).where(*ours).values(owner=None)).rowcount


async def claimed(database: PostgresDatabase) -> Claim | Later:
    return await database.write(
        partial(
            claims.claim, conversation_id=1, owner="new", now_ms=NOW_MS, lease_ms=b.LEASE_MS, policy=b.POLICY
        )
    )


async def test_every_statement_over_the_old_columns_still_runs(
    previous: tuple[URL, PostgresDatabase],
) -> None:
    """Inserts that name no new column, reads and writes of each old one: what the old version can say at all."""
    url, old = previous
    tables = await old.read(reflected)
    async with newer(url):
        for table in tables:
            await old.write(partial(write_and_read, table=table))


def reflected(connection: Connection) -> Sequence[Table]:
    metadata = MetaData()
    metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name != "alembic_version"]


def write_and_read(connection: Connection, table: Table) -> None:
    values: dict[str, Any] = {column.name: _sample(column) for column in table.columns}
    required = [one.name for one in table.columns if not one.nullable and one.server_default is None]
    connection.execute(insert(table).values({name: values[name] for name in required}))
    connection.execute(update(table).values(values))
    (row,) = connection.execute(select(table)).mappings()
    assert dict(row) == values


def _sample(column: Column[Any]) -> object:
    if isinstance(column.type, LargeBinary):
        return b"x"
    if isinstance(column.type, Boolean):
        return True
    return 7 if isinstance(column.type, BigInteger | Integer) else "x"
