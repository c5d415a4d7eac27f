"""A clinic's records from its SQLite file to an empty PostgreSQL: all of them, or none.

The file is held and read in one transaction, and nothing of it is changed. At the target everything is one
transaction too: schema, rows, the check of what arrived, and what a start on the file would take back from a process
that was killed. Whatever goes wrong before its commit leaves the target as it was.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

from sqlalchemy import URL, Boolean, Connection, Table, Text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

from clinic_bot.errors import Misconfigured, Operator, StorageUnavailable
from clinic_bot.store import clinic_tables, digest, notices, recovery, tables
from clinic_bot.store.beside import existing
from clinic_bot.store.driver import sqlite
from clinic_bot.store.migrations import is_current, migrate
from clinic_bot.store.policy import Policy
from clinic_bot.store.postgres import engine
from clinic_bot.store.postgres_faults import is_database_fault, is_drivers, problem_of
from clinic_bot.store.sqlite import FileInUse, sole_process
from clinic_bot.store.still import still

# Importing the tables fills the metadata.
assert tables.Turn.__tablename__
assert clinic_tables.Patient.__tablename__

#: Rows that go to the server at once. More are not faster, and each may hold a webhook's body of 1 MiB.
_BATCH = 250
#: What SQLite keeps in a text and PostgreSQL refuses, and what is stored instead.
_NUL, _INSTEAD = "\0", "\N{REPLACEMENT CHARACTER}"

# A table takes as long as it takes, and between two batches this process may be the slow one.
_PATIENCE = ("SET LOCAL statement_timeout = 0", "SET LOCAL idle_in_transaction_session_timeout = 0")

#: Hears what is done at the moment, and how many rows of how many are at the target.
Watch = Callable[[str, int, int], None]


class CopyRefused(Operator):
    """It must not be made, or what arrived is not what was sent. The target is as it was."""


@dataclass(frozen=True, slots=True)
class Sum:
    """A table, or what is to become of it."""

    rows: int
    digest: int


@dataclass(frozen=True, slots=True)
class Copied:
    table: str
    sent: Sum  #: as read from the file
    arrived: Sum  #: as PostgreSQL counts it
    replaced: int  #: NUL characters in texts


@dataclass(frozen=True, slots=True)
class Report:
    copied: Sequence[Copied]
    thinking: int  #: turns that a killed process left before their intent; asked again
    unknown: int  #: sends that it left, of which nobody knows whether they arrived


async def copy_clinic(file: Path, url: URL, *, policy: Policy, now_ms: int, watch: Watch) -> Report:
    """Copy every table, check it, and make it last.

    A cancellation before the commit leaves nothing at the target; one that comes later is too late.

    Args:
        url: an empty database, or one with the schema and without rows.
        now_ms: for what a killed process left open.

    Raises:
        CopyRefused: a server runs on the file, the target holds rows, or something else arrived than was sent.
        Misconfigured: there is no such file, or one of the two is of another version.
        StorageUnavailable: one of the two does not answer.
    """
    with _held(file) as source:
        copy = _Copy(source, watch)
        async with _transaction(url) as target:
            await copy.prepare(target)
            copied = [await copy.table(target, table) for table in copy.tables]
            await _reset_numbering(target, copy.tables)
            sending = await target.run_sync(partial(notices.recover, now_ms=now_ms, policy=policy))
            recovered = await target.run_sync(partial(recovery.recover, now_ms=now_ms, policy=policy))
            await target.exec_driver_sql(f"ANALYZE {_names(copy.tables)}")
    return Report(copied, recovered.thinking, recovered.unknown + sending)


class _Copy:
    def __init__(self, source: Connection, watch: Watch) -> None:
        self.tables = SQLModel.metadata.sorted_tables
        # SQLAlchemy's rows would cost more than all the rest, and its errors look like the target's.
        self._driver: Any = source.connection.driver_connection
        self._watch = watch
        self._total = sum(self._count(table) for table in self.tables)
        self._done = 0

    async def prepare(self, target: AsyncConnection) -> None:
        """Make sure that the target is an empty one, and stays so for everybody else. Raises CopyRefused."""
        self._watch("schema", 0, self._total)
        for setting in _PATIENCE:
            await target.exec_driver_sql(setting)
        if (encoding := await _scalar(target, "SHOW server_encoding")) != "UTF8":
            raise Misconfigured(f"the target stores {encoding}: create its database with ENCODING 'UTF8'")
        await target.run_sync(migrate)
        await target.exec_driver_sql(f"LOCK TABLE {_names(self.tables)} IN SHARE ROW EXCLUSIVE MODE")
        for table in self.tables:
            if await _scalar(target, f"SELECT EXISTS (SELECT FROM {_names([table])})"):  # noqa: S608 - our own tables
                raise CopyRefused(
                    f"the target already holds rows (in {table.name}), and nothing is copied into another clinic's "
                    "records: name an empty database"
                )

    async def table(self, target: AsyncConnection, table: Table) -> Copied:
        """Copy one, and have the target count it. Raises CopyRefused where they differ."""
        wire = cast(Any, await target.get_raw_connection()).driver_connection
        columns, rows, total, replaced = [column.name for column in table.columns], 0, 0, 0
        for batch in self._batches(table):
            adapted, nuls = _adapt(table, batch)
            await wire.copy_records_to_table(table.name, records=adapted, columns=columns)
            total += sum(map(digest.of_row, adapted))
            replaced += nuls
            rows += len(adapted)
            self._done += len(adapted)
            self._watch(table.name, self._done, self._total)
        self._watch(f"{table.name}: check", self._done, self._total)
        counted: Sequence[Any] = (await target.exec_driver_sql(digest.query(table))).one()
        copied = Copied(table.name, Sum(rows, total), Sum(int(counted[0]), int(counted[1])), replaced)
        if copied.sent != copied.arrived or rows != self._count(table):
            raise CopyRefused(
                f"{table.name}: {rows} rows were sent (sum {total:x}) and {copied.arrived.rows} arrived "
                f"(sum {copied.arrived.digest:x}), so nothing was kept: does a trigger change rows at the target?"
            )
        return copied

    def _count(self, table: Table) -> int:
        ((rows,),) = self._driver.execute(f"SELECT count(*) FROM {_names([table])}").fetchall()  # noqa: S608 - as above
        return int(rows)

    def _batches(self, table: Table) -> Iterator[list[tuple[object, ...]]]:
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        found = self._driver.execute(f"SELECT {columns} FROM {_names([table])}")  # noqa: S608 - as above
        while batch := found.fetchmany(_BATCH):
            yield batch


def _adapt(table: Table, batch: list[tuple[object, ...]]) -> tuple[list[list[object]], int]:
    """Rows as PostgreSQL takes them, and how many NUL characters were replaced for it."""
    columns = list(table.columns)
    flags = [n for n, column in enumerate(columns) if isinstance(column.type, Boolean)]
    texts = [n for n, column in enumerate(columns) if isinstance(column.type, Text)]
    adapted, replaced = [list(row) for row in batch], 0
    for row in adapted:
        for n in flags:
            row[n] = None if row[n] is None else bool(row[n])
        for n in texts:
            text = row[n]
            if isinstance(text, str) and _NUL in text:
                replaced += text.count(_NUL)
                row[n] = text.replace(_NUL, _INSTEAD)
    return adapted, replaced


async def _reset_numbering(target: AsyncConnection, tables: Sequence[Table]) -> None:
    """Go on numbering after the last row."""
    for table in tables:
        if (number := table.autoincrement_column) is not None:
            sequence = f"pg_get_serial_sequence('{table.name}', '{number.name}')"
            await target.exec_driver_sql(
                f"SELECT setval({sequence}, max({number.name})) FROM {_names([table])} HAVING count(*) > 0"  # noqa: S608 - as above
            )


def _names(tables: Sequence[Table]) -> str:
    return ", ".join(f'"{table.name}"' for table in tables)


async def _scalar(target: AsyncConnection, sql: str) -> object:
    return (await target.exec_driver_sql(sql)).scalar_one()


@contextlib.contextmanager
def _held(file: Path) -> Iterator[Connection]:
    """The file, ours alone and of this version, for reading."""
    try:
        with sole_process(existing(file)), still(file) as source:
            if not is_current(source):
                raise Misconfigured(
                    f"the database at {file} is not of this version: start this version's server on it and stop it "
                    "again, or use the version that wrote it"
                )
            yield source
    except FileInUse as exc:
        raise CopyRefused(f"a clinic-bot runs on {file}: stop it first, so that nothing is missed") from exc
    except (sqlite.Error, DBAPIError) as exc:
        error: Any = exc.orig if isinstance(exc, DBAPIError) else exc
        # Its text may quote a row.
        problem = getattr(error, "sqlite_errorname", type(error).__name__)
        raise StorageUnavailable(f"{file} cannot be read: {problem}") from None


@contextlib.asynccontextmanager
async def _transaction(url: URL) -> AsyncIterator[AsyncConnection]:
    """One that commits at the end of the block, whoever wants to stop it by then."""
    made = engine(url)
    try:
        target = await made.connect()
        try:
            transaction = await target.begin()
            yield target
            await _to_its_end(transaction.commit())
        except BaseException:
            with contextlib.suppress(Exception):  # the server rolls back for whoever goes away
                await target.invalidate()
            raise
        finally:
            with contextlib.suppress(Exception):
                await _to_its_end(target.close())
    except Exception as exc:
        if isinstance(exc, Operator) or not (is_drivers(exc) or is_database_fault(exc)):
            raise
        raise StorageUnavailable(problem_of(exc)) from None
    finally:
        await _to_its_end(made.dispose())


async def _to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """A commit that was asked for may happen, so its answer is waited for whatever comes meanwhile.

    So is the farewell behind it: who is stopped there has copied a clinic, and has to say so.
    """
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
