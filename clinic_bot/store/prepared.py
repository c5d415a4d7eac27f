"""Statements that stand on the way of every reply: compiled once, then given to SQLite's driver as they are.

SQLAlchemy's own execution costs 25 to 40 µs a statement on top of SQLite's five, and a turn runs some twenty of them
while a patient waits. Other engines get the statement through SQLAlchemy.
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, cast

from sqlalchemy import Connection, Executable
from sqlalchemy.engine import Compiled
from sqlalchemy.sql.compiler import SQLCompiler

from clinic_bot.store.session import Cursor, driver_of

Values = Mapping[str, Any]


class Prepared:
    """One statement with named parameters, none of them expanding; built at import, used from any transaction."""

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._sql = ""
        self._names: tuple[str, ...] = ()
        self._constants: dict[str, Any] = {}

    def rows(self, connection: Connection, values: Values) -> Sequence[Any]:
        """What it selects, as plain rows: numbers, texts and None, truth values as 0 and 1."""
        if connection.dialect.name != "sqlite":
            return connection.execute(self._statement, values).all()
        return self._at_the_driver(connection, values).fetchall()

    def run(self, connection: Connection, values: Values) -> int:
        """Execute it, and answer how many rows it changed."""
        if connection.dialect.name != "sqlite":
            return connection.execute(self._statement, values).rowcount
        return self._at_the_driver(connection, values).rowcount

    def many(self, connection: Connection, values: Sequence[Values]) -> None:
        """Execute it for each of them, in their order."""
        if connection.dialect.name != "sqlite":
            connection.execute(self._statement, values)
            return
        self._compile_for(connection)
        rows = [[{**self._constants, **given}[name] for name in self._names] for given in values]
        driver_of(connection).executemany(self._sql, rows)

    def _at_the_driver(self, connection: Connection, values: Values) -> Cursor:
        self._compile_for(connection)
        given = {**self._constants, **values}
        return driver_of(connection).execute(self._sql, [given[name] for name in self._names])

    def _compile_for(self, connection: Connection) -> None:
        if self._sql:
            return
        compiled: Compiled = cast(Any, self._statement).compile(dialect=connection.dialect)
        assert isinstance(compiled, SQLCompiler)
        assert compiled.positiontup is not None
        self._names = tuple(compiled.positiontup)
        self._constants = {
            name: value.value if isinstance(value, Enum) else value for name, value in compiled.params.items()
        }
        self._sql = str(compiled)
