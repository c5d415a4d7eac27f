"""Who waits for whom at the server, for tests that have to catch somebody in the middle of something."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import URL, Connection

from clinic_bot.store.postgres import engine


@asynccontextmanager
async def held(url: URL, statement: str) -> AsyncIterator[None]:
    """Somebody else's transaction that has run ``statement``, and stays open until the block ends."""
    made = engine(url)
    async with made.begin() as connection:
        await connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
        await connection.exec_driver_sql(statement)
        yield
    await made.dispose()


def waiting(connection: Connection) -> int:
    """How many locks of this database somebody waits for."""
    here = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    counted = connection.exec_driver_sql(f"SELECT count(*) FROM pg_locks WHERE NOT granted AND {here}")
    return int(counted.scalar_one())


def blocked(connection: Connection) -> int:
    """How many sessions of this database wait for a row that another one has."""
    waits = "datname = current_database() AND wait_event_type = 'Lock'"
    counted = connection.exec_driver_sql(f"SELECT count(*) FROM pg_stat_activity WHERE {waits}")
    return int(counted.scalar_one())
