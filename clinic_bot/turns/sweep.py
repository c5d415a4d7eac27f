"""Reads the index of ``wake_at_ms``, so that no conversation is forgotten whose timer was lost, or never was here.

What else is to be known now and then is read in the same transaction: what other replicas stored for the turns of this
one, and the looks that are due before the next sweep. A look of its own would be a transaction a turn.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from sqlalchemy import Connection

from clinic_bot.clock import Clock
from clinic_bot.store import conversations
from clinic_bot.store.conversations import DueRow
from clinic_bot.store.database import Database
from clinic_bot.store.renewal import Seen
from clinic_bot.store.session import spoils
from clinic_bot.turns.looks import Found, Looks

#: What is due later than this is not kept in memory: a sweep brings it.
HORIZON_MS = 15_000
_FIRST = (-1, -1)  #: before the first page


@dataclass(frozen=True, slots=True)
class Sweeping:
    """How the index is read. Durations are milliseconds."""

    every_ms: int
    ahead_ms: int  #: so far before it is due a conversation is taken into memory
    whole_every: int  #: of so many sweeps one reads everything that is due, the others a page
    leaves: bool  #: whether what a patient has just written is left to another process that took it in
    carries_ms: int = 0  #: a look that is due within so long is taken along


#: One process: every wake-up is in memory before it is due.
ALONE = Sweeping(5_000, HORIZON_MS, 1, leaves=False)
#: Replicas: each has timers for what it took itself, and looks often for what another has left lying.
TOGETHER = Sweeping(200, 0, 25, leaves=True, carries_ms=200)


class Beside(Protocol):
    """Who wants to look at the database with every sweep, without a transaction of his own; the keeper of leases."""

    def look(self, connection: Connection) -> list[Seen]: ...
    def tell(self, found: list[Seen]) -> None: ...


@dataclass(frozen=True, slots=True)
class Page:
    rows: Sequence[DueRow]
    is_everything: bool  #: that is due


@dataclass(frozen=True, slots=True)
class _Read:
    """What one transaction read."""

    rows: list[DueRow]
    seen: list[Seen]
    looked: dict[int, Found | Exception]


class Sweeper:
    """Reads; what is done about what is due is the caller's.

    Args:
        looks: who is told what the looks found that are taken along; None where nobody looks.
        look: until when the window of a conversation stays open.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        sweeping: Sweeping,
        looks: Looks | None,
        look: Callable[[Connection, int], Found],
    ) -> None:
        self._database = database
        self._clock = clock
        self._sweeping = sweeping
        self._looks = looks
        self._look = look
        self.beside: Beside | None = None

    async def pages(self, soon: Sequence[int], *, whole: bool) -> AsyncIterator[Page]:
        """What is due, what has been so for longest first.

        Args:
            soon: conversations that are looked at in the first page's transaction.
            whole: all pages, and not only the first.
        """
        until_ms, after = self._clock.now_ms() + self._sweeping.ahead_ms, _FIRST
        while True:
            rows = await self._page(until_ms, after, soon)
            is_last = len(rows) < conversations.PAGE
            yield Page(rows, is_last and after == _FIRST)
            if is_last or not whole:
                return
            after, soon = (rows[-1].wake_at_ms, rows[-1].id), ()

    async def _page(self, until_ms: int, after: tuple[int, int], soon: Sequence[int]) -> list[DueRow]:
        carrier = None if self._looks is None else self._looks.carry(soon)
        try:
            read = await self._database.read(partial(self._read, until_ms=until_ms, after=after, soon=soon))
        except Exception as exc:
            if carrier is not None:
                carrier(dict.fromkeys(soon, exc))
            raise
        if carrier is not None:
            carrier(read.looked)
        if self.beside is not None:
            self.beside.tell(read.seen)
        return read.rows

    def _read(
        self, connection: Connection, *, until_ms: int, after: tuple[int, int], soon: Sequence[int]
    ) -> _Read:
        rows = conversations.due_page(connection, until_ms=until_ms, after=after)
        seen = [] if self.beside is None else self.beside.look(connection)
        return _Read(rows, seen, {key: self._look_at(connection, key) for key in soon})

    def _look_at(self, connection: Connection, conversation_id: int) -> Found | Exception:
        """What is wrong with one of them is not the others' fault, unless it is the database's."""
        try:
            return self._look(connection, conversation_id)
        except Exception as exc:
            if spoils(exc):
                raise
            return exc
