"""Giving a test's database back as it was made: the same tables, the same few rows, nobody connected."""

from contextlib import suppress
from typing import NamedTuple, Self

import asyncpg

#: Beyond this a table is cut off and not emptied row by row, or the next tests would read its dead rows.
_LARGE_BYTES = 1_000_000

_SCHEMA = """
    SELECT md5(string_agg(concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default), ','
                          ORDER BY table_name, column_name))
        || (SELECT md5(string_agg(indexdef, ',' ORDER BY indexdef)) FROM pg_indexes WHERE schemaname = 'public')
        || (SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace)
    FROM information_schema.columns WHERE table_schema = 'public'
"""
_TABLES = "SELECT relname FROM pg_stat_user_tables WHERE schemaname = 'public'"
_LARGE = f"{_TABLES} AND pg_relation_size(relid) > {_LARGE_BYTES}"
_COUNT_ANEW = """
    SELECT setval(format('%I', sequencename)::regclass, start_value, false) FROM pg_sequences
    WHERE schemaname = 'public'
"""
_OTHERS = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class Template(NamedTuple):
    """What a database has that was just made."""

    schema: str
    tables: tuple[str, ...]
    #: Table to its rows, as JSON; only of those that have any.
    rows: dict[str, str]

    @classmethod
    async def of(cls, dsn: str) -> Self:
        connection = await asyncpg.connect(dsn)
        try:
            tables = tuple(row[0] for row in await connection.fetch(_TABLES))
            rows = {
                table: found
                for table in tables
                if (found := await connection.fetchval(f'SELECT json_agg(t) FROM "{table}" t')) is not None
            }
            return cls(await connection.fetchval(_SCHEMA), tables, rows)
        finally:
            await connection.close()


async def emptied(dsn: str, made: Template) -> bool:
    """Whether it is as it was made again. It is not where a test changed a table, left a function or broke it."""
    with suppress(asyncpg.PostgresError, OSError):
        connection = await asyncpg.connect(dsn)
        try:
            await connection.fetch(_OTHERS)
            for row in await connection.fetch(_TABLES):
                if row[0] not in made.tables:
                    await connection.execute(f'DROP TABLE "{row[0]}"')
            if await connection.fetchval(_SCHEMA) != made.schema:
                return False
            async with connection.transaction():
                await _empty(connection, made)
            return True
        finally:
            await connection.close()
    return False


async def _empty(connection: asyncpg.Connection, made: Template) -> None:
    # Whatever refers to what: all of it goes.
    await connection.execute("SET LOCAL session_replication_role = replica")
    large = {row[0] for row in await connection.fetch(_LARGE)}
    for table in made.tables:
        await connection.execute(
            f'TRUNCATE "{table}" CASCADE' if table in large else f'DELETE FROM "{table}"'
        )
    await connection.fetch(_COUNT_ANEW)
    for table, rows in made.rows.items():
        await connection.execute(
            f'INSERT INTO "{table}" SELECT * FROM json_populate_recordset(NULL::"{table}", $1)', rows
        )
