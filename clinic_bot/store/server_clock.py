"""PostgreSQL's clock, which every replica follows, so that an instant stored by one means the same to all.

A process asks the server for the time and sets its own clock by it, to within half of what the question took: a
millisecond on one network. Instants are then computed here as on SQLite, by the same functions. Asking the server
inside every statement would be exact and would need each rule a second time, in SQL. Nothing that must not happen
twice hangs on the difference: who owns a conversation is decided by its row and its epoch, and time only says when to
look.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import structlog
from sqlalchemy import Connection

from clinic_bot.clock import Clock
from clinic_bot.store.database import Database
from clinic_bot.store.session import driver_of

log = structlog.get_logger(__name__)

_NOW = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint"
_LOOKS = 3
#: A look that took longer says less than what our own steady clock has kept since the last one.
_GOOD_MS = 50
#: More than this between two looks is no drift: somebody set the server's clock.
_JUMP_MS = 1_000


@dataclass(frozen=True, slots=True)
class Look:
    """How far the server's clock is ahead of ours, and how wrong that may be."""

    ahead_ms: int
    within_ms: int


def look(connection: Connection, now_ms: Callable[[], int]) -> Look:
    """Ask once; the answer was true half-way between question and answer."""
    driver = driver_of(connection)
    before_ms = now_ms()
    ((server_ms,),) = driver.execute(_NOW).fetchall()
    after_ms = now_ms()
    return Look(int(server_ms) - (before_ms + after_ms) // 2, (after_ms - before_ms + 1) // 2)


def best_look(connection: Connection, now_ms: Callable[[], int]) -> Look:
    """The surest of a few: the first has to prepare its statement, and our loop may be busy at any."""
    return min((look(connection, now_ms) for _ in range(_LOOKS)), key=lambda one: one.within_ms)


async def follow(database: Database, clock: Clock, *, first: bool = False) -> Look | None:
    """Set ``clock`` by the server's. A clock that was given its start keeps it: the sandbox's and the tests'.

    Args:
        first: at start the clock is set by whatever can be learned.

    Returns:
        What was learned; None where nothing was followed.
    """
    if not clock.is_real:
        return None
    found = await database.read(partial(best_look, now_ms=clock.now_ms))
    if found.within_ms > _GOOD_MS and not first:
        return None
    if abs(found.ahead_ms) > _JUMP_MS:
        log.warning("the clock differs from PostgreSQL's, which counts", by_s=round(found.ahead_ms / 1000, 1))
    clock.follow(found.ahead_ms)
    return found
