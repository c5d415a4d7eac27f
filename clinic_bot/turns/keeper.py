"""Keeps the leases of this process's turns, and hears what other replicas took in for them.

Correctness is the transactions' matter: a gate sees whatever was committed before it. This is for promptness, so that
a model does not go on with less than the patient has said, and for what nobody else notices: a turn that is lost.
"""

from functools import partial
from typing import Protocol, TypeVar

import structlog
from sqlalchemy import Connection

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

T = TypeVar("T")


class Shared(Protocol):
    """The PostgreSQL executor, which has a connection for renewals alone."""

    async def renew(self, job: Job[T]) -> T: ...


class Wakeful(Protocol):
    """Who runs the turns; the dispatcher."""

    def notice(self, conversation_id: int, wake_at_ms: int | None, *, emergency: bool = False) -> None: ...
    def newer(self, conversation_id: int, revision: int) -> None: ...
    def of_no_use(self, conversation_id: int) -> None: ...


class Keeper:
    """``renew_forever`` keeps what is held, until it is cancelled; sweeps of the dispatcher ``look`` for it."""

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
        self.tell(found)
        return all(seen.renewed or not seen.ours for seen in found)

    def look(self, connection: Connection) -> list[Seen]:
        """Between two renewals, in the transaction of a sweep."""
        claims = self._leases.all()
        return renewal.look(connection, claims, owner=self._leases.owner) if claims else []

    def tell(self, found: list[Seen]) -> None:
        """Act on what was seen, after the transaction."""
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
