"""Settling what is uncertain: Z-API's queue is asked, and what stays unknown is held for a person.

The echo, delivery reports and receipts settle most of it as they come in (``store/evidence.py``).
"""

from collections.abc import Callable
from functools import partial

import structlog

from clinic_bot.clock import Clock
from clinic_bot.errors import Operator, Retry
from clinic_bot.operations.metrics import Metrics
from clinic_bot.reply.zapi import ZapiClient, recipient
from clinic_bot.store import evidence, watch
from clinic_bot.store.database import Database
from clinic_bot.store.duties import alone

log = structlog.get_logger(__name__)

_EVERY_MS = 5_000


async def settle_forever(
    database: Database,
    zapi: ZapiClient,
    clock: Clock,
    metrics: Metrics,
    on_duty: Callable[[], bool] = alone,
) -> None:
    """Look at the uncertain sends every few seconds, until cancelled.

    Args:
        on_duty: whether this process settles, where several could; the others count.
    """
    while True:
        try:
            if on_duty():
                await settle_once(database, zapi, clock, metrics)
            else:
                await count_uncertain(database, metrics)
        except (Retry, Operator) as exc:
            log.warning("settling waits", problem=str(exc))
        except Exception:  # an answer nobody foresaw must not end the watch
            log.exception("settling failed")
        await clock.sleep(_EVERY_MS)


async def count_uncertain(database: Database, metrics: Metrics) -> None:
    undecided = await database.read(watch.undecided)
    metrics.uncertain_sends.set(undecided.unknown + undecided.held)


async def settle_once(database: Database, zapi: ZapiClient, clock: Clock, metrics: Metrics) -> None:
    """One look. Raises ProviderDown or AccountRefused when the queue cannot be listed; time still counts."""
    unknown = await database.read(partial(evidence.unsettled, instance=zapi.instance_id))
    await count_uncertain(database, metrics)
    if not unknown:
        return
    held = await database.write(partial(evidence.hold_old, now_ms=clock.now_ms()))
    if held:
        log.warning("held for a person", turns=held)
    waiting = await zapi.queue()
    for send in unknown:
        to = recipient(send.phone, send.lid)
        same = [item for item in waiting if item.phone == to and item.message == send.reply]
        if len(same) == 1:
            found = partial(
                evidence.found_in_queue,
                turn_id=send.turn_id,
                zaap_id=same[0].zaap_id,
                message_id=same[0].message_id,
            )
            await database.write(found)
