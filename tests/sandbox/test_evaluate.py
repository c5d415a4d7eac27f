"""``evaluate`` over HTTP, against a Groq that behaves and one that does not: what is paid for is never lost."""

import asyncio
import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.evaluating import KEY, SECOND, Desk, groq_served
from tests.support.waiting import until

#: Where nobody answers, no time of an answer is held to anything.
HASTILY = ("--speed", "50")


@pytest.fixture
def desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Desk]:
    with groq_served() as (url, groq):
        monkeypatch.setenv("GROQ_API_KEY", KEY)
        monkeypatch.setenv("GROQ_BASE_URL", url)
        monkeypatch.chdir(tmp_path)
        yield Desk(groq, monkeypatch, capsys)


def test_scenarios_are_played_with_the_account_and_written_down(desk: Desk) -> None:
    assert desk.evaluate("--only", "vb-05") == 0
    result = desk.results()
    assert (result["played"], result["passed"], result["ended"]) == (1, 1, "complete")
    costs = result["costs"]
    assert costs["calls"] == desk.chats >= 3
    asked = [request for request in desk.groq.requests if request.operation == "chat"]
    assert costs["prompt_tokens"] == sum(request.prompt_tokens or 0 for request in asked)
    assert costs["usd"] > 0
    assert 0 < costs["call_p50_ms"] <= costs["call_p95_ms"]
    text = Path("out/vb-05.md").read_text("utf-8")
    for part in (
        "# vb-05: Preço com centavos",
        "passed with openai/gpt-oss-120b",
        "> **clinic**",
        "140,50",
        "`consultar_informacoes`",
        "s ok",
    ):
        assert part in text
    assert "USD so far" in desk.said
    assert "tokens a minute" in desk.said
    assert KEY not in desk.said + text + Path("out/results.json").read_text("utf-8")


def test_without_a_key_it_says_what_to_set(desk: Desk, tmp_path: Path) -> None:
    desk.monkeypatch.delenv("GROQ_API_KEY")
    assert desk.run() == 2
    assert "GROQ_API_KEY" in desk.said
    assert "clinic-bot simulate" in desk.said
    assert list(tmp_path.iterdir()) == []


def test_the_estimate_needs_no_key_and_asks_nobody(desk: Desk, tmp_path: Path) -> None:
    desk.monkeypatch.delenv("GROQ_API_KEY")
    assert desk.run("--estimate") == 0
    assert "25 scenarios" in desk.said
    assert "USD, at most" in desk.said
    assert list(tmp_path.iterdir()) == []


# Before anything is paid for.


def test_a_wrong_key_ends_it_at_once_and_names_the_variable(desk: Desk) -> None:
    desk.monkeypatch.setenv("GROQ_API_KEY", "gsk_wrong")
    assert desk.evaluate() == 2
    assert "GROQ_API_KEY" in desk.said
    assert "gsk_wrong" not in desk.said
    assert desk.chats == 0


@pytest.mark.parametrize(
    ("name", "status", "said"),
    [
        pytest.param("network_blocked_403", 2, "Groq blocks some networks and VPNs", id="blocked network"),
        pytest.param("spend_limit_400", 2, "the spend limit is reached", id="spend limit"),
        pytest.param("over_capacity_503", 3, "groqstatus.com", id="over capacity"),
        pytest.param("bad_gateway_502_html", 3, "groqstatus.com", id="a proxy's page"),
        pytest.param("rate_limit_429_rpm", 3, "Groq is busy, retry in 2 s", id="busy"),
    ],
)
def test_a_groq_that_refuses_is_told_before_anything_is_played(
    desk: Desk, name: str, status: int, said: str
) -> None:
    desk.groq.add_fault({"kind": "status", "name": name})
    assert desk.evaluate() == status
    assert said in desk.said
    assert not Path("out/results.json").exists()


def test_no_network_is_told_with_what_to_look_at(desk: Desk) -> None:
    desk.monkeypatch.setenv("GROQ_BASE_URL", "http://127.0.0.1:1")
    assert desk.evaluate() == 3
    assert "Is this machine online, and GROQ_BASE_URL (http://127.0.0.1:1) right?" in desk.said


def test_a_page_in_the_place_of_the_models_is_no_groq(desk: Desk) -> None:
    desk.groq.add_fault({"kind": "status", "status": 200, "body": "<html>sign in</html>", "headers": {}})
    assert desk.evaluate() == 3
    assert "the list of models cannot be read" in desk.said


@pytest.mark.parametrize("option", ["--model", "--judge", "--review-model"])
def test_a_retired_model_is_named_beside_those_there_are(desk: Desk, option: str) -> None:
    assert desk.evaluate(option, "llama-3.3-70b-versatile") == 2
    assert "this account has no llama-3.3-70b-versatile; it has openai/gpt-oss-120b" in desk.said
    assert desk.chats == 0


def test_a_cap_without_a_price_is_refused_and_with_one_it_holds(desk: Desk) -> None:
    unpriced = ("--model", "whisper-large-v3")
    assert desk.evaluate("--max-cost", "0.5", *unpriced) == 2
    assert "--price MODEL=PROMPT/COMPLETION" in desk.said
    assert desk.evaluate("--max-cost", "0.0001", "--model", "openai/gpt-oss-120b") == 4
    assert "--max-cost" in desk.said
    assert desk.chats == 0
    assert desk.results()["ended"] == "capped"


def test_composed_replies_are_evaluated_and_told_apart(desk: Desk) -> None:
    assert desk.evaluate("--only", "vb-05", "--composed") == 0
    assert desk.results()["composed"] is True
    said = json.dumps(desk.results()["by_scenario"][0]["said"], ensure_ascii=False)
    assert "simulador" not in said, "the stand-in marks what it writes, and chooses what it may"
    assert desk.evaluate("--only", "vb-05", "--resume") == 2
    assert "--composed" in desk.said


def test_a_reviewer_reads_every_reply_and_its_cost_is_its_own(desk: Desk) -> None:
    desk.groq.add_fault({"kind": "objects", "to": "140,50", "count": 1})
    assert desk.evaluate("--only", "vb-05", "--review-model", "openai/gpt-oss-20b") == 0
    result = desk.results()
    assert result["review_model"] == "openai/gpt-oss-20b"
    assert result["reviews"]["objected"] == 1
    read = [one for one in desk.groq.requests if one.operation == "review"]
    assert len(read) == sum(result["reviews"].values())
    own = [one for one in desk.groq.requests if one.operation == "chat"]
    small, big = 0.075, 0.15
    usd = sum(one.prompt_tokens for one in read) * small + sum(one.prompt_tokens for one in own) * big
    usd += sum(one.completion_tokens for one in read) * 0.3 + sum(one.completion_tokens for one in own) * 0.6
    assert result["costs"]["usd"] == pytest.approx(usd / 1e6)
    assert "openai/gpt-oss-20b reads each reply" in desk.said
    assert "reviews by" in " ".join(desk.said.split())
    assert desk.evaluate("--only", "vb-05", "--resume") == 2
    assert "another --review-model" in desk.said


# While it is played.


def test_what_was_paid_for_is_not_paid_for_again(desk: Desk) -> None:
    assert desk.evaluate("--only", "vb-05") == 0
    calls = desk.chats
    assert desk.evaluate("--only", "vb-05") == 2
    assert "--resume goes on with them, another --output begins anew" in desk.said
    assert desk.evaluate("--only", "vb-05", "--resume") == 0
    assert desk.chats == calls
    assert desk.results()["costs"]["calls"] == calls
    assert desk.evaluate("--resume", "--model", "openai/gpt-oss-20b") == 2
    assert "another --model" in desk.said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        pytest.param("spend_limit_400", "look into console.groq.com", id="the account is refused"),
        pytest.param("rate_limit_429_tpd", "go on tomorrow", id="the day is used up"),
    ],
)
def test_a_run_that_can_only_fail_ends_and_what_it_missed_is_played_again(
    desk: Desk, name: str, said: str
) -> None:
    desk.groq.add_fault({"kind": "status", "name": name, "operation": "chat"})
    wanted = ("--only", "vb-05", "--only", "vb-15", "--speed", "20")
    assert desk.evaluate(*wanted) == 3
    assert said in desk.said
    result = desk.results()
    assert (result["ended"], result["played"], result["unserved"], result["missed"]) == ("unserved", 1, 1, 0)
    assert "This says nothing about the model" in Path("out/vb-05.md").read_text("utf-8")
    desk.groq.clear_faults(None)
    assert desk.evaluate(*wanted, "--resume") == 0
    assert (desk.results()["ended"], desk.results()["passed"]) == ("complete", 2)


def test_a_groq_that_answers_nobody_ends_the_run_after_two(desk: Desk) -> None:
    desk.groq.add_fault({"kind": "status", "name": "over_capacity_503", "operation": "chat"})
    assert desk.evaluate("--only", "vb-01", "--only", "vb-05", "--only", "vb-15", *HASTILY) == 3
    assert "Groq gave no answer in 2 scenarios in a row (over capacity × " in desk.said
    assert desk.results()["played"] == 2


def test_results_that_cannot_be_written_end_the_run_and_are_shown(desk: Desk) -> None:
    def full(*_anything: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    desk.monkeypatch.setattr("clinic_bot.sandbox.run.write_results", full)
    assert desk.evaluate("--only", "vb-05", "--only", "vb-15") == 2
    assert "cannot write into out (No space left on device)" in desk.said
    assert "1/1" in desk.said


def test_tools_that_the_model_calls_wrongly_are_its_own_fault(desk: Desk) -> None:
    desk.groq.add_fault({"kind": "tool_use_failed"})
    assert desk.evaluate("--only", "vb-05") == 1
    (one,) = desk.results()["by_scenario"]
    assert (one["state"], one["failed_calls"]) == ("missed", {})
    assert "bad generation" in Path("out/vb-05.md").read_text("utf-8")


def test_two_models_play_and_stand_side_by_side(desk: Desk) -> None:
    models = ("openai/gpt-oss-120b", "openai/gpt-oss-20b")
    assert desk.evaluate("--only", "vb-05", "--model", models[0], "--model", models[1]) == 0
    folders = ("out/openai_gpt-oss-120b", "out/openai_gpt-oss-20b")
    assert [desk.results(folder)["models"] for folder in folders] == [[models[0]], [models[1]]]
    assert {request.model for request in desk.groq.requests if request.operation == "chat"} == set(models)
    assert desk.results(folders[0])["costs"]["usd"] > desk.results(folders[1])["costs"]["usd"]
    assert "Side by side: 1 scenarios that all of them played" in desk.said
    assert desk.run(*folders, command="compare") == 0
    assert "1 of 1" in desk.said
    assert "They passed and missed the same scenarios." in desk.said


async def test_an_interrupted_run_keeps_what_was_played_and_what_it_cost(tmp_path: Path) -> None:
    with groq_served() as (url, groq):
        wanted = ("--only", "vb-01", "--only", "vb-02", "--speed", "10", "--output", "out")
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "clinic_bot", "evaluate", *SECOND, *wanted),
            cwd=tmp_path,
            env=os.environ | {"GROQ_API_KEY": KEY, "GROQ_BASE_URL": url},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            await until((tmp_path / "out" / "vb-01.md").exists, within_s=60)
            asked = len(groq.requests)
            await until(lambda: len(groq.requests) > asked + 2, within_s=60)  # the second phase of vb-02
            process.send_signal(signal.SIGINT)
            said, _ = await asyncio.wait_for(process.communicate(), 30)
        finally:
            if process.returncode is None:
                process.kill()
    assert process.returncode == 130, said
    assert b"Traceback" not in said
    assert b"the same command with --resume goes on" in said
    result = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))
    assert (result["ended"], result["played"]) == ("stopped", 1)
    assert [one["state"] for one in result["by_scenario"]] == ["passed", "stopped"]
    assert result["by_scenario"][1]["costs"]["prompt_tokens"] > 1_000
    text = (tmp_path / "out" / "vb-02.md").read_text("utf-8")
    assert text.startswith("# vb-02: Marca fisioterapia e confirma\n\nstopped with openai/gpt-oss-120b")
    assert "> **clinic**" in text
