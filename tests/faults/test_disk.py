"""A disk that fails under the running process, as the kernel tells it; nothing here is simulated in Python."""

import asyncio
import errno
import resource
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from clinic_bot.store.tables import TurnState
from tests.faults.disk import AVAILABLE, Disk, Fault
from tests.faults.server import Server, neighbours, server
from tests.support.waiting import until

#: The webhook waits 5 s for the disk; here less, so that a refusal is soon seen.
IMPATIENT = (
    "-c",
    "import clinic_bot.intake.webhook as webhook; webhook._STORE_WITHIN_S = 0.4\n"
    "from clinic_bot.cli import main; main()",
)
needs_seccomp = pytest.mark.skipif(not AVAILABLE, reason="needs Linux's seccomp")
needs_prlimit = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's prlimit")

FAULTS = pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault("write", errno.ENOSPC), id="no space left"),
        pytest.param(Fault("write", errno.EROFS), id="read-only"),
        pytest.param(Fault("write", errno.EIO), id="no write succeeds"),
        pytest.param(Fault("sync", errno.EIO), id="no fsync succeeds"),
    ],
)


@pytest.fixture
def disk() -> Iterator[Disk]:
    disk = Disk()
    yield disk
    disk.close()


def stored(it: Server) -> list[str]:
    return [row[0] for row in it.rows("SELECT provider_id FROM message ORDER BY provider_id")]


def is_whole(folder: Path) -> bool:
    with sqlite3.connect(folder / "clinic_bot.sqlite") as connection:
        return bool(connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)])


def refused(answer: httpx.Response) -> bool:
    return answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0


@needs_seccomp
@FAULTS
async def test_what_cannot_be_stored_is_refused_and_taken_again_without_a_restart(
    tmp_path: Path, disk: Disk, fault: Fault
) -> None:
    async with neighbours() as pair, server(tmp_path, pair, disk=disk, command=IMPATIENT) as it:
        assert (await it.receive("oi", id="M1")).json() == {"status": "queued"}
        disk.fails = fault
        assert refused(await it.receive("bom dia", id="M2"))
        assert disk.failed > 0
        assert await it.ready() == 503
        assert (await it.http.get(f"{it.url}/health/live")).status_code == 200
        assert stored(it) == ["M1"]
        disk.fails = None
        assert (await it.receive("bom dia", id="M2")).json() == {"status": "queued"}
        assert await it.ready() == 200
        await until(lambda: it.calls > 0)
        it.process.kill()
        await it.left()
        assert stored(it) == ["M1", "M2"]
    assert is_whole(tmp_path)


@needs_seccomp
@FAULTS
async def test_nothing_is_acknowledged_that_is_not_stored(tmp_path: Path, disk: Disk, fault: Fault) -> None:
    """The disk fails and recovers while forty messages come, and then the power goes."""
    acknowledged: set[str] = set()
    async with neighbours() as pair, server(tmp_path, pair, disk=disk, command=IMPATIENT) as it:

        async def receive(n: int) -> None:
            await asyncio.sleep(n * 0.02)
            answer = await it.receive("oi", id=f"M{n:02}", phone=f"55119876{n:05}")
            if answer.status_code == 200:
                acknowledged.add(f"M{n:02}")
            else:
                assert refused(answer)

        async def break_and_mend() -> None:
            for broken in (True, False, True, False):
                disk.fails = fault if broken else None
                await asyncio.sleep(0.2)  # the fault's length, not a wait for a result

        await asyncio.gather(break_and_mend(), *(receive(n) for n in range(40)))
        it.process.kill()
        await it.left()
        assert acknowledged
        assert acknowledged <= set(stored(it))
    assert is_whole(tmp_path)


@needs_seccomp
async def test_a_reply_that_cannot_be_noted_is_not_sent_before_it_can(tmp_path: Path, disk: Disk) -> None:
    async with neighbours() as pair, server(tmp_path, pair, disk=disk) as it:
        pair.groq.add_fault({"kind": "slow", "seconds": 0.5, "count": 1})
        await it.receive("oi")
        await until(lambda: len(pair.groq.requests) == 1)
        disk.fails = Fault("sync", errno.EIO)
        await until(lambda: any(line["event"] == "intent not stored" for line in it.logged()))
        assert it.calls == 0
        disk.fails = None
        await until(lambda: it.states() == [TurnState.SENT])
        assert it.calls == 1


@needs_prlimit
async def test_a_log_on_the_same_full_disk_costs_no_answer(tmp_path: Path) -> None:
    """No file at all may be written, the log's included."""
    async with neighbours() as pair, server(tmp_path, pair, command=IMPATIENT) as it:
        hard = resource.prlimit(it.process.pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(it.process.pid, resource.RLIMIT_FSIZE, (0, hard))
        assert refused(await it.receive("oi"))
        assert await it.ready() == 503
        resource.prlimit(it.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
        assert (await it.receive("oi")).json() == {"status": "queued"}
        await until(lambda: it.calls == 1)
