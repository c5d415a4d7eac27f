"""Plays one segment of a plan against the running server, lets everything settle, and judges it."""

import asyncio
import contextlib
import itertools
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from sqlalchemy import Connection

from chaos_suite.checker import Evidence, judge
from chaos_suite.fleet import Fleet
from chaos_suite.ledger import Ledger, Recorder
from chaos_suite.outages import Outages
from chaos_suite.patients import Patients
from chaos_suite.plan import Burst, Cluster, Harm, Kind, Trouble, Weather
from chaos_suite.records import Pulse, Reader, last_turn, read_pulse, read_records
from chaos_suite.server import Server
from chaos_suite.shared import SharedDatabase
from chaos_suite.tally import Tally
from clinic_bot.clock import Clock
from clinic_bot.sandbox.standins import StandIns
from clinic_bot.sandbox.zapi_state import Left

T = TypeVar("T")

#: Bursts that are written at a time, and conversations that wait for something at a time: more would only pile up.
_AT_ONCE, _MOST_OPEN = 150, 300
#: Between two bursts: a hundred at once would measure the queue before the server instead of a clinic's day.
_APART_REAL_S = 0.011
#: A reply that did not come in this time is waited for no longer before the next burst begins; nothing is lost by it.
_PATIENCE_REAL_S = 2.5
_LOOK_REAL_S = 0.02
_PULSE_REAL_S = 0.25
#: Seconds of the sandbox's clock, and at least so many of the machine's.
_SETTLE_WITHIN_S, _SETTLE_AT_LEAST_REAL_S = 1_200.0, 60.0


@dataclass(slots=True)
class World:
    """What lives through a whole run."""

    clock: Clock
    pair: StandIns
    fleet: Fleet
    reader: Reader
    speed: float
    human_ms: int
    shared: SharedDatabase | None = None  #: where replicas run
    cluster: Cluster | None = None
    ledger: Ledger = field(default_factory=Ledger)
    stopping: bool = False  #: no further burst begins; what has begun is settled and judged

    @property
    def server(self) -> Server:
        """The first of them, where there may be only one."""
        return self.fleet.servers[0]


@dataclass(slots=True)
class Progress:
    """What whoever watches may show."""

    bursts: int = 0
    turns: int = 0
    kills: int = 0
    weather: str = ""
    settling: int | None = None  #: how much is still open


class Script(Protocol):
    """What a segment plays; ``Plan`` makes one of a seed."""

    @property
    def segment(self) -> int: ...
    @property
    def turns(self) -> int: ...
    @property
    def ends_in(self) -> Weather: ...
    def each_burst(self) -> Iterable[Burst]: ...
    def troubles(self) -> Sequence[Trouble]: ...
    def weather_at(self, n: int) -> Weather | None: ...


class Segment:
    def __init__(self, world: World, plan: Script, progress: Callable[[Progress], None]) -> None:
        self._world = world
        self._plan = plan
        self._tell = progress
        self._seen = Progress()
        self._tally = Tally()
        self._began_ms = world.clock.now_ms()
        self._recorder = Recorder(plan.segment)
        self._up = asyncio.Event()
        self._restarting = asyncio.Lock()  #: the database
        self._outages = Outages(world.pair.zapi, world.clock)
        self._moved = asyncio.Condition()
        self._over = False
        self._open = 0
        self._now: Weather | None = None
        self._last_turn = 0
        self._left_n = world.pair.zapi.sent[-1].n if world.pair.zapi.sent else 0
        self._waiting: dict[str, list[asyncio.Event]] = {}
        self._left: list[Left] = []

    async def play(self) -> Tally:
        """Raises ServerFailed when the server cannot be started again, and whatever else breaks."""
        world, started_s = self._world, time.monotonic()
        world.ledger = Ledger()
        world.pair.groq.brain = self._recorder
        self._up.set()
        self._last_turn = await self._asked(last_turn)
        try:
            async with asyncio.TaskGroup() as group:  # whoever watches and breaks ends the segment
                watches = (self._watch_replies(), self._watch_turns(), self._supervise())
                watching = [group.create_task(watch) for watch in watches]
                async with Patients(world.fleet.webhooks, world.clock, lambda: world.ledger) as patients:
                    await self._all_bursts(patients)
                self._weather(self._plan.ends_in)
                await self._outages.heal()
                await self._settle()
                for task in watching:
                    task.cancel()
        except BaseExceptionGroup as broken:
            raise _cause(broken) from None
        finally:
            await self._outages.heal()
        self._note_left()
        await self._judge()
        self._tally.seconds = time.monotonic() - started_s
        return self._tally

    # Bursts and troubles.

    async def _all_bursts(self, patients: Patients) -> None:
        free = asyncio.Semaphore(_AT_ONCE)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._all_troubles(group))
            for burst in self._plan.each_burst():
                await free.acquire()
                if burst.n % 10:  # one in ten finds nobody there
                    await self._up.wait()
                await self._until_caught_up()
                if self._world.stopping or self._seen.turns >= self._plan.turns:
                    break
                if (weather := self._plan.weather_at(burst.n)) is not None:
                    self._weather(weather)
                group.create_task(self._one_burst(patients, burst, free))
                self._seen.bursts = burst.n + 1
                self._open += 1
                await asyncio.sleep(_APART_REAL_S)
            self._over = True
            await self._has_moved()

    def _weather(self, weather: Weather) -> None:
        if weather is not self._now:  # one that goes on keeps what is left of its counted faults
            self._now, self._seen.weather = weather, weather.name
            _be(weather, self._world.pair)
            if weather.outage is not None:
                self._outages.begin(weather.outage)

    async def _until_caught_up(self) -> None:
        while self._open > _MOST_OPEN and not self._world.stopping:  # noqa: ASYNC110 - it lies in the database
            await asyncio.sleep(_LOOK_REAL_S)

    async def _has_moved(self) -> None:
        async with self._moved:
            self._moved.notify_all()

    async def _one_burst(self, patients: Patients, burst: Burst, free: asyncio.Semaphore) -> None:
        replied = asyncio.Event()
        self._waiting.setdefault(burst.phone, []).append(replied)
        try:
            await patients.say(burst)
            if not any(piece.kind is Kind.STAFF for piece in burst.pieces):
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_PATIENCE_REAL_S):
                        await replied.wait()
        finally:
            self._waiting[burst.phone].remove(replied)
            free.release()

    async def _all_troubles(self, group: asyncio.TaskGroup) -> None:
        """In their order, each when so many turns have ended; what is still to come when the bursts end is left out."""
        for trouble in self._plan.troubles():
            async with self._moved:
                while self._seen.turns < trouble.at_turn and not self._over:
                    await self._moved.wait()
            if self._seen.turns < trouble.at_turn or self._world.stopping:
                return
            await asyncio.sleep(trouble.after_real_s)
            if len(self._world.fleet.servers) == 1:
                await self._trouble(trouble)
            else:  # the others go on, and may be in trouble as well
                group.create_task(self._trouble(trouble))

    async def _trouble(self, trouble: Trouble) -> None:
        match trouble.harm:
            case Harm.CUT | Harm.RESTART:
                await self._trouble_the_database(trouble)
            case _:
                server = self._world.fleet.servers[trouble.replica]
                async with server.troubled:
                    await self._trouble_process(server, trouble)

    async def _trouble_the_database(self, trouble: Trouble) -> None:
        shared = self._world.shared
        assert shared is not None
        async with self._restarting:
            if trouble.harm is Harm.CUT:
                self._tally.cuts += await shared.cut()
            else:
                self._tally.restarts += 1
                await shared.restart(trouble.lasts_real_s)

    async def _trouble_process(self, server: Server, trouble: Trouble) -> None:
        match trouble.harm:
            case Harm.FREEZE:
                self._tally.freezes += 1
                await server.freeze(trouble.lasts_real_s)
            case Harm.BLOCK:
                self._tally.blocks += 1
                await server.block()
            case _:
                await self._kill_and_restart(server, trouble)

    async def _kill_and_restart(self, server: Server, trouble: Trouble) -> None:
        if len(self._world.fleet.servers) == 1:
            self._up.clear()
        await self._kill(server)
        if trouble.again_real_s is not None:
            self._tally.starts += 1
            await server.spawn()
            await asyncio.sleep(trouble.again_real_s)
            await self._kill(server)
        await self._restart(server)
        self._up.set()

    async def _kill(self, server: Server) -> None:
        await server.kill()
        self._tally.kills += 1
        self._seen.kills += 1

    async def _restart(self, server: Server) -> None:
        before = server.starts
        await self._world.fleet.start_one(server)
        self._tally.starts += server.starts - before

    async def _supervise(self) -> None:
        """Start again what ended though nobody did anything to it, and count that against the service."""
        while True:
            for server in self._world.fleet.servers:
                if not server.alive and not server.troubled.locked():
                    self._tally.complaints["ended by itself"] += 1
                    async with server.troubled:
                        await self._restart(server)
            await asyncio.sleep(_PULSE_REAL_S)

    # Watching.

    async def _watch_replies(self) -> None:
        while True:
            self._note_left()
            await asyncio.sleep(_LOOK_REAL_S)

    def _note_left(self) -> None:
        sent = self._world.pair.zapi.sent  # forgets the oldest in a long run, and its number goes on
        new = list(itertools.takewhile(lambda left: left.n > self._left_n, reversed(sent)))
        for left in reversed(new):
            self._left_n = left.n
            self._left.append(left)
            for event in self._waiting.get(left.phone, ()):
                event.set()

    async def _watch_turns(self) -> None:
        while True:
            pulse = await self._pulse()
            self._seen.turns, self._open = pulse.turns, pulse.open
            await self._has_moved()
            self._tell(self._seen)
            await asyncio.sleep(_PULSE_REAL_S)

    async def _pulse(self) -> Pulse:
        return await self._asked(lambda connection: read_pulse(connection, self._last_turn))

    async def _asked(self, question: Callable[[Connection], T]) -> T:
        return await self._world.reader.ask(question)

    async def _settle(self) -> None:
        """Until windows, turns and takeovers have come to their end, uncertain sends were settled or held."""
        zapi = self._world.pair.zapi
        still = 0
        with contextlib.suppress(TimeoutError):
            within_s = max(_SETTLE_WITHIN_S / self._world.speed, _SETTLE_AT_LEAST_REAL_S)
            async with asyncio.timeout(within_s):
                while still < 3:  # a callback on its way may still change something
                    pulse = await self._pulse()
                    self._seen.settling = pulse.open
                    still = 0 if pulse.open or zapi.queue else still + 1
                    await asyncio.sleep(_PULSE_REAL_S)
        self._seen.settling = None

    async def _judge(self) -> None:
        tally, ledger = self._tally, self._world.ledger
        evidence = Evidence(
            delivered=list(ledger.items.values()),
            asked=self._recorder.asked,
            left=self._left,
            records=await self._asked(lambda connection: read_records(connection, self._began_ms)),
            human_ms=self._world.human_ms,
            speed=self._world.speed,
        )
        judge(evidence, tally)
        tally.bursts = self._seen.bursts
        tally.turns = (await self._pulse()).turns
        tally.deliveries, tally.no_answer = ledger.deliveries, ledger.unanswered
        tally.refused = sum(ledger.refused.values())


def _cause(broken: BaseExceptionGroup[BaseException]) -> BaseException:
    """What broke first; the others broke because of it."""
    first = broken.exceptions[0]
    return _cause(first) if isinstance(first, BaseExceptionGroup) else first


def _be(weather: Weather, pair: StandIns) -> None:
    pair.zapi.faults.clear()
    pair.groq.clear_faults(None)
    for fault in weather.zapi:
        pair.zapi.add_fault(dict(fault))
    for fault in weather.groq:
        pair.groq.add_fault(dict(fault))
    pair.groq.latency_s = weather.model_s
