"""From an address to records that may be used: this version's schema, and what dead processes left taken back."""

import contextlib
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import structlog

from clinic_bot.clock import Clock
from clinic_bot.store import jump, notices, recovery, server_clock
from clinic_bot.store.database import Database, Job
from clinic_bot.store.migrations import migrate
from clinic_bot.store.places import Place, open_database
from clinic_bot.store.policy import Policy
from clinic_bot.store.recovery import Recovered
from clinic_bot.store.rehearsal import rehearse
from clinic_bot.store.sqlite import sole_process

log = structlog.get_logger(__name__)


@contextlib.asynccontextmanager
async def opened(place: Place) -> AsyncIterator[Database]:
    """The database until the block ends; a file is this process's alone. Raises Misconfigured."""
    with sole_process(place) if isinstance(place, Path) else contextlib.nullcontext():
        database = open_database(place)
        try:
            yield database
        finally:
            await database.close()


async def take_up(
    database: Database,
    place: Place,
    clock: Clock,
    policy: Policy,
    *,
    only: Job[None] = lambda _connection: None,
) -> Recovered:
    """Go on where the processes before left off.

    A file's were one, and it is dead: every lease in it ends here. Replicas on a server may live, so there a lease
    ends when it runs out, by the claim that finds it due.

    Args:
        only: raises Misconfigured for records that this process must not touch.

    Raises:
        Misconfigured: ``only`` did, the schema is a newer version's, or somebody keeps it locked.
        StorageUnavailable: there is no such server, or it refuses us.
    """
    alone = isinstance(place, Path)
    await database.write(migrate)
    await database.read(only)
    if alone:
        await _follow_wall(database, clock)
    else:
        await server_clock.follow(database, clock, first=True)
    now_ms = clock.now_ms()
    await database.write(partial(rehearse, now_ms=now_ms, policy=policy))
    await database.write(partial(notices.recover, now_ms=now_ms, policy=policy, alone=alone))
    if not alone:
        return Recovered(thinking=0, unknown=0)
    return await database.write(partial(recovery.recover, now_ms=now_ms, policy=policy))


async def _follow_wall(database: Database, clock: Clock) -> None:
    caught_up = await database.write(partial(jump.catch_up, now_ms=clock.now_ms()))
    if caught_up is not None:
        log.warning("the clock was set back meanwhile", by_s=round(caught_up.by_ms / 1000, 1))
