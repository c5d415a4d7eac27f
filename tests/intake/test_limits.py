"""Limits of time, from the one that is never reached to the caller that is cancelled meanwhile."""

import asyncio

import pytest

from clinic_bot.intake.limits import Limit

FOREVER_S = 60.0


async def answer() -> str:
    await asyncio.sleep(0)
    return "answer"


async def test_what_ends_in_time_gives_its_result() -> None:
    assert await Limit(FOREVER_S)(answer()) == "answer"


async def test_what_fails_in_time_fails_as_it_did() -> None:
    async def fail() -> None:
        raise LookupError("as it was")

    with pytest.raises(LookupError, match="as it was"):
        await Limit(FOREVER_S)(fail())


async def test_what_lasts_too_long_is_cancelled() -> None:
    cancelled = False

    async def hang() -> None:
        nonlocal cancelled
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled = True
            raise

    with pytest.raises(TimeoutError):
        await Limit(0.01)(hang())
    assert cancelled
    current = asyncio.current_task()
    assert current is not None
    assert current.cancelling() == 0  # the caller goes on undisturbed


async def test_many_that_wait_end_one_by_one_each_in_its_time() -> None:
    limit, never = Limit(0.05), asyncio.Event()
    slow = [asyncio.create_task(limit(never.wait())) for _ in range(3)]
    await asyncio.sleep(0)
    assert await limit(answer()) == "answer"
    ended = await asyncio.gather(*slow, return_exceptions=True)
    assert [type(one) for one in ended] == [TimeoutError] * 3


async def test_a_caller_that_is_cancelled_is_no_timeout() -> None:
    waiting = asyncio.create_task(Limit(FOREVER_S)(asyncio.Event().wait()))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
