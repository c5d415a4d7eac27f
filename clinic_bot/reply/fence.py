"""The last look before a reply leaves: is this conversation surely still ours?

A process may have stood still between its intent and its request, and another one has taken the conversation since.
"""

from functools import partial

import structlog

from clinic_bot.clock import Clock
from clinic_bot.errors import NotSent, Stale, StorageUnavailable
from clinic_bot.store import renewal, unsent
from clinic_bot.store.database import Database
from clinic_bot.store.lease import Claim
from clinic_bot.store.leases import Leases
from clinic_bot.store.policy import Policy

log = structlog.get_logger(__name__)


class Fence:
    """Lets a send pass while its lease is sure, and asks the database where it is not."""

    def __init__(self, database: Database, clock: Clock, policy: Policy, leases: Leases) -> None:
        self._database = database
        self._clock = clock
        self._policy = policy
        self._leases = leases

    async def pass_by(self, claim: Claim) -> None:
        """Return where the send may begin at once.

        Raises:
            NotSent: nobody can say whose the conversation is; nothing left.
            Stale: it is somebody else's; nothing left.
        """
        while not self._leases.is_sure(claim):
            log.warning("lease not sure before a send", turn=claim.turn_id)
            asked_ms = self._clock.steady_ms()
            now_ms = None if self._leases.by_server else self._clock.now_ms()
            prove = partial(renewal.prove, claim=claim, now_ms=now_ms, lease_ms=self._leases.lease_ms)
            try:
                still_ours = await self._database.write(prove, urgent=True)
            except StorageUnavailable as exc:
                raise NotSent("the lease ran out, and the database does not answer") from exc
            if not still_ours:
                raise Stale("another replica took the conversation before the reply left")
            self._leases.hold(claim, asked_ms)

    async def tell_unsent(self, claim: Claim) -> None:
        """Who took the conversation had to take the reply for uncertain; we know that it never left."""
        now_ms = self._clock.now_ms()
        reason = "never sent: its process stood still"
        reopen = partial(unsent.reopen, turn_id=claim.turn_id, reason=reason)
        reopened = await self._database.write(partial(reopen, now_ms=now_ms, policy=self._policy))
        again = bool(reopened and reopened.asked_again)
        log.warning("reply fenced", turn=claim.turn_id, conversation=claim.conversation_id, again=again)
