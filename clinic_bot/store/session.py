"""Objects on the executor's connection: loaded, changed, flushed, never committed here."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, cast

from sqlalchemy import Connection
from sqlmodel import Session


@contextmanager
def session_on(connection: Connection) -> Iterator[Session]:
    """A session inside the executor's transaction. Leaving it flushes; the executor commits."""
    with Session(bind=connection, join_transaction_mode="rollback_only") as session:
        yield session
        session.flush()


class Cursor(Protocol):
    """What we use of SQLite's driver, below SQLAlchemy."""

    rowcount: int

    def execute(self, sql: str, parameters: Sequence[object] = ..., /) -> "Cursor": ...
    def executemany(self, sql: str, parameters: Sequence[Sequence[object]], /) -> "Cursor": ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...


def driver_of(connection: Connection) -> Cursor:
    """The driver under an executor's connection, in the same transaction; for the intake's statements only."""
    return cast(Cursor, connection.connection.driver_connection)
