"""Builds the service from its settings: the one place where the rooms meet."""

import asyncio
import contextlib
import shutil
import sys
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

import structlog

from clinic_bot.agent import disclosure
from clinic_bot.agent.booking import FrontDesk
from clinic_bot.agent.chat import CallRecord
from clinic_bot.agent.groq import GroqModel
from clinic_bot.agent.loop import Agent
from clinic_bot.agent.toolbox import Booking
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clock import Clock
from clinic_bot.intake.missed import MissedReport
from clinic_bot.media.building import ears_of, fetched_kinds
from clinic_bot.operations.admin import AdminSocket
from clinic_bot.operations.alert_hook import Hook
from clinic_bot.operations.alerts import Alerts, Channel
from clinic_bot.operations.health import Readiness
from clinic_bot.operations.metrics import Metrics
from clinic_bot.operations.neighbours import Neighbours
from clinic_bot.policies import contact_of, periods_of, policy_of, screening_lists
from clinic_bot.reply.afterthought import Afterthoughts
from clinic_bot.reply.connection import ConnectionWatch, Times
from clinic_bot.reply.fence import Fence
from clinic_bot.reply.notices import Notices
from clinic_bot.reply.once import Once
from clinic_bot.reply.outbox import Outbox
from clinic_bot.reply.reminders import Reminders
from clinic_bot.reply.settle import settle_forever
from clinic_bot.reply.watching import WatchingZapi
from clinic_bot.reply.zapi import ZapiClient
from clinic_bot.settings import Mode, Settings
from clinic_bot.store import signals, sqlite
from clinic_bot.store.duties import Chores, alone
from clinic_bot.store.leases import Leases
from clinic_bot.store.opening import opened, take_up
from clinic_bot.store.places import Place, place_of, version
from clinic_bot.store.pruning import Pruning
from clinic_bot.store.sqlite import SqliteDatabase
from clinic_bot.turns import office
from clinic_bot.turns.ahead import Ahead
from clinic_bot.turns.backlog import Backlog, Choice
from clinic_bot.turns.composer import Composer
from clinic_bot.turns.condition import readiness_of
from clinic_bot.turns.contacts import ContactBook
from clinic_bot.turns.desk import Desk
from clinic_bot.turns.dispatcher import Dispatcher
from clinic_bot.turns.emergency import find_emergency
from clinic_bot.turns.housekeeping import keep_house
from clinic_bot.turns.keeper import LEASE_MS, Keeper, Shared
from clinic_bot.turns.lookout import Lookout
from clinic_bot.turns.own_words import OwnWords
from clinic_bot.turns.pace import Pace
from clinic_bot.turns.reading import Memory
from clinic_bot.turns.runner import Limits, Runner
from clinic_bot.turns.server_time import follow_forever
from clinic_bot.turns.short_replies import ShortReplies
from clinic_bot.turns.sweep import ALONE, TOGETHER
from clinic_bot.turns.thinking import Thinking
from clinic_bot.turns.timekeeper import Timekeeper
from clinic_bot.turns.unanswered import Unanswered

log = structlog.get_logger(__name__)

#: How long the interpreter lets one thread run before another may. Less than the default 5 ms, so that the writer
#: thread does not queue behind a busy loop at every statement; not much less, since each switch costs both of them.
_SWITCH_S = 0.001
#: With uvicorn's own grace this stays below the 25 s a supervisor waits.
_DRAIN_S = 18.0


@dataclass(frozen=True, slots=True)
class Credentials:
    """Where the providers are and how to speak to them: the account's, or the stand-ins'."""

    groq_url: str
    groq_key: str
    zapi_url: str
    zapi_instance: str
    zapi_token: str
    zapi_client_token: str | None
    webhook_secret: str | None


class Service:
    """A running clinic_bot without its HTTP surface. ``start`` and ``stop`` it inside one loop."""

    def __init__(
        self, settings: Settings, credentials: Credentials, facts: ClinicFacts, clock: Clock
    ) -> None:
        self.settings = settings
        self.credentials = credentials
        self.facts = facts
        self.clock = clock
        self.metrics = Metrics()
        self.alerts = Alerts(clock, self.metrics)
        self.neighbours = Neighbours()
        self.lists = screening_lists(facts)
        self.policy = policy_of(settings, self.lists, fetches=fetched_kinds(settings))
        self.draining = False
        self._stack = AsyncExitStack()

    async def start(self) -> None:
        """Open the database, bring the schema up to date, take back what a dead process left, begin to look.

        Raises Misconfigured when a file belongs to another process, or the records to a newer version.
        """
        sys.setswitchinterval(_SWITCH_S)
        find_emergency([""])  # compiles its lexicon now, not at the first patient's message
        place = place_of(self.settings.database_url)
        self.database = await self._stack.enter_async_context(opened(place))
        recovered = await take_up(self.database, place, self.clock, self.policy)
        await self._recall_signals()
        zapi = self._zapi()
        self.leases = self._leases(shared=not isinstance(place, Path))
        self.on_duty = await self._share_chores() if self.leases.shared else alone
        self.connection = self._connection(zapi)
        self.dispatcher = Dispatcher(
            self.database,
            self._runner(zapi),
            self.clock,
            slots=self.settings.turn_slots,
            sweeping=TOGETHER if self.leases.shared else ALONE,
            looks=self.policy.listener is not None,
            suspects=recovered.suspects,
        )
        if self._ahead is not None:
            self.dispatcher.look_ahead(self._ahead)
        await self.dispatcher.start()
        self._start_alerts(zapi, place)
        self._start_reminders(zapi)
        self._listen(alone=isinstance(place, Path))
        self._background(settle_forever(self.database, zapi, self.clock, self.metrics, self.on_duty))
        self._background(self.connection.watch_forever())
        self._keep_house()
        if isinstance(self.database, SqliteDatabase):
            await self._own_file(self.database)
        else:
            self._share_server(cast(Shared, self.database))
        log.info(
            "started",
            database=await self.database.read(version),
            thinking=recovered.thinking,
            unknown=recovered.unknown,
        )

    def drain(self) -> None:
        """Not ready any more, and no new turn begins; webhooks on their way are still stored."""
        self.draining = True
        self._outbox.leave()
        self.dispatcher.begin_nothing()

    async def stop(self) -> None:
        """Give back what thinks, let sends under way finish, close the file."""
        self.draining = True
        if hasattr(self, "dispatcher"):
            self._outbox.leave()
            await self.dispatcher.stop(within_s=_DRAIN_S)
        await self._stack.aclose()
        log.info("stopped")

    async def readiness(self) -> Readiness:
        """For ``/health/ready``. Raises StorageUnavailable."""
        instance = self.credentials.zapi_instance
        return await readiness_of(self.database, self.neighbours, instance=instance, draining=self.draining)

    # What turns share, and what runs beside them.

    async def _own_file(self, database: SqliteDatabase) -> None:
        """What one process on one file does itself: follow the machine's clock, and hear operators."""
        tell = (self.connection.clock_jumped,)
        self._background(Timekeeper(database, self.clock, self.dispatcher, tell=tell).keep_time())
        await self._hear_operators(database.path)
        if sqlite.has_wal_reset_bug():
            log.warning("old SQLite", version=sqlite.library_version(), fixed_in="3.51.3")

    def _share_server(self, database: Shared) -> None:
        """What replicas on one server do besides: renew leases, and follow the server's clock."""
        keeper = Keeper(database, self.leases, self.clock, self.dispatcher)
        self._background(keeper.renew_forever())
        self.dispatcher.look_beside(keeper)
        follow = partial(follow_forever, self.database, self.clock, self.policy, self.dispatcher)
        self._background(follow(lease_ms=self.leases.lease_ms))

    async def _share_chores(self) -> Callable[[], bool]:
        """Where replicas share a server: one of them tells, settles and prunes."""
        chores = Chores(self.database, self.clock, owner=self.leases.owner)
        await chores.keep()
        self._stack.push_async_callback(chores.leave)
        self._background(chores.keep_forever())
        return chores.are_ours

    async def _hear_operators(self, path: Path) -> None:
        """Open the socket beside the database; patients are answered without one as well."""
        desk = Desk(
            self.database,
            self.clock,
            self.policy,
            instance=self.credentials.zapi_instance,
            notice=self.dispatcher.notice,
            on_switch=self.dispatcher.look_at_everything,
            more=office.commands(
                self.database,
                self.policy,
                instance=self.credentials.zapi_instance,
                interrupt=self.dispatcher.of_no_use,
            ),
        )
        admin = AdminSocket(path, desk.answer)
        self._stack.push_async_callback(admin.close)
        try:
            await admin.start()
        except OSError as exc:
            log.error("operators cannot be heard", problem=exc.strerror or type(exc).__name__)

    def _keep_house(self) -> None:
        pruning = Pruning(
            self.database, self.clock, periods_of(self.settings), self.metrics, on_duty=self.on_duty
        )
        looks = (self.lookout.look, self.unanswered.look, self._recall_signals)
        self._background(keep_house(looks, pruning, self.clock, on_duty=self.on_duty))

    async def _recall_signals(self) -> None:
        if (listener := self.policy.listener) is not None:
            instance = self.credentials.zapi_instance
            await self.database.read(partial(signals.recall, instance=instance, listener=listener))

    def _start_alerts(self, zapi: ZapiClient, place: Place) -> None:
        settings, instance = self.settings, self.credentials.zapi_instance
        channels: list[Channel] = []
        if settings.alert_url is not None:
            url = settings.alert_url.get_secret_value()
            channels.append(Hook(url, instance, self.clock, self.metrics))
        if self.facts.whatsapp.alerts_to is not None and settings.mode.sends:
            to = contact_of(self.facts.whatsapp.alerts_to, instance)
            channels.append(
                Notices(
                    self.database, zapi, self.clock, self.policy, self.metrics, to,
                    owner=uuid.uuid4().hex, lease_ms=self._notice_lease_ms(),
                    released=self.dispatcher.notice,
                )
            )  # fmt: skip
        if self.leases.shared:
            once = partial(Once, database=self.database, clock=self.clock, owner=self.leases.owner)
            channels = [once(channel) for channel in channels]
        self.alerts.start(channels)
        self._stack.push_async_callback(self.alerts.close)
        self.lookout = Lookout(
            self.database, self.metrics, self.alerts, instance=instance,
            room_bytes=partial(_room_beside, place) if isinstance(place, Path) else None, on_duty=self.on_duty,
        )  # fmt: skip
        self.unanswered = Unanswered(
            self.database, self.clock, self.facts, self.alerts.alert,
            alert_ms=self.policy.alert_ms, on_duty=self.on_duty,
        )  # fmt: skip

    def _start_reminders(self, zapi: ZapiClient) -> None:
        """Where the clinic has an agenda here and wants them; nobody is reminded where nothing is sent."""
        wanted = self.settings.reminders and self.settings.mode.sends
        if not (wanted and self.facts.has_agenda and self.facts.reminders.hours_before):
            return
        self.reminders = Reminders(
            self.database, zapi, self.clock, self.policy, self.metrics, self.facts,
            instance=self.credentials.zapi_instance, owner=uuid.uuid4().hex, lease_ms=self._notice_lease_ms(),
            released=self.dispatcher.notice, on_duty=self.on_duty,
            honest=lambda said: disclosure.open_about_it(said, self.facts, history=(), asked="", offers=False),
        )  # fmt: skip
        self._stack.push_async_callback(self.reminders.close)

    def _notice_lease_ms(self) -> int:
        return round((3 * self.settings.zapi_timeout_s + 30) * 1000)

    def _listen(self, *, alone: bool) -> None:
        """Hear and see what comes besides words."""
        credentials = self.credentials
        self.ears, sdk = ears_of(
            self.settings, self.database, self.clock, self.policy, self.metrics, self.alerts, self.dispatcher,
            groq=(credentials.groq_key, credentials.groq_url),
            stand_in=credentials.zapi_url if self.settings.mode is Mode.SANDBOX else None, alone=alone,
        )  # fmt: skip
        self._stack.push_async_callback(sdk.close)
        self._background(self.ears.listen_forever())

    def _zapi(self) -> ZapiClient:
        client = ZapiClient if self.settings.mode.sends else WatchingZapi
        zapi = client(
            self.credentials.zapi_url,
            self.credentials.zapi_instance,
            self.credentials.zapi_token,
            self.credentials.zapi_client_token,
            self.settings.zapi_timeout_s,
            self.clock,
        )
        self._stack.push_async_callback(zapi.close)
        return zapi

    def _connection(self, zapi: ZapiClient) -> ConnectionWatch:
        settings, alert = self.settings, self.alerts.alert
        missed = MissedReport(
            self.database, zapi, self.facts.timezone, is_listed=self.policy.is_listed, alert=alert
        )
        times = Times(
            poll_ms=round(settings.zapi_poll_s * 1000),
            restricted_ms=round(settings.zapi_restricted_pause_s * 1000),
            ttl_ms=round(settings.reply_ttl_s * 1000),
        )
        return ConnectionWatch(
            self.database, zapi, self.clock, self.policy, self.neighbours, times,
            alert=alert, after_outage=missed, on_duty=self.on_duty,
        )  # fmt: skip

    # What runs turns.

    def _leases(self, *, shared: bool) -> Leases:
        """Alone a process keeps what it has: its leases outlast any turn, and nobody takes them before its end."""
        settings = self.settings
        longest_s = settings.agent_timeout_s + 3 * settings.zapi_timeout_s + settings.reply_ttl_s + 30
        lease_ms = LEASE_MS if shared else round(longest_s * 1000)
        return Leases(self.clock, owner=uuid.uuid4().hex, lease_ms=lease_ms, shared=shared)

    def _runner(self, zapi: ZapiClient) -> Runner:
        settings, clock, policy = self.settings, self.clock, self.policy
        model = GroqModel(
            self.credentials.groq_key,
            base_url=self.credentials.groq_url,
            models=settings.groq_models,
            max_tokens=settings.agent_max_tokens,
            clock=clock,
            call_timeout_s=settings.groq_call_timeout_s,
            tokens_per_minute=settings.groq_tokens_per_minute,
            requests_per_minute=settings.groq_requests_per_minute,
            alert=self.alerts.alert,
            called=self._count_call,
            shared_on=None if isinstance(self.database, SqliteDatabase) else self.database,
        )
        self._stack.push_async_callback(model.close)
        booking = self._booking()
        agent = Agent(
            model,
            self.facts,
            max_steps=settings.agent_max_steps,
            timeout_s=settings.agent_timeout_s,
            clock=clock,
            booking=booking,
        )
        afterthoughts = self._afterthoughts(zapi) if settings.recall_for_newer else None
        self._outbox = Outbox(
            self.database, zapi, clock, policy, self.metrics, self.neighbours, self.connection,
            Fence(self.database, clock, policy, self.leases),
            typing_delay_s=settings.typing_delay_s, ttl_ms=round(settings.reply_ttl_s * 1000),
            sends=settings.mode.sends, afterthoughts=afterthoughts,
        )  # fmt: skip
        limits = Limits(
            memory=Memory(
                settings.history_turns,
                round(settings.history_hours * 3_600_000),
                standing=booking.standing if booking else None,
            ),
            unavailable_after_ms=round(settings.unavailable_after_s * 1000),
        )
        thinking = Thinking(agent, clock, self.metrics, self.neighbours)
        contacts = ContactBook(self.database, zapi, clock, policy)
        own_words = OwnWords(
            self.facts, clock, self.metrics, self.alerts.alert,
            Backlog(Choice(settings.backlog), round(settings.backlog_age_s * 1000)),
            max_replies_per_hour=settings.max_replies_per_hour, sends=settings.mode.sends,
        )  # fmt: skip
        self._ahead = self._asking_ahead(agent, model, limits.memory, thinking.pace)
        short_replies = ShortReplies(self.database, self.facts, clock, binding=settings.mode.sends)
        composer = Composer(own_words, short_replies, thinking, self.facts, clock, self.metrics, self._ahead)
        runner = Runner(
            self.database, thinking, composer, self._outbox, contacts, clock, policy, self.metrics, limits, self.leases,
            self._ahead,
        )  # fmt: skip
        self._stack.push_async_callback(runner.finish)
        return runner

    def _asking_ahead(self, agent: Agent, model: GroqModel, memory: Memory, pace: Pace) -> Ahead | None:
        if not (self.settings.speculate and self.settings.mode.sends):  # where nothing is sent, nobody waits
            return None
        ahead = Ahead(
            self.database, agent, model, model.has_room, self.facts, self.clock, self.policy, self.metrics, memory,
            pace, self.settings.max_replies_per_hour,
        )  # fmt: skip
        self._stack.push_async_callback(ahead.stop)
        return ahead

    def _booking(self) -> Booking | None:
        """The agenda, where the clinic's file has one; without it the reception keeps its own."""
        if not self.facts.has_agenda:
            return None
        now = partial(self.clock.local, self.facts.timezone)
        return FrontDesk(self.facts, now, binding=self.settings.mode.sends).booking()

    def _afterthoughts(self, zapi: ZapiClient) -> Afterthoughts:
        def notice(conversation_id: int, wake_at_ms: int | None) -> None:
            self.dispatcher.notice(conversation_id, wake_at_ms)  # which is built after who answers

        found = Afterthoughts(
            self.database, zapi, self.clock, self.policy, self.metrics, notice, shared=self.leases.shared
        )
        self._stack.push_async_callback(found.finish)
        return found

    def _count_call(self, call: CallRecord) -> None:
        self.metrics.model_called(
            call.model,
            call.outcome,
            seconds=call.took_ms / 1000,
            prompt_tokens=call.prompt_tokens,
            completion_tokens=call.completion_tokens,
        )

    # What ends with the service.

    def _background(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)

        async def cancel() -> None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

        self._stack.push_async_callback(cancel)


def _room_beside(file: Path) -> int:
    return shutil.disk_usage(file.parent).free


@asynccontextmanager
async def running(
    settings: Settings, credentials: Credentials, facts: ClinicFacts, clock: Clock
) -> AsyncIterator[Service]:
    """The service, started; leaving the block stops it. Raises Misconfigured."""
    service = Service(settings, credentials, facts, clock)
    try:
        await service.start()
        yield service
    finally:
        await service.stop()
