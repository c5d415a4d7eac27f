"""Processes that die between any two steps, and what outlives them: the file, Z-API, and who posts the webhooks.

A process here is a loop of its own with the real runner, outbox and database. It dies like a killed one: its loop
stops where it is, no handler and no cancellation runs, and what waited for its commit is lost or stored unheard.
"""

import asyncio
import shutil
import threading
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import count
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlalchemy import Connection
from sqlmodel import col, select

from clinic_bot.agent.chat import ChatModel
from clinic_bot.agent.loop import Agent
from clinic_bot.clinic.facts import example_clinic
from clinic_bot.events import Event
from clinic_bot.operations.metrics import Metrics
from clinic_bot.operations.neighbours import Neighbours
from clinic_bot.reply.afterthought import Afterthoughts
from clinic_bot.reply.connection import ConnectionWatch, Times
from clinic_bot.reply.fence import Fence
from clinic_bot.reply.outbox import Outbox
from clinic_bot.reply.settle import settle_once
from clinic_bot.reply.zapi import ZapiClient
from clinic_bot.store import inbox, recovery
from clinic_bot.store.database import Database, Job
from clinic_bot.store.evidence import HOLD_AFTER_MS
from clinic_bot.store.inbox import Taken
from clinic_bot.store.leases import Leases
from clinic_bot.store.places import Place, open_database
from clinic_bot.store.policy import Policy
from clinic_bot.store.sqlite import SqliteDatabase
from clinic_bot.store.tables import Conversation
from clinic_bot.turns.ahead import Ahead
from clinic_bot.turns.backlog import Backlog, Choice
from clinic_bot.turns.composer import Composer
from clinic_bot.turns.contacts import ContactBook
from clinic_bot.turns.own_words import OwnWords
from clinic_bot.turns.reading import Memory
from clinic_bot.turns.runner import Limits, Runner
from clinic_bot.turns.short_replies import ShortReplies
from clinic_bot.turns.thinking import Thinking
from tests.faults.crash_outside import Outside, ScriptedAgent, ScriptedZapi
from tests.support import builders as b
from tests.support.clock import FakeClock

T = TypeVar("T")

_LIMITS = Limits(memory=Memory(5, 3_600_000), unavailable_after_ms=b.ALERT_MS)
_TIMES = Times(poll_ms=5_000, restricted_ms=60_000, ttl_ms=60_000)
_A_DEADLINE_MS = 15_000
_MOST_REPLIES = 100
#: Nothing here needs so many looks; a conversation that is due for ever would be a fault.
_MOST_LOOKS = 40

_metrics = cache(Metrics)


class CalmClock(FakeClock):
    """Pauses pass at once, and nobody's deadline passes while a step is looked at."""

    def real_s(self, duration_ms: float) -> float:
        return 20.0 if duration_ms >= _A_DEADLINE_MS else super().real_s(duration_ms)

    async def sleep(self, duration_ms: float) -> None:
        self.advance(round(duration_ms))
        await asyncio.sleep(0)


class Killed(SystemExit):
    """The process is gone. The one kind of exception that leaves a loop at once and that no code of ours catches."""


class _Lost(Exception):
    """The process died before this commit."""


class _Stepped(Coroutine[Any, Any, T]):
    """A coroutine that tells of each of its suspensions."""

    def __init__(self, inner: Coroutine[Any, Any, T], suspended: Callable[[], None]) -> None:
        self._inner = inner
        self._suspended = suspended

    def send(self, value: Any) -> Any:
        waits_for = self._inner.send(value)
        self._suspended()
        return waits_for

    def throw(self, *exc: Any) -> Any:
        waits_for = self._inner.throw(*exc)
        self._suspended()
        return waits_for

    def close(self) -> None:
        self._inner.close()

    def __await__(self) -> Generator[Any, Any, T]:
        return self._inner.__await__()


class HeldDatabase(SqliteDatabase):
    """Commits only between two steps, so that whoever dies at one knows what was stored by then."""

    def __init__(self, path: Path) -> None:
        self._between_steps = threading.Event()
        self._lost = False
        self.under_way = 0
        super().__init__(path)

    async def write(self, job: Job[T], *, urgent: bool = False) -> T:
        self._between_steps.clear()
        self.under_way += 1
        written = await super().write(partial(self._held, job), urgent=urgent)
        self.under_way -= 1
        return written

    def step_ended(self) -> None:
        self._between_steps.set()

    def die(self, *, stores: bool) -> None:
        """What waits for its commit is lost, or stored without anybody hearing of it."""
        self._lost = not stores
        self._stopping = True
        self._between_steps.set()
        self._wake.set()
        self._thread.join()
        self._readers.shutdown()
        self._reader_engine.dispose()
        self._writer_engine.dispose()

    def _held(self, job: Job[T], connection: Connection) -> T:
        self._between_steps.wait()
        if self._lost:
            raise _Lost
        return job(connection)


class Life:
    """One process on the records, as far as a turn needs one. Built and used inside its own loop."""

    def __init__(
        self,
        place: Place,
        outside: Outside,
        clock: FakeClock,
        *,
        agent: Agent | None = None,
        zapi: ZapiClient | None = None,
        recalls: bool = False,
        policy: Policy = b.POLICY,
        speculates: ChatModel | None = None,
    ) -> None:
        """Args:
        agent, zapi: in the place of the scripted ones.
        recalls: whether a reply that the patient overtook is taken back.
        speculates: the agent's model, which is then asked before windows close when a play says so.
        """
        self.held = HeldDatabase(place) if isinstance(place, Path) else None
        self.database: Database = self.held or open_database(place)
        shared, self.policy = self.held is None, policy
        self.outside = outside
        self.clock = clock
        self.agent = ScriptedAgent(outside)
        self.zapi = ScriptedZapi(outside)
        self._asked_at = zapi or self.zapi
        neighbours, metrics, facts = Neighbours(), _metrics(), example_clinic()
        self.afterthoughts = Afterthoughts(
            self.database, self._asked_at, clock, policy, metrics, lambda _conversation, _wake_at_ms: None,
            shared=shared,
        )  # fmt: skip
        watch = ConnectionWatch(self.database, self._asked_at, clock, policy, neighbours, _TIMES)
        leases = Leases(clock, owner=f"process {id(self)}", lease_ms=b.LEASE_MS, shared=shared)
        outbox = Outbox(
            self.database, self._asked_at, clock, policy, metrics, neighbours, watch,
            Fence(self.database, clock, policy, leases),
            typing_delay_s=0, ttl_ms=_TIMES.ttl_ms, afterthoughts=self.afterthoughts if recalls else None,
        )  # fmt: skip
        thinking = Thinking(agent or self.agent, clock, metrics, neighbours)
        self.ahead: Ahead | None = None
        if speculates is not None and agent is not None:
            self.ahead = Ahead(
                self.database, agent, speculates, lambda: True, facts, clock, policy, metrics, _LIMITS.memory,
                thinking.pace, _MOST_REPLIES,
            )  # fmt: skip
        own_words = OwnWords(
            facts, clock, metrics, lambda _kind, _text: None,
            Backlog(Choice.ANSWER, b.HORIZON_MS), max_replies_per_hour=_MOST_REPLIES,
        )  # fmt: skip
        short_replies = ShortReplies(self.database, facts, clock, binding=True)
        self.runner = Runner(
            self.database,
            thinking,
            Composer(own_words, short_replies, thinking, facts, clock, metrics, self.ahead),
            outbox,
            ContactBook(self.database, self._asked_at, clock, policy),
            clock, policy, metrics, _LIMITS, leases, self.ahead,
        )  # fmt: skip
        self._running: set[int] = set()

    async def start(self) -> None:
        """Where replicas share a server, a lease of a dead one ends when it runs out."""
        if self.held is None:
            return
        job = partial(recovery.recover, now_ms=self.clock.now_ms(), policy=self.policy)
        await self.database.write(job)

    async def receive(self, event: Event) -> None:
        """What the webhook does: store, answer, tell who thinks."""
        self.clock.advance(1)
        job = partial(inbox.take_in, event=event, body=b"{}", now_ms=self.clock.now_ms(), policy=self.policy)
        taken: Taken = await self.database.write(job)
        if taken.conversation_id is None:
            return
        if self.ahead is not None:
            _told_ahead(self.ahead, taken.conversation_id, taken)
        if taken.taken_over:
            self.runner.taken_over(taken.conversation_id)
        if taken.revision is not None and taken.conversation_id in self._running:
            self.runner.newer(taken.conversation_id, taken.revision)
        elif taken.revision is not None:
            self.runner.wrote_on(taken.conversation_id)
        if taken.emergency:
            self.runner.interrupt(taken.conversation_id)

    async def begin(self) -> "asyncio.Task[int | None]":
        """Let the next turn begin beside whoever asks for it."""
        found = await self._next()
        assert found is not None
        return asyncio.create_task(self._run(*found))

    async def settle(self) -> None:
        """Take what is due to its end, until nobody waits for anything."""
        for _ in range(_MOST_LOOKS):
            found = await self._next()
            if found is None:
                return
            await self._run(*found)
        raise AssertionError("something is due for ever")

    async def others(self) -> None:
        """Wait for whatever else goes on."""
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(others)

    async def finish(self) -> None:
        """Every webhook that was not acknowledged comes again, and all is taken to its end."""
        for event in self.outside.events:
            await self.receive(event)
        await self.settle()
        await self.others()  # what is reported has left, and nobody takes it back
        for event in self.outside.reports():
            await self.receive(event)
        self.clock.advance(HOLD_AFTER_MS)
        await settle_once(self.database, self._asked_at, self.clock, _metrics())
        await self.settle()

    async def _next(self) -> tuple[int, int] | None:
        wake = col(Conversation.wake_at_ms)
        soonest = select(wake, col(Conversation.id)).where(wake.is_not(None)).order_by(wake).limit(1)
        row = await self.database.read(lambda connection: connection.execute(soonest).first())
        return None if row is None else (int(row[0] or 0), int(row[1] or 0))

    async def _run(self, wake_at_ms: int, conversation_id: int) -> int | None:
        self.clock.advance(max(1, wake_at_ms - self.clock.now_ms()))
        self._running.add(conversation_id)
        try:
            return await self.runner.run(conversation_id)
        finally:
            self._running.discard(conversation_id)


def _told_ahead(ahead: Ahead, conversation_id: int, taken: Taken) -> None:
    """What the dispatcher tells; when a window is looked at says the play."""
    if taken.revision is not None:
        ahead.newer(conversation_id, taken.revision)
    if taken.taken_over or taken.emergency:
        ahead.drop(conversation_id)


Play = Callable[[Life], Awaitable[None]]


@dataclass
class Death:
    """How a process ended."""

    step: int | None  #: at which suspension; None: it came to its end
    had_writes: bool = False  #: whether something waited for its commit


@dataclass
class _Steps:
    """Drives every task of a process, and ends it at one of their suspensions."""

    kill_at: int | None
    dies: Callable[[], None]
    life: Life | None = field(default=None, init=False)
    taken: int = field(default=0, init=False)
    tasks: list[Coroutine[Any, Any, Any]] = field(default_factory=list, init=False)

    def task(
        self, loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, T], **more: Any
    ) -> asyncio.Task[T]:
        self.tasks.append(work)
        return asyncio.Task(_Stepped(work, self.suspended), loop=loop, **more)

    def suspended(self) -> None:
        self.taken += 1
        if self.taken == self.kill_at:
            self.dies()
        if self.life is not None and self.life.held is not None:
            self.life.held.step_ended()


def _be_killed() -> None:
    raise Killed


def live(
    path: Path,
    outside: Outside,
    clock: FakeClock,
    play: Play,
    *,
    kill_at: int | None = None,
    stores: bool = False,
    begin: Callable[[Path, Outside, FakeClock], Life] = Life,
    dies: Callable[[], None] = _be_killed,
) -> Death:
    """Run a process on the file until the play ends, or until it is killed at one of its suspensions.

    Args:
        stores: whether what waits for its commit at that moment still reaches the file.
        dies: what ends it.
    """
    steps = _Steps(kill_at, dies)
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda _loop, _context: None)  # tasks that are never finished are the point
    loop.set_task_factory(cast(Any, steps.task))

    async def main() -> None:
        steps.life = begin(path, outside, clock)
        await steps.life.start()
        await play(steps.life)
        await steps.life.others()

    death = Death(None)
    try:
        loop.run_until_complete(main())
    except Killed:
        assert steps.life is not None
        assert steps.life.held is not None
        death = Death(steps.taken, steps.life.held.under_way > 0)
    finally:
        if steps.life is not None and steps.life.held is not None:
            steps.life.held.die(stores=stores)
        for (
            task
        ) in steps.tasks:  # dropped while their loop can be spoken to; nothing of them can act any more
            task.close()
        loop.close()
    return death


@dataclass
class Dead:
    """A process that ended, and what it left."""

    path: Path
    outside: Outside
    clock: CalmClock
    how: str
    step: int
    at_the_end: bool  #: it was not killed


def every_death(
    empty: Path,
    folder: Path,
    outside: Callable[[], Outside],
    play: Play,
    *,
    begin: Callable[[Path, Outside, FakeClock], Life] = Life,
) -> Iterator[Dead]:
    """Live the play again and again, killed one suspension later each time; the last one comes to its end.

    Where something waits for its commit at that moment it is lost once and stored once.
    """
    for step in count(1):
        for stores in (False, True):
            path = folder / f"{step}{stores}.sqlite"
            shutil.copy(empty, path)
            world, clock = outside(), CalmClock()
            death = live(path, world, clock, play, kill_at=step, stores=stores, begin=begin)
            how = f"killed at step {step}, {'stored' if stores else 'lost'}"
            yield Dead(path, world, clock, how, step, death.step is None)
            if not death.had_writes:
                break
        if death.step is None:
            return
