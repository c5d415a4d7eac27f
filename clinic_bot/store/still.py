"""Reading a SQLite file that nobody writes, without leaving a trace on it.

SQLite's read-only mode still writes beside the file: it makes an empty WAL and an index of it where there is none,
and rewrites an index that a killed process left. Who holds the lock of the file can do better.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

from sqlalchemy import Connection, create_engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import NullPool

from clinic_bot.store.driver import sqlite


@contextlib.contextmanager
def still(file: Path) -> Iterator[Connection]:
    """One consistent read of a file whose lock the caller holds: file, WAL and WAL index stay as they are."""
    index = _beside(file, "-shm")
    had_index = index.exists()
    address = f"file:{quote(str(file))}?mode=ro{_how(file, had_index=had_index)}"

    def connect() -> DBAPIConnection:
        made: Any = sqlite.connect(address, uri=True)
        made.isolation_level = None  # BEGIN is ours, below
        return cast(DBAPIConnection, made)

    engine = create_engine("sqlite://", module=sqlite, pool=NullPool(connect), hide_parameters=True)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            yield connection
    finally:
        engine.dispose()
        if not had_index:
            index.unlink(missing_ok=True)


def _how(file: Path, *, had_index: bool) -> str:
    """What else the address says, by what a server left beside the file."""
    wal = _beside(file, "-wal")
    if not wal.exists() or wal.stat().st_size == 0:
        return "&immutable=1"  # everything is in the file itself
    if had_index:
        return "&readonly_shm=1"  # a killed server's; SQLite makes its own in memory
    return ""


def _beside(file: Path, ending: str) -> Path:
    return file.with_name(file.name + ending)
