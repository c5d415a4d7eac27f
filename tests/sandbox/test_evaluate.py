"""``evaluate`` over HTTP: a Groq on another port, with a key of its own, in the place of the real one."""

import asyncio
import json
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from clinic_bot import cli
from clinic_bot.clock import Clock
from clinic_bot.sandbox.costs import Prices, costs_of, known_prices, percentile
from clinic_bot.sandbox.groq import build_groq, groq_state
from clinic_bot.sandbox.groq_state import GroqState
from clinic_bot.sandbox.serving import serving
from clinic_bot.settings import Settings
from clinic_bot.store.billing import TurnBill

KEY = "gsk_evaluated0123456789"
DATA = Path(__file__).parent.parent / "data"


@pytest.fixture
def groq_elsewhere() -> Iterator[tuple[str, GroqState]]:
    """Served by a loop of its own, since the command runs its own."""
    app = build_groq(clock=Clock(rate=20), api_key=KEY)
    ready: list[str] = []
    came, over = threading.Event(), threading.Event()

    async def serve() -> None:
        async with serving(app) as url:
            ready.append(url)
            came.set()
            await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert came.wait(20)
    yield ready[0], groq_state(app)
    over.set()
    thread.join(20)


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["clinic-bot", "evaluate", *arguments])
    with pytest.raises(SystemExit) as left:
        cli.main()
    return int(left.value.code or 0)


@pytest.mark.alone
def test_scenarios_are_played_with_the_account_and_written_down(
    groq_elsewhere: tuple[str, GroqState], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    url, groq = groq_elsewhere
    monkeypatch.setenv("GROQ_API_KEY", KEY)
    monkeypatch.setenv("GROQ_BASE_URL", url)
    monkeypatch.chdir(tmp_path)
    file, clinic = DATA / "second_scenarios.jsonl", DATA / "second_clinic.json"
    wanted = ("--only", "vb-05", "--speed", "20", "--output", "out")
    assert run(monkeypatch, str(file), "--clinic", str(clinic), *wanted) == 0
    assert all(request.operation == "chat" for request in groq.requests)
    result = json.loads(Path("out/results.json").read_text("utf-8"))
    assert (result["played"], result["passed"], result["stopped"]) == (1, 1, False)
    costs = result["costs"]
    assert costs["calls"] == len(groq.requests) >= 3
    assert costs["prompt_tokens"] == sum(request.prompt_tokens or 0 for request in groq.requests)
    assert costs["usd"] > 0
    assert costs["call_p95_ms"] >= costs["call_p50_ms"] > 0
    text = Path("out/vb-05.md").read_text("utf-8")
    for part in (
        "# vb-05: Preço com centavos",
        "passed",
        "> **clinic**",
        "140,50",
        "`consultar_informacoes`",
    ):
        assert part in text
    said = capsys.readouterr().out
    assert "openai/gpt-oss-120b" in said
    assert KEY not in said + text + json.dumps(result)


def test_without_a_key_it_says_what_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GROQ_API_KEY", raising=False)
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch) == 2
    said = capsys.readouterr().err
    assert "GROQ_API_KEY" in said
    assert "clinic-bot simulate" in said
    assert list(tmp_path.iterdir()) == []


def bill(model: str | None, *calls_ms: int, tokens: tuple[int, int, int] = (0, 0, 0)) -> TurnBill:
    prompt, completion, thrown = tokens
    return TurnBill(model, prompt, completion, thrown, calls_ms, (), None, None, None)


def test_costs_are_tokens_by_price_and_what_has_none_is_named() -> None:
    prices = Prices("2026-10-27", "", {"big": (0.5, 2.0)})
    bills = [
        bill("big", 100, 300, tokens=(10, 3, 2)),
        bill("other", 200, tokens=(5, 5, 0)),
        bill(None),
    ]
    costs = costs_of(bills, prices)
    assert (costs.turns, costs.calls, costs.usd, costs.unpriced) == (2, 3, 12.0, ("other",))
    assert (costs.call_p50_ms, costs.call_p95_ms, costs.turn_p50_ms, costs.turn_p95_ms) == (
        200,
        300,
        200,
        400,
    )


def test_percentiles_are_values_that_were_measured() -> None:
    assert [percentile(list(range(1, 101)), share) for share in (50, 95, 100)] == [50, 95, 100]
    assert percentile([7], 95) == 7
    assert percentile([], 95) == 0


def test_the_models_of_the_default_have_a_price() -> None:
    assert set(Settings.model_fields["groq_models"].default) <= set(known_prices().models)
