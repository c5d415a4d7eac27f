"""The executor on a real file: group commit, failures of one job and of the disk, and one process alone."""

import asyncio
import contextlib
import stat
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, RootTransaction, event
from sqlalchemy.engine import Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from clinic_bot.errors import Misconfigured, StorageUnavailable
from clinic_bot.store import inbox
from clinic_bot.store.driver import sqlite as driver
from clinic_bot.store.sqlite import (
    BATCH,
    SqliteDatabase,
    database_path,
    reader_engine,
    sole_process,
)
from tests.support import builders as b
from tests.support.clock import START_MS
from tests.support.waiting import until


@pytest.fixture
async def database(database_file: Path, anyio_backend: str) -> AsyncIterator[SqliteDatabase]:
    database = SqliteDatabase(database_file)
    yield database
    await database.close()


SECRET_TEXT = "tenho uma dor que não conto a ninguém"


def keep(key: str) -> Callable[[Connection], bool]:
    return partial(inbox.keep, key=key, body=b"{}", now_ms=START_MS, outcome="queued")


def keys(connection: Connection) -> list[str]:
    return [row[0] for row in connection.exec_driver_sql("SELECT key FROM inbox ORDER BY id")]


def keys_seen_by_another(path: Path) -> list[str]:
    engine = reader_engine(path)
    with engine.connect() as connection:
        found = keys(connection)
    engine.dispose()
    return found


@asynccontextmanager
async def writer_held(database: SqliteDatabase) -> AsyncIterator[None]:
    """Keep the writer busy inside a transaction, so that what is written meanwhile has to wait for it."""
    busy, release = threading.Event(), threading.Event()

    def hold(_connection: Connection) -> None:
        busy.set()
        release.wait(20)

    holding = asyncio.ensure_future(database.write(hold))
    try:
        assert await asyncio.to_thread(busy.wait, 20)
        yield
    finally:
        release.set()
        holding.add_done_callback(lambda done: done.exception())


async def settled() -> None:
    """Let every task that can run come to its next wait."""
    for _ in range(5):
        await asyncio.sleep(0)


# Group commit.


async def test_writes_that_wait_together_share_one_commit(database: SqliteDatabase) -> None:
    transactions: list[RootTransaction | None] = []

    def job(connection: Connection, *, n: int) -> None:
        transactions.append(connection.get_transaction())
        keep(f"k{n}")(connection)

    async with writer_held(database):
        await settled()
        waiting = [asyncio.ensure_future(database.write(partial(job, n=n))) for n in range(200)]
        await settled()
    await asyncio.gather(*waiting)
    assert len(transactions) == 200
    assert all(one is transactions[0] for one in transactions)


async def test_a_flood_is_committed_in_batches_that_end(database: SqliteDatabase) -> None:
    transactions: list[object] = []

    def job(connection: Connection) -> None:
        transactions.append(connection.get_transaction())

    async with writer_held(database):
        await settled()
        waiting = [asyncio.ensure_future(database.write(job)) for _ in range(2 * BATCH)]
        await settled()
    await asyncio.gather(*waiting)
    assert len({id(one) for one in transactions}) >= 2


async def test_who_is_urgent_goes_first(database: SqliteDatabase) -> None:
    order: list[str] = []

    def job(_connection: Connection, *, name: str) -> None:
        order.append(name)

    async with writer_held(database):
        await settled()
        waiting = [asyncio.ensure_future(database.write(partial(job, name=f"n{n}"))) for n in range(3)]
        await settled()
        waiting.append(asyncio.ensure_future(database.write(partial(job, name="urgent"), urgent=True)))
        await settled()
    await asyncio.gather(*waiting)
    assert order == ["urgent", "n0", "n1", "n2"]


async def test_nobody_hears_of_a_write_before_its_commit(database: SqliteDatabase) -> None:
    inside, release = threading.Event(), threading.Event()

    def last_of_the_batch(_connection: Connection) -> None:
        inside.set()
        release.wait(20)

    async with writer_held(database):
        await settled()
        first = asyncio.ensure_future(database.write(keep("first")))
        last = asyncio.ensure_future(database.write(last_of_the_batch))
        await settled()
    await asyncio.to_thread(inside.wait, 20)
    await settled()
    assert not first.done()  # its job ran, its transaction is open
    assert keys_seen_by_another(database.path) == []
    release.set()
    await first
    assert keys_seen_by_another(database.path) == ["first"]
    await last


async def test_at_the_moment_of_every_answer_another_connection_sees_the_row(
    database: SqliteDatabase,
) -> None:
    missing: list[str] = []

    async def write(key: str) -> None:
        await database.write(keep(key))
        if key not in keys_seen_by_another(database.path):
            missing.append(key)

    await asyncio.gather(*(write(f"k{n}") for n in range(40)))
    assert missing == []


# One job's failure.


class _OursToFix(Exception):
    pass


def _break(connection: Connection) -> None:
    keep("half done")(connection)
    raise _OursToFix


def _repeat(connection: Connection) -> None:
    connection.exec_driver_sql(
        "INSERT INTO inbox (key, received_ms, outcome, body) VALUES ('same', 1, ?, x'00')", (SECRET_TEXT,)
    )


@pytest.mark.parametrize(("broken", "error"), [(_break, _OursToFix), (_repeat, IntegrityError)])
async def test_a_jobs_exception_is_its_own_and_costs_its_neighbours_nothing(
    database: SqliteDatabase, broken: Callable[[Connection], None], error: type[Exception]
) -> None:
    await database.write(keep("same"))
    async with writer_held(database):
        await settled()
        jobs = [keep("before"), broken, keep("after")]
        waiting = [asyncio.ensure_future(database.write(job)) for job in jobs]
        await settled()
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert (outcomes[0], outcomes[2]) == (True, True)
    assert isinstance(outcomes[1], error)
    assert await database.read(keys) == ["same", "before", "after"]


async def test_an_error_of_the_database_quotes_no_parameters(database: SqliteDatabase) -> None:
    await database.write(keep("same"))
    with pytest.raises(IntegrityError) as caught:
        await database.write(_repeat)
    assert SECRET_TEXT not in str(caught.value)


async def test_who_stops_waiting_disturbs_nobody(database: SqliteDatabase) -> None:
    async with writer_held(database):
        await settled()
        impatient = asyncio.ensure_future(database.write(keep("impatient")))
        patient = asyncio.ensure_future(database.write(keep("patient")))
        await settled()
        impatient.cancel()
    assert await patient is True
    assert await database.read(keys) == ["patient"]  # what had not begun is not done for nobody


async def test_a_reader_cannot_write(database: SqliteDatabase) -> None:
    with pytest.raises(StorageUnavailable, match="readonly"):
        await database.read(
            lambda connection: connection.exec_driver_sql(
                "INSERT INTO unreadable (received_ms, problem, body) VALUES (1, '', x'00')"
            )
        )


# The disk's failure.


@contextmanager
def disk_full() -> Iterator[None]:
    """Every connection opened from now on finds that the file may not grow."""

    def limit(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA max_page_count = 1")  # SQLite takes the file's own size instead
        cursor.close()

    event.listen(Engine, "connect", limit)
    try:
        yield
    finally:
        event.remove(Engine, "connect", limit)


def _shrink(connection: Connection) -> None:
    connection.exec_driver_sql("PRAGMA max_page_count = 1")


def _grow(connection: Connection) -> int:
    return connection.exec_driver_sql(
        "INSERT INTO unreadable (received_ms, problem, body) VALUES (1, '', zeroblob(200000))"
    ).rowcount


BIG = b'{"x": "' + b"y" * 200_000 + b'"}'

_BIG_WRITES = [
    pytest.param(
        partial(inbox.take_in, event=b.message(), body=BIG, now_ms=START_MS, policy=b.POLICY),
        id="through the driver, as the intake writes",
    ),
    pytest.param(
        _grow,
        id="through SQLAlchemy, as the rest writes",
    ),
]


@pytest.mark.parametrize("job", _BIG_WRITES)
async def test_a_full_disk_says_so_and_is_over_when_there_is_room_again(
    database: SqliteDatabase, job: Callable[[Connection], object]
) -> None:
    await database.write(keep("before"))
    await database.write(_shrink)
    with disk_full():
        for _ in range(3):
            with pytest.raises(StorageUnavailable, match="full"):
                await database.write(job)
            assert await database.read(keys) == ["before"]
    await database.write(lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count={2**30}"))
    await database.write(job)


async def test_a_full_disk_fails_the_whole_batch(database: SqliteDatabase) -> None:
    """After it nobody knows what the transaction holds, so nobody may be told that his write is kept."""
    big = partial(inbox.take_in, event=b.message(), body=BIG, now_ms=START_MS, policy=b.POLICY)
    await database.write(_shrink)
    async with writer_held(database):
        await settled()
        jobs: list[Callable[[Connection], object]] = [keep("a"), big, keep("c")]
        waiting = [asyncio.ensure_future(database.write(job)) for job in jobs]
        await settled()
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [StorageUnavailable] * 3
    assert await database.read(keys) == []
    assert await database.write(keep("d"))


async def test_a_job_that_swallows_the_fault_still_fails_the_whole_batch(database: SqliteDatabase) -> None:
    """SQLite has ended the transaction by then, so what was written before it is gone."""

    def careless(connection: Connection) -> str:
        with contextlib.suppress(OperationalError):
            _grow(connection)
        keep("after the fault")(connection)
        return "all is well"

    await database.write(_shrink)
    async with writer_held(database):
        await settled()
        jobs: list[Callable[[Connection], object]] = [keep("a"), careless, keep("c")]
        waiting = [asyncio.ensure_future(database.write(job)) for job in jobs]
        await settled()
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [StorageUnavailable] * 3
    assert await database.write(keep("d"))
    assert "a" not in await database.read(keys)


def _misspell(connection: Connection) -> None:
    connection.exec_driver_sql("SELECT * FROM a_table_that_is_not_there")


async def test_a_wrong_statement_is_no_fault_of_the_disk(database: SqliteDatabase) -> None:
    async with writer_held(database):
        await settled()
        jobs: list[Callable[[Connection], object]] = [keep("a"), _misspell, keep("c")]
        waiting = [asyncio.ensure_future(database.write(job)) for job in jobs]
        await settled()
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert (outcomes[0], outcomes[2]) == (True, True)
    assert isinstance(outcomes[1], OperationalError)


@pytest.mark.parametrize("stored", [False, True], ids=["before it", "after it"])
async def test_a_commit_that_fails_leaves_its_writes_unknown_and_the_next_one_works(
    database_file: Path, monkeypatch: pytest.MonkeyPatch, stored: bool
) -> None:
    class Failing(driver.Connection):  # type: ignore[misc]
        def commit(self) -> None:
            if self.in_transaction and broken:
                if stored:
                    super().commit()
                error = driver.OperationalError("disk I/O error")
                error.sqlite_errorcode = 1034  # SQLITE_IOERR_FSYNC
                raise error
            super().commit()

    broken = True
    connect = driver.connect
    monkeypatch.setattr(driver, "connect", lambda *a, **k: connect(*a, **{**k, "factory": Failing}))
    database = SqliteDatabase(database_file)
    for key in ("a", "b"):
        with pytest.raises(StorageUnavailable, match="disk I/O error"):
            await database.write(keep(key))
    broken = False
    assert await database.write(keep("c"))
    assert await database.read(keys) == (["a", "b", "c"] if stored else ["c"])
    await database.close()


async def test_a_connection_that_fails_again_and_again_is_opened_anew(database: SqliteDatabase) -> None:
    """A network disk that came back wants its files opened again."""
    before = await database.write(lambda connection: id(connection))

    def fail(_connection: Connection) -> None:
        raise StorageUnavailable("stale file handle")

    for _ in range(50):
        with pytest.raises(StorageUnavailable, match="stale"):
            await database.write(fail)
    assert await database.write(lambda connection: id(connection)) != before


async def test_a_file_that_was_taken_away_takes_nothing_until_it_is_back(database: SqliteDatabase) -> None:
    """SQLite would go on writing to a file that nobody will ever find again."""
    await database.write(keep("a"))
    elsewhere = database.path.with_name("elsewhere")
    database.path.rename(elsewhere)
    with pytest.raises(StorageUnavailable, match="gone"):
        await database.write(keep("b"))
    database.path.touch()
    with pytest.raises(StorageUnavailable, match="replaced"):
        await database.write(keep("b"))
    elsewhere.replace(database.path)
    assert await database.write(keep("b"))
    assert await database.read(keys) == ["a", "b"]


async def test_a_file_that_is_no_database_any_more_is_said_to_be_unavailable(tmp_path: Path) -> None:
    path = tmp_path / "clinic_bot.sqlite"
    path.write_bytes(b"what a broken disk gives back" * 1000)
    database = SqliteDatabase(path)
    with pytest.raises(StorageUnavailable, match="not a database"):
        await database.write(keep("k"))
    with pytest.raises(StorageUnavailable, match="not a database"):
        await database.read(keys)
    await database.close()


# A job that divides what comes before from what comes after.


async def test_a_divider_runs_after_all_before_it_and_before_all_after_it(database: SqliteDatabase) -> None:
    order: list[str] = []

    def job(_connection: Connection, *, name: str) -> None:
        order.append(name)

    async with writer_held(database):
        await settled()
        waiting: list[asyncio.Future[None]] = [
            asyncio.ensure_future(database.write(partial(job, name="before"))) for _ in range(BATCH)
        ]
        waiting += [
            asyncio.ensure_future(database.write(partial(job, name="before"), urgent=True)) for _ in range(9)
        ]
        await settled()
        waiting.append(database.between(partial(job, name="divider")))
        waiting += [
            asyncio.ensure_future(database.write(partial(job, name="after"), urgent=True)) for _ in range(9)
        ]
        waiting.append(asyncio.ensure_future(database.write(partial(job, name="after"))))
        await settled()
    await asyncio.gather(*waiting)
    assert order == ["before"] * (BATCH + 9) + ["divider"] + ["after"] * 10


async def test_nothing_passes_a_divider_that_cannot_be_stored(database: SqliteDatabase) -> None:
    full = True

    def divide(connection: Connection) -> bool:
        if full:
            raise StorageUnavailable("the disk is full")
        return keep("divider")(connection)

    divider = database.between(divide)
    for _ in range(3):
        with pytest.raises(StorageUnavailable, match="full"):
            await database.write(keep("after"))
    assert not divider.done()
    full = False
    await until(divider.done)  # nobody has to write for it to be tried again
    assert await database.write(keep("after"))
    assert await database.read(keys) == ["divider", "after"]


async def test_a_divider_that_fails_by_itself_holds_nobody_up(database: SqliteDatabase) -> None:
    divider = database.between(_break)
    assert await database.write(keep("after"))
    with pytest.raises(_OursToFix):
        await divider


async def test_a_database_closes_though_a_divider_cannot_be_stored(database_file: Path) -> None:
    database = SqliteDatabase(database_file)
    await database.write(_shrink)
    with disk_full():
        divider = database.between(_grow)
        await database.close()
    with pytest.raises(StorageUnavailable):
        await divider
    with pytest.raises(StorageUnavailable, match="closed"):
        database.between(_grow)


async def test_a_closed_database_takes_nothing_and_loses_nothing(database_file: Path) -> None:
    database = SqliteDatabase(database_file)
    waiting = [asyncio.ensure_future(database.write(keep(f"k{n}"))) for n in range(20)]
    await settled()
    await database.close()
    assert all(await asyncio.gather(*waiting))
    with pytest.raises(StorageUnavailable, match="closed"):
        await database.write(keep("late"))
    assert len(keys_seen_by_another(database_file)) == 20


async def test_a_file_that_cannot_be_opened_is_no_silence(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "missing" / "clinic_bot.sqlite")
    with pytest.raises(StorageUnavailable, match="unable to open"):
        await asyncio.wait_for(database.write(keep("k")), 20)
    await database.close()


# The file.


async def test_every_commit_reaches_the_disk(database: SqliteDatabase) -> None:
    def settings(connection: Connection) -> tuple[int, str]:
        synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
        return synchronous, connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()

    assert await database.write(settings) == (2, "wal")


async def test_a_sqlite_that_does_not_sync_is_refused_and_nobody_waits_for_ever(
    database_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Careless(driver.Connection):  # type: ignore[misc]
        def cursor(self, *args: object, **kwargs: object) -> object:
            return super().cursor(_CarelessCursor)

    class _CarelessCursor(driver.Cursor):  # type: ignore[misc]
        def execute(self, sql: str, *args: object) -> object:
            return super().execute(sql.replace("synchronous=FULL", "synchronous=OFF"), *args)

    connect = driver.connect
    monkeypatch.setattr(driver, "connect", lambda *a, **k: connect(*a, **{**k, "factory": Careless}))
    database = SqliteDatabase(database_file)
    with pytest.raises(StorageUnavailable, match="synchronous"):
        await asyncio.wait_for(database.write(keep("k")), 20)
    await database.close()


def test_a_second_process_is_refused_with_a_plain_sentence(tmp_path: Path) -> None:
    path = tmp_path / "clinic_bot.sqlite"
    with sole_process(path):
        with pytest.raises(Misconfigured, match="already runs") as refused, sole_process(path):
            raise AssertionError("two owners")
        assert "CLINIC_BOT_DATABASE_URL" in str(refused.value)
    with sole_process(path):
        pass


def _create(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE t (x)")


def _count(connection: Connection) -> int:
    return int(connection.exec_driver_sql("SELECT count(*) FROM t").scalar_one())


def test_the_file_and_its_companions_are_the_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "clinic_bot.sqlite"

    async def write() -> list[int]:
        database = SqliteDatabase(path)
        await database.write(_create)
        modes = [stat.S_IMODE(one.stat().st_mode) for one in sorted(path.parent.iterdir())]
        await database.close()
        return modes

    with sole_process(path):
        assert asyncio.run(write()) == [0o600] * 4  # the file, its lock, its WAL and the WAL's index


def test_a_database_that_was_read_leaves_one_file_when_it_closes(tmp_path: Path) -> None:
    """Who copies it then has all of it."""
    path = tmp_path / "clinic_bot.sqlite"

    async def write_and_read() -> None:
        database = SqliteDatabase(path)
        await database.write(_create)
        await asyncio.gather(*(database.read(_count) for _ in range(8)))
        await database.close()

    with sole_process(path):
        asyncio.run(write_and_read())
    assert {one.name for one in tmp_path.iterdir()} == {path.name, f"{path.name}.lock"}


def test_who_reads_beside_it_keeps_nothing_open(tmp_path: Path) -> None:
    path = tmp_path / "clinic_bot.sqlite"
    beside = reader_engine(path)

    async def write_and_look() -> None:
        database = SqliteDatabase(path)
        await database.write(_create)
        with beside.connect() as connection:
            assert _count(connection) == 0
        await database.close()

    with sole_process(path):
        asyncio.run(write_and_look())
    assert not path.with_name(f"{path.name}-wal").exists()
    beside.dispose()


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "clinic_bot.sqlite"
    path.touch(0o644)
    with sole_process(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_folder_that_cannot_be_written_is_named_with_its_setting(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(Misconfigured, match="CLINIC_BOT_DATABASE_URL"),
        sole_process(tmp_path / "file" / "clinic_bot.sqlite"),
    ):
        raise AssertionError("it cannot be there")


@pytest.mark.parametrize("url", ["", "sqlite://", "sqlite:///", "sqlite:///:memory:", "postgresql://x"])
def test_only_a_file_will_do(url: str) -> None:
    with pytest.raises(Misconfigured, match="sqlite:///FILE"):
        database_path(url)


def test_a_relative_file_is_found_from_where_the_process_runs() -> None:
    assert database_path("sqlite:///clinic.sqlite") == Path.cwd() / "clinic.sqlite"
