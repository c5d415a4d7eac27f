"""The one place that knows what time it is.

Every instant of the project is epoch milliseconds, UTC; every wait goes through the clock that was handed in.
In the sandbox the clock may start at another instant and run faster, so that a scenario of a minute plays in
six seconds with every duration divided alike.

Somebody may set the machine's clock while conversations wait for instants that were stored by the old one. So
this clock reads the machine's wall once and then goes by its steady clock: a jump is not seen until ``follow`` is
told of it, in the same moment in which everything armed is shifted (``turns/timekeeper.py``).
"""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

#: Goes on while the machine sleeps, as the wall does; macOS's monotonic clock does so by itself.
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def _steady_ns() -> int:
    return time.clock_gettime_ns(_STEADY)


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000


@dataclass(slots=True)
class _Moved:
    """By how much the clock was corrected since it was built."""

    ms: int = 0


@dataclass(frozen=True, slots=True)
class Clock:
    """Wall time, optionally shifted and sped up.

    Args:
        start_ms: what ``now_ms`` says at the moment of construction; None means the machine's own time.
        rate: how many of our seconds pass in one real second; only the sandbox sets another than 1.
    """

    start_ms: int | None = None
    rate: float = 1.0
    _origin_ms: int = field(default_factory=_wall_ms)
    _origin_ns: int = field(default_factory=_steady_ns)
    _moved: _Moved = field(default_factory=_Moved)

    def now_ms(self) -> int:
        since_ms = self._origin_ms if self.start_ms is None else self.start_ms
        return since_ms + round((_steady_ns() - self._origin_ns) * self.rate / 1e6) + self._moved.ms

    def steady_ms(self) -> int:
        """For instants that are kept in memory and compared with each other: it goes on evenly through a jump."""
        return self.now_ms() - self._moved.ms

    @property
    def is_real(self) -> bool:
        """Whether it shows the machine's own time, at its own pace."""
        return self.start_ms is None and self.rate == 1

    def strayed_ms(self) -> int:
        """How far the machine's wall clock was set away from ours; a clock that was given its start has none."""
        if not self.is_real:
            return 0
        return _wall_ms() - self.now_ms()

    def follow(self, by_ms: int) -> None:
        """Jump. Only for who shifts what is armed along with it, or follows the clock that all replicas share."""
        self._moved.ms += by_ms

    def real_s(self, duration_ms: float) -> float:
        """How long a duration of ours lasts in the machine's seconds, for timers and time-outs."""
        return max(0.0, duration_ms) / 1000 / self.rate

    async def sleep(self, duration_ms: float) -> None:
        await asyncio.sleep(self.real_s(duration_ms))

    def local(self, zone: ZoneInfo) -> datetime:
        return local(self.now_ms(), zone)


def local(at_ms: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, zone)


def start_at(instant: datetime, *, rate: float = 1.0) -> Clock:
    """A sandbox clock that begins at ``instant`` (zone required) and runs ``rate`` times as fast."""
    return Clock(start_ms=round(instant.astimezone(UTC).timestamp() * 1000), rate=rate)
