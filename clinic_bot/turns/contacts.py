"""Learning the LID of a number, before the first reply and off the webhook's path (rule 18).

A hand-written answer of the clinic may arrive under the LID alone; only who knows the pair knows whose chat a
person just took over.
"""

import asyncio
from functools import partial

import structlog
from sqlalchemy import Connection

from clinic_bot.clock import Clock
from clinic_bot.reply.zapi import ZapiClient
from clinic_bot.store import contacts
from clinic_bot.store.database import Database
from clinic_bot.store.lease import Claim
from clinic_bot.store.policy import Policy
from clinic_bot.store.session import session_on

log = structlog.get_logger(__name__)

#: As long as any call to Z-API may take; it runs beside the model's call.
_PATIENCE_MS = 15_000


class ContactBook:
    def __init__(self, database: Database, zapi: ZapiClient, clock: Clock, policy: Policy) -> None:
        self._database = database
        self._zapi = zapi
        self._clock = clock
        self._policy = policy

    def learn_lid(self, claim: Claim) -> asyncio.Task[bool] | None:
        """Start asking, beside the model's call; await the task, which never fails, before the intent.

        It tells whether Z-API answered. None: the LID is known.
        """
        if claim.lid is not None or claim.phone is None:
            return None
        return asyncio.create_task(self._ask(claim, claim.phone))

    async def _ask(self, claim: Claim, phone: str) -> bool:
        try:
            async with asyncio.timeout(self._clock.real_s(_PATIENCE_MS)):
                found = await self._zapi.phone_exists(phone)
                if found is not None and found.lid:
                    await self._database.write(partial(self._learn, claim=claim, lid=found.lid))
            return True
        except Exception as exc:  # whatever it is, it is tried again with the turn
            log.info("LID not learned", conversation=claim.conversation_id, problem=type(exc).__name__)
            return False

    def _learn(self, connection: Connection, *, claim: Claim, lid: str) -> None:
        with session_on(connection) as session:
            contacts.learn_lid(session, claim.conversation_id, lid, self._policy, self._clock.now_ms())
