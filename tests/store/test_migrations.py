"""Several replicas that start at once change the schema once, and none waits for ever."""

import asyncio
from functools import partial

import pytest
from sqlalchemy import URL, Connection, text

from clinic_bot.errors import Misconfigured
from clinic_bot.store.migrations import _LOCK, is_current, migrate
from clinic_bot.store.postgres import PostgresDatabase, engine
from tests.support.postgres import Server


async def test_replicas_that_start_at_once_migrate_once(postgres_server: Server) -> None:
    with postgres_server.database() as url:
        replicas = [PostgresDatabase(url) for _ in range(4)]
        await asyncio.gather(*(replica.write(migrate) for replica in replicas))
        assert await asyncio.gather(*(replica.read(is_current) for replica in replicas)) == [True] * 4
        assert await replicas[0].read(revisions) == 1
        for replica in replicas:
            await replica.close()


async def test_who_waits_too_long_for_another_says_so(postgres_server: Server) -> None:
    with postgres_server.database() as url:
        hanging = engine(url)
        async with hanging.begin() as connection:
            await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            with pytest.raises(Misconfigured, match="another process has been changing the schema"):
                await migrated(url, wait_s=0.1)
        await hanging.dispose()
        await migrated(url, wait_s=0.1)


async def test_a_schema_of_a_newer_version_is_refused(postgres_server: Server) -> None:
    with postgres_server.clone() as url:
        database = PostgresDatabase(url)
        await database.write(make_newer)
        with pytest.raises(Misconfigured, match="newer clinic-bot"):
            await database.write(migrate)
        await database.close()


async def test_who_has_nothing_to_change_waits_for_nobody(postgres_server: Server) -> None:
    with postgres_server.clone() as url:
        busy = engine(url)
        async with busy.begin() as connection:
            await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            await migrated(url, wait_s=0.1)
        await busy.dispose()


async def migrated(url: URL, *, wait_s: float) -> None:
    database = PostgresDatabase(url)
    try:
        await database.write(partial(migrate, wait_s=wait_s))
    finally:
        await database.close()


def revisions(connection: Connection) -> int:
    return int(connection.execute(text("SELECT count(*) FROM alembic_version")).scalar_one())


def make_newer(connection: Connection) -> None:
    connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
