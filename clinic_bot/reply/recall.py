"""Taking a reply back that a person's answer overtook, as far as that goes (rule 15).

A reply stays in Z-API's queue for its 1 to 3 s and its typing delay. What is deleted there never left.
"""

from functools import partial

import structlog

from clinic_bot.clock import Clock
from clinic_bot.errors import AccountRefused, ProviderDown, StorageUnavailable
from clinic_bot.reply.zapi import ZapiClient
from clinic_bot.store import recalls
from clinic_bot.store.database import Database
from clinic_bot.store.recalls import Recallable

log = structlog.get_logger(__name__)

#: Nothing waits in Z-API's queue longer than its two delays of 15 s at most.
QUEUED_FOR_MS = 30_000


async def recall(database: Database, zapi: ZapiClient, clock: Clock, conversation_id: int) -> None:
    """Delete what this conversation still has in Z-API's queue. Never raises: a person has the chat either way."""
    since_ms = clock.now_ms() - QUEUED_FOR_MS
    begin = partial(recalls.begin, conversation_id=conversation_id, since_ms=since_ms)
    try:
        for reply in await database.write(begin):
            if await _delete(zapi, reply):
                deleted = partial(recalls.deleted, turn_id=reply.turn_id, now_ms=clock.now_ms())
                await database.write(deleted)
                log.info("reply recalled", turn=reply.turn_id, conversation=conversation_id)
            else:
                await database.write(partial(recalls.stands, reply=reply))
    except (ProviderDown, StorageUnavailable) as exc:
        # Whether it was deleted nobody knows: it is settled like any other uncertain send.
        log.warning("reply not recalled", conversation=conversation_id, problem=str(exc))


async def _delete(zapi: ZapiClient, reply: Recallable) -> bool:
    try:
        return await zapi.delete_queued(reply.zaap_id)
    except AccountRefused as exc:
        log.warning("reply not recalled", turn=reply.turn_id, problem=str(exc))
        return False
