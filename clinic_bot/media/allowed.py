"""Who minds what Groq grants for recordings and pictures: one process, or all replicas of one account together.

Groq counts an organisation's seconds of audio, whichever machine sent them, and tells of them only when it refuses. So
what one replica sent, and what it was refused, the others know before they send: one short transaction before each
file, and none where nothing is heard or seen. While the database does not answer, each goes by what it knew last.
"""

from collections.abc import Callable
from functools import partial
from typing import Protocol, TypeVar

from clinic_bot.agent.limits import Figures
from clinic_bot.clock import Clock
from clinic_bot.errors import StorageUnavailable
from clinic_bot.media.allowance import Allowance
from clinic_bot.store import common
from clinic_bot.store.database import Database

T = TypeVar("T")
#: A change of what is known, told the time.
Change = Callable[[Allowance, int], T]


class Allowed(Protocol):
    """What one model is still granted."""

    async def take(self, seconds: float) -> float:
        """Take so much audio, if it is there: 0, else in how many milliseconds it may be; ``inf`` is never."""
        ...

    async def refused(self, said: Figures | None, seconds: float, wait_ms: float) -> None:
        """Groq refused what was taken before it ran."""
        ...


class AllowedHere(Allowed):
    """Minded by this process alone."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._allowance = Allowance()

    async def take(self, seconds: float) -> float:
        return self._allowance.ask(seconds, self._clock.steady_ms())

    async def refused(self, said: Figures | None, seconds: float, wait_ms: float) -> None:
        self._allowance.refused(said, seconds, wait_ms, self._clock.steady_ms())


class AllowedTogether(Allowed):
    """Minded by all that share a database.

    Args:
        name: of account and model, under which they find each other.
    """

    def __init__(self, database: Database, name: str, clock: Clock) -> None:
        self._database = database
        self._name = name
        self._clock = clock
        self._last = Allowance()

    async def take(self, seconds: float) -> float:
        return await self._change(lambda allowance, now_ms: allowance.ask(seconds, now_ms))

    async def refused(self, said: Figures | None, seconds: float, wait_ms: float) -> None:
        await self._change(lambda allowance, now_ms: allowance.refused(said, seconds, wait_ms, now_ms))

    async def _change(self, change: Change[T]) -> T:
        now_ms = self._clock.now_ms()
        changed = partial(_changed, change=change, now_ms=now_ms)
        job = partial(common.change, name=self._name, changed=changed)
        try:
            answer, self._last = await self._database.write(job, urgent=True)
        except StorageUnavailable:
            return change(self._last, now_ms)
        return answer


def _changed(text: str, *, change: Change[T], now_ms: int) -> tuple[str, tuple[T, Allowance]]:
    allowance = Allowance.of_text(text)
    answer = change(allowance, now_ms)
    return allowance.text(), (answer, allowance)
