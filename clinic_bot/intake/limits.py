"""Time limits that hardly ever end anything, at the price of a dictionary entry each.

``asyncio.timeout`` arms a timer and looks the task up twice; with one around the body and one around the commit
that was an eighth of a webhook's time on the loop.
"""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

T = TypeVar("T")

_LOOK_EVERY_S = 0.5


class Limit:
    """``await limit(awaitable)`` raises TimeoutError once ``seconds`` have passed, at most half a second late."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._ends_s: dict[asyncio.Task[Any], float] = {}  # soonest first, since all last equally long
        self._ended: set[asyncio.Task[Any]] = set()
        self._timer: asyncio.TimerHandle | None = None

    async def __call__(self, awaitable: Awaitable[T]) -> T:
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        assert task is not None
        self._ends_s[task] = loop.time() + self.seconds
        if self._timer is None:
            self._timer = loop.call_later(min(self.seconds, _LOOK_EVERY_S), self._look)
        try:
            return await awaitable
        except asyncio.CancelledError:
            if task in self._ended and task.uncancel() == 0:  # nobody else wants it to stop
                raise TimeoutError from None
            raise
        finally:
            self._ends_s.pop(task, None)
            self._ended.discard(task)

    def _look(self) -> None:
        self._timer = None
        loop = asyncio.get_running_loop()
        now_s = loop.time()
        for task, ends_s in list(self._ends_s.items()):
            if ends_s > now_s:
                break
            del self._ends_s[task]
            self._ended.add(task)
            task.cancel()
        if self._ends_s:
            self._timer = loop.call_later(min(self.seconds, _LOOK_EVERY_S), self._look)
