"""Statements that stand on the way of every reply: compiled once, then given to the driver as they are.

SQLAlchemy's own execution costs 25 to 40 µs a statement on top of SQLite's five, and a turn runs some twenty of them
while a patient waits; on PostgreSQL it costs more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, cast

from sqlalchemy import Connection, Executable
from sqlalchemy.engine import Compiled
from sqlalchemy.sql.compiler import SQLCompiler

from clinic_bot.store.session import Answer, driver_of

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement in one dialect's words."""

    sql: str
    names: tuple[str, ...]  #: of its parameters, in their order
    constants: Mapping[str, Any]

    def row(self, values: Values) -> list[Any]:
        given = {**self.constants, **values}
        return [given[name] for name in self.names]


class Prepared:
    """One statement with named parameters, none of them expanding; built at import, used from any transaction."""

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, connection: Connection, values: Values) -> Sequence[Any]:
        """What it selects, as plain rows: numbers, texts and None, truth values as 0 and 1."""
        return self._at_the_driver(connection, values).fetchall()

    def run(self, connection: Connection, values: Values) -> int:
        """Execute it, and answer how many rows it changed."""
        return self._at_the_driver(connection, values).rowcount

    def many(self, connection: Connection, values: Sequence[Values]) -> None:
        """Execute it for each of them, in their order."""
        compiled = self._for(connection)
        driver_of(connection).executemany(compiled.sql, [compiled.row(given) for given in values])

    def _at_the_driver(self, connection: Connection, values: Values) -> Answer:
        compiled = self._for(connection)
        return driver_of(connection).execute(compiled.sql, compiled.row(values))

    def _for(self, connection: Connection) -> _Compiled:
        known = self._compiled.get(connection.dialect.name)
        if known is None:
            known = self._compiled[connection.dialect.name] = self._compile(connection)
        return known

    def _compile(self, connection: Connection) -> _Compiled:
        compiled: Compiled = cast(Any, self._statement).compile(dialect=connection.dialect)
        assert isinstance(compiled, SQLCompiler)
        assert compiled.positiontup is not None
        constants = {
            name: value.value if isinstance(value, Enum) else value for name, value in compiled.params.items()
        }
        return _Compiled(str(compiled), tuple(compiled.positiontup), constants)
