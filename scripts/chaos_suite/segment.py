"""Plays one segment of a plan against the running server, lets everything settle, and judges it."""

import asyncio
import contextlib
import itertools
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from sqlalchemy import Connection, Engine

from chaos_suite.checker import Evidence, judge
from chaos_suite.ledger import Ledger, Recorder
from chaos_suite.outages import Outages
from chaos_suite.patients import Patients
from chaos_suite.plan import Burst, Kind, Trouble, Weather
from chaos_suite.records import Pulse, last_turn, read_pulse, read_records
from chaos_suite.server import Server
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
_SETTLE_WITHIN_REAL_S = 60.0


@dataclass(slots=True)
class World:
    """What lives through a whole run."""

    clock: Clock
    pair: StandIns
    server: Server
    engine: Engine
    speed: float
    human_ms: int
    ledger: Ledger = field(default_factory=Ledger)
    stopping: bool = False  #: no further burst begins; what has begun is settled and judged


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
                watching = [group.create_task(self._watch_replies()), group.create_task(self._watch_turns())]
                async with Patients(world.server.webhook, world.clock, lambda: world.ledger) as patients:
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
            group.create_task(self._all_troubles())
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

    async def _all_troubles(self) -> None:
        """In their order, each when so many turns have ended; what is still to come when the bursts end is left out."""
        for trouble in self._plan.troubles():
            async with self._moved:
                while self._seen.turns < trouble.at_turn and not self._over:
                    await self._moved.wait()
            if self._seen.turns < trouble.at_turn or self._world.stopping:
                return
            await self._trouble(trouble)

    async def _trouble(self, trouble: Trouble) -> None:
        await asyncio.sleep(trouble.after_real_s)
        server = self._world.server
        if trouble.stop_real_s is not None:
            self._tally.freezes += 1
            await server.freeze(trouble.stop_real_s)
            return
        self._up.clear()
        await self._kill()
        if trouble.again_real_s is not None:
            self._tally.starts += 1
            await server.spawn()
            await asyncio.sleep(trouble.again_real_s)
            await self._kill()
        await self._restart()

    async def _kill(self) -> None:
        await self._world.server.kill()
        self._tally.kills += 1
        self._seen.kills += 1

    async def _restart(self) -> None:
        self._tally.starts += 1
        await self._world.server.start()
        self._up.set()

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
        def ask() -> T:
            with self._world.engine.connect() as connection:
                return question(connection)

        return await asyncio.to_thread(ask)

    async def _settle(self) -> None:
        """Until windows, turns and takeovers have come to their end, uncertain sends were settled or held."""
        zapi = self._world.pair.zapi
        still = 0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_SETTLE_WITHIN_REAL_S):
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
