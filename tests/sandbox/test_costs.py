"""What an evaluation cost: tokens by price, percentiles of what was answered, prices that a person gives."""

from dataclasses import replace

import pytest

from clinic_bot.errors import Misconfigured
from clinic_bot.sandbox.costs import Prices, costs_of, known_prices, percentile
from clinic_bot.settings import Settings
from clinic_bot.store.billing import TurnBill


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


def test_a_review_costs_what_its_own_model_does() -> None:
    prices = Prices("2026-10-27", "", {"big": (0.5, 2.0), "small": (0.1, 0.2)})
    one = replace(bill("big", 100, 50, tokens=(30, 13, 0)), reviews=(("small", "sendable", 20, 10),))
    assert costs_of([one], prices).usd == 10 * 0.5 + 3 * 2.0 + 20 * 0.1 + 10 * 0.2
    thrown = replace(bill("big", 100, 50, tokens=(0, 0, 43)), reviews=(("small", "objected", 20, 10),))
    assert costs_of([thrown], prices).usd == 23 * 0.5 + 20 * 0.1 + 10 * 0.2
    unknown = replace(one, reviews=(("other", "sendable", 20, 10),))
    assert costs_of([unknown], prices).unpriced == ("other",)


def test_percentiles_are_values_that_were_measured() -> None:
    assert [percentile(list(range(1, 101)), share) for share in (50, 95, 100)] == [50, 95, 100]
    assert percentile([7], 95) == 7
    assert percentile([], 95) == 0


def test_the_models_of_the_default_have_a_price() -> None:
    assert set(Settings.model_fields["groq_models"].default) <= set(known_prices().models)


def test_a_refusal_that_came_at_once_makes_no_model_quick() -> None:
    refused = TurnBill(
        "big", 10, 3, 0, (2, 700, 3), (), None, None, None, ("rate_limited", "ok", "server_error")
    )
    costs = costs_of([refused], Prices("", "", {}))
    assert (costs.calls, costs.call_p50_ms, costs.call_p95_ms) == (3, 700, 700)


def test_a_call_that_was_not_made_is_none() -> None:
    held = TurnBill("big", 10, 3, 0, (0, 700), (), None, None, None, ("held_back", "ok"))
    costs = costs_of([held], Prices("", "", {}))
    assert (costs.calls, costs.call_p50_ms) == (1, 700)


def test_a_price_can_be_given_and_replaces_the_known_one() -> None:
    prices = known_prices(["openai/gpt-oss-120b=1/2", "new/model=0.5/1.5"])
    assert prices.models["openai/gpt-oss-120b"] == (1e-6, 2e-6)
    assert prices.lacking(["new/model", "newer/model"]) == ["newer/model"]


@pytest.mark.parametrize("text", ["model", "model=1", "=1/2", "model=a/b", "model=-1/2", "model=nan/1"])
def test_a_price_that_cannot_be_read_is_told_with_its_form(text: str) -> None:
    with pytest.raises(Misconfigured, match="MODEL=PROMPT/COMPLETION"):
        known_prices([text])
