"""What an evaluation cost and how long it took: prices as data, sums and percentiles."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

from clinic_bot.agent.chat import Outcome
from clinic_bot.errors import Misconfigured
from clinic_bot.events import Json
from clinic_bot.store.billing import TurnBill


@dataclass(frozen=True, slots=True)
class Prices:
    """Of each model, in USD a token: prompt and completion. A discount for cached prompts is left out."""

    as_of: str
    source: str
    models: Mapping[str, tuple[float, float]]

    def cost(self, bill: TurnBill) -> float | None:
        """In USD; None for a model without a price. Tokens thrown away count as prompt, which most of them are."""
        reviews = [self.of(model, prompt, words) for model, _, prompt, words in bill.reviews]
        prompt = sum(prompt for _, _, prompt, _ in bill.reviews)
        words = sum(words for _, _, _, words in bill.reviews)
        own_prompt = max(0, bill.prompt_tokens + bill.thrown_tokens - prompt)
        own_words = max(
            0, bill.completion_tokens - words
        )  # those of a turn's thrown reviews are no words of its own
        own = 0.0 if bill.model is None else self.of(bill.model, own_prompt, own_words)
        parts = [part for part in (own, *reviews) if part is not None]
        return sum(parts) if len(parts) == len(reviews) + 1 else None

    def of(self, model: str, prompt_tokens: int, completion_tokens: int) -> float | None:
        """Of so many tokens of one model, in USD; None without a price."""
        price = self.models.get(model)
        return None if price is None else prompt_tokens * price[0] + completion_tokens * price[1]

    def lacking(self, models: Iterable[str]) -> list[str]:
        """Which of these have no price."""
        return [name for name in models if name not in self.models]


def known_prices(given: Iterable[str] = ()) -> Prices:
    """Those that are packed, and above them what a person gives as ``MODEL=PROMPT/COMPLETION``, USD a million tokens.

    Raises:
        Misconfigured: one cannot be read.
    """
    data = json.loads((resources.files("clinic_bot.sandbox") / "prices.json").read_text("utf-8"))
    per = data["per_tokens"]
    models = {name: (one["prompt"] / per, one["completion"] / per) for name, one in data["models"].items()}
    return Prices(data["as_of"], data["source"], models | dict(map(_given, given)))


def _given(text: str) -> tuple[str, tuple[float, float]]:
    name, _, figures = text.rpartition("=")
    prompt, _, completion = figures.partition("/")
    try:
        price = float(prompt) / 1e6, float(completion) / 1e6
    except ValueError:
        price = -1.0, -1.0
    if not name or not all(0 <= one < 1 for one in price):
        raise Misconfigured(
            f"--price {text}: expected MODEL=PROMPT/COMPLETION in USD a million tokens, as 0.15/0.60"
        )
    return name, price


@dataclass(frozen=True, slots=True)
class Costs:
    """Of some turns together."""

    turns: int
    calls: int  #: that were made
    prompt_tokens: int
    completion_tokens: int
    thrown_tokens: int
    usd: float
    unpriced: tuple[str, ...]  #: models whose price is not known, and whose tokens are not in ``usd``
    call_p50_ms: int  #: of the calls that were answered
    call_p95_ms: int
    turn_p50_ms: int  #: all calls of a turn
    turn_p95_ms: int

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens + self.thrown_tokens

    def as_json(self) -> dict[str, Json]:
        return {name: getattr(self, name) for name in self.__slots__} | {"unpriced": list(self.unpriced)}


def costs_of(bills: Iterable[TurnBill], prices: Prices) -> Costs:
    asked = [bill for bill in bills if bill.calls_ms or bill.tokens]
    priced = [(bill, prices.cost(bill)) for bill in asked]
    answered = sorted(took for bill in asked for took in _answered(bill))
    turns = sorted(sum(bill.calls_ms) for bill in asked if _answered(bill))
    return Costs(
        turns=len(asked),
        calls=sum(end != Outcome.HELD_BACK for bill in asked for end in _ends(bill)),
        prompt_tokens=sum(bill.prompt_tokens for bill in asked),
        completion_tokens=sum(bill.completion_tokens for bill in asked),
        thrown_tokens=sum(bill.thrown_tokens for bill in asked),
        usd=sum(cost for _, cost in priced if cost is not None),
        unpriced=tuple(
            sorted({name for bill, cost in priced if cost is None for name in _lacking(bill, prices)})
        ),
        call_p50_ms=percentile(answered, 50),
        call_p95_ms=percentile(answered, 95),
        turn_p50_ms=percentile(turns, 50),
        turn_p95_ms=percentile(turns, 95),
    )


def _lacking(bill: TurnBill, prices: Prices) -> list[str]:
    asked = [bill.model, *(model for model, *_ in bill.reviews)]
    return prices.lacking(model for model in asked if model is not None)


def _answered(bill: TurnBill) -> tuple[int, ...]:
    """A refusal comes in no time and says nothing about how long the model takes."""
    return tuple(took for took, end in zip(bill.calls_ms, _ends(bill), strict=True) if end == Outcome.OK)


def _ends(bill: TurnBill) -> tuple[str, ...]:
    return bill.outcomes or (Outcome.OK,) * len(bill.calls_ms)


def percentile(ordered: Sequence[int], percent: int) -> int:
    """The smallest value that so many percent of them do not exceed; 0 of none."""
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)] if ordered else 0
