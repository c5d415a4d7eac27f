"""Taking a reply back that a person's answer overtook, as far as that goes (rule 15).

A reply stays in Z-API's queue for its 1 to 3 s and its typing delay. What is deleted there never left.
"""

from functools import partial

import structlog

from clinic_bot.clock import Clock
from clinic_bot.errors import AccountRefused, ProviderDown, StorageUnavailable
from clinic_bot.reply.zapi import ZapiClient
from clinic_bot.store import evidence
from clinic_bot.store.database import Database

log = structlog.get_logger(__name__)

#: Nothing waits in Z-API's queue longer than its two delays of 15 s at most.
_QUEUED_FOR_MS = 30_000


async def recall(database: Database, zapi: ZapiClient, clock: Clock, conversation_id: int) -> None:
    """Delete what this conversation still has in Z-API's queue. Never raises: a person has the chat either way."""
    since_ms = clock.now_ms() - _QUEUED_FOR_MS
    try:
        queued = await database.read(
            partial(evidence.maybe_queued, conversation_id=conversation_id, since_ms=since_ms)
        )
        for turn_id, zaap_id in queued:
            if await zapi.delete_queued(zaap_id):  # one that fails leaves the rest: Z-API does not answer
                now_ms = clock.now_ms()
                await database.write(partial(evidence.recalled, turn_id=turn_id, now_ms=now_ms))
                log.info("reply recalled", turn=turn_id, conversation=conversation_id)
    except (ProviderDown, AccountRefused, StorageUnavailable) as exc:
        log.warning("reply not recalled", conversation=conversation_id, problem=str(exc))
