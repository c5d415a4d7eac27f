"""What the figures have in common: where databases stand, how long to measure, and how results look."""

from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from local_postgres import local_postgres

from bench_suite.load import Load
from bench_suite.postgres import SETTINGS, Postgres

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure as it came out. ``note`` holds what a reader needs beside the value."""

    value: float | None  #: None when it could not be measured
    samples: int
    note: str = ""


@dataclass(slots=True)
class Bench:
    """One run of the suite. ``close`` it."""

    folder: Path
    quick: bool
    _stack: ExitStack = field(default_factory=ExitStack)
    _postgres: Postgres | None = None
    _kept: dict[str, Any] = field(default_factory=dict)
    _databases: int = 0

    def pick(self, full: int, quick: int) -> int:
        return quick if self.quick else full

    def new_database(self) -> Path:
        """Where the next database goes; nothing is there yet."""
        self._databases += 1
        return self.folder / f"bench{self._databases}.sqlite"

    @property
    def postgres(self) -> Postgres:
        """Started for the first figure that asks."""
        if self._postgres is None:
            self._postgres = Postgres(self._stack.enter_context(local_postgres(SETTINGS, tcp=True)))
        return self._postgres

    def close(self) -> None:
        self._stack.close()

    async def once(self, name: str, measure: Callable[["Bench"], Awaitable[T]]) -> T:
        """Two figures may come from one measurement; the first that asks makes it."""
        if name not in self._kept:
            self._kept[name] = await measure(self)
        result: T = self._kept[name]
        return result


def cost_of(load: Load) -> str:
    """What making the load took, for the note."""
    return f"load took {load.share:.0%} of a core"
