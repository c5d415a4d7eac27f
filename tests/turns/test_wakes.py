"""One timer, and the latest instant of each conversation."""

import asyncio

from clinic_bot.turns.wakes import Wakes
from tests.support.clock import START_MS, FakeClock
from tests.support.waiting import until


class Bed:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.woken: list[int] = []
        self.wakes = Wakes(self.clock, self.woken.append)

    async def pass_time(self, ms: int) -> None:
        self.clock.advance(ms)
        for _ in range(3):
            await asyncio.sleep(0.003)  # timers of a clock that stands still fire within a millisecond


async def test_each_wakes_once_at_its_instant_the_earliest_first() -> None:
    it = Bed()
    for conversation_id, after_ms in ((1, 3_000), (2, 1_000), (3, 2_000)):
        it.wakes.expect(conversation_id, START_MS + after_ms)
    await it.pass_time(999)
    assert it.woken == []
    it.clock.advance(1_001)
    await until(lambda: it.woken == [2, 3])
    assert (len(it.wakes), 1 in it.wakes, 2 in it.wakes) == (1, True, False)
    assert list(it.wakes.until(START_MS + 3_000)) == [1]


async def test_the_latest_word_counts_later_or_sooner() -> None:
    it = Bed()
    it.wakes.expect(1, START_MS + 1_000)
    it.wakes.expect(1, START_MS + 5_000)
    it.wakes.expect(2, START_MS + 5_000)
    it.wakes.expect(2, START_MS + 1_000)
    await it.pass_time(1_000)
    await until(lambda: it.woken == [2])
    await it.pass_time(3_999)
    assert it.woken == [2]
    it.clock.advance(1)
    await until(lambda: it.woken == [2, 1])


async def test_who_is_dropped_sleeps_and_who_is_said_again_wakes_once() -> None:
    it = Bed()
    for conversation_id in (1, 2):
        it.wakes.expect(conversation_id, START_MS + 1_000)
        it.wakes.drop(conversation_id)
    it.wakes.expect(2, START_MS + 1_000)
    await it.pass_time(1_000)
    await until(lambda: it.woken == [2])
    await it.pass_time(10_000)
    assert it.woken == [2]


async def test_after_the_stop_nobody_is_woken() -> None:
    it = Bed()
    it.wakes.expect(1, START_MS + 1_000)
    it.wakes.stop()
    it.wakes.expect(2, START_MS)
    it.wakes.clock_moved()
    await it.pass_time(10_000)
    assert it.woken == []
