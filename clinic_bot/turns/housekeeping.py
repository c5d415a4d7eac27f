"""What is done once a minute: look for what no step notices by itself, and forget what is old."""

from collections.abc import Awaitable, Callable, Sequence

import structlog

from clinic_bot.clock import Clock
from clinic_bot.errors import StorageUnavailable
from clinic_bot.store.pruning import Pruning

log = structlog.get_logger(__name__)

_EVERY_MS = 60_000


async def keep_house(
    looks: Sequence[Callable[[], Awaitable[None]]],
    pruning: Pruning,
    clock: Clock,
    *,
    on_duty: Callable[[], bool],
) -> None:
    """Keep it until cancelled.

    Args:
        looks: made in this order; where the database does not answer one, the rest wait for the next minute.
        on_duty: whether this process prunes, where several could.
    """
    while True:
        try:
            for look in looks:
                await look()
            if on_duty():
                await pruning.prune()
        except StorageUnavailable as exc:
            log.error("housekeeping failed", problem=str(exc))
        await clock.sleep(_EVERY_MS)
