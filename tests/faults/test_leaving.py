"""How the process leaves: told to, told twice, and while something hangs."""

import asyncio
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from clinic_bot.store.places import Place
from clinic_bot.store.tables import TurnState
from tests.faults.disk import AVAILABLE, Disk
from tests.faults.server import PHONE, Server, neighbours, server
from tests.support.waiting import until

needs_seccomp = pytest.mark.skipif(not AVAILABLE, reason="needs Linux's seccomp")
#: The process leaves 24 s after the first signal, whatever hangs; here after one.
HURRIED = (
    "-c",
    "import clinic_bot.serve as serve; serve._LEAVE_WITHIN_S = 1.0\nfrom clinic_bot.cli import main; main()",
)


@pytest.fixture
def disk() -> Iterator[Disk]:
    disk = Disk()
    yield disk
    disk.close()


def pending(it: Server) -> int:
    """How many conversations are armed and nobody's."""
    rows = it.rows("SELECT count(*) FROM conversation WHERE wake_at_ms IS NOT NULL AND owner IS NULL")
    return int(rows[0][0])


async def test_after_the_signal_it_is_not_ready_and_claims_nothing(place: Place, tmp_path: Path) -> None:
    async with neighbours() as pair, server(tmp_path, pair, place=place, quiet_s="0.5") as it:
        pair.groq.add_fault({"kind": "slow", "seconds": 3_600})
        await it.receive("oi", id="M1")
        await until(lambda: len(pair.groq.requests) == 1)
        await it.receive("oi", id="M2", phone="5511987650002")  # its window closes while we leave
        pair.zapi.add_fault({"kind": "slow", "seconds": 1})
        it.process.send_signal(signal.SIGTERM)
        assert await it.left() == 0
        assert len(pair.groq.requests) == 1
        assert pending(it) == 2
        assert it.rows("SELECT attempts FROM conversation ORDER BY id") == [(0,), (0,)]


async def test_a_send_under_way_is_finished_and_noted(place: Place, tmp_path: Path) -> None:
    async with neighbours() as pair, server(tmp_path, pair, place=place) as it:
        pair.zapi.add_fault({"kind": "slow", "seconds": 1, "count": 1})
        await it.receive("oi")
        await until(lambda: it.states() == [TurnState.SENDING])
        assert await it.stop() == 0
        assert it.states() == [TurnState.SENT]
        assert it.calls == 1


@needs_seccomp
async def test_an_answer_that_waits_for_the_disk_is_still_given(tmp_path: Path, disk: Disk) -> None:
    async with neighbours() as pair, server(tmp_path, pair, disk=disk) as it:
        await it.receive("oi", id="M1")
        disk.hold.clear()
        disk.holds = "sync"
        waiting = asyncio.create_task(it.receive("bom dia", id="M2"))
        await until(lambda: disk.held > 0)
        it.process.send_signal(signal.SIGTERM)
        await until(lambda: not it.listens())
        disk.hold.set()
        assert (await waiting).json() == {"status": "queued"}
        assert await it.left() == 0
        assert it.rows("SELECT count(*) FROM message") == [(2,)]


@pytest.mark.parametrize("first", [signal.SIGTERM, signal.SIGINT])
async def test_a_second_signal_leaves_now(tmp_path: Path, first: signal.Signals) -> None:
    async with neighbours() as pair:
        async with server(tmp_path, pair) as it:
            pair.zapi.add_fault({"kind": "slow", "seconds": 3_600, "count": 1})
            await it.receive("oi")
            await until(lambda: it.states() == [TurnState.SENDING])
            it.process.send_signal(first)
            await until(lambda: not it.listens())
            began_s = time.monotonic()
            it.process.send_signal(signal.SIGTERM)
            assert await it.left() == -signal.SIGTERM
            assert time.monotonic() - began_s < 5  # not the 18 s that a send may take
        async with server(tmp_path, pair) as it:
            await until(lambda: it.states() == [TurnState.UNKNOWN])
            assert it.calls <= 1  # the first process's, if Z-API took it


@needs_seccomp
async def test_a_disk_that_hangs_keeps_no_process(tmp_path: Path, disk: Disk) -> None:
    async with neighbours() as pair, server(tmp_path, pair, disk=disk, command=HURRIED) as it:
        await it.receive("oi", id="M1")
        disk.hold.clear()
        disk.holds = "sync"
        waiting = asyncio.create_task(it.receive("bom dia", id="M2"))
        await until(lambda: disk.held > 0)
        began_s = time.monotonic()
        it.process.send_signal(signal.SIGTERM)
        assert await it.left() == 1
        assert time.monotonic() - began_s < 5
        (answer,) = await asyncio.gather(waiting, return_exceptions=True)
        assert isinstance(answer, httpx.TransportError)  # cut, never acknowledged
        log = (tmp_path / "server.log").read_text("utf-8")
        assert "Timeout" in log  # and the stacks of all threads, for whoever asks why
        assert PHONE not in log


def test_the_last_deadline_lies_between_what_is_allowed_to_take_long_and_25_seconds() -> None:
    from clinic_bot import app, serve

    assert serve._GRACE_S + app._DRAIN_S < serve._LEAVE_WITHIN_S < 25
