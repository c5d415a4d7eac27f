"""Keeps replicas in step with the PostgreSQL they share: its clock is theirs, and what one that died left is let go."""

from functools import partial
from typing import Protocol

import structlog

from clinic_bot.clock import Clock
from clinic_bot.errors import StorageUnavailable
from clinic_bot.store import future, notices, server_clock
from clinic_bot.store.database import Database
from clinic_bot.store.policy import Policy

log = structlog.get_logger(__name__)

#: Clocks of machines part by some milliseconds a minute at worst.
_FOLLOW_MS = 5_000


class Wakeful(Protocol):
    """Who keeps instants in memory; the dispatcher."""

    def clock_moved(self) -> None: ...


async def follow_forever(
    database: Database, clock: Clock, policy: Policy, dispatcher: Wakeful, *, lease_ms: int
) -> None:
    """Follow until cancelled; a server that does not answer is asked again."""
    while True:
        await clock.sleep(_FOLLOW_MS)
        try:
            if await server_clock.follow(database, clock) is not None:
                await future.heal(database, clock, policy, lease_ms=lease_ms)
                dispatcher.clock_moved()
            # An alert or a reminder that a replica which died was sending.
            lapsed = partial(notices.recover, now_ms=clock.now_ms(), policy=policy, alone=False)
            await database.write(lapsed)
        except StorageUnavailable as exc:
            log.error("PostgreSQL's clock not followed", problem=str(exc))
