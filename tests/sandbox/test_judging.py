"""The judge over HTTP: verdicts that are counted apart, and everything that is no verdict told with its reason."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from clinic_bot.sandbox.evaluated import Evaluated, State
from clinic_bot.sandbox.expectations import Reply
from clinic_bot.sandbox.groq_state import GroqState
from clinic_bot.sandbox.judge import Line, Verdict
from clinic_bot.sandbox.judging import Judge
from clinic_bot.sandbox.outcome import PhaseOutcome
from tests.sandbox.evaluating import KEY, Desk, JudgingBrain, groq_served

LINES = (Line(1, must=True, text="dá o valor"), Line(1, must=False, text="inventar desconto"))
PLAYED = Evaluated(
    "vb-05",
    "Preço",
    "",
    State.PASSED,
    (PhaseOutcome("vb-05", 1, (Reply("", 0, "Custa R$ 140,50."),), ()),),
    (),
    ((0, "patient", "quanto é?"), (4_000, "clinic", "Custa R$ 140,50.")),
)
MODEL = "openai/gpt-oss-120b"


def good(_request: Mapping[str, Any]) -> str:
    rows = [
        {"n": 1, "answer": "yes", "quote": "R$ 140,50", "why": "states the price"},
        {"n": 2, "answer": "no", "quote": "", "why": "none is offered"},
    ]
    return json.dumps({"verdicts": rows})


async def judged(
    answer: Callable[[Mapping[str, Any]], str] = good,
    fault: Mapping[str, Any] | None = None,
    *,
    model: str = MODEL,
    key: str = KEY,
) -> tuple[Evaluated, GroqState, JudgingBrain]:
    brain = JudgingBrain(answer)
    with groq_served(brain, rate=50) as (url, groq):
        if fault is not None:
            groq.add_fault(dict(fault))
        judge = Judge(url, key, model, pause_s=0.01)
        try:
            return await judge.judge(PLAYED, LINES), groq, brain
        finally:
            await judge.close()


async def test_verdicts_come_with_their_evidence_and_their_cost() -> None:
    one, groq, brain = await judged()
    assert [each.verdict for each in one.judged] == [Verdict.KEPT, Verdict.KEPT]
    assert one.judged[0].quote == "R$ 140,50"
    assert one.judge is not None
    assert (one.judge.model, one.judge.outcomes) == (MODEL, ("ok",))
    assert one.judge.prompt_tokens == groq.requests[0].prompt_tokens > 0
    assert brain.asked[0]["response_format"]["json_schema"]["strict"] is True
    assert "tools" not in brain.asked[0]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        pytest.param("Desculpe, não posso.", "the judge wrote no JSON, and Groq refused it", id="a refusal"),
        pytest.param('{"verdicts": [{"n"', "the judge wrote no JSON, and Groq refused it", id="broken JSON"),
        pytest.param('{"all": "good"}', "the judge's JSON holds no verdicts", id="other JSON"),
    ],
)
async def test_what_is_no_verdict_is_not_judged_after_three_tries(answer: str, why: str) -> None:
    one, groq, _ = await judged(lambda _request: answer)
    assert {(each.verdict, each.why) for each in one.judged} == {(Verdict.NOT_JUDGED, why)}
    assert len(groq.requests) == 3
    assert one.state is State.PASSED  # what was checked stays as it was


@pytest.mark.parametrize(
    ("fault", "why", "calls"),
    [
        pytest.param({"name": "over_capacity_503"}, "over capacity", 3, id="over capacity"),
        pytest.param({"name": "bad_gateway_502_html"}, "HTTP 502", 3, id="a proxy's page"),
        pytest.param({"name": "rate_limit_429_tpd"}, "busy, retry in 579 s", 1, id="the day is used up"),
        pytest.param({"name": "spend_limit_400"}, "the spend limit is reached", 1, id="the spend limit"),
        pytest.param({"name": "request_too_large_413_tpm"}, "request too large", 1, id="too large"),
        pytest.param({"status": 200, "body": "<html>"}, "unreadable answer", 3, id="a page"),
    ],
)
async def test_a_groq_that_does_not_judge_is_told_and_costs_nothing_more(
    fault: Mapping[str, Any], why: str, calls: int
) -> None:
    one, groq, _ = await judged(fault={"kind": "status", **fault})
    assert all(each.verdict is Verdict.NOT_JUDGED and why in each.why for each in one.judged)
    assert len(groq.requests) == calls
    assert one.judge is not None
    assert one.judge.tokens == 0


async def test_what_passes_is_waited_for() -> None:
    headers = {"retry-after": "0.02"}
    fault = {
        "kind": "status",
        "status": 429,
        "body": {"error": {"message": "TPM"}},
        "headers": headers,
        "count": 1,
    }
    one, groq, _ = await judged(fault=fault)
    assert [each.verdict for each in one.judged] == [Verdict.KEPT, Verdict.KEPT]
    assert len(groq.requests) == 2
    one, groq, _ = await judged(fault={"kind": "cut", "when": "after", "count": 1})
    assert one.judge is not None
    assert one.judge.outcomes == ("no_connection", "ok")


async def test_a_judge_that_takes_no_schema_is_asked_for_plain_json() -> None:
    said = {"error": {"message": "this model does not support response_format json_schema"}}
    one, _, brain = await judged(fault={"kind": "status", "status": 400, "body": said, "count": 1})
    assert [each.verdict for each in one.judged] == [Verdict.KEPT, Verdict.KEPT]
    assert [asked["response_format"]["type"] for asked in brain.asked] == ["json_object"]


async def test_an_account_that_is_refused_is_not_asked_again() -> None:
    with groq_served(JudgingBrain(good)) as (url, groq):
        judge = Judge(url, "gsk_wrong", MODEL)
        try:
            for _ in range(2):
                one = await judge.judge(PLAYED, LINES)
                assert "GROQ_API_KEY" in one.judged[0].why
        finally:
            await judge.close()
    assert len(groq.requests) == 1


def test_verdicts_stand_apart_and_fail_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [{"n": 1, "answer": "no", "quote": "", "why": "no greeting"}]
    brain = JudgingBrain(lambda _request: json.dumps({"verdicts": rows}))
    with groq_served(brain) as (url, groq):
        monkeypatch.setenv("GROQ_API_KEY", KEY)
        monkeypatch.setenv("GROQ_BASE_URL", url)
        monkeypatch.chdir(tmp_path)
        desk = Desk(groq, monkeypatch, capsys)
        judge = ("--judge", "openai/gpt-oss-20b", "--model", MODEL)
        wanted = ("--only", "dev-01", "--speed", "10", "--output", "out")
        assert desk.run(*wanted, *judge) == 0
        result = desk.results()
        assert (result["passed"], result["judge"]["broken"], result["judge"]["not_judged"]) == (1, 1, 2)
        assert result["judge"]["costs"]["usd"] > 0
        assert result["costs"]["calls"] + result["judge"]["costs"]["calls"] == desk.chats
        assert "which no check and no exit status goes by" in desk.said
        assert "judge says broken, must: responde ao cumprimento" in Path("out/dev-01.md").read_text("utf-8")
        asked = len(brain.asked)
        assert desk.run(*wanted, *judge, "--resume") == 0
        assert len(brain.asked) == asked
