"""Replies that wait while WhatsApp is away: they get old, and an old answer is asked again instead of said.

Z-API keeps what it accepted through a disconnection and lets it go by itself when WhatsApp is back, hours late. So
what stands in its queue for too long is deleted there, and only what it confirms to have deleted is asked again.
"""

from functools import partial

import structlog

from clinic_bot.clock import Clock
from clinic_bot.reply.zapi import ZapiClient
from clinic_bot.store import unsent
from clinic_bot.store.database import Database
from clinic_bot.store.policy import Policy
from clinic_bot.store.unsent import Reopened

log = structlog.get_logger(__name__)

#: Waits between tries of a send that certainly did not leave; the last one goes on until the reply is stale.
_PAUSES_MS = (250, 1_000, 3_000)
#: What is older was there before any outage we know of, and a person has seen it long ago.
_LOOK_BACK_MS = 86_400_000


def pause_ms(tries: int, pinned_ms: int, now_ms: int, ttl_ms: int) -> int | None:
    """How long a pinned reply waits before its next try; None when it is stale by then and is given back.

    Args:
        tries: how often it was tried, at least 1.
        pinned_ms: when its intent was committed.
    """
    pause = _PAUSES_MS[min(tries, len(_PAUSES_MS)) - 1]
    return pause if now_ms + pause < pinned_ms + ttl_ms else None


async def ask_stale_again(
    database: Database, zapi: ZapiClient, clock: Clock, policy: Policy, *, ttl_ms: int
) -> list[Reopened]:
    """Take out of Z-API's queue what waits there for longer than ``ttl_ms``, and let its messages wait again.

    Raises ProviderDown or AccountRefused when Z-API does not answer: what was not confirmed stays as it is.
    """
    now_ms = clock.now_ms()
    asked = partial(unsent.maybe_waiting, instance=zapi.instance_id)
    waiting = await database.read(partial(asked, since_ms=now_ms - _LOOK_BACK_MS, before_ms=now_ms - ttl_ms))
    if not waiting:
        return []
    queued = {item.zaap_id for item in await zapi.queue()}
    found: list[Reopened] = []
    for one in waiting:
        if one.zaap_id in queued and await zapi.delete_queued(one.zaap_id):
            back = partial(unsent.reopen, turn_id=one.turn_id, reason="stale in Z-API's queue")
            reopened = await database.write(partial(back, now_ms=clock.now_ms(), policy=policy))
            log.info(
                "stale reply taken back", turn=one.turn_id, again=bool(reopened and reopened.asked_again)
            )
            found += [reopened] if reopened else []
    return found
