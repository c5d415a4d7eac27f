"""The embedded executor: one process, one SQLite file, one writer thread with group commit.

An async pool on SQLite is a trap: most read-then-write transactions meet "database is locked". Here every write
goes through one thread with one connection. The thread takes every job that waits, runs them in one ``BEGIN
IMMEDIATE``, commits once (one fsync for all of them), and only then resolves their futures. A disk that is full,
broken or read-only fails the whole batch, and the next one tries again.
"""

import asyncio
import contextlib
import fcntl
import os
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, QueuePool

from clinic_bot.errors import Misconfigured, StorageUnavailable
from clinic_bot.store.commit import commit_together, is_usable, problem_of
from clinic_bot.store.database import Job
from clinic_bot.store.driver import sqlite
from clinic_bot.store.session import driver_of

T = TypeVar("T")

#: More jobs than this wait for the next commit, so that the first ones are not kept waiting by a flood.
BATCH = 512
#: Of these, so many urgent ones: a claim or an intent takes milliseconds, a webhook a fraction of one, and a thousand
#: answers that come back at once must not keep the webhooks waiting for their 200.
URGENT = 4
#: A disk that does not answer must not fill the memory: beyond this the webhook says 503 at once.
_MOST_WAITING = 20_000
#: Threads that read, each with a connection of its own: opening one costs five times what a turn's history does.
_READERS = 2
#: Up to this release two connections that race at a checkpoint can corrupt the WAL.
FIXED_SQLITE = (3, 51, 3)


def library_version() -> str:
    return cast(str, sqlite.sqlite_version)


def has_wal_reset_bug() -> bool:
    """Whether this SQLite may corrupt a WAL when two connections checkpoint at once (we let only one)."""
    return tuple(int(part) for part in library_version().split(".")) < FIXED_SQLITE


#: A file of this size is written anew in about a second, in as much memory; a webhook waits five before it is refused.
REWRITE_BYTES = 256 << 20
#: So long whoever reads the file is waited for, where every write waits too.
_READERS_LEAVE_MS = 500
#: A shift of the clock that could not be stored is tried again this often, if nobody writes before.
_DIVIDER_RETRY_S = 1.0
#: A connection that is kept after a fault is opened anew after so many of them in a row.
_REOPEN_AFTER = 50


class FileInUse(Misconfigured):
    """Another process has the database."""


@dataclass(slots=True)
class _Waiting:
    job: Job[Any]
    future: asyncio.Future[Any]


@dataclass(slots=True)
class _Line:
    """What waits for the writer. A job of ``between`` opens a new line, which is begun when the old one is done."""

    divider: _Waiting | None = None  #: runs before everything else of its line, until it is stored
    urgent: deque[_Waiting] = field(default_factory=deque)
    normal: deque[_Waiting] = field(default_factory=deque)

    def __bool__(self) -> bool:
        return bool(self.divider or self.urgent or self.normal)


class SqliteDatabase:
    """Implements ``Database`` on one SQLite file. Build it inside the running loop."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._loop = asyncio.get_running_loop()
        self._lines: deque[_Line] = deque([_Line()])
        self._identity: tuple[int, int] | None = None  #: of the file that was opened first
        self._alone: deque[_Waiting] = deque()
        self._wake = threading.Event()
        self._stopping = False
        self._writer_engine = writer_engine(path)
        self._reader_engine = reader_engine(path, keep=_READERS)
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="sqlite-reader")
        self._thread = threading.Thread(target=self._run, name="sqlite-writer", daemon=True)
        self._thread.start()

    async def write(self, job: Job[T], *, urgent: bool = False) -> T:
        if self._stopping:
            raise StorageUnavailable("the database is closed")
        line = self._lines[-1]
        if len(line.normal) >= _MOST_WAITING and not urgent:
            raise StorageUnavailable("too many writes wait for the disk")
        future: asyncio.Future[T] = self._loop.create_future()
        (line.urgent if urgent else line.normal).append(_Waiting(job, future))
        self._wake.set()
        return await future

    def between(self, job: Job[T]) -> asyncio.Future[T]:
        """Run ``job`` after every write asked for so far and before every one asked for from here on.

        While it cannot be stored nothing that comes after it is: the future waits, and those writes fail.
        """
        if self._stopping:
            raise StorageUnavailable("the database is closed")
        future: asyncio.Future[T] = self._loop.create_future()
        self._lines.append(_Line(_Waiting(job, future)))
        self._wake.set()
        return future

    async def read(self, job: Job[T]) -> T:
        return await self._loop.run_in_executor(self._readers, self._read, job)

    async def reclaim(self, tables: Sequence[str]) -> str | None:
        """Write the file anew without its freed pages, and empty the log; writes wait for it."""
        future: asyncio.Future[str | None] = self._loop.create_future()
        self._alone.append(_Waiting(rewrite, future))
        self._wake.set()
        return await future

    async def close(self) -> None:
        """Finish what waits, then let go of the file."""
        self._stopping = True
        self._wake.set()
        await asyncio.to_thread(self._thread.join)
        self._writer_engine.dispose()

    def _read(self, job: Job[T]) -> T:
        try:
            with self._reader_engine.connect() as connection:
                try:
                    return job(connection)
                except (DBAPIError, sqlite.Error):
                    connection.invalidate()  # the next one opens the file anew
                    raise
        except (DBAPIError, sqlite.Error) as exc:
            raise StorageUnavailable(problem_of(exc)) from exc

    # The writer thread, from here on.

    def _run(self) -> None:
        connection: Connection | None = None
        failures = 0
        while not (self._stopping and not any(self._lines) and not self._alone):
            self._wake.wait(_DIVIDER_RETRY_S if self._lines[0].divider else None)
            self._wake.clear()
            connection = self._do_alone(connection)
            while batch := self._take():
                try:
                    # Opened here, since a SQLite connection belongs to its thread.
                    connection = connection or self._writer_engine.connect()
                    self._check_file()
                    outcomes = commit_together(connection, [waiting.job for waiting in batch])
                    self._lines[0].divider, failures = None, 0
                except Exception as exc:  # whatever it is: this thread is the only one that can answer them
                    failure = StorageUnavailable(problem_of(exc))
                    failure.__cause__ = exc
                    outcomes = [failure] * len(batch)
                    failures += 1
                    if failures % _REOPEN_AFTER == 0 or not is_usable(connection, exc):
                        _discard(connection)
                        connection = None
                    if self._lines[0].divider and not self._stopping:
                        self._resolve(batch[1:], outcomes[1:])
                        break
                    self._lines[0].divider = None
                self._resolve(batch, outcomes)
        # Last, since the last one to close writes the WAL back and removes it, and a reader may not.
        self._readers.shutdown()
        self._reader_engine.dispose()
        _discard(connection)

    def _do_alone(self, connection: Connection | None) -> Connection | None:
        """What no transaction may be around. Answers the connection to go on with."""
        while self._alone:
            waiting = self._alone.popleft()
            try:
                connection = connection or self._writer_engine.connect()
                outcome: object = waiting.job(connection)
            except Exception as exc:  # nobody else can answer it
                outcome = StorageUnavailable(problem_of(exc))
            self._resolve([waiting], [outcome])
        return connection

    def _check_file(self) -> None:
        """What is written to a file that was deleted or moved away is lost with it, and SQLite does not notice."""
        try:
            found = os.stat(self.path)
        except OSError as exc:
            raise StorageUnavailable("the database file is gone") from exc
        identity = (found.st_dev, found.st_ino)
        self._identity = self._identity or identity
        if identity != self._identity:
            raise StorageUnavailable("the database file was replaced under the running process")

    def _take(self) -> list[_Waiting]:
        while len(self._lines) > 1 and not self._lines[0]:
            self._lines.popleft()  # the loop only adds to the newest
        line = self._lines[0]
        batch = [line.divider] if line.divider else []
        for queue, most in ((line.urgent, URGENT), (line.normal, BATCH)):
            while queue and len(batch) < most:
                waiting = queue.popleft()
                if not waiting.future.cancelled():  # its caller has said 503 meanwhile
                    batch.append(waiting)
        return batch

    def _resolve(self, batch: list[_Waiting], outcomes: list[object]) -> None:
        # The loop may be gone when the process leaves in a hurry; what was committed stays committed.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(_settle, batch, outcomes)


def _settle(batch: list[_Waiting], outcomes: list[object]) -> None:
    for waiting, outcome in zip(batch, outcomes, strict=True):
        if waiting.future.done():  # its caller gave up waiting
            continue
        if isinstance(outcome, BaseException):
            waiting.future.set_exception(outcome)
        else:
            waiting.future.set_result(outcome)


def _discard(connection: Connection | None) -> None:
    """Drop a connection whose transaction state is not known; closing it rolls back."""
    if connection is not None:
        with contextlib.suppress(SQLAlchemyError):
            connection.invalidate()
            connection.close()


# Engines.


def rewrite(connection: Connection) -> str | None:
    """Have nothing but the records in the file and its log: what was deleted may stand in a page that is free.

    A page that was split keeps a copy of what it gave away, which no overwriting of deleted rows reaches. The library
    makes the new file in memory, so a large one is left to an hour without a server.
    """
    driver = driver_of(connection)
    size = (
        driver.execute("PRAGMA page_count").fetchone()[0] * driver.execute("PRAGMA page_size").fetchone()[0]
    )
    if size <= REWRITE_BYTES:
        driver.execute("VACUUM")
    patience_ms = driver.execute("PRAGMA busy_timeout").fetchone()[0]
    driver.execute(f"PRAGMA busy_timeout={_READERS_LEAVE_MS}")
    busy = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    driver.execute(f"PRAGMA busy_timeout={patience_ms}")
    if size > REWRITE_BYTES:
        return (
            f"the file has {size >> 20} MiB, too many to be written anew beside the service: what was deleted is "
            "overwritten, but a page that was split before may hold a copy"
        )
    return "somebody reads the file, so its log could not be emptied: do it again" if busy else None


def writer_engine(path: Path) -> Engine:
    url = URL.create("sqlite", database=str(path))  # a URL in text would end at a "?" in the name
    engine = create_engine(
        url,
        module=sqlite,
        poolclass=NullPool,
        connect_args={"timeout": 5},
        hide_parameters=True,  # an error's text would quote a patient's
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        cast(Any, connection).isolation_level = None  # BEGIN is ours, below
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA synchronous")
        if cursor.fetchone() != (2,):
            raise StorageUnavailable("SQLite did not accept synchronous=FULL")
        cursor.execute("PRAGMA wal_autocheckpoint=4000")
        cursor.execute(
            "PRAGMA secure_delete=ON"
        )  # what is deleted, by age too, is not to be read in the file
        cursor.execute("PRAGMA cache_size=-8000")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        driver_of(connection).execute("BEGIN IMMEDIATE")  # SQLAlchemy would take longer for it than SQLite

    return engine


def reader_engine(path: Path, *, keep: int = 0) -> Engine:
    """Read-only connections; they never checkpoint, which is the writer's alone.

    Args:
        keep: so many stay open between two uses. None where another process has the file: while one is open, whoever
            starts on the file finds its WAL index as it was, and recovers nothing.
    """
    address = f"file:{quote(str(path))}?mode=ro"

    def connect() -> DBAPIConnection:
        return cast(DBAPIConnection, sqlite.connect(address, uri=True, timeout=5, check_same_thread=False))

    pool = QueuePool(connect, pool_size=keep) if keep else NullPool(connect)
    return create_engine("sqlite://", module=sqlite, pool=pool, hide_parameters=True)


def database_path(url: str) -> Path:
    """The file of a ``sqlite:///`` URL."""
    prefix = "sqlite:///"
    if not url.startswith(prefix) or url == prefix or url.startswith(prefix + ":memory:"):
        raise Misconfigured(
            "CLINIC_BOT_DATABASE_URL must be sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE"
        )
    return Path(url.removeprefix(prefix)).expanduser().absolute()


#: How every SQLite file begins; one that was only made is empty.
_HEAD = b"SQLite format 3\x00"


@contextlib.contextmanager
def sole_process(path: Path) -> Iterator[None]:
    """Hold the file for this process alone; everything leased in it before is therefore dead.

    Raises:
        FileInUse: another process has it.
        Misconfigured: the folder cannot be written, or the file is none of ours.
    """
    lock_path = path.with_name(path.name + ".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        # The database and what SQLite puts beside it (it copies the mode) are the owner's alone.
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        head = os.read(file, len(_HEAD))
        os.close(file)
    except OSError as exc:
        raise Misconfigured(f"cannot write {path}: {exc.strerror}; see CLINIC_BOT_DATABASE_URL") from exc
    if head not in (b"", _HEAD):
        os.close(lock)
        raise Misconfigured(f"{path} is some other file, and no SQLite database; see CLINIC_BOT_DATABASE_URL")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as exc:
        os.close(lock)
        raise FileInUse(
            f"another clinic-bot already runs on {path}. One process owns a SQLite file: stop the other one, "
            "or give this one its own CLINIC_BOT_DATABASE_URL."
        ) from exc
    try:
        os.chmod(path, 0o600)
        yield
    finally:
        os.close(lock)
