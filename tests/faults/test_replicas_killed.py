"""Replicas as processes of their own: one is stopped past its lease, one is killed, and a third goes on."""

import signal
import time
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy import URL

from tests.faults.server import Server, neighbours, server
from tests.support.fixtures import ON_POSTGRES
from tests.support.waiting import until

pytestmark = [ON_POSTGRES, pytest.mark.alone]
STOPPED, KILLED = "5511987650001", "5511987650002"
#: The lease and a second: the bar for turns before their intent.
TAKEN_OVER_WITHIN_S = 16.0


async def test_turns_of_replicas_that_stop_or_die_are_answered_once_by_another(
    place: URL, tmp_path: Path
) -> None:
    async with neighbours() as pair, AsyncExitStack() as stack:

        async def replica(name: str) -> Server:
            folder = tmp_path / name
            folder.mkdir()
            return await stack.enter_async_context(server(folder, pair, place=place))

        def asked() -> int:
            return len(pair.groq.requests)

        stopped = await replica("stopped")
        pair.groq.add_fault({"kind": "slow", "seconds": 3, "count": 1})  # its answer is there when it wakes
        await stopped.receive("oi", id="M1", phone=STOPPED)
        await until(lambda: asked() == 1)
        stopped.process.send_signal(signal.SIGSTOP)

        killed = await replica("killed")
        pair.groq.add_fault({"kind": "slow", "seconds": 600, "count": 1})
        await killed.receive("oi", id="M2", phone=KILLED)
        await until(lambda: asked() == 2)
        killed.process.kill()
        killed_s = time.monotonic()

        await replica("other")
        await until(lambda: asked() == 4, within_s=TAKEN_OVER_WITHIN_S + 10)
        assert time.monotonic() - killed_s <= TAKEN_OVER_WITHIN_S
        await until(lambda: len(pair.zapi.sent) == 2)

        stopped.process.send_signal(signal.SIGCONT)
        await until(lambda: [line["ended"] for line in stopped.logged() if "ended" in line] == ["stale"])
        assert await stopped.stop() == 0
        assert Counter(left.phone for left in pair.zapi.sent) == {STOPPED: 1, KILLED: 1}
        assert stopped.calls == 2  # of both, at the stand-in that all of them share
