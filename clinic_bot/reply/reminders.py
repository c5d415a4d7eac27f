"""Reminds patients of what they have booked: looks what is due, and sends it in three steps (rule 17)."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby

import structlog

from clinic_bot.clinic import reminders as when
from clinic_bot.clinic import team
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.opt_out import Wish, wish_of
from clinic_bot.clinic.reminders import Rules, Skip, Visit
from clinic_bot.clock import Clock
from clinic_bot.errors import AccountRefused, Stale, StorageUnavailable
from clinic_bot.operations.metrics import Metrics
from clinic_bot.reply.rangeless import Ended, conclude, let_finish, send_once
from clinic_bot.reply.zapi import ZapiClient
from clinic_bot.store import intents
from clinic_bot.store import reminders as store
from clinic_bot.store.database import Database
from clinic_bot.store.notices import Intent
from clinic_bot.store.policy import Policy
from clinic_bot.store.reminders import Booked, Due, Skipped
from clinic_bot.store.tables import NoticeState

log = structlog.get_logger(__name__)

_LOOK_MS = 20_000
#: Between two patients: a number that writes to many at once is taken for a spammer's.
_PAUSE_MS = 4_000
#: What one phone is to be told within an hour is told at once.
_TOGETHER_MS = 3_600_000
#: So far back it is written down that somebody was not reminded.
_BACK_MS = 3 * 86_400_000
_HOUR_MS, _DAY_MS = 3_600_000, 86_400_000
#: First and longest wait for a patient whose reminder certainly did not leave; it doubles.
_BACKOFF_MS = (30_000, 900_000)


class Reminders:
    """Holds nothing that a restart may not forget: what was sent stands in the database."""

    def __init__(
        self,
        database: Database,
        zapi: ZapiClient,
        clock: Clock,
        policy: Policy,
        metrics: Metrics,
        facts: ClinicFacts,
        *,
        instance: str,
        owner: str,
        lease_ms: int,
        released: Callable[[int, int | None], None],
        on_duty: Callable[[], bool],
        honest: Callable[[str], str],
        refused: Callable[[AccountRefused], Awaitable[None]],
    ) -> None:
        """Build it inside the running loop.

        Args:
            owner: unique to this process.
            released: told of a conversation that was let go, and when to look at it.
            on_duty: whether this process reminds, where several could.
            honest: a text with who writes it, where it does not say so.
            refused: told that Z-API refuses the whole instance.
        """
        self._database = database
        self._zapi = zapi
        self._clock = clock
        self._policy = policy
        self._metrics = metrics
        self._facts = facts
        self._rules = facts.reminders.rules()
        self._instance = instance
        self._owner = owner
        self._lease_ms = lease_ms
        self._released = released
        self._on_duty = on_duty
        self._honest = honest
        self._refused = refused
        self._unsure: dict[int, int] = {}  # conversation to an intent that may be stored; nothing was sent
        self._failed: dict[int, tuple[int, int]] = {}  # conversation to tries and the instant of the next one
        self._stop = asyncio.Event()
        self._task = asyncio.create_task(self._remind_forever())

    async def close(self) -> None:
        """Let a send that is under way finish; what is due is sent by the next process."""
        self._stop.set()
        await let_finish(self._task)

    async def _remind_forever(self) -> None:
        while not self._stop.is_set():
            try:
                if self._on_duty():
                    await self.look()
            except StorageUnavailable as exc:
                log.error("reminders wait", problem=str(exc))
            except Exception:  # ours to fix; what is due later must still leave
                log.exception("reminders broke off")
            await self._wait(_LOOK_MS)

    async def _wait(self, wait_ms: int) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._clock.real_s(wait_ms)):
                await self._stop.wait()

    async def look(self) -> None:
        """Send what is due, and write down what is not to be sent. Raises StorageUnavailable."""
        await self._undo_unsure()
        now_ms = self._clock.now_ms()
        furthest_ms = max(self._rules.hours_before, default=0) * _HOUR_MS + _DAY_MS
        ahead = partial(
            store.ahead, instance=self._instance, from_ms=now_ms - _BACK_MS, to_ms=now_ms + furthest_ms
        )
        now = self._local(now_ms)
        plan = [
            one
            for booked in await self._database.read(ahead)
            for one in planned(booked, self._rules, self._local, now)
        ]
        for due, found in plan:
            if isinstance(found, Skip):
                await self._skip(due, found)
        for conversation_id, together in _by_conversation(plan, now_ms):
            if self._stop.is_set():
                return
            if self._failed.get(conversation_id, (0, 0))[1] > now_ms or not self._is_still_due(together):
                continue
            ended = await self._remind(together)
            if ended is NoticeState.WAITING:
                return  # what kept this one from leaving keeps the others; the next look tries another one first
            if ended is not None:
                await self._wait(_PAUSE_MS)

    async def _undo_unsure(self) -> None:
        for conversation_id, intent_ms in list(self._unsure.items()):
            undo = partial(intents.undo_reminder, conversation_id=conversation_id, intent_ms=intent_ms)
            undo = partial(undo, owner=self._owner, now_ms=self._clock.now_ms(), policy=self._policy)
            await self._database.write(undo)
            del self._unsure[conversation_id]

    def _is_still_due(self, together: Sequence[Due]) -> bool:
        """Those before them took their time: by now it may be night, or too late to be of use."""
        now_ms = self._clock.now_ms()
        again = [
            item
            for booked in dict.fromkeys(due.booked for due in together)
            for item in planned(booked, self._rules, self._local, self._local(now_ms))
        ]
        return [due for _, found in _by_conversation(again, now_ms) for due in found] == list(together)

    def _local(self, at_ms: int) -> datetime:
        return datetime.fromtimestamp(at_ms / 1000, self._facts.timezone)

    async def _skip(self, due: Due, why: Skip) -> None:
        job = partial(
            store.skip, instance=self._instance, due=due, why=why.value, now_ms=self._clock.now_ms()
        )
        if await self._database.write(job):
            self._skipped(due.booked.conversation_id, why.value)

    def _skipped(self, conversation_id: int, why: str) -> None:
        self._metrics.reminder_ended("skipped")
        log.info("not reminded", conversation=conversation_id, why=why)

    async def _remind(self, together: Sequence[Due]) -> NoticeState | None:
        """How the send ended, with WAITING where it certainly did not leave; None where there was none."""
        conversation_id, now_ms = together[0].booked.conversation_id, self._clock.now_ms()
        intend = partial(
            store.intend,
            due=together,
            words=self._words(together),
            stops=stops,
            owner=self._owner,
            now_ms=now_ms,
            lease_ms=self._lease_ms,
            policy=self._policy,
        )
        asked_ms = self._clock.steady_ms()
        try:
            intent = await self._database.write(intend)
        except StorageUnavailable:
            self._unsure[conversation_id] = now_ms
            raise
        if isinstance(intent, Skipped):
            self._skipped(conversation_id, intent.why)
        if not isinstance(intent, Intent):
            return None
        return await self._send(intent, asked_ms)

    def _words(self, together: Sequence[Due]) -> str:
        visits = [self._visit(due.booked) for due in together]
        texts, facts = self._facts.texts, self._facts
        template = texts.reminder_confirmed if all(visit.confirmed for visit in visits) else texts.reminder
        # It may be the first thing that a patient reads of us, and a clinic's own text may not say who writes.
        return self._honest(
            when.text(
                template,
                visits,
                clinic=facts.name,
                assistant=facts.assistant_name,
                now=self._local(self._clock.now_ms()),
            )
        )

    def _visit(self, one: Booked) -> Visit:
        what = team.visit_words(self._facts, one.service, one.professional)
        return Visit(one.patient, what, self._local(one.start_ms), one.confirmed)

    async def _send(self, intent: Intent, asked_ms: int) -> NoticeState | None:
        try:
            ended = await send_once(
                self._database, self._zapi, self._clock, intent, asked_ms=asked_ms, lease_ms=self._lease_ms
            )
        except Stale:
            never_left = partial(store.never_left, intent=intent)
            again = await self._database.write(never_left)
            log.warning("reminder fenced", conversation=intent.conversation_id, again=again)
            return None
        if ended.state is NoticeState.WAITING:
            await self._not_sent(intent, ended.reason or "")
        else:
            await self._conclude(intent, ended)
        if ended.refused is not None:
            await self._refused(ended.refused)
        return ended.state

    async def _not_sent(self, intent: Intent, reason: str) -> None:
        now_ms, (first_ms, longest_ms) = self._clock.now_ms(), _BACKOFF_MS
        tries = self._failed.get(intent.conversation_id, (0, 0))[0]
        self._failed[intent.conversation_id] = (
            tries + 1,
            now_ms + min(first_ms << min(tries, 10), longest_ms),
        )
        job = partial(store.not_sent, intent=intent, reason=reason, now_ms=now_ms, policy=self._policy)
        concluded = await self._database.write(job)
        log.warning("reminder not sent", conversation=intent.conversation_id, problem=reason)
        self._released(concluded.conversation_id, concluded.wake_at_ms)

    async def _conclude(self, intent: Intent, ended: Ended) -> None:
        if ended.state is NoticeState.SENT:
            self._failed.pop(intent.conversation_id, None)
        concluded = await conclude(self._database, self._clock, self._policy, intent, ended)
        state = concluded.state.value
        self._metrics.reminder_ended(state)
        log.info("reminded", conversation=intent.conversation_id, ended=state, problem=ended.reason)
        self._released(concluded.conversation_id, concluded.wake_at_ms)
        if ended.fault is not None:
            raise ended.fault


def stops(text: str) -> bool | None:
    """Whether a message opts out, or in again; None where it does neither."""
    wish = wish_of(text)
    return None if wish is None else wish is Wish.STOP


def planned(
    one: Booked, rules: Rules, local: Callable[[int], datetime], now: datetime
) -> Iterator[tuple[Due, Skip | datetime]]:
    """The reminders of an appointment that nobody has dealt with: when each is to be sent, or why not."""
    for window in when.windows(local(one.start_ms), rules):
        if window.hours not in one.done:
            yield (
                Due(one, window.hours),
                when.decide(window, known_since=local(one.known_ms), now=now, rules=rules),
            )


def _by_conversation(
    plan: Sequence[tuple[Due, Skip | datetime]], now_ms: int
) -> Iterator[tuple[int, list[Due]]]:
    """Those who are to be reminded now, each with all that they are to be told soon."""

    def of(item: tuple[Due, int]) -> int:
        return item[0].booked.conversation_id

    soon = [(due, round(at.timestamp() * 1000)) for due, at in plan if not isinstance(at, Skip)]
    soon = [(due, at_ms) for due, at_ms in soon if at_ms <= now_ms + _TOGETHER_MS]
    for conversation_id, group in groupby(sorted(soon, key=of), key=of):
        found = list(group)
        if any(at_ms <= now_ms for _, at_ms in found):
            yield conversation_id, [due for due, _ in found]
