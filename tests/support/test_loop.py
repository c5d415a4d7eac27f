"""The tests' own loop: what it leaves out of the time, and that nothing runs backwards."""

import asyncio
import time

from tests.support.loop import LoopClock, UnhurriedLoop


def _stall(seconds: float) -> None:
    """As the machine does to a process that it does not let run."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        pass


async def test_a_pause_of_the_machine_is_no_time() -> None:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, UnhurriedLoop)
    clock, before = LoopClock(0, rate=1000), loop.time()
    _stall(0.2)
    seen = [loop.time(), clock.now_ms() / 1e6]
    await asyncio.sleep(0)
    assert loop.time() - before < 0.1
    assert clock.now_ms() < 100_000
    assert loop.time() >= seen[0]
    assert clock.now_ms() / 1e6 >= seen[1]


async def test_a_timer_outlasts_a_pause_that_began_after_it() -> None:
    fired: list[str] = []
    loop = asyncio.get_running_loop()
    loop.call_later(0.1, fired.append, "timer")
    _stall(0.15)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert fired == []


async def test_what_is_waited_for_is_time() -> None:
    loop = asyncio.get_running_loop()
    before = loop.time()
    await asyncio.sleep(0.05)
    assert loop.time() - before >= 0.045
