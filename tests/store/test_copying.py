"""A clinic on its way from its file to PostgreSQL: every row, or none."""

import asyncio
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, Connection, LargeBinary, Table, Text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlmodel import SQLModel

from clinic_bot.errors import Misconfigured, StorageUnavailable
from clinic_bot.store import notices
from clinic_bot.store.copying import CopyRefused, Report, copy_clinic
from clinic_bot.store.postgres import PostgresDatabase
from clinic_bot.store.sqlite import sole_process
from clinic_bot.store.tables import TurnState
from tests.support import builders as b
from tests.support.clock import START_MS
from tests.support.locks import held, waiting
from tests.support.postgres import Server
from tests.support.store import Store
from tests.support.traces import traces
from tests.support.waiting import until_async

SECRET_TEXT = "tenho uma dor que não conto a ninguém"


@pytest.fixture
def file(database_file: Path) -> Path:
    return database_file


@pytest.fixture
def url(postgres_server: Server) -> Iterator[URL]:
    """A database without anything in it, as an operator makes one."""
    with postgres_server.database() as url:
        yield url


async def copied(file: Path, url: URL, *, seen: list[tuple[str, int, int]] | None = None) -> Report:
    heard = [] if seen is None else seen
    return await copy_clinic(
        file, url, policy=b.POLICY, now_ms=START_MS, watch=lambda *step: heard.append(step)
    )


def rows_of(connection: Connection) -> dict[str, list[Any]]:
    return {
        table.name: sorted(map(repr, connection.execute(table.select()).all()))
        for table in SQLModel.metadata.sorted_tables
    }


async def rows_at(url: URL) -> dict[str, list[Any]]:
    database = PostgresDatabase(url)
    try:
        return await database.read(rows_of)
    finally:
        await database.close()


async def tables_at(url: URL) -> list[str]:
    def ask(connection: Connection) -> list[str]:
        sql = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        return [name for (name,) in connection.exec_driver_sql(sql)]

    database = PostgresDatabase(url)
    try:
        return await database.read(ask)
    finally:
        await database.close()


async def say(url: URL, *statements: str) -> None:
    def tell(connection: Connection) -> None:
        for statement in statements:
            connection.exec_driver_sql(statement)

    database = PostgresDatabase(url)
    try:
        await database.write(tell)
    finally:
        await database.close()


def fill(file: Path, rows: int) -> None:
    """Something in every column of every table; every second row leaves out what may be left out."""

    def insert(connection: Connection) -> None:
        for table in SQLModel.metadata.sorted_tables:
            connection.execute(
                table.insert(), [one_row(table, n, full=n % 2 == 0) for n in range(1, rows + 1)]
            )

    on_file(file, insert)


def one_row(table: Table, n: int, *, full: bool) -> dict[str, object]:
    row: dict[str, object] = {}
    for place, column in enumerate(table.columns):
        value: object = 1_700_000_000_000 + n if "ms" in column.name else n
        if isinstance(column.type, Text):
            value = f"{'é🙏' * place},{n}:-\n'\\{column.name}"
        elif isinstance(column.type, LargeBinary):
            value = bytes([0, 255, n % 256]) * place
        elif column.name == "corrects":
            value = full
        # No lease: it would be taken back.
        left_out = column.nullable and (not full or column.name == "owner")
        row[column.name] = None if left_out else value
    return row


def on_file(file: Path, job: Any) -> None:
    store = Store(file)
    store.run(job)
    store.close()


async def test_every_column_of_every_table_arrives(file: Path, url: URL) -> None:
    fill(file, rows=7)
    sent: dict[str, list[Any]] = {}
    on_file(file, lambda connection: sent.update(rows_of(connection)))
    before, seen = traces(file.parent), list[tuple[str, int, int]]()
    report = await copied(file, url, seen=seen)
    expected = {table.name for table in SQLModel.metadata.sorted_tables}
    assert {one.table for one in report.copied} == expected
    assert all(one.sent == one.arrived and one.sent.rows == 7 for one in report.copied)
    assert await rows_at(url) == sent
    assert seen[-1][1:] == (7 * len(expected), 7 * len(expected))
    after = traces(file.parent)
    after.pop(f"{file.name}.lock")
    assert after == before


async def test_a_patient_who_waits_is_waited_for_there(file: Path, url: URL) -> None:
    store = Store(file)
    store.take(b.message("oi"))
    store.take(b.message("queria remarcar", id="m2"))
    wake_ms = store.wake_ms
    store.close()
    await copied(file, url)
    there = Store(url)
    assert (there.texts(), there.wake_ms) == (["oi", "queria remarcar"], wake_ms)
    there.answer()
    assert there.violations() == []
    there.close()


async def test_rows_that_come_later_are_numbered_on(file: Path, url: URL) -> None:
    store = Store(file)
    for n in range(3):
        store.take(b.message(id=f"m{n}", who=b.contact(f"551198765000{n}")))
        store.answer(n + 1, message_id=f"r{n}")
    store.close()
    await copied(file, url)
    there = Store(url)
    there.take(b.message(id="m9", who=b.contact("5511987650009")))
    there.answer(4, message_id="r9")
    assert [conversation.id for conversation in there.conversations()] == [1, 2, 3, 4]
    assert [turn.id for turn in there.turns()] == [1, 2, 3, 4]
    there.close()


async def test_what_a_killed_server_was_doing_is_taken_back(file: Path, url: URL) -> None:
    store = Store(file)
    for n, phone in enumerate(("5511987650001", "5511987650002"), start=1):
        store.take(b.message(id=f"m{n}", who=b.contact(phone)))
    store.claim_when_due(1)
    store.intent(store.claim_when_due(2))
    alert = store.run(
        partial(notices.add, kind="turn_dead", text="Uma conversa espera.", now_ms=store.now_ms)
    )
    store.run(
        partial(
            notices.intend, notice_id=alert, to=b.contact("5511987650003"), owner="p1", now_ms=store.now_ms,
            lease_ms=b.LEASE_MS, policy=b.POLICY,
        )
    )  # fmt: skip
    store.close()
    report = await copied(file, url)
    assert (report.thinking, report.unknown) == (1, 2)
    there = Store(url)
    assert [turn.state for turn in there.turns()] == [TurnState.THINKING, TurnState.UNKNOWN]
    assert [conversation.owner for conversation in there.conversations()] == [None, None, None]
    there.now_ms = store.now_ms
    there.answer(1)
    assert there.violations() == []
    there.close()


async def test_no_message_is_lost_to_a_character_that_postgresql_refuses(file: Path, url: URL) -> None:
    store = Store(file)
    store.take(b.message("dor\0 no\0 joelho"))
    store.close()
    report = await copied(file, url)
    assert {one.table: one.replaced for one in report.copied if one.replaced} == {"message": 2}
    there = Store(url)
    assert there.texts() == ["dor\ufffd no\ufffd joelho"]
    there.close()


async def test_a_schema_without_rows_is_an_empty_target(file: Path, postgres_server: Server) -> None:
    with postgres_server.clone() as url:
        fill(file, rows=1)
        await copied(file, url)
        assert all(len(rows) == 1 for rows in (await rows_at(url)).values())


# What is refused, and leaves both sides as they were.


async def test_nothing_is_added_to_another_clinics_rows(file: Path, url: URL) -> None:
    fill(file, rows=1)
    await copied(file, url)
    before = await rows_at(url)
    with pytest.raises(CopyRefused, match="already holds rows"):
        await copied(file, url)
    assert await rows_at(url) == before


async def test_a_server_that_runs_is_told_to_be_stopped(file: Path, url: URL) -> None:
    with sole_process(file), pytest.raises(CopyRefused, match="stop it first"):
        await copied(file, url)
    assert await tables_at(url) == []


async def test_rows_that_arrive_changed_are_noticed(file: Path, postgres_server: Server) -> None:
    fill(file, rows=3)
    with postgres_server.clone() as url:
        await say(
            url,
            "CREATE FUNCTION shorten() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN NEW.reply := left(NEW.reply, -1); RETURN NEW; END $$",
            "CREATE TRIGGER shorter BEFORE INSERT ON turn FOR EACH ROW EXECUTE FUNCTION shorten()",
        )
        with pytest.raises(
            CopyRefused, match=r"turn: 3 rows were sent \(sum \w+\) and 3 arrived \(sum \w+\)"
        ):
            await copied(file, url)
        assert not any((await rows_at(url)).values())


async def test_rows_that_do_not_arrive_are_noticed(file: Path, postgres_server: Server) -> None:
    fill(file, rows=3)
    with postgres_server.clone() as url:
        await say(
            url,
            "CREATE FUNCTION drop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
            "CREATE TRIGGER dropped BEFORE INSERT ON message FOR EACH ROW WHEN (NEW.seq = 2) EXECUTE FUNCTION drop()",
        )
        with pytest.raises(CopyRefused, match=r"message: 3 rows were sent .* and 2 arrived"):
            await copied(file, url)
        assert not any((await rows_at(url)).values())


async def test_a_copy_that_is_stopped_leaves_nothing(file: Path, url: URL) -> None:
    fill(file, rows=10)
    before = traces(file.parent)

    def stop(what: str, _done: int, _total: int) -> None:
        if what == "message":
            task.cancel()

    task = asyncio.ensure_future(copy_clinic(file, url, policy=b.POLICY, now_ms=START_MS, watch=stop))
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await tables_at(url) == []
    assert {name: trace for name, trace in traces(file.parent).items() if name in before} == before
    with sole_process(file):  # it is free again
        pass


async def test_who_stops_it_at_the_commit_is_too_late(file: Path, postgres_server: Server) -> None:
    fill(file, rows=1)
    with postgres_server.clone() as url:
        await say(
            url,
            "CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NULL; END $$",
            "CREATE CONSTRAINT TRIGGER held AFTER INSERT ON mark DEFERRABLE INITIALLY DEFERRED FOR EACH ROW "
            "EXECUTE FUNCTION hold()",
        )
        watching = PostgresDatabase(url)
        async with held(url, "SELECT pg_advisory_xact_lock(7)"):
            task = asyncio.ensure_future(copied(file, url))

            async def is_committing() -> bool:
                return await watching.read(waiting) == 1

            await until_async(is_committing)
            task.cancel()
        await watching.close()
        assert len((await task).copied) == len(SQLModel.metadata.tables)
        assert all(len(rows) == 1 for rows in (await rows_at(url)).values())


@pytest.mark.parametrize(
    "farewell", [(AsyncConnection, "close"), (AsyncEngine, "dispose")], ids=["close", "dispose"]
)
async def test_who_stops_it_behind_the_commit_is_told_that_it_is_copied(
    file: Path, url: URL, farewell: tuple[type[Any], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(file, rows=1)
    whose, name = farewell
    leave = getattr(whose, name)

    async def stopped(self: Any) -> None:
        task.cancel()
        await leave(self)

    monkeypatch.setattr(whose, name, stopped)
    task = asyncio.ensure_future(copied(file, url))
    report = await task
    monkeypatch.undo()
    assert len(report.copied) == len(SQLModel.metadata.tables)
    assert all(len(rows) == 1 for rows in (await rows_at(url)).values())


async def test_a_file_of_another_version_is_to_be_started_first(file: Path, url: URL) -> None:
    on_file(
        file, lambda connection: connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0'")
    )
    with pytest.raises(Misconfigured, match="not of this version"):
        await copied(file, url)


async def test_a_file_that_is_none_is_a_plain_error(tmp_path: Path, url: URL) -> None:
    with pytest.raises(Misconfigured, match="there is no database"):
        await copied(tmp_path / "none.sqlite", url)
    letter = tmp_path / "letter.sqlite"
    letter.write_text(f"{SECRET_TEXT}, " * 100)
    with pytest.raises(Misconfigured, match="some other file"):
        await copied(letter, url)


async def test_a_server_that_does_not_answer_is_named_without_its_password(
    file: Path, tmp_path: Path
) -> None:
    url = URL.create("postgresql", "u", "a-password", database="d", query={"host": str(tmp_path)})
    with pytest.raises(StorageUnavailable) as caught:
        await copied(file, url)
    assert "PostgreSQL" in str(caught.value)
    assert "a-password" not in str(caught.value)


async def test_a_target_of_another_encoding_is_refused(file: Path, postgres_server: Server) -> None:
    with (
        postgres_server.database("TEMPLATE template0 ENCODING 'LATIN1'") as url,
        pytest.raises(Misconfigured, match="ENCODING 'UTF8'"),
    ):
        await copied(file, url)
