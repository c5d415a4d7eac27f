"""Time that moves only when the test moves it."""

import asyncio
from dataclasses import dataclass, field

from clinic_bot.clock import Clock

START_MS = 1_790_000_000_000


@dataclass(slots=True)
class _Time:
    now_ms: int
    sleepers: list[tuple[int, asyncio.Future[None]]] = field(default_factory=list)


class FakeClock(Clock):
    """A clock that stands still. Who sleeps on it wakes when ``advance`` passes his instant.

    A timer armed with ``real_s`` fires within a millisecond, whatever it was armed for: what is due must be
    decided by ``now_ms``, never by a timer having fired.
    """

    _time: _Time

    def __init__(self, start_ms: int = START_MS) -> None:
        super().__init__(start_ms=start_ms)
        object.__setattr__(self, "_time", _Time(start_ms))

    def now_ms(self) -> int:
        return self._time.now_ms

    def real_s(self, duration_ms: float) -> float:
        return 0.001 if duration_ms > 0 else 0.0

    async def sleep(self, duration_ms: float) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._time.sleepers.append((self._time.now_ms + round(duration_ms), woken))
        await woken

    def advance(self, ms: int) -> None:
        self._time.now_ms += ms
        due = [one for one in self._time.sleepers if one[0] <= self._time.now_ms]
        self._time.sleepers = [one for one in self._time.sleepers if one[0] > self._time.now_ms]
        for _, woken in due:
            if not woken.done():
                woken.set_result(None)
