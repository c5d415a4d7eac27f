"""What every query function may count on, whatever the engine.

A job is a function of a SQLAlchemy connection. It never commits: the executor does, and no caller sees a result
before its commit returned. A job may run twice when a neighbour in the same batch failed, so it has no effect
beyond its connection.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from sqlalchemy import Connection

T = TypeVar("T")
Item = TypeVar("Item")
Job = Callable[[Connection], T]


@dataclass(frozen=True, slots=True)
class Grouped(Generic[Item, T]):
    """A job of which many wait at once: the executor may run neighbours with the same ``together`` as one.

    Args:
        together: does what the jobs would do one after the other, and answers for each.
        key: what jobs have in common that must stay in their order.
        weight: how much of a transaction it takes, beside one of which many take little more than one.
        busy: what ``together`` answers where somebody else has what an item needs at this moment, and nothing was done.
            The executor asks again; callers never see it. None where that cannot be.
    """

    item: Item
    together: Callable[[Connection, Sequence[Item]], Sequence[T]]
    key: str | None = None
    weight: int = 1
    busy: T | None = None

    def __call__(self, connection: Connection) -> T:
        return self.together(connection, [self.item])[0]


class Database(Protocol):
    """An executor: runs jobs in transactions and turns driver errors into ours."""

    async def write(self, job: Job[T], *, urgent: bool = False) -> T:
        """Run ``job`` in a transaction and return its result after the commit.

        Args:
            urgent: goes before other waiting jobs; for claims and intents, where a patient already waits.

        Raises:
            StorageUnavailable: nothing is known to be stored.
        """
        ...

    async def read(self, job: Job[T]) -> T:
        """Run ``job`` on a read-only connection, beside the writer."""
        ...

    async def reclaim(self, tables: Sequence[str]) -> str | None:
        """Let go of what was deleted from these tables and still stands in the engine's files.

        Returns:
            What could not be done, in a sentence for the operator; None when nothing is left to do.
        """
        ...

    async def close(self) -> None: ...
