"""Statements are compiled once in a process, whichever of its databases they are for.

Every test has engines of its own, and every engine would compile what it says anew: a third of what the tests of the
store compute.
"""

from collections.abc import Iterator, MutableMapping
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import Compiled


class _Compiled(MutableMapping[Any, Compiled]):
    """Goes by the kind of an engine's dialect, where SQLAlchemy goes by the dialect."""

    def __init__(self) -> None:
        self._kept: dict[Any, Compiled] = {}

    def __getitem__(self, key: Any) -> Compiled:
        return self._kept[self._of_any(key)]

    def __setitem__(self, key: Any, compiled: Compiled) -> None:
        self._kept[self._of_any(key)] = compiled

    def __delitem__(self, key: Any) -> None:
        del self._kept[self._of_any(key)]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    @staticmethod
    def _of_any(key: Any) -> Any:
        dialect, *rest = key
        return type(dialect), *rest


def compile_once() -> None:
    """From now on, for every engine."""
    kept = _Compiled()

    @event.listens_for(Engine, "engine_connect")
    def _share(connection: Connection) -> None:
        connection.execution_options(compiled_cache=kept)
