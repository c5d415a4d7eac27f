"""Objects on the executor's connection: loaded, changed, flushed, never committed here."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, cast

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from clinic_bot.store.driver import sqlite
from clinic_bot.store.postgres_driver import PostgresDriver
from clinic_bot.store.postgres_faults import is_drivers


@contextmanager
def session_on(connection: Connection) -> Iterator[Session]:
    """A session inside the executor's transaction. Leaving it flushes; the executor commits."""
    with Session(bind=connection, join_transaction_mode="rollback_only") as session:
        yield session
        session.flush()


class Answer(Protocol):
    """What a statement answered."""

    @property
    def rowcount(self) -> int: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...


class Driver(Protocol):
    """What we use of a database's driver, below SQLAlchemy: placeholders are ``?``, or all ``?1``, ``?2``, ..."""

    def execute(self, sql: str, parameters: Sequence[object] = ..., /) -> Answer: ...
    def executemany(self, sql: str, parameters: Sequence[Sequence[object]], /) -> Answer: ...


def driver_of(connection: Connection) -> Driver:
    """The driver under an executor's connection, in the same transaction; for statements on the hot path only."""
    if is_postgres(connection):
        return postgres_driver_of(connection)
    return cast(Driver, connection.connection.driver_connection)


def postgres_driver_of(connection: Connection) -> PostgresDriver:
    """The one of this connection, with what it has prepared; for who knows that it is PostgreSQL's."""
    known: PostgresDriver | None = connection.info.get("clinic_bot")
    if known is None:
        known = PostgresDriver(cast(Any, connection.connection.driver_connection))
        connection.info["clinic_bot"] = known
    return known


def spoils(exc: Exception) -> bool:
    """Whether it is the database's, so that nothing more can be done in a transaction in which it was raised."""
    return isinstance(exc, SQLAlchemyError | sqlite.Error) or is_drivers(exc)


def is_postgres(connection: Connection) -> bool:
    """Where several processes write at once, and a row has to be locked before it is read to be changed."""
    return connection.dialect.name == "postgresql"
