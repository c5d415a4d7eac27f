"""The running service without its HTTP surface: what starts and ends together, and in which order."""

import shutil
import sys
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import cast

import structlog

from clinic_bot.assembly.ground import Credentials, Ending, Ground
from clinic_bot.assembly.sending import channels_of, connection_of, outbox_of, reminders_of, zapi_of
from clinic_bot.assembly.thinking import mind_of
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clock import Clock
from clinic_bot.media.building import ears_of, fetched_kinds
from clinic_bot.operations.admin import AdminSocket
from clinic_bot.operations.alerts import Alerts
from clinic_bot.operations.health import Readiness
from clinic_bot.operations.metrics import Metrics
from clinic_bot.operations.neighbours import Neighbours
from clinic_bot.policies import periods_of, policy_of, screening_lists
from clinic_bot.reply.settle import settle_forever
from clinic_bot.sandbox.standins import INSTANCE_ID
from clinic_bot.settings import Mode, Settings
from clinic_bot.store import signals, sqlite
from clinic_bot.store.duties import Chores, alone
from clinic_bot.store.leases import Leases
from clinic_bot.store.opening import opened, take_up
from clinic_bot.store.places import Place, place_of, version
from clinic_bot.store.pruning import Pruning
from clinic_bot.store.sqlite import SqliteDatabase
from clinic_bot.store.strangers import keep_apart
from clinic_bot.turns import office
from clinic_bot.turns.condition import readiness_of
from clinic_bot.turns.desk import Desk
from clinic_bot.turns.dispatcher import Dispatcher
from clinic_bot.turns.emergency import find_emergency
from clinic_bot.turns.housekeeping import keep_house
from clinic_bot.turns.keeper import LEASE_MS, Keeper, Shared
from clinic_bot.turns.lookout import Lookout
from clinic_bot.turns.server_time import follow_forever
from clinic_bot.turns.sweep import ALONE, TOGETHER
from clinic_bot.turns.timekeeper import Timekeeper
from clinic_bot.turns.unanswered import Unanswered

log = structlog.get_logger(__name__)

#: How long the interpreter lets one thread run before another may. Less than the default 5 ms, so that the writer
#: thread does not queue behind a busy loop at every statement; not much less, since each switch costs both of them.
_SWITCH_S = 0.001
#: With uvicorn's own grace this stays below the 25 s a supervisor waits.
_DRAIN_S = 18.0


class Service:
    """``start`` and ``stop`` it inside one loop."""

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
        self._ending = Ending()

    async def start(self) -> None:
        """Open the database, bring the schema up to date, take back what a dead process left, begin to look.

        Raises Misconfigured when a file belongs to another process, or the records to a newer version.
        """
        sys.setswitchinterval(_SWITCH_S)
        find_emergency([""])  # builds its lexicon now, not at the first patient's message
        place = place_of(self.settings.database_url)
        self.database = await self._ending.enter(opened(place))
        recovered = await take_up(
            self.database, place, self.clock, self.policy,
            only=partial(keep_apart, instance=self.credentials.zapi_instance, sandbox=INSTANCE_ID),
        )  # fmt: skip
        await self._recall_signals()
        self.leases = self._leases(shared=not isinstance(place, Path))
        self.on_duty = await self._share_chores() if self.leases.shared else alone
        ground = self._ground()
        zapi = zapi_of(ground)
        self.connection = connection_of(ground, zapi)
        self._outbox = outbox_of(ground, zapi, self.connection)
        mind = mind_of(ground, zapi, self._outbox)
        self.dispatcher = Dispatcher(
            self.database,
            mind.runner,
            self.clock,
            slots=self.settings.turn_slots,
            sweeping=TOGETHER if self.leases.shared else ALONE,
            looks=self.policy.listener is not None,
            suspects=recovered.suspects,
        )
        if mind.ahead is not None:
            self.dispatcher.look_ahead(mind.ahead)
        await self.dispatcher.start()
        self.alerts.start(channels_of(ground, zapi))
        self._ending.at_the_end(self.alerts.close)
        self.reminders = reminders_of(ground, zapi, self.connection)
        self._listen(alone=isinstance(place, Path))
        self._ending.background(settle_forever(self.database, zapi, self.clock, self.metrics, self.on_duty))
        self._ending.background(self.connection.watch_forever())
        self._keep_house(place)
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
        await self._ending.end()
        log.info("stopped")

    async def readiness(self) -> Readiness:
        """For ``/health/ready``. Raises StorageUnavailable."""
        instance = self.credentials.zapi_instance
        return await readiness_of(self.database, self.neighbours, instance=instance, draining=self.draining)

    # What the rooms stand on.

    def _ground(self) -> Ground:
        def notice(conversation_id: int, wake_at_ms: int | None) -> None:
            self.dispatcher.notice(conversation_id, wake_at_ms)  # built after those who call it

        return Ground(
            self.settings, self.credentials, self.facts, self.clock, self.policy, self.metrics, self.alerts,
            self.neighbours, self.database, self.leases, self.on_duty, notice, self._ending,
        )  # fmt: skip

    def _leases(self, *, shared: bool) -> Leases:
        """Alone a process keeps what it has: its leases outlast any turn, and nobody takes them before its end."""
        settings = self.settings
        longest_s = settings.agent_timeout_s + 3 * settings.zapi_timeout_s + settings.reply_ttl_s + 30
        lease_ms = LEASE_MS if shared else round(longest_s * 1000)
        return Leases(self.clock, owner=uuid.uuid4().hex, lease_ms=lease_ms, shared=shared)

    async def _share_chores(self) -> Callable[[], bool]:
        """Where replicas share a server: one of them tells, settles and prunes."""
        chores = Chores(self.database, self.clock, owner=self.leases.owner)
        await chores.keep()
        self._ending.at_the_end(chores.leave)
        self._ending.background(chores.keep_forever())
        return chores.are_ours

    # What runs beside the turns.

    async def _own_file(self, database: SqliteDatabase) -> None:
        """What one process on one file does itself: follow the machine's clock, and hear operators."""
        tell = (self.connection.clock_jumped,)
        self._ending.background(Timekeeper(database, self.clock, self.dispatcher, tell=tell).keep_time())
        await self._hear_operators(database.path)
        if sqlite.has_wal_reset_bug():
            log.warning("old SQLite", version=sqlite.library_version(), fixed_in="3.51.3")

    def _share_server(self, database: Shared) -> None:
        """What replicas on one server do besides: renew leases, and follow the server's clock."""
        keeper = Keeper(database, self.leases, self.clock, self.dispatcher)
        self._ending.background(keeper.renew_forever())
        self.dispatcher.look_beside(keeper)
        follow = partial(follow_forever, self.database, self.clock, self.policy, self.dispatcher)
        self._ending.background(follow(lease_ms=self.leases.lease_ms))

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
                took_over=self.dispatcher.taken_over,
                notice=self.dispatcher.notice,
            ),
        )
        admin = AdminSocket(path, desk.answer)
        self._ending.at_the_end(admin.close)
        try:
            await admin.start()
        except OSError as exc:
            log.error("operators cannot be heard", problem=exc.strerror or type(exc).__name__)

    def _keep_house(self, place: Place) -> None:
        lookout = Lookout(
            self.database, self.metrics, self.alerts, instance=self.credentials.zapi_instance,
            room_bytes=partial(_room_beside, place) if isinstance(place, Path) else None, on_duty=self.on_duty,
        )  # fmt: skip
        unanswered = Unanswered(
            self.database, self.clock, self.facts, self.alerts.alert,
            alert_ms=self.policy.alert_ms, on_duty=self.on_duty,
        )  # fmt: skip
        pruning = Pruning(
            self.database, self.clock, periods_of(self.settings), self.metrics, on_duty=self.on_duty
        )
        looks = (lookout.look, unanswered.look, self._recall_signals)
        self._ending.background(keep_house(looks, pruning, self.clock, on_duty=self.on_duty))

    async def _recall_signals(self) -> None:
        if (listener := self.policy.listener) is not None:
            instance = self.credentials.zapi_instance
            await self.database.read(partial(signals.recall, instance=instance, listener=listener))

    def _listen(self, *, alone: bool) -> None:
        """Hear and see what comes besides words."""
        credentials = self.credentials
        self.ears, sdk = ears_of(
            self.settings, self.database, self.clock, self.policy, self.metrics, self.alerts, self.dispatcher,
            groq=(credentials.groq_key, credentials.groq_url),
            stand_in=credentials.zapi_url if self.settings.mode is Mode.SANDBOX else None, alone=alone,
        )  # fmt: skip
        self._ending.at_the_end(sdk.close)
        self._ending.background(self.ears.listen_forever())


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
