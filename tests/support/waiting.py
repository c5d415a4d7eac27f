"""Polling with a deadline, for what lies behind a socket or another thread."""

import asyncio
from collections.abc import Awaitable, Callable

DEADLINE_S = 20.0


async def until(done: Callable[[], bool], *, within_s: float = DEADLINE_S) -> None:
    """Look until it holds, or fail."""
    async with asyncio.timeout(within_s):
        while not done():  # noqa: ASYNC110 - what is waited for has no event in this loop
            await asyncio.sleep(0.003)


async def until_async(done: Callable[[], Awaitable[bool]], *, within_s: float = DEADLINE_S) -> None:
    async with asyncio.timeout(within_s):
        while not await done():  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.003)
