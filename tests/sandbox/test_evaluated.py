"""What an evaluation leaves behind: written, read back, and laid side by side."""

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from clinic_bot.errors import Misconfigured
from clinic_bot.sandbox.compare import compare, comparison
from clinic_bot.sandbox.costs import known_prices
from clinic_bot.sandbox.evaluated import Evaluated, Results, Setting, State, as_json, evaluated, from_json
from clinic_bot.sandbox.expectations import Failure, Kind, Reply
from clinic_bot.sandbox.judge import Judged, Verdict
from clinic_bot.sandbox.outcome import PhaseOutcome
from clinic_bot.sandbox.results_file import file_name, read_results, write_results
from clinic_bot.sandbox.scenario import Scenario, read_scenarios
from clinic_bot.sandbox.spending import Tariff, foretold, minutes_of, total, turns_of
from clinic_bot.store.billing import TurnBill
from tests.sandbox.evaluating import DATA

BIG, SMALL = "openai/gpt-oss-120b", "openai/gpt-oss-20b"
SETTING = Setting((BIG,), "digest", presence=True, speed=1)
WRONG = Failure(Kind.FORBIDDEN, "must not say: Pix")
MISS = Failure(Kind.TEXT, "says none of: 140,50")


def bill(*outcomes: str, model: str = BIG) -> TurnBill:
    tools = (("consultar", "{}", "R$ 140,50"),)
    return TurnBill(model, 2_000, 100, 7, (500,) * len(outcomes), tools, None, 5, "Custa", outcomes)


def scenario() -> Scenario:
    return read_scenarios(DATA / "second_scenarios.jsonl")[4]


def one(*outcomes: str, failures: tuple[Failure, ...] = (), stopped: bool = False) -> Evaluated:
    phase = PhaseOutcome("vb-05", 1, (Reply("", 4_000, "Custa"),), failures)
    said = [(0, "patient", "quanto é?"), (4_000, "clinic", "Custa")]
    return evaluated(scenario(), [phase], [bill(*outcomes)], said, speed=2, stopped=stopped)


@pytest.mark.parametrize(
    ("outcomes", "failures", "expected"),
    [
        pytest.param(("ok",), (), State.PASSED, id="passed"),
        pytest.param(("rate_limited", "ok"), (), State.PASSED, id="passed all the same"),
        pytest.param(("ok", "bad_generation"), (MISS,), State.MISSED, id="the model's own fault"),
        pytest.param(("ok", "server_error"), (MISS,), State.UNSERVED, id="missed while Groq failed"),
        pytest.param(("timeout",), (MISS,), State.UNSERVED, id="missed without an answer"),
        pytest.param(("timeout", "ok"), (WRONG, MISS), State.MISSED, id="said what it must not, later"),
    ],
)
def test_what_groq_did_not_serve_is_not_held_against_the_model(
    outcomes: tuple[str, ...], failures: tuple[Failure, ...], expected: State
) -> None:
    assert one(*outcomes, failures=failures).state is expected


@pytest.mark.parametrize(
    ("kind", "expected"), [(Kind.TIME, State.UNSERVED), (Kind.TEXT, State.MISSED)], ids=["late", "wrong"]
)
def test_a_reply_that_was_late_by_groqs_limits_is_not_held_against_the_model(
    kind: Kind, expected: State
) -> None:
    phase = PhaseOutcome("vb-05", 1, (), (Failure(kind, "reply at 90 s, after 40 s"),))
    waited = replace(bill("ok"), waited_ms=60_000)
    late = evaluated(scenario(), [phase], [waited], [], speed=2)
    assert (late.state, late.waited_ms) == (expected, 30_000)


def test_calls_are_told_in_the_machines_seconds() -> None:
    assert one("ok").bills[0].calls_ms == (250,)


def test_what_is_written_is_read_back_as_it_was(tmp_path: Path) -> None:
    judged = (Judged(1, must=True, line="dá o valor", verdict=Verdict.KEPT, quote="Custa", why="so"),)
    first = replace(one("ok", "timeout", failures=(MISS,)), judged=judged, judge=bill("ok", model=SMALL))
    scenarios, lost = (first, one(stopped=True)), (bill("ok"),)
    results = Results(SETTING, "2026-11-28T10:00:00+00:00", 25, scenarios, 12.5, "stopped", lost)
    write_results(tmp_path, results, known_prices())
    assert read_results(tmp_path) == results
    assert [path.name for path in tmp_path.iterdir()] == ["results.json"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 1}', '{"format": 2}'])
def test_a_file_that_nobody_wrote_so_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "results.json").write_text(text, "utf-8")
    with pytest.raises(Misconfigured, match=r"results\.json holds no results of this version"):
        read_results(tmp_path)


def test_a_folder_without_results_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="No such file"):
        read_results(tmp_path)
    with pytest.raises(Misconfigured, match="two folders"):
        compare([tmp_path])


def test_tokens_that_had_to_be_paid_twice_are_counted_twice() -> None:
    results = Results(SETTING, "", 1, (one("ok"),), lost=(bill("ok"),))
    costs = results.costs(known_prices())
    assert (costs.calls, costs.prompt_tokens) == (2, 4_000)
    assert json.loads(json.dumps(as_json(results, known_prices())))["costs"]["calls"] == 2
    assert from_json(as_json(results, known_prices())).lost == (bill("ok"),)


def test_reviews_are_read_back_and_results_from_before_there_were_any_are_too() -> None:
    reviewed = replace(bill("ok", "ok"), reviews=((SMALL, "objected", 900, 40), (SMALL, "late", 900, 0)))
    setting = replace(SETTING, review_model=SMALL)
    results = Results(setting, "", 1, (replace(one("ok"), bills=(reviewed,)),))
    written = json.loads(json.dumps(as_json(results, known_prices())))
    assert written["reviews"] == {"objected": 1, "late": 1}
    assert from_json(written).setting == setting
    assert from_json(written).scenarios[0].bills == (reviewed,)
    del written["review_model"], written["reviews"], written["by_scenario"][0]["turns"][0]["reviews"]
    assert from_json(written).setting == SETTING
    assert SETTING.differences(setting) == ["--review-model"]


def shown(*runs: tuple[str, Results]) -> str:
    out = io.StringIO()
    table = comparison([(Path(folder), results) for folder, results in runs], known_prices())
    Console(file=out, width=160).print(table)
    return out.getvalue()


def test_side_by_side_shows_where_they_differ_and_leaves_out_what_one_did_not_play() -> None:
    other = replace(one("ok"), id="vb-06")
    big = Results(SETTING, "", 2, (one("ok"), other))
    small = Results(replace(SETTING, models=(SMALL,), speed=5), "", 2, (one("ok", failures=(MISS,)),))
    said = shown(("big", big), ("small", small))
    assert "Side by side: 1 scenarios" in said
    assert "1 of 1" in said
    assert "0 of 1" in said
    assert "missed. text: says none of: 140,50" in said
    assert "big: 1 more" in said
    assert "small: played with another --speed" in said


def test_a_scenario_that_was_changed_since_is_not_compared() -> None:
    changed = replace(one("ok"), digest="another")
    said = shown(("a", Results(SETTING, "", 1, (one("ok"),))), ("b", Results(SETTING, "", 1, (changed,))))
    assert "Side by side: 0 scenarios" in said


def test_the_cap_counts_on_more_than_is_expected_and_the_judge_is_in_it() -> None:
    built_in = read_scenarios(DATA / "scenarios.jsonl")
    alone, judged = Tariff(known_prices(), (BIG,)), Tariff(known_prices(), (BIG,), SMALL)
    for each in built_in:
        expected, most = alone.expected(each), alone.most(each)
        assert expected.usd is not None
        assert most.usd is not None
        assert expected.usd < most.usd
        assert judged.most(each).tokens >= most.tokens
    assert total([*map(judged.most, built_in)]).tokens > total([*map(alone.most, built_in)]).tokens
    reviewed = Tariff(known_prices(), (BIG,), reviewer=SMALL)
    assert alone.expected(built_in[0]).tokens < reviewed.expected(built_in[0]).tokens
    assert reviewed.expected(built_in[0]).tokens < reviewed.most(built_in[0]).tokens
    assert "no price" not in foretold(alone, built_in)
    assert "a price that is not known" in foretold(Tariff(known_prices(), ("new/model",)), built_in)


def test_how_long_it_takes_is_told_by_the_pace() -> None:
    built_in = read_scenarios(DATA / "scenarios.jsonl")
    alone, quicker = minutes_of(built_in, pace=1), minutes_of(built_in, pace=4)
    assert 15 < alone < 45
    assert quicker < alone / 3
    assert f", {quicker} min; on Groq's free plan" in foretold(
        Tariff(known_prices(), (BIG,)), built_in, pace=4
    )


def test_a_phase_that_wants_no_reply_asks_the_model_nothing() -> None:
    turns = {each.id: turns_of(each) for each in read_scenarios(DATA / "scenarios.jsonl")}
    assert turns["dev-15"] == 0
    assert turns["dev-02"] == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [("openai/gpt-oss-20b", "openai_gpt-oss-20b"), ("../../etc", "_.._etc"), ("", "scenario")],
)
def test_a_name_is_safe_in_every_folder(text: str, expected: str) -> None:
    assert file_name(text) == expected
