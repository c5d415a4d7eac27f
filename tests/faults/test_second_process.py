"""Two processes on one SQLite file: the second is refused, whatever it wants to do there."""

import asyncio
from pathlib import Path

from tests.faults.server import neighbours, server
from tests.support.process import started


async def test_the_second_one_ends_with_a_plain_sentence_and_the_first_goes_on(tmp_path: Path) -> None:
    async with neighbours() as pair, server(tmp_path, pair) as it:
        address = f"sqlite:///{tmp_path / 'clinic_bot.sqlite'}"
        async with started(
            tmp_path, "serve", "--sandbox", "--port", "0", CLINIC_BOT_DATABASE_URL=address
        ) as second:
            said, complained = await asyncio.wait_for(second.communicate(), 30)
            assert second.returncode == 2
        assert b"another clinic-bot already runs on" in complained
        assert b"CLINIC_BOT_DATABASE_URL" in complained
        assert b"Traceback" not in complained
        assert b"listening" not in said
        assert (await it.receive("oi")).json() == {"status": "queued"}


async def test_a_killed_one_leaves_no_lock_behind(tmp_path: Path) -> None:
    async with neighbours() as pair:
        async with server(tmp_path, pair) as it:
            it.process.kill()
            await it.left()
        async with server(tmp_path, pair) as it:
            assert await it.ready() == 200
