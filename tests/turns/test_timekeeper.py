"""A jump of the wall clock is followed once, by everything at once."""

import asyncio
import io
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection

from clinic_bot.store import inbox, jump
from clinic_bot.store.sqlite import SqliteDatabase
from clinic_bot.turns.timekeeper import Timekeeper
from tests.support import builders as b
from tests.support.clock import START_MS, FakeClock
from tests.support.waiting import until, until_async

HOUR_MS = 3_600_000
JUMPS = pytest.mark.parametrize("by_ms", [HOUR_MS, -HOUR_MS], ids=["an hour forward", "an hour back"])


@pytest.fixture
def place(database_file: Path) -> Path:
    """Only a file's instants are moved: replicas on PostgreSQL follow its clock."""
    return database_file


class SetClock(FakeClock):
    """A clock whose wall somebody sets."""

    ahead_ms: list[int]  #: of one number

    def __init__(self) -> None:
        super().__init__()
        object.__setattr__(self, "ahead_ms", [0])

    def set_wall(self, by_ms: int) -> None:
        self.ahead_ms[0] += by_ms

    def strayed_ms(self) -> int:
        return self.ahead_ms[0]

    def follow(self, by_ms: int) -> None:
        self.ahead_ms[0] -= by_ms
        self.advance(by_ms)


@dataclass
class Noticed:
    wakes: dict[int, int | None] = field(default_factory=dict)

    def notice(self, conversation_id: int, wake_at_ms: int | None, *, emergency: bool = False) -> None:
        self.wakes[conversation_id] = wake_at_ms


async def write_to(database: SqliteDatabase, clock: FakeClock) -> None:
    await database.write(
        partial(inbox.take_in, event=b.message(), body=b"{}", now_ms=clock.now_ms(), policy=b.POLICY)
    )


def wake_of(connection: Connection) -> int:
    wake: int = connection.exec_driver_sql("SELECT wake_at_ms FROM conversation").scalar_one()
    return wake


@JUMPS
async def test_what_is_armed_moves_with_the_clock_once(
    database: SqliteDatabase, by_ms: int, written_log: io.StringIO
) -> None:
    clock, noticed, told = SetClock(), Noticed(), list[int]()
    timekeeper = Timekeeper(database, clock, noticed, tell=[told.append])
    await write_to(database, clock)
    clock.set_wall(by_ms)
    assert await timekeeper.follow_wall() == jump.Shifted(by_ms, conversations=1, turns=0)
    assert await timekeeper.follow_wall() is None
    due_ms = START_MS + by_ms + b.QUIET_MS
    assert await database.read(wake_of) == due_ms
    assert clock.now_ms() == START_MS + by_ms
    assert noticed.wakes == {1: due_ms}
    assert told == [by_ms]
    assert written_log.getvalue().count("the clock was set") == 1


@pytest.mark.parametrize("by_ms", [jump.LEAST_MS, -jump.LEAST_MS, 0], ids=["forward", "back", "none"])
async def test_a_small_step_is_followed_alone(database: SqliteDatabase, by_ms: int) -> None:
    clock, noticed = SetClock(), Noticed()
    await write_to(database, clock)
    clock.set_wall(by_ms)
    assert await Timekeeper(database, clock, noticed).follow_wall() is None
    assert clock.now_ms() == START_MS + by_ms
    assert await database.read(wake_of) == START_MS + b.QUIET_MS


async def test_what_was_asked_for_before_the_jump_is_stored_before_it(database: SqliteDatabase) -> None:
    clock = SetClock()
    early = asyncio.create_task(write_to(database, clock))
    await asyncio.sleep(0)  # it has asked, and is not stored yet
    clock.set_wall(-HOUR_MS)
    await Timekeeper(database, clock, Noticed()).follow_wall()
    await early
    assert await database.read(wake_of) == START_MS - HOUR_MS + b.QUIET_MS


async def test_it_looks_every_second_and_survives_a_fault(database: SqliteDatabase) -> None:
    clock, noticed = SetClock(), Noticed()

    def breaks(_by_ms: int) -> None:
        raise ValueError

    await write_to(database, clock)
    keeping = asyncio.create_task(Timekeeper(database, clock, noticed, tell=[breaks]).keep_time())
    clock.set_wall(HOUR_MS)
    await until(lambda: len(clock._time.sleepers) == 1)  # after its first look, whose listener broke

    async def shifted() -> bool:
        return await database.read(wake_of) == START_MS + HOUR_MS + b.QUIET_MS

    await until_async(shifted)  # nobody waited for that commit any more
    clock.set_wall(500)
    clock.advance(1_000)
    await until(lambda: clock.strayed_ms() == 0)
    keeping.cancel()
