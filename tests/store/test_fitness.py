"""What the doctor says of a PostgreSQL: what is found, and what to do before it may serve."""

import os
from functools import partial

import asyncpg
import pytest
from sqlalchemy import URL, Connection, text

from clinic_bot.errors import StorageUnavailable
from clinic_bot.store import fitness
from clinic_bot.store.fitness import Fitness
from clinic_bot.store.places import open_database
from clinic_bot.store.postgres import engine
from clinic_bot.store.postgres_faults import problem_of
from tests.store.test_server_clock import HOUR_MS, now_ms
from tests.support.fixtures import ON_POSTGRES
from tests.support.postgres import Server
from tests.support.store import Store

#: A role that may log in and no more; dropped with what it was given.
ROLE = f"clinic_bot_guest_{os.getpid()}"


def examined(store: Store, *, ahead_ms: int = 0) -> Fitness:
    return store.run(partial(fitness.examine, now_ms=lambda: now_ms() + ahead_ms))


def execute(connection: Connection, sql: str) -> None:
    connection.execute(text(sql))


@ON_POSTGRES
def test_a_server_that_is_fit_is_told_with_its_version_and_nothing_to_do(store: Store) -> None:
    fit = examined(store)
    assert fit.to_do == ()
    assert fit.found.startswith("PostgreSQL 1")
    assert fit.found.endswith("tables of this version, clocks agree")


@ON_POSTGRES
@pytest.mark.parametrize(("ahead_ms", "side"), [(HOUR_MS, "ahead of"), (-HOUR_MS, "behind")])
def test_a_clock_that_is_wrong_is_told(store: Store, ahead_ms: int, side: str) -> None:
    fit = examined(store, ahead_ms=ahead_ms)
    assert f"this machine's clock is 3600.0 s {side} the server's" in fit.found
    assert fit.to_do == ()  # the server's counts


@ON_POSTGRES
@pytest.mark.parametrize(
    ("revision", "found", "to_do"),
    [
        ("0001", "tables of an older version", ()),
        ("9999", "tables of a newer version", ("install that newer",)),
    ],
)
def test_whose_tables_there_are_is_told(
    store: Store, revision: str, found: str, to_do: tuple[str, ...]
) -> None:
    store.run(partial(execute, sql=f"UPDATE alembic_version SET version_num = '{revision}'"))
    fit = examined(store)
    assert found in fit.found
    assert [said for said, wanted in zip(fit.to_do, to_do, strict=True) if wanted not in said] == []


@ON_POSTGRES
def test_a_server_that_only_reads_or_has_no_connection_left_is_told(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitness, "CONNECTIONS", 100_000)
    store.run(partial(execute, sql="SET SESSION default_transaction_read_only = on"))
    only_reads, no_room = examined(store).to_do
    assert "name the primary" in only_reads
    assert "raise max_connections" in no_room


async def test_a_role_without_rights_is_told_what_it_lacks(postgres_server: Server) -> None:
    with postgres_server.database() as url:
        made = engine(url)
        async with made.begin() as connection:
            await connection.execute(text("CREATE TABLE turn (id int)"))
            await connection.execute(text(f"DROP ROLE IF EXISTS {ROLE}"))
            await connection.execute(text(f"CREATE ROLE {ROLE} LOGIN"))
        try:
            database = open_database(url.set(username=ROLE))
            fit = await database.read(partial(fitness.examine, now_ms=now_ms))
            await database.close()
        finally:
            async with made.begin() as connection:
                await connection.execute(text(f"DROP ROLE {ROLE}"))
            await made.dispose()
    assert "no tables yet" in fit.found
    owner, create = fit.to_do
    assert owner == "another role owns turn: make this one the owner"
    assert "GRANT CREATE" in create


@ON_POSTGRES
@pytest.mark.parametrize(
    ("change", "advice"),
    [
        ({"database": "no_such_clinic"}, "does not exist: create it"),
        ({"username": "nobody_of_ours"}, "there is no such role"),
        ({"host": "127.0.0.1", "port": 1, "query": {}}, "nobody answers at the host and port"),
        ({"query": {"host": "/nowhere"}}, "nobody answers at the host and port"),
    ],
    ids=["no such database", "no such role", "nobody at the port", "no socket there"],
)
async def test_a_server_that_cannot_be_had_is_named_with_what_to_do(
    place: URL, change: dict[str, object], advice: str
) -> None:
    database = open_database(place.set(password="senha-secreta").set(**change))  # type: ignore[arg-type]
    with pytest.raises(StorageUnavailable, match=advice) as caught:
        await database.read(partial(fitness.examine, now_ms=now_ms))
    assert "senha-secreta" not in str(caught.value)
    await database.close()


def test_a_wrong_password_is_named_without_it() -> None:
    said = problem_of(asyncpg.InvalidPasswordError('password authentication failed for user "ana"'))
    assert said == (
        "PostgreSQL: InvalidPasswordError, 28P01: the password in CLINIC_BOT_DATABASE_URL or PGPASSWORD is wrong, or "
        "there is none"
    )
