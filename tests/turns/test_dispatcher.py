"""The dispatcher over a real file, with a clock that only the test moves and a runner that only counts."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType

import pytest
from sqlalchemy import Connection

from clinic_bot.errors import StorageUnavailable
from clinic_bot.store import claims, closing, gate, inbox, waits
from clinic_bot.store.claims import Later
from clinic_bot.store.database import Database
from clinic_bot.store.gate import Draft
from clinic_bot.store.inbox import Taken
from clinic_bot.store.tables import TurnState
from clinic_bot.turns.dispatcher import Dispatcher
from clinic_bot.turns.sweep import ALONE, TOGETHER, Sweeping
from tests.support import builders as b
from tests.support.clock import START_MS, FakeClock
from tests.support.waiting import until


@dataclass
class CountingRunner:
    """Takes what is due and answers it without a model; ``hold`` keeps it thinking."""

    database: Database
    clock: FakeClock
    started: list[tuple[int, int]] = field(
        default_factory=list
    )  #: (conversation, when), claims that were early too
    answered: list[tuple[int, int, int]] = field(default_factory=list)  #: (conversation, messages, when)
    interrupted: list[int] = field(default_factory=list)
    told: list[tuple[int, int]] = field(default_factory=list)  #: (conversation, revision) of something newer
    wrote: list[int] = field(default_factory=list)  #: conversations told of something newer that no turn has
    overtaken: list[int] = field(default_factory=list)
    failures: int = 0
    broken: int = 0
    hold: asyncio.Event | None = None
    held_back: set[int] = field(
        default_factory=set
    )  #: stay due, and are not claimed: everything is switched off
    looked: list[tuple[int, int]] = field(default_factory=list)  #: (conversation, when)
    until_ms: dict[int, int] = field(default_factory=dict)  #: what a look tells; else what the row says
    look_fails: list[Exception] = field(default_factory=list)
    looking: asyncio.Event | None = None  #: a look takes until then
    alone: int = 0  #: looks that had a transaction of their own

    async def look(self, conversation_id: int) -> int | None:
        self.alone += 1
        found = await self.database.read(partial(self.look_in, conversation_id=conversation_id))
        if self.looking is not None:
            await self.looking.wait()
        return found

    def look_in(self, connection: Connection, conversation_id: int) -> int | None:
        now_ms = self.clock.now_ms()
        self.looked.append((conversation_id, now_ms))
        if self.look_fails:
            raise self.look_fails.pop()
        row_ms = waits.open_until(connection, conversation_id, now_ms=now_ms, policy=b.POLICY)
        return self.until_ms.get(conversation_id, row_ms) if row_ms is not None else None

    async def run(self, conversation_id: int) -> int | None:
        if conversation_id in self.held_back:
            return self.clock.now_ms() + 60_000
        self.started.append((conversation_id, self.clock.now_ms()))
        if self.failures:
            self.failures -= 1
            raise StorageUnavailable("the disk is full")
        if self.broken:
            self.broken -= 1
            raise ZeroDivisionError
        policy, now_ms = b.POLICY, self.clock.now_ms()
        claim = await self.database.write(
            partial(
                claims.claim, conversation_id=conversation_id, owner="p1", now_ms=now_ms,
                lease_ms=b.LEASE_MS, policy=policy,
            )
        )  # fmt: skip
        if isinstance(claim, Later):
            return claim.wake_at_ms
        emergency = "sign" if claim.emergency else None
        draft = Draft("", "ok", emergency=emergency)
        await self.database.write(
            partial(gate.write_intent, claim=claim, draft=draft, now_ms=now_ms, policy=policy)
        )
        if self.hold is not None:
            await self.hold.wait()
        closed = await self.database.write(
            partial(closing.record_outcome, claim=claim, state=TurnState.SENT, now_ms=now_ms, policy=policy)
        )
        self.answered.append((conversation_id, len(claim.messages), self.clock.now_ms()))
        return closed.wake_at_ms

    def interrupt(self, conversation_id: int) -> None:
        self.interrupted.append(conversation_id)

    def newer(self, conversation_id: int, revision: int) -> None:
        self.told.append((conversation_id, revision))

    def wrote_on(self, conversation_id: int) -> None:
        self.wrote.append(conversation_id)

    def taken_over(self, conversation_id: int) -> None:
        self.overtaken.append(conversation_id)


@dataclass
class Desk:
    """A dispatcher at work, and the intake that feeds it."""

    database: Database
    clock: FakeClock
    runner: CountingRunner
    dispatcher: Dispatcher

    async def receive(
        self, text: str = "oi", *, id: str = "m1", phone: str = b.PHONE, tell: bool = True
    ) -> Taken:
        event = b.message(text, id=id, who=b.contact(phone))
        taken = await self.database.write(
            partial(inbox.take_in, event=event, body=b"{}", now_ms=self.clock.now_ms(), policy=b.POLICY)
        )
        if tell and taken.conversation_id:
            self.dispatcher.notice(taken.conversation_id, taken.wake_at_ms, emergency=taken.emergency)
        return taken

    async def fill(self, count: int) -> None:
        for n in range(count):
            await self.receive(id=f"m{n}", phone=f"55119876500{n:02}")

    async def tick(self, ms: int) -> None:
        self.clock.advance(ms)
        await self.quiet()

    async def quiet(self) -> None:
        """Everything that can happen at this instant has happened."""
        for _ in range(10):
            await self.database.write(lambda _connection: None)
            await asyncio.sleep(0.002)  # timers of a clock that stands still fire within a millisecond


@asynccontextmanager
async def desk(
    database: Database,
    *,
    slots: int = 100,
    sweeping: Sweeping = ALONE,
    looks: bool = False,
    suspects: Mapping[int, int] = MappingProxyType({}),
) -> AsyncIterator[Desk]:
    clock = FakeClock()
    runner = CountingRunner(database, clock)
    dispatcher = Dispatcher(
        database, runner, clock, slots=slots, sweeping=sweeping, looks=looks, suspects=suspects
    )
    await dispatcher.start()
    try:
        yield Desk(database, clock, runner, dispatcher)
    finally:
        if runner.hold is not None:
            runner.hold.set()
        await dispatcher.stop(within_s=10)


async def test_a_turn_starts_when_its_window_closes_and_not_before(database: Database) -> None:
    async with desk(database) as it:
        await it.receive()
        it.clock.advance(b.QUIET_MS - 1)
        await it.quiet()
        assert it.runner.started == []
        it.clock.advance(1)
        await until(lambda: bool(it.runner.answered))
        assert it.runner.answered == [(1, 1, START_MS + b.QUIET_MS)]


async def test_a_timer_that_fires_early_claims_nothing_and_is_armed_again(database: Database) -> None:
    async with desk(database) as it:
        await it.receive("oi", id="m1")
        it.clock.advance(4_000)
        await it.receive("e mais", id="m2")
        it.clock.advance(3_000)  # past the first deadline, before the second
        await it.quiet()
        assert it.runner.started == []
        it.clock.advance(3_000)
        await until(lambda: bool(it.runner.answered))
        assert it.runner.answered == [(1, 2, START_MS + 10_000)]


async def test_a_window_that_was_moved_forward_fires_at_the_new_instant(database: Database) -> None:
    async with desk(database) as it:
        it.dispatcher.notice(1, START_MS + 12_000)
        await it.receive()
        it.clock.advance(b.QUIET_MS)
        await until(lambda: bool(it.runner.answered))


async def test_an_early_word_of_a_wake_up_only_costs_a_look(database: Database) -> None:
    async with desk(database) as it:
        await it.receive()
        it.dispatcher.notice(1, START_MS)
        await until(lambda: bool(it.runner.started))
        await it.quiet()
        assert it.runner.answered == []
        it.clock.advance(b.QUIET_MS)
        await until(lambda: bool(it.runner.answered))


async def test_a_wake_up_that_nobody_told_of_is_found_by_the_sweep(database: Database) -> None:
    async with desk(database) as it:
        await it.receive(tell=False)
        it.clock.advance(b.QUIET_MS)  # the sweep's five seconds have passed as well
        await until(lambda: bool(it.runner.answered))


async def test_what_another_replica_left_lying_is_found_within_a_moment(database: Database) -> None:
    """And not before it is due: until then it is the other one's to take."""
    async with desk(database, sweeping=TOGETHER) as it:
        await it.receive(tell=False)
        for _ in range(b.QUIET_MS // TOGETHER.every_ms):
            assert it.dispatcher.open == 0
            await it.tick(TOGETHER.every_ms)
        await until(lambda: it.runner.answered == [(1, 1, START_MS + b.QUIET_MS)])


async def test_behind_what_cannot_be_taken_now_a_whole_sweep_finds_the_rest(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "clinic_bot.store.conversations.due_page.__kwdefaults__", {"after": (-1, -1), "limit": 3}
    )
    monkeypatch.setattr("clinic_bot.store.conversations.PAGE", 3)
    async with desk(database, sweeping=TOGETHER) as it:
        for n in range(5):
            await it.receive(id=f"m{n}", phone=f"55119876500{n:02}", tell=False)
        it.runner.held_back = {1, 2, 3}
        it.clock.advance(b.QUIET_MS)
        await it.tick(TOGETHER.every_ms)
        assert it.runner.answered == []
        for _ in range(TOGETHER.whole_every):
            await it.tick(TOGETHER.every_ms)
        await until(lambda: {found for found, _, _ in it.runner.answered} == {4, 5})


async def test_after_the_clock_was_set_forward_what_became_due_begins_at_once(database: Database) -> None:
    """Its timer was armed by the clock of before."""
    async with desk(database) as it:
        await it.receive()
        assert it.dispatcher._wakes._timer is not None
        it.dispatcher._wakes._timer.cancel()  # it would come an hour late
        it.clock.advance(b.QUIET_MS)
        it.dispatcher.clock_moved()
        await until(lambda: len(it.runner.answered) == 1)


async def test_what_was_open_before_the_start_is_taken_up(database: Database) -> None:
    clock = FakeClock()
    job = partial(inbox.take_in, event=b.message(), body=b"{}", now_ms=START_MS - 60_000, policy=b.POLICY)
    await database.write(job)
    runner = CountingRunner(database, clock)
    dispatcher = Dispatcher(database, runner, clock, slots=1)
    await dispatcher.start()
    await until(lambda: bool(runner.answered))
    await dispatcher.stop(within_s=10)


async def test_what_is_due_much_later_is_not_kept_in_memory(database: Database) -> None:
    async with desk(database) as it:
        it.dispatcher.notice(1, START_MS + 3_600_000)
        assert it.dispatcher.open == 0


async def test_closing_looks_again_without_anybody_telling(database: Database) -> None:
    async with desk(database) as it:
        it.runner.hold = asyncio.Event()
        await it.receive("oi", id="m1")
        it.clock.advance(b.QUIET_MS)
        await until(lambda: bool(it.runner.started))
        await it.quiet()
        await it.receive("e mais", id="m2")
        it.clock.advance(b.QUIET_MS)
        it.runner.hold.set()
        await until(lambda: len(it.runner.answered) == 2)
        assert [messages for _, messages, _ in it.runner.answered] == [1, 1]


async def test_no_more_turns_think_at_once_than_there_are_slots(database: Database) -> None:
    async with desk(database, slots=2) as it:
        it.runner.hold = asyncio.Event()
        await it.fill(5)
        it.clock.advance(b.QUIET_MS)
        await until(lambda: len(it.runner.started) == 2)
        await it.quiet()
        assert len(it.runner.started) == 2
        it.runner.hold.set()
        await until(lambda: len(it.runner.answered) == 5)
        assert sorted(key for key, _, _ in it.runner.answered) == [1, 2, 3, 4, 5]


async def test_waiting_for_a_slot_through_many_sweeps_claims_nothing_twice(database: Database) -> None:
    async with desk(database, slots=1) as it:
        it.runner.hold = asyncio.Event()
        await it.fill(4)
        for _ in range(10):
            it.clock.advance(5_000)
            await it.quiet()
        assert len(it.runner.started) == 1
        it.runner.hold.set()
        await until(lambda: len(it.runner.answered) == 4)
        await it.quiet()
        assert len(it.runner.started) == 4


async def test_an_emergency_waits_for_no_slot(database: Database) -> None:
    async with desk(database, slots=1) as it:
        it.runner.hold = asyncio.Event()
        await it.receive(id="m1", phone="5511987650010")
        it.clock.advance(b.QUIET_MS)
        await until(lambda: len(it.runner.started) == 1)
        await it.receive(b.EMERGENCY_TEXT, id="m2", phone="5511987650011")
        await until(lambda: len(it.runner.started) == 2)
        assert it.runner.interrupted == [2]


async def test_an_emergency_of_a_turn_that_waits_for_a_slot_waits_no_longer(database: Database) -> None:
    async with desk(database, slots=1) as it:
        it.runner.hold = asyncio.Event()
        await it.fill(2)
        it.clock.advance(b.QUIET_MS)
        await it.quiet()
        assert len(it.runner.started) == 1
        waiting = 2 if it.runner.started[0][0] == 1 else 1
        await it.receive(b.EMERGENCY_TEXT, id="m9", phone=f"55119876500{waiting - 1:02}")
        await until(lambda: len(it.runner.started) == 2)
        assert it.runner.started[1][0] == waiting


async def test_a_storage_failure_is_tried_again(database: Database) -> None:
    async with desk(database) as it:
        it.runner.failures = 3
        await it.receive()
        it.clock.advance(b.QUIET_MS)
        for tries in range(1, 4):
            await until(lambda tries=tries: len(it.runner.started) == tries)  # type: ignore[misc]
            await it.quiet()
            assert len(it.runner.started) == tries  # not in a tight circle
            it.clock.advance(1_000)
        await until(lambda: bool(it.runner.answered))


async def test_a_fault_of_ours_does_not_lose_the_conversation(database: Database) -> None:
    async with desk(database) as it:
        it.runner.broken = 1
        await it.receive()
        it.clock.advance(b.QUIET_MS)
        await until(lambda: len(it.runner.started) == 1)
        await it.quiet()
        it.clock.advance(10_000)
        await until(lambda: bool(it.runner.answered))


async def test_what_is_newer_is_told_for_the_turn_that_runs_or_the_reply_that_went(
    database: Database,
) -> None:
    async with desk(database) as it:
        it.runner.hold = asyncio.Event()
        await it.fill(1)
        it.clock.advance(b.QUIET_MS)
        await until(lambda: len(it.runner.started) == 1)
        it.dispatcher.newer(1, 2)
        assert (it.runner.told, it.runner.wrote) == ([(1, 2)], [])
        it.runner.hold.set()
        await until(lambda: bool(it.runner.answered))
        await it.quiet()
        it.dispatcher.newer(1, 3)
        assert (it.runner.told, it.runner.wrote) == ([(1, 2)], [1])


async def test_a_take_over_reaches_the_runner(database: Database) -> None:
    async with desk(database) as it:
        it.dispatcher.taken_over(7)
        assert it.runner.overtaken == [7]


async def test_stopping_interrupts_what_thinks_and_starts_nothing_more(database: Database) -> None:
    async with desk(database) as it:
        it.runner.hold = asyncio.Event()
        await it.fill(1)
        it.clock.advance(b.QUIET_MS)
        await until(lambda: len(it.runner.started) == 1)
        await it.receive(id="later", phone="5511987650020")
        stopping = asyncio.ensure_future(it.dispatcher.stop(within_s=10))
        await it.quiet()
        assert it.runner.interrupted == [1]
        it.runner.hold.set()
        await stopping
        it.clock.advance(60_000)
        await it.quiet()
        assert len(it.runner.started) == 1


async def test_of_turns_that_may_have_crashed_the_process_only_one_runs_at_a_time(
    database: Database,
) -> None:
    async with desk(database, suspects={1: 2, 2: 1, 3: 1}) as it:
        it.runner.hold = asyncio.Event()
        await it.fill(4)
        it.clock.advance(b.QUIET_MS)
        await until(lambda: len(it.runner.started) == 2)
        await it.quiet()
        assert sorted(key for key, _ in it.runner.started) == [1, 4]
        it.runner.hold.set()
        await until(lambda: len(it.runner.answered) == 4)


# Looks, where the wait depends on what the patient wrote.

_EARLY_MS = 150
_LONGER_MS = 4_000


async def test_who_is_waited_for_longer_costs_one_look_and_one_claim(database: Database) -> None:
    """Each pause was a transaction that wrote only until when it lasts."""
    async with desk(database, looks=True) as it:
        due_ms = START_MS + b.QUIET_MS + _LONGER_MS
        it.runner.until_ms[1] = due_ms
        await it.receive()
        await it.tick(b.QUIET_MS - _EARLY_MS - 1)
        assert it.runner.looked == []
        await it.tick(1)
        await until(lambda: it.runner.looked == [(1, START_MS + b.QUIET_MS - _EARLY_MS)])
        await it.tick(_EARLY_MS + _LONGER_MS - 1)  # sweeps found it due meanwhile
        assert it.runner.started == []
        await it.tick(1)
        await until(lambda: it.runner.answered == [(1, 1, due_ms)])
        assert it.runner.started == [(1, due_ms)]
        assert len(it.runner.looked) == 1


async def test_who_is_waited_for_no_longer_than_the_least_is_claimed_then(database: Database) -> None:
    async with desk(database, looks=True) as it:
        await it.receive()
        await it.tick(b.QUIET_MS - _EARLY_MS)
        await it.tick(_EARLY_MS)
        await until(lambda: it.runner.answered == [(1, 1, START_MS + b.QUIET_MS)])


async def test_what_comes_after_a_look_or_while_it_lasts_is_looked_at_anew(database: Database) -> None:
    async with desk(database, looks=True) as it:
        it.runner.until_ms[1] = START_MS + b.QUIET_MS + 1_000
        await it.receive(id="m1")
        await it.tick(b.QUIET_MS - _EARLY_MS)
        it.runner.looking = asyncio.Event()
        await it.receive(id="m2")
        await it.tick(b.QUIET_MS - _EARLY_MS)
        await until(lambda: len(it.runner.looked) == 2)
        await it.receive(id="m3")
        it.runner.looking.set()
        it.runner.until_ms[1] = last_ms = it.clock.now_ms() + b.QUIET_MS
        await it.tick(b.QUIET_MS - 1)
        assert it.runner.started == []
        await it.tick(1)
        await until(lambda: it.runner.answered == [(1, 3, last_ms)])
        assert len(it.runner.looked) == 3


async def test_of_replicas_a_sweep_takes_along_the_looks_before_the_next(database: Database) -> None:
    async with desk(database, sweeping=TOGETHER, looks=True) as it:
        await it.fill(3)
        dues_ms = [START_MS + b.QUIET_MS + late_ms for late_ms in (0, 500, 1_000)]
        it.runner.until_ms = dict(enumerate(dues_ms, start=1))
        await it.tick(b.QUIET_MS - _EARLY_MS - TOGETHER.carries_ms)
        await until(lambda: len(it.runner.looked) == 3)
        await it.receive(id="again", phone="5511987650002")  # after its look
        it.runner.until_ms[3] = dues_ms[2] = it.clock.now_ms() + b.QUIET_MS
        for _ in range(2 * b.QUIET_MS // TOGETHER.every_ms):
            await it.tick(TOGETHER.every_ms)
        await until(lambda: len(it.runner.answered) == 3)
        assert [conversation for conversation, _ in it.runner.looked] == [1, 2, 3, 3]
        assert it.runner.alone == 0
        assert [messages for _, messages, _ in it.runner.answered] == [1, 1, 2]
        assert all(at_ms >= due_ms for (_, _, at_ms), due_ms in zip(it.runner.answered, dues_ms, strict=True))


async def test_an_emergency_waits_for_no_look(database: Database) -> None:
    async with desk(database, looks=True) as it:
        it.runner.until_ms[1] = START_MS + 60_000
        await it.receive(id="m1")
        it.runner.looking = asyncio.Event()
        await it.tick(b.QUIET_MS - _EARLY_MS)
        await until(lambda: len(it.runner.looked) == 1)
        await it.receive(b.EMERGENCY_TEXT, id="m2")
        await until(lambda: [found for found, _, _ in it.runner.answered] == [1])
        it.runner.looking.set()


@pytest.mark.parametrize(
    ("failure", "after_ms"),
    [
        pytest.param(StorageUnavailable("gone"), 1_000, id="a database that is away is asked again"),
        pytest.param(ZeroDivisionError(), 0, id="a fault of ours leaves it to the claim"),
    ],
)
@pytest.mark.parametrize("sweeping", [ALONE, TOGETHER], ids=["by itself", "in a sweep"])
async def test_a_look_that_fails_loses_nothing(
    database: Database, failure: Exception, after_ms: int, sweeping: Sweeping
) -> None:
    async with desk(database, looks=True, sweeping=sweeping) as it:
        it.runner.look_fails = [failure]
        await it.receive()
        await it.tick(b.QUIET_MS)
        for _ in range(after_ms // 200):
            await it.tick(200)
        await until(lambda: len(it.runner.answered) == 1)


@pytest.mark.parametrize("lives", [True, False], ids=["it claims in time", "it is gone"])
async def test_what_another_replica_took_in_is_looked_at_when_it_seems_to_be_gone(
    database: Database, lives: bool
) -> None:
    async with desk(database, sweeping=TOGETHER, looks=True) as it:
        await it.receive(tell=False)
        await it.tick(b.QUIET_MS)
        await until(lambda: it.dispatcher.open == 1)
        for _ in range(5):
            await it.tick(TOGETHER.every_ms)
        assert it.runner.looked == it.runner.started == []
        if lives:
            job = partial(claims.claim, conversation_id=1, owner="p2", lease_ms=b.LEASE_MS, policy=b.POLICY)
            await it.database.write(partial(job, now_ms=it.clock.now_ms()))
            await it.tick(TOGETHER.every_ms)
            await until(lambda: it.dispatcher.open == 0)
            assert it.runner.looked == it.runner.started == []
        else:
            await it.tick(1_000)
            await until(lambda: len(it.runner.answered) == 1)


async def test_what_another_replica_still_waits_for_is_left_to_it(database: Database) -> None:
    async with desk(database, sweeping=TOGETHER, looks=True) as it:
        it.runner.until_ms[1] = START_MS + b.QUIET_MS + 10_000
        await it.receive(tell=False)
        await it.tick(b.QUIET_MS)
        for _ in range(10_400 // TOGETHER.every_ms):
            await it.tick(TOGETHER.every_ms)
        assert len(it.runner.looked) == 1
        assert it.runner.started == []
        await it.tick(TOGETHER.every_ms)
        await until(lambda: len(it.runner.answered) == 1)
