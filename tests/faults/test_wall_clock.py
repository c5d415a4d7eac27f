"""Somebody sets the clock of the machine under a running process, by an hour either way."""

import time
from pathlib import Path

import pytest

from clinic_bot.sandbox import payloads
from clinic_bot.store.tables import TurnState
from tests.faults.server import LINE, PHONE, SECRET, neighbours, server
from tests.support.waiting import until

HOUR_S = 3600
JUMPS = pytest.mark.parametrize("by_s", [HOUR_S, -HOUR_S], ids=["an hour forward", "an hour back"])

#: The process reads its wall clock here, and nothing else of it is changed; the test sets it by writing the file.
SETTABLE = (
    "-c",
    "import pathlib, time\n"
    "real, ahead = time.time_ns, pathlib.Path('ahead_s')\n"
    "time.time_ns = lambda: real() + int(ahead.read_text() or 0) * 10**9\n"
    "from clinic_bot.cli import main; main()",
)


@pytest.fixture
def ahead(tmp_path: Path) -> Path:
    path = tmp_path / "ahead_s"
    path.write_text("0")
    return path


def set_clock(ahead: Path, by_s: int) -> None:
    new = ahead.with_name("new")
    new.write_text(str(by_s))
    new.replace(ahead)


@JUMPS
async def test_a_window_that_was_open_keeps_its_length(tmp_path: Path, ahead: Path, by_s: int) -> None:
    async with neighbours() as pair, server(tmp_path, pair, command=SETTABLE, quiet_s="2.5") as it:
        await it.receive("oi", id="M1")
        set_clock(ahead, by_s)
        await until(lambda: any("clock was set" in line["event"] for line in it.logged()))
        began_s = time.monotonic()
        assert it.states() == []  # nothing was cut off
        await it.receive("bom dia", id="M2")
        await until(lambda: it.states() == [TurnState.SENT])
        assert 2.4 < time.monotonic() - began_s < 10
        assert it.rows("SELECT low, high, reply IS NOT NULL FROM turn") == [(1, 2, 1)]
        assert it.calls == 1


@JUMPS
async def test_a_person_keeps_the_chat_she_took(tmp_path: Path, ahead: Path, by_s: int) -> None:
    async with neighbours() as pair, server(tmp_path, pair, command=SETTABLE, human_mode_s="1800") as it:
        staff = payloads.staff_text(LINE, PHONE, "Oi, aqui é a Ana", message_id="S1", at_ms=it.now_ms())
        assert (await it.http.post(f"{it.url}/webhook/zapi/{SECRET}", json=staff)).status_code == 200
        set_clock(ahead, by_s)
        await until(lambda: any("clock was set" in line["event"] for line in it.logged()))
        await it.receive("obrigada", id="M1")
        await it.receive("oi", id="M2", phone="5511987650002")
        await until(
            lambda: it.states() == [TurnState.SENT]
        )  # the other one's; hers would have been due as well
        assert it.rows("SELECT count(*) FROM turn WHERE conversation_id = 1") == [(0,)]
        (left_ms,) = it.rows("SELECT human_until_ms FROM conversation WHERE id = 1")[0]
        assert 1_700_000 < left_ms - (time.time() + by_s) * 1000 <= 1_800_000


async def test_a_clock_set_back_while_nothing_ran_makes_nobody_wait(tmp_path: Path, ahead: Path) -> None:
    async with neighbours() as pair:
        async with server(tmp_path, pair, command=SETTABLE, quiet_s="1") as it:
            await it.receive("oi")
            it.process.kill()
            await it.left()
        set_clock(ahead, -HOUR_S)
        async with server(tmp_path, pair, command=SETTABLE, quiet_s="1") as it:
            await until(lambda: it.states() == [TurnState.SENT])
            assert it.calls == 1
