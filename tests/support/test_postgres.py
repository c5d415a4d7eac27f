"""What a test leaves in its database does not reach the next one, and that costs no new database."""

import asyncpg
import pytest
from sqlalchemy import URL

from tests.support.postgres import Server

NEW = """
    INSERT INTO patient (instance, conversation_id, name, name_key, created_ms)
    VALUES ('1', 7, 'Ana', 'ana', 1) RETURNING id
"""


def _say(server: Server, url: URL, sql: str) -> object:
    async def said() -> object:
        connection = await asyncpg.connect(
            url.set(drivername="postgresql").render_as_string(hide_password=False)
        )
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    return server.background.run(said())


def test_a_database_that_was_used_comes_back_as_it_was_made(postgres_server: Server) -> None:
    with postgres_server.clone() as used:
        version = _say(postgres_server, used, "SELECT version_num FROM alembic_version")
        _say(postgres_server, used, "CREATE TABLE diary (line TEXT)")
        first = _say(postgres_server, used, NEW)
    with postgres_server.clone() as again:
        assert again == used
        assert _say(postgres_server, again, "SELECT version_num FROM alembic_version") == version
        assert _say(postgres_server, again, "SELECT count(*) FROM patient") == 0
        assert _say(postgres_server, again, "SELECT to_regclass('diary')::text") is None
        assert _say(postgres_server, again, NEW) == first == 1


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE patient ADD COLUMN shoe INTEGER",
        "DROP TABLE step CASCADE",
        "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
    ],
)
def test_one_whose_schema_a_test_changed_is_not_lent_again(postgres_server: Server, change: str) -> None:
    with postgres_server.clone() as used:
        _say(postgres_server, used, change)
    with postgres_server.clone() as fresh:
        assert fresh != used
