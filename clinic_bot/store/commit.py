"""Many jobs, one transaction: what each gets to hear, and what a fault of the disk means for all of them."""

from itertools import groupby
from typing import Any, cast

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from clinic_bot.errors import ClinicBotError, StorageUnavailable
from clinic_bot.store.database import Grouped, Job
from clinic_bot.store.driver import sqlite

#: Of these, what the disk did: the connection and its files are as they were. I/O, full, read-only, locked.
_DISK_FAULTS = frozenset({5, 8, 10, 13})
#: What is wrong with the file or the disk under it, whatever the statement: SQLite's primary result codes for an
#: internal fault, permission, a lock, memory, read-only, I/O, corruption, full, cannot open, WAL protocol, no database.
_FILE_FAULTS = frozenset({2, 3, 5, 6, 7, 8, 10, 11, 13, 14, 15, 22, 26})


def commit_together(connection: Connection, jobs: list[Job[Any]]) -> list[object]:
    """Run all jobs in one transaction; if one raises, run them again with a savepoint each.

    Jobs answer a lost race with a value, not an exception, so the second way is rare and the first one saves
    two statements a job. A job's own exception is its outcome and costs its neighbours nothing.
    """
    try:
        with connection.begin():
            outcomes = run_all(connection, jobs)
            _check_still_open(connection)
            return outcomes
    except Exception as exc:  # a job's own is found again, and reported to its owner, in the second run
        if _is_storage_fault(exc):
            raise
    outcomes = []
    with connection.begin():
        for job in jobs:
            try:
                with connection.begin_nested():
                    outcomes.append(job(connection))
            except Exception as exc:
                if _is_storage_fault(exc):
                    raise
                outcomes.append(exc)
            _check_still_open(connection)
    return outcomes


def _check_still_open(connection: Connection) -> None:
    """SQLite ends the transaction by itself after some faults, and a job may have swallowed the error of one.

    What came before it is lost then, and what came after it would be committed statement by statement.
    """
    if not _is_open(connection):
        raise StorageUnavailable("the transaction ended before its commit")


def run_all(connection: Connection, jobs: list[Job[Any]]) -> list[object]:
    """Run jobs in their order, neighbours of one group in one go: every statement hands the interpreter over twice."""
    outcomes: list[object] = []
    for together, group in groupby(jobs, lambda job: job.together if isinstance(job, Grouped) else None):
        if together is None:
            outcomes += [job(connection) for job in group]
        else:
            outcomes += together(connection, [cast(Grouped[Any, Any], job).item for job in group])
    return outcomes


def is_usable(connection: Connection | None, exc: Exception) -> bool:
    """Whether a connection may go on after a fault: the disk's own, with the transaction certainly over.

    Worth knowing, because who opens the file anew finds in its WAL what a failed fsync was to make durable, and
    takes it for committed. Going on overwrites it, and what was refused stays refused.
    """
    if connection is None or connection.closed or connection.invalidated:
        return False
    if _is_open(connection):
        return False
    return isinstance(exc, StorageUnavailable) or _code_of(exc) in _DISK_FAULTS


def _is_open(connection: Connection) -> bool:
    return bool(cast(Any, connection.connection.driver_connection).in_transaction)


def _code_of(exc: Exception) -> int | None:
    """SQLite's primary result code; None where it is no error of SQLite's, or an old driver tells none."""
    code = getattr(exc.orig if isinstance(exc, DBAPIError) else exc, "sqlite_errorcode", None)
    return None if code is None else int(code) & 0xFF


def _is_storage_fault(exc: Exception) -> bool:
    """A full disk, an I/O error, a lock or a corrupt file: the fault of the file, not of one job's statement.

    The intake's statements go to the driver itself, so its errors come wrapped by SQLAlchemy and bare.
    """
    if isinstance(exc, StorageUnavailable):
        return True
    error = exc.orig if isinstance(exc, DBAPIError) else exc
    if not isinstance(error, sqlite.Error):
        return False
    code = _code_of(error)
    return isinstance(error, sqlite.OperationalError) if code is None else code in _FILE_FAULTS


def problem_of(exc: Exception) -> str:
    """The driver's short text, without SQLAlchemy's statement and parameters, which hold patients' words."""
    if isinstance(exc, DBAPIError):
        return str(exc.orig)
    return str(exc) if isinstance(exc, ClinicBotError | sqlite.DatabaseError) else type(exc).__name__
