"""Alerts to the clinic's own WhatsApp number: kept first, then sent once (rule 17)."""

import asyncio
import contextlib
from collections.abc import Callable
from functools import partial

import structlog

from clinic_bot.clock import Clock
from clinic_bot.errors import Stale, StorageUnavailable
from clinic_bot.events import Contact
from clinic_bot.operations.alerts import Alert
from clinic_bot.operations.metrics import Metrics
from clinic_bot.reply.rangeless import Ended, conclude, let_finish, send_once
from clinic_bot.reply.zapi import ZapiClient
from clinic_bot.store import intents, notices
from clinic_bot.store.database import Database
from clinic_bot.store.notices import Intent
from clinic_bot.store.policy import Policy
from clinic_bot.store.tables import NoticeState

log = structlog.get_logger(__name__)

_HEAD = "⚠️ *Aviso do assistente*"
#: However soon a notice is due, and however long nothing is: another process may have left some.
_SHORTEST_MS, _LONGEST_MS = 250, 60_000
_STORAGE_RETRY_MS = 5_000


class Notices:
    """A ``Channel`` whose alerts survive the process once they are stored."""

    name = "whatsapp"

    def __init__(
        self,
        database: Database,
        zapi: ZapiClient,
        clock: Clock,
        policy: Policy,
        metrics: Metrics,
        to: Contact,
        *,
        owner: str,
        lease_ms: int,
        released: Callable[[int, int | None], None],
    ) -> None:
        """Build it inside the running loop.

        Args:
            to: the clinic's number.
            owner: unique to this process.
            released: told of a conversation that was let go, and when to look at it.
        """
        self._database = database
        self._zapi = zapi
        self._clock = clock
        self._policy = policy
        self._metrics = metrics
        self._to = to
        self._owner = owner
        self._lease_ms = lease_ms
        self._released = released
        self._unsure: dict[int, int] = {}  # alert to an intent that may be stored; nothing was sent
        self._new = asyncio.Event()
        self._stopping = False
        self._task = asyncio.create_task(self._send_forever())

    async def deliver(self, alert: Alert) -> None:
        """Store it; it is sent when its number is free."""
        add = partial(notices.add, kind=alert.kind, text=words(alert), now_ms=alert.at_ms)
        try:
            await self._database.write(add)
        except StorageUnavailable as exc:
            self._metrics.alert_delivered(self.name, "failed")
            log.error("alert not stored", kind=alert.kind, problem=str(exc))
            return
        self._new.set()

    async def close(self) -> None:
        """Let a send that is under way finish; what waits is sent by the next process."""
        self._stopping = True
        self._new.set()
        await let_finish(self._task)

    async def _send_forever(self) -> None:
        while not self._stopping:
            self._new.clear()
            try:
                wait_ms = await self._send_due()
            except StorageUnavailable as exc:
                log.error("alerts wait", problem=str(exc))
                wait_ms = _STORAGE_RETRY_MS
            except Exception:  # ours to fix; the next alert must still leave
                log.exception("alert broke off")
                wait_ms = _STORAGE_RETRY_MS
            if not self._stopping:
                await self._wait(wait_ms)

    async def _wait(self, wait_ms: int) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._clock.real_s(wait_ms)):
                await self._new.wait()

    async def _send_due(self) -> int:
        """Send what is due; answers how long nothing is."""
        await self._undo_unsure()
        for due_ms, notice_id in await self._database.read(notices.waiting):
            if self._stopping or due_ms > self._clock.now_ms():
                break
            await self._send(notice_id)
        left = await self._database.read(notices.waiting)
        wait_ms = left[0][0] - self._clock.now_ms() if left else _LONGEST_MS
        return min(max(wait_ms, _SHORTEST_MS), _LONGEST_MS)

    async def _undo_unsure(self) -> None:
        for notice_id, intent_ms in list(self._unsure.items()):
            undo = partial(intents.undo_alert, notice_id=notice_id, owner=self._owner, intent_ms=intent_ms)
            await self._database.write(partial(undo, now_ms=self._clock.now_ms(), policy=self._policy))
            del self._unsure[notice_id]

    async def _send(self, notice_id: int) -> None:
        now_ms = self._clock.now_ms()
        intend = partial(
            notices.intend,
            notice_id=notice_id,
            to=self._to,
            owner=self._owner,
            now_ms=now_ms,
            lease_ms=self._lease_ms,
            policy=self._policy,
        )
        asked_ms = self._clock.steady_ms()
        try:
            intent = await self._database.write(intend)
        except StorageUnavailable:
            self._unsure[notice_id] = now_ms
            raise
        if not isinstance(intent, Intent):
            if intent.ended is not None:
                self._metrics.alert_delivered(self.name, intent.ended.value)
            return
        try:
            ended = await send_once(
                self._database, self._zapi, self._clock, intent, asked_ms=asked_ms, lease_ms=self._lease_ms
            )
        except Stale:
            never_left = partial(notices.never_left, intent=intent, now_ms=self._clock.now_ms())
            state: NoticeState = await self._database.write(never_left)
            log.warning("alert fenced", kind=intent.kind, state=state.value)
        else:
            await self._conclude(intent, ended)

    async def _conclude(self, intent: Intent, ended: Ended) -> None:
        concluded = await conclude(self._database, self._clock, self._policy, intent, ended)
        state = concluded.state
        if ended.reason is not None:
            log.warning("alert not sent", kind=intent.kind, state=state.value, problem=ended.reason)
        if state is not NoticeState.WAITING:
            self._metrics.alert_delivered(self.name, state.value)
        self._released(concluded.conversation_id, concluded.wake_at_ms)
        if ended.fault is not None:
            raise ended.fault


def words(alert: Alert) -> str:
    """What the clinic reads."""
    more = ""
    if alert.suppressed:
        more = f"\n(e mais {alert.suppressed} {'aviso' if alert.suppressed == 1 else 'avisos'} desse tipo)"
    return f"{_HEAD}\n{alert.text}{more}"
