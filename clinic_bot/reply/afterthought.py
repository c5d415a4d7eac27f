"""What the patient adds right after the reply: it is taken out of Z-API's queue, and one answer covers everything.

Off unless the clinic wants it. A reply stands in the queue for 1 to 3 s and its typing delay; what the queue's
listing shows and Z-API then confirms to have deleted has certainly not left, and only that is asked again.
"""

import asyncio
from collections.abc import Callable
from functools import partial

import structlog

from clinic_bot.clock import Clock
from clinic_bot.errors import AccountRefused, ProviderDown, StorageUnavailable
from clinic_bot.operations.metrics import Metrics
from clinic_bot.reply.recall import QUEUED_FOR_MS
from clinic_bot.reply.zapi import ZapiClient
from clinic_bot.store import afterthought
from clinic_bot.store.afterthought import Overtaken
from clinic_bot.store.database import Database
from clinic_bot.store.policy import Policy

log = structlog.get_logger(__name__)

#: At the end of the process.
_FINISH_WITHIN_MS = 2_000


class Afterthoughts:
    """Replies of the last seconds, by conversation, and who wrote on after them.

    Args:
        notice: told when a conversation is to be looked at, after the commit.
        shared: whether other replicas send too; then the database knows of their replies.
    """

    def __init__(
        self,
        database: Database,
        zapi: ZapiClient,
        clock: Clock,
        policy: Policy,
        metrics: Metrics,
        notice: Callable[[int, int | None], None],
        *,
        shared: bool = False,
    ) -> None:
        self._database = database
        self._zapi = zapi
        self._clock = clock
        self._policy = policy
        self._metrics = metrics
        self._notice = notice
        self._shared = shared
        self._accepted_ms: dict[int, int] = {}  # oldest first
        self._tasks: set[asyncio.Task[None]] = set()  # the loop itself keeps no strong reference

    def accepted(self, conversation_id: int, *, overtaken: bool) -> None:
        """Z-API took a reply.

        Args:
            overtaken: something was written while it was being sent.
        """
        now_ms = self._clock.now_ms()
        self._accepted_ms.pop(conversation_id, None)
        self._accepted_ms[conversation_id] = now_ms
        while (oldest := next(iter(self._accepted_ms))) != conversation_id:
            if now_ms - self._accepted_ms[oldest] <= QUEUED_FOR_MS:
                break
            del self._accepted_ms[oldest]
        if overtaken:
            self.wrote_on(conversation_id)

    def wrote_on(self, conversation_id: int) -> None:
        """The patient said more, and nothing is being thought or sent in this conversation."""
        accepted_ms = self._accepted_ms.pop(conversation_id, None)
        by_us = accepted_ms is not None and self._clock.now_ms() - accepted_ms <= QUEUED_FOR_MS
        if not by_us and not self._shared:
            return
        task = asyncio.create_task(self._take_back_safely(conversation_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self) -> None:
        """Let what was begun come to its end, for a moment; what is left then is settled as an uncertain send."""
        if self._tasks:
            _, left = await asyncio.wait(list(self._tasks), timeout=self._clock.real_s(_FINISH_WITHIN_MS))
            for task in left:
                task.cancel()

    async def _take_back_safely(self, conversation_id: int) -> None:
        try:
            await self._take_back(conversation_id)
        except (ProviderDown, AccountRefused, StorageUnavailable) as exc:
            # Not begun: the reply stands. Begun: it is unknown, and settled like any other uncertain send.
            log.warning("reply not taken back", conversation=conversation_id, problem=str(exc))

    async def _take_back(self, conversation_id: int) -> None:
        if self._shared:  # asking Z-API at every message would be too much
            since_ms = self._clock.now_ms() - QUEUED_FOR_MS
            may_stand = partial(afterthought.may_stand, conversation_id=conversation_id, since_ms=since_ms)
            if not await self._database.read(may_stand):
                return
        queued = {item.zaap_id for item in await self._zapi.queue()}
        begin = partial(afterthought.begin, conversation_id=conversation_id, queued=queued)
        overtaken = await self._database.write(
            partial(begin, now_ms=self._clock.now_ms(), policy=self._policy), urgent=True
        )
        if overtaken is None:
            return
        if await self._zapi.delete_queued(overtaken.zaap_id):
            await self._ask_again(overtaken)
        # That it is not there any more proves nothing: the HTTP client itself asks twice when a connection breaks.

    async def _ask_again(self, overtaken: Overtaken) -> None:
        now_ms = self._clock.now_ms()
        back = partial(afterthought.taken_back, turn_id=overtaken.turn_id, now_ms=now_ms, policy=self._policy)
        reopened = await self._database.write(back, urgent=True)
        again = reopened is not None and reopened.asked_again
        log.info("reply taken back", turn=overtaken.turn_id, again=again)
        if reopened is not None:
            self._notice(reopened.conversation_id, reopened.wake_at_ms)
        if again:
            self._metrics.tokens_thrown_away(overtaken.tokens)
