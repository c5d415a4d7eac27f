"""Keeps the service in step when somebody sets the machine's clock, by an hour or by a year.

Nothing sees a jump before this does (``clock.py``). Then, in one step of the loop, the clock follows, timers move,
and the writer gets the job that shifts what is stored: between everything that was asked of it by the old clock
and everything by the new one.
"""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol, TypeVar

import structlog

from clinic_bot.clock import Clock
from clinic_bot.store import conversations, jump
from clinic_bot.store.database import Job

log = structlog.get_logger(__name__)

_LOOK_MS = 1_000
#: As far ahead as the dispatcher keeps timers, at least.
_SOON_MS = 20_000

T = TypeVar("T")


class Ordered(Protocol):
    """The SQLite executor, which has one writer and therefore an order."""

    def between(self, job: Job[T]) -> asyncio.Future[T]: ...
    async def read(self, job: Job[T]) -> T: ...


class Wakeful(Protocol):
    """Who keeps instants in memory; the dispatcher."""

    def notice(self, conversation_id: int, wake_at_ms: int | None, *, emergency: bool = False) -> None: ...


class Timekeeper:
    """Follows the wall clock.

    Args:
        tell: whoever else keeps instants in memory; called with the jump in milliseconds, must not wait or raise.
    """

    def __init__(
        self,
        database: Ordered,
        clock: Clock,
        dispatcher: Wakeful,
        *,
        tell: Sequence[Callable[[int], None]] = (),
    ) -> None:
        self._database = database
        self._clock = clock
        self._dispatcher = dispatcher
        self._tell = tell

    async def keep_time(self) -> None:
        """Look every second whether the wall clock was set, until cancelled."""
        while True:
            try:
                await self.follow_wall()
            except (
                Exception
            ) as exc:  # what is armed may be wrong by this jump; the next one is still followed
                log.error("clock jump not followed", problem=type(exc).__name__)
            await self._clock.sleep(_LOOK_MS)

    async def follow_wall(self) -> jump.Shifted | None:
        """One look. A small step of the clock is followed as it is; a jump takes everything armed along."""
        by_ms, before_ms = self._clock.strayed_ms(), self._clock.now_ms()
        if abs(by_ms) <= jump.LEAST_MS:
            self._clock.follow(by_ms)
            return None
        # Nothing waits between these, so nobody writes an instant of the one clock among those of the other.
        shifting = self._database.between(partial(jump.shift, by_ms=by_ms, before_ms=before_ms))
        self._clock.follow(by_ms)
        for tell in self._tell:
            tell(by_ms)
        shifted = await shifting
        log.warning(
            "the clock was set, and what was armed moved with it",
            by_s=round(by_ms / 1000, 1),
            conversations=shifted.conversations,
            turns=shifted.turns,
        )
        await self._arm_again()
        return shifted

    async def _arm_again(self) -> None:
        """Timers of what is due soon say the old instant."""
        until_ms, after = self._clock.now_ms() + _SOON_MS, (-1, -1)
        while page := await self._database.read(
            partial(conversations.due_before, until_ms=until_ms, after=after)
        ):
            for wake_at_ms, conversation_id in page:
                self._dispatcher.notice(conversation_id, wake_at_ms)
            after = page[-1]
