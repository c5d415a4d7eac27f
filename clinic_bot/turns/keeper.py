"""Keeps the leases of this process's turns, and hears what other replicas took in for them.

Correctness is the transactions' matter: a gate sees whatever was committed before it. This is for promptness, so that
a model does not go on with less than the patient has said, and for what nobody else notices: a turn that is lost.
"""

from functools import partial
from typing import Protocol, TypeVar

import structlog

from clinic_bot.clock import Clock
from clinic_bot.errors import StorageUnavailable
from clinic_bot.store import renewal
from clinic_bot.store.database import Job
from clinic_bot.store.leases import Leases
from clinic_bot.store.renewal import Seen

log = structlog.get_logger(__name__)

#: The design's: three renewals in the life of a lease.
LEASE_MS = 15_000
_RENEW_MS = 5_000
#: A row that somebody was writing just then, or a database that did not answer.
_AGAIN_MS = 500
_LOOK_MS = 200

T = TypeVar("T")


class Shared(Protocol):
    """The PostgreSQL executor, which has a connection for renewals alone."""

    async def renew(self, job: Job[T]) -> T: ...
    async def read(self, job: Job[T]) -> T: ...


class Wakeful(Protocol):
    """Who runs the turns; the dispatcher."""

    def notice(self, conversation_id: int, wake_at_ms: int | None, *, emergency: bool = False) -> None: ...
    def newer(self, conversation_id: int, revision: int) -> None: ...
    def of_no_use(self, conversation_id: int) -> None: ...


class Keeper:
    """Two loops over what is held: ``renew_forever`` and ``look_forever``, until they are cancelled."""

    def __init__(self, database: Shared, leases: Leases, clock: Clock, dispatcher: Wakeful) -> None:
        self._database = database
        self._leases = leases
        self._clock = clock
        self._dispatcher = dispatcher

    async def renew_forever(self) -> None:
        while True:
            whole = True
            try:
                whole = await self.renew()
            except StorageUnavailable as exc:
                log.error("leases not renewed", problem=str(exc))
                whole = False
            except Exception:  # ours to fix; until then the leases of this process run out, and others go on
                log.exception("renewing broke off")
            await self._clock.sleep(_RENEW_MS if whole else _AGAIN_MS)

    async def renew(self) -> bool:
        """One renewal; answers whether it reached everything that is ours. Raises StorageUnavailable."""
        claims = self._leases.all()
        if not claims:
            return True
        asked_ms = self._clock.steady_ms()
        now_ms = None if self._leases.by_server else self._clock.now_ms()
        job = partial(renewal.renew, claims=claims, owner=self._leases.owner, now_ms=now_ms)
        found = await self._database.renew(partial(job, lease_ms=self._leases.lease_ms))
        self._leases.renewed([seen.conversation_id for seen in found if seen.renewed], asked_ms)
        self._tell(found)
        return all(seen.renewed or not seen.ours for seen in found)

    async def look_forever(self) -> None:
        while True:
            await self._clock.sleep(_LOOK_MS)
            try:
                await self.look()
            except StorageUnavailable as exc:
                log.warning("turns of this process not looked at", problem=str(exc))
            except Exception:
                log.exception("looking at this process's turns broke off")

    async def look(self) -> None:
        """One look between two renewals. Raises StorageUnavailable."""
        claims = self._leases.all()
        if claims:
            self._tell(
                await self._database.read(partial(renewal.look, claims=claims, owner=self._leases.owner))
            )

    def _tell(self, found: list[Seen]) -> None:
        for seen in found:
            claim = self._leases.get(seen.conversation_id, seen.epoch)
            if claim is None:
                continue  # its turn has ended meanwhile
            if not seen.ours or seen.human_until_ms > self._clock.now_ms():
                self._dispatcher.of_no_use(seen.conversation_id)
            elif seen.emergency_seq >= claim.low and not claim.emergency:
                self._dispatcher.notice(seen.conversation_id, None, emergency=True)
            elif seen.revision > claim.revision:
                self._dispatcher.newer(seen.conversation_id, seen.revision)
