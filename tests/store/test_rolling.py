"""A rolling deploy: version N-1 goes on, with the statements it has, while N has changed the schema (expand first)."""

from collections.abc import AsyncIterator, Sequence
from functools import partial
from importlib.resources import as_file, files
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Column, Connection, Integer, LargeBinary, MetaData, Table, insert, select, update
from sqlalchemy.types import BigInteger, Boolean

from clinic_bot.store import claims, closing, gate, inbox, migrations
from clinic_bot.store.database import Grouped
from clinic_bot.store.gate import Draft, Gate
from clinic_bot.store.inbox import Arrival
from clinic_bot.store.lease import Claim
from clinic_bot.store.migrations import migrate
from clinic_bot.store.postgres import PostgresDatabase
from clinic_bot.store.tables import TurnState
from tests.support import builders as b
from tests.support.clock import START_MS
from tests.support.invariants import violations
from tests.support.postgres import Server


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
    postgres_server: Server, anyio_backend: str
) -> AsyncIterator[tuple[URL, PostgresDatabase]]:
    """A process of version N-1 on its own schema."""
    with postgres_server.database() as url:
        database = PostgresDatabase(url)
        await database.write(to_previous)
        yield url, database
        await database.close()


async def deploy(url: URL) -> None:
    """A process of version N starts."""
    newer = PostgresDatabase(url)
    await newer.write(migrate)
    await newer.close()


async def test_a_turn_of_the_old_version_goes_on_through_the_migration(
    previous: tuple[URL, PostgresDatabase],
) -> None:
    url, old = previous
    await receive(old, 1)
    claim = await claimed(old, 1)
    await deploy(url)
    assert await intended(old, claim) is Gate.OPEN
    closed = await old.write(
        partial(
            closing.record_outcome,
            claim=claim,
            state=TurnState.SENT,
            now_ms=START_MS + 60_000,
            policy=b.POLICY,
        )
    )
    assert closed.ours
    await receive(old, 2)
    assert await intended(old, await claimed(old, 2)) is Gate.OPEN
    assert await old.read(violations) == []


async def receive(database: PostgresDatabase, n: int) -> None:
    event = b.message(id=f"m{n}", who=b.contact(f"551198765000{n}"))
    await database.write(
        Grouped(Arrival(event, b"{}", START_MS), partial(inbox.take_in_all, policy=b.POLICY))
    )


async def claimed(database: PostgresDatabase, conversation_id: int) -> Claim:
    claim = await database.write(
        partial(
            claims.claim, conversation_id=conversation_id, owner="old", now_ms=START_MS + 30_000,
            lease_ms=b.LEASE_MS, policy=b.POLICY,
        )
    )  # fmt: skip
    assert isinstance(claim, Claim)
    return claim


async def intended(database: PostgresDatabase, claim: Claim) -> Gate:
    draft = Draft("oi", "Bom dia!")
    decided, _ = await database.write(
        partial(gate.write_intent, claim=claim, draft=draft, now_ms=START_MS + 40_000, policy=b.POLICY)
    )
    return decided


async def test_every_statement_over_the_old_columns_still_runs(
    previous: tuple[URL, PostgresDatabase],
) -> None:
    """Inserts that name no new column, reads and writes of each old one: what the old version can say at all."""
    url, old = previous
    tables = await old.read(reflected)
    await deploy(url)
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
