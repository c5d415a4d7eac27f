"""Commands as processes of their own, beside a server that runs."""

import asyncio
import json
from pathlib import Path

from clinic_bot.operations.admin import ask, socket_path
from clinic_bot.store.tables import TurnState
from clinic_bot.turns import office
from tests.support.personal import CANARY, stands_in_files
from tests.support.process import started
from tests.support.service import clinic
from tests.support.waiting import until

PHONE = "5511987650001"


async def command(path: Path, *arguments: str) -> tuple[int | None, str, str]:
    """Status and output of ``clinic-bot ARGUMENTS``, run by a person who names nothing but the database."""
    async with started(path.parent, *arguments, CLINIC_BOT_DATABASE_URL=f"sqlite:///{path}") as process:
        out, err = await process.communicate()
        return process.returncode, out.decode(), err.decode()


async def test_a_pause_reaches_the_server_that_runs(tmp_path: Path) -> None:
    path = tmp_path / "clinic.sqlite"
    async with clinic(path) as it:
        status, said, problem = await command(path, "pause", "--reason", "feriado")
        assert (status, problem) == (0, "")
        assert said.startswith("As respostas estão pausadas")
        ready = await it.http.get(f"{it.url}/health/ready")
        assert (ready.status_code, ready.json()["stopped_by"]) == (200, ["paused"])
        status, said, _ = await command(path, "turns", "list")
        assert status == 0
        assert "paused (feriado)" in said
        await it.patient(phone=PHONE, text="vcs abrem sabado?")
        due_ms = it.service.clock.now_ms() + 6_000
        await until(lambda: it.service.clock.now_ms() > due_ms + 5_000)
        assert it.sent == []
        assert (await command(path, "resume"))[0] == 0
        await it.until_states(TurnState.SENT)
        assert (await it.http.get(f"{it.url}/health/ready")).json()["stopped_by"] == []
    assert not socket_path(path).exists()


async def test_the_story_of_a_turn_explains_its_time(tmp_path: Path) -> None:
    path = tmp_path / "clinic.sqlite"
    async with clinic(path) as it:
        it.groq_fault(kind="slow", seconds=20, count=1)
        await it.patient(phone=PHONE, text="vcs abrem sabado?")
        await it.until_states(TurnState.SENT)
        status, said, _ = await command(path, "turns", "show", "1", "--json")
        assert status == 0
        told = json.loads(said)
        parts = told["parts_ms"]
        whats = [moment["what"] for moment in told["story"]]
        assert whats[:4] == ["claimed", "model call", "intent", "send"]
        first_ms = told["messages"][0]["received_ms"]
        assert abs(sum(parts.values()) - (told["turn"]["outcome_ms"] - first_ms)) <= 50
        assert parts["window"] == told["turn"]["due_ms"] - first_ms
        assert parts["model"] >= 20_000
        assert parts["sending"] == told["turn"]["outcome_ms"] - told["turn"]["intent_ms"]


async def test_a_reply_that_was_lost_is_asked_again_by_the_server_that_runs(tmp_path: Path) -> None:
    path = tmp_path / "clinic.sqlite"
    async with clinic(path) as it:
        it.zapi_fault(kind="cut", operation="send-text", when="before", count=1)
        await it.patient(phone=PHONE, text="vcs abrem sabado?")
        await it.until_states(TurnState.UNKNOWN)
        assert it.sent == []
        status, said, problem = await command(path, "turns", "retry", "1", "--yes")
        assert (status, problem) == (0, "")
        assert said == "Turn 1: its 1 message will be answered as a new burst.\n"
        await it.until_states(TurnState.WITHDRAWN, TurnState.SENT)
        assert it.calls == 2
        status, _, problem = await command(path, "turns", "discard", "2")
        assert status == 1
        assert problem.startswith("clinic-bot: turn 2 is sent already")


async def test_erasing_takes_a_turn_away_from_the_server_that_thinks_about_it(tmp_path: Path) -> None:
    path = tmp_path / "clinic.sqlite"
    # So slow that the command is there before the model answers, on a busy machine too.
    async with clinic(path, rate=3) as it:
        it.groq_fault(kind="slow", seconds=58, count=1)
        await it.patient(phone=PHONE, text=CANARY)
        await it.until_states(TurnState.THINKING)
        status, said, problem = await command(path, "patient", "erase", PHONE, "--yes")
        assert (status, problem) == (0, "")
        assert CANARY not in said
        assert PHONE not in said
        assert stands_in_files(path, CANARY, PHONE) == set()
        await until(lambda: it.service.dispatcher.open == 0)
        assert it.calls == 0
        await it.patient(phone=PHONE, text="vcs abrem sabado?")
        await it.until_states(TurnState.WITHDRAWN, TurnState.SENT)
        assert CANARY not in str(it.stand_ins.groq.requests[-1])
        assert stands_in_files(path, CANARY) == set()


async def test_a_chat_is_taken_from_the_server_that_thinks_and_given_back_to_it(tmp_path: Path) -> None:
    path = tmp_path / "clinic.sqlite"
    async with clinic(path) as it:
        it.groq_fault(kind="slow", seconds=58, count=1)
        await it.patient(phone=PHONE, text="vcs abrem sabado?")
        await it.until_states(TurnState.THINKING)
        # Through the socket itself: a process of its own takes longer to start than the model thinks here.
        taken = await asyncio.to_thread(ask, path, {"command": office.TAKE, "who": 1}, timeout_s=10)
        assert taken["ok"]
        await it.until_states(TurnState.SILENT)
        await it.patient(phone=PHONE, text="vcs abrem domingo?")
        await until(lambda: it.service.dispatcher.open == 0)
        assert it.sent == []
        assert (await command(path, "reception", "give-back", "1"))[0] == 0
        await it.until_states(TurnState.SILENT, TurnState.SENT)
