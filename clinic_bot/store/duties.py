"""What one of several replicas does for all: telling a person, settling, pruning.

Nothing that must not happen twice hangs on it: two of them for a moment tell twice what one would have told once.
"""

import contextlib
from functools import partial

import structlog
from sqlalchemy import Connection

from clinic_bot.clock import Clock
from clinic_bot.errors import StorageUnavailable
from clinic_bot.store.database import Database
from clinic_bot.store.session import driver_of

log = structlog.get_logger(__name__)

_TAKE = """
INSERT INTO duty (name, owner, until_ms) VALUES (?1, ?2, ?3)
ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until_ms = excluded.until_ms
WHERE duty.owner = excluded.owner OR duty.until_ms <= ?4"""

_CHORES = "chores"
_LASTS_MS, _RENEW_MS = 15_000, 5_000


def take(connection: Connection, name: str, *, owner: str, now_ms: int, lasts_ms: int) -> bool:
    """Take a duty that nobody has, or keep it; whether it is ours until ``now_ms + lasts_ms``."""
    asked = (name, owner, now_ms + lasts_ms, now_ms)
    return driver_of(connection).execute(_TAKE, asked).rowcount == 1


def give_up(connection: Connection, name: str, *, owner: str) -> None:
    """Leave a duty to whoever asks next."""
    driver_of(connection).execute(
        "UPDATE duty SET until_ms = 0 WHERE name = ?1 AND owner = ?2", (name, owner)
    )


def alone() -> bool:
    """For a process that shares its database with nobody."""
    return True


class Chores:
    """The duty of what goes on in the background, taken and kept by one replica at a time."""

    def __init__(self, database: Database, clock: Clock, *, owner: str) -> None:
        self._database = database
        self._clock = clock
        self._owner = owner
        self._until_ms = 0  #: by the steady clock

    def are_ours(self) -> bool:
        return self._clock.steady_ms() < self._until_ms

    async def keep_forever(self) -> None:
        while True:
            await self._clock.sleep(_RENEW_MS)
            await self.keep()

    async def keep(self) -> None:
        """Take the duty if it is free, or make it last."""
        asked_ms = self._clock.steady_ms()
        job = partial(take, name=_CHORES, owner=self._owner, now_ms=self._clock.now_ms(), lasts_ms=_LASTS_MS)
        try:
            if await self._database.write(job):
                self._until_ms = asked_ms + _LASTS_MS
        except StorageUnavailable as exc:
            log.warning("duty not kept", problem=str(exc))

    async def leave(self) -> None:
        self._until_ms = 0
        with contextlib.suppress(StorageUnavailable):
            await self._database.write(partial(give_up, name=_CHORES, owner=self._owner))
