"""The one place that knows what time it is.

Every instant of the project is epoch milliseconds, UTC; every wait goes through the clock that was handed in.
In the sandbox the clock may start at another instant and run faster, so that a scenario of a minute plays in
six seconds with every duration divided alike.
"""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Clock:
    """Wall time, optionally shifted and sped up.

    Args:
        start_ms: what ``now_ms`` says at the moment of construction; None means the machine's own time.
        rate: how many of our seconds pass in one real second; only the sandbox sets another than 1.
    """

    start_ms: int | None = None
    rate: float = 1.0
    _origin_s: float = field(default_factory=time.monotonic)

    def now_ms(self) -> int:
        if self.start_ms is None:
            return time.time_ns() // 1_000_000
        return self.start_ms + round((time.monotonic() - self._origin_s) * 1000 * self.rate)

    def real_s(self, duration_ms: float) -> float:
        """How long a duration of ours lasts in the machine's seconds, for timers and time-outs."""
        return max(0.0, duration_ms) / 1000 / self.rate

    async def sleep(self, duration_ms: float) -> None:
        await asyncio.sleep(self.real_s(duration_ms))

    def local(self, zone: ZoneInfo) -> datetime:
        return datetime.fromtimestamp(self.now_ms() / 1000, zone)


def start_at(instant: datetime, *, rate: float = 1.0) -> Clock:
    """A sandbox clock that begins at ``instant`` (zone required) and runs ``rate`` times as fast."""
    return Clock(start_ms=round(instant.astimezone(UTC).timestamp() * 1000), rate=rate)
