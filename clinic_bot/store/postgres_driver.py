"""What stands for SQLite's cursor on PostgreSQL: the same few calls, given to asyncpg as it is.

SQLAlchemy's own execution costs a statement 100 µs of this process on PostgreSQL, asyncpg's 30. The jobs are plain
functions; SQLAlchemy's bridge lets them wait here for a coroutine.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, Protocol

from sqlalchemy.util import await_only

_PLACEHOLDER = re.compile(r"\?(\d*)")
_CHANGED = re.compile(r"\d+$")


class Statement(Protocol):
    """What we use of asyncpg's prepared statement."""

    async def fetch(self, *parameters: object) -> list[Any]: ...
    async def executemany(self, parameters: Sequence[Sequence[object]]) -> None: ...
    def get_statusmsg(self) -> str: ...


class Wire(Protocol):
    """What we use of asyncpg's connection."""

    async def prepare(self, sql: str) -> Statement: ...
    async def execute(self, sql: str) -> str: ...
    def is_closed(self) -> bool: ...


class Rows:
    """What a statement answered."""

    def __init__(self, rows: list[Any], status: str) -> None:
        self._rows = rows
        self._status = status

    @property
    def rowcount(self) -> int:
        counted = _CHANGED.search(self._status)
        return int(counted[0]) if counted else -1

    def fetchone(self) -> Any:
        return self._rows[0] if self._rows else None

    def fetchall(self) -> list[Any]:
        return self._rows


class PostgresDriver:
    """One asyncpg connection, for jobs that run under SQLAlchemy's bridge. Prepares every statement once."""

    def __init__(self, connection: Wire) -> None:
        self._connection = connection
        self._prepared: dict[str, Statement] = {}

    def execute(self, sql: str, parameters: Sequence[object] = (), /) -> Rows:
        return await_only(self._execute(sql, parameters))

    def executemany(self, sql: str, parameters: Sequence[Sequence[object]], /) -> Rows:
        """Only the server's complaints come back, not a count."""
        return await_only(self._executemany(sql, parameters))

    def say(self, command: str) -> str:
        """Give the server a command without parameters, or several; the last one's answer in its own word."""
        return await_only(self._connection.execute(command))

    def is_closed(self) -> bool:
        """Whether the session is known to be over."""
        return self._connection.is_closed()

    async def _execute(self, sql: str, parameters: Sequence[object]) -> Rows:
        statement = await self._prepare(sql)
        rows = await statement.fetch(*parameters)
        return Rows(rows, statement.get_statusmsg())

    async def _executemany(self, sql: str, parameters: Sequence[Sequence[object]]) -> Rows:
        statement = await self._prepare(sql)
        await statement.executemany(parameters)
        return Rows([], "")

    async def _prepare(self, sql: str) -> Statement:
        statement = self._prepared.get(sql)
        if statement is None:
            statement = self._prepared[sql] = await self._connection.prepare(numbered(sql))
        return statement


@cache
def numbered(sql: str) -> str:
    """SQLite's ``?`` and ``?3`` as PostgreSQL's ``$1`` and ``$3``. Our statements have no question mark in a text."""
    count = 0

    def number(found: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return f"${found[1] or count}"

    return _PLACEHOLDER.sub(number, sql)
