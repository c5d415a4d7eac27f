"""The last look before a reply leaves: is this conversation surely still ours? And word of one that did not leave.

A process may have stood still between its intent and its request, and another one has taken the conversation since.
"""

from functools import partial

import structlog

from clinic_bot.clock import Clock
from clinic_bot.errors import NotSent, Stale, StorageUnavailable
from clinic_bot.store import closing, renewal, unsent
from clinic_bot.store.closing import Closed
from clinic_bot.store.database import Database
from clinic_bot.store.lease import Claim
from clinic_bot.store.leases import Leases
from clinic_bot.store.policy import Policy

log = structlog.get_logger(__name__)

#: Between tries to say that a reply did not leave: together longer than a server takes to be replaced by its standby.
_PAUSES_MS = (250, 1_000, 3_000, *(5_000,) * 12)


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

    async def give_back(self, claim: Claim, *, after_ms: int, reason: str, tries_on: bool) -> Closed:
        """Let the messages of a reply that certainly did not leave wait again, for ``after_ms``.

        Nobody else knows it. Who gave up because the database is away for a moment would leave a reply behind that is
        taken for uncertain, and a patient without an answer.

        Args:
            reason: why it is certain; shown to operators.
            tries_on: whether there is time for that.

        Raises:
            StorageUnavailable: the database stayed away.
        """
        pauses_ms = iter(_PAUSES_MS if tries_on else ())
        while True:
            now_ms = self._clock.now_ms()
            back = partial(
                closing.give_back, claim=claim, wake_at_ms=now_ms + after_ms, now_ms=now_ms, policy=self._policy,
                withdrawn=reason,
            )  # fmt: skip
            try:
                closed: Closed = await self._database.write(back, urgent=True)
            except StorageUnavailable:
                if (pause_ms := next(pauses_ms, None)) is None:
                    raise
                await self._clock.sleep(pause_ms)
            else:
                if not closed.ours:
                    await self.tell_unsent(claim)
                return closed

    async def tell_unsent(self, claim: Claim) -> None:
        """Who took the conversation had to take the reply for uncertain; we know that it never left."""
        now_ms = self._clock.now_ms()
        reason = "never sent: its process stood still"
        reopen = partial(unsent.reopen, turn_id=claim.turn_id, epoch=claim.epoch, reason=reason)
        reopened = await self._database.write(partial(reopen, now_ms=now_ms, policy=self._policy))
        again = bool(reopened and reopened.asked_again)
        log.warning("reply fenced", turn=claim.turn_id, conversation=claim.conversation_id, again=again)
