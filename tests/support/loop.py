"""An event loop whose time stands still while the machine does not let it run.

Tests with a clock that runs 25 times as fast live through a busy machine's pause of a quarter of a second as six
seconds: windows close and deadlines pass between two lines of a test, which says something of the machine and
nothing of the code. Here what waits together stops together, timers and the clock alike.
"""

import asyncio
import math
import selectors
import time

from clinic_bot.clock import Clock

#: So long one round of the loop may take, and so late a timer may come; what is more is the machine's pause.
_ROUND_S = 0.010


class _Watched(selectors.DefaultSelector):
    """A selector that tells the time: between two of the loop's steps no more of it passes than the step may take."""

    def __init__(self) -> None:
        super().__init__()
        self._step = (
            0.0,
            time.monotonic(),
            _ROUND_S,
        )  # its beginning, the same on the machine, the most it may take

    def time(self) -> float:
        began_s, machine_s, most_s = self._step
        return began_s + min(time.monotonic() - machine_s, most_s)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._step = (
            self.time(),
            time.monotonic(),
            math.inf if timeout is None else max(0.0, timeout) + _ROUND_S,
        )
        found = super().select(timeout)
        self._step = (self.time(), time.monotonic(), _ROUND_S)
        return found


class UnhurriedLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._watched = _Watched()
        super().__init__(self._watched)

    def time(self) -> float:
        return self._watched.time()


class LoopClock(Clock):
    """A clock that goes by the running loop's time. Build it inside the loop; any thread may ask it."""

    _loop: asyncio.AbstractEventLoop
    _began_s: float

    def __init__(self, start_ms: int, rate: float) -> None:
        super().__init__(start_ms=start_ms, rate=rate)
        loop = asyncio.get_running_loop()
        object.__setattr__(self, "_loop", loop)
        object.__setattr__(self, "_began_s", loop.time())

    def now_ms(self) -> int:
        gone_ms = (self._loop.time() - self._began_s) * self.rate * 1000
        return (self.start_ms or 0) + round(gone_ms) + self._moved.ms
