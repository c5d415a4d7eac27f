"""What a person reads of an evaluation: a line as each scenario ends, and the table at the end."""

from collections import Counter

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from clinic_bot.sandbox.costs import Costs, Prices, costs_of
from clinic_bot.sandbox.evaluated import Evaluated, Results, State
from clinic_bot.sandbox.judge import Judged, Verdict


def told(one: Evaluated, prices: Prices) -> str:
    """One scenario in a line."""
    costs = costs_of(one.bills, prices)
    parts = [f"{costs.calls} calls, {_longest(one)}, {costs.tokens:,} tokens"]
    parts += unserved_of(one)
    if one.judged:
        parts.append(f"judge: {verdicts_of(Counter(judged.verdict for judged in one.judged))}")
    return "; ".join(parts)


def troubles_of(troubles: Counter[str]) -> str:
    return ", ".join(f"{word.replace('_', ' ')} × {count}" for word, count in troubles.items())


def unserved_of(one: Evaluated) -> list[str]:
    """What Groq or its limits had to do with it."""
    waited = [f"waited {one.waited_ms / 1000:.1f} s for Groq's limits"] if one.waited_ms else []
    failed = [f"Groq did not serve: {troubles_of(one.troubles)}"] if one.troubles else []
    return [*failed, *waited]


def verdicts_of(verdicts: Counter[Verdict]) -> str:
    return ", ".join(
        f"{verdicts[verdict]} {verdict.value.replace('_', ' ')}" for verdict in Verdict if verdicts[verdict]
    )


def _longest(one: Evaluated) -> str:
    return f"longest {max((took for bill in one.bills for took in bill.calls_ms), default=0) / 1000:.1f} s"


def evaluation_table(results: Results, prices: Prices) -> RenderableType:
    """The checks and the costs; under it, apart, what the judge says."""
    table = Table(title=f"Evaluation of {', '.join(results.setting.models)}", title_justify="left")
    for column in ("scenario", "", "calls", "tokens", "USD", "longest call", "missed"):
        table.add_column(column, justify="left" if column in ("scenario", "", "missed") else "right")
    for one in results.scenarios:
        _add_row(table, one, prices)
    table.add_section()
    costs = results.costs(prices)
    passed = f"{results.count(State.PASSED)}/{len(results.scenarios)}"
    tokens = f"{costs.prompt_tokens} + {costs.completion_tokens}"
    table.add_row("all", passed, str(costs.calls), tokens, f"{costs.usd:.5f}", "", "")
    table.caption = caption(results, costs, prices)
    table.caption_justify = "left"
    return Group(table, *_judged(results, prices))


def _add_row(table: Table, one: Evaluated, prices: Prices) -> None:
    own = costs_of(one.bills, prices)
    missed = [f"{failure.kind.value}: {failure.detail}" for failure in one.failures]
    missed += unserved_of(one)
    table.add_row(
        one.id,
        one.state.value,
        str(own.calls),
        str(own.tokens),
        f"{own.usd:.5f}",
        _longest(one).removeprefix("longest "),
        Text("; ".join(missed)),
    )


def caption(results: Results, costs: Costs, prices: Prices) -> str:
    reviewed = (
        f"; reviews by {results.setting.review_model}: {troubles_of(results.reviews())}"
        if results.reviews()
        else ""
    )
    unpriced = f"; no price known for {', '.join(costs.unpriced)}" if costs.unpriced else ""
    return (
        f"calls {costs.call_p50_ms / 1000:.1f} s (p50), {costs.call_p95_ms / 1000:.1f} s (p95); turns "
        f"{costs.turn_p50_ms / 1000:.1f} s, {costs.turn_p95_ms / 1000:.1f} s; prices as of {prices.as_of}, "
        f"cached prompts not discounted{unpriced}{reviewed}; {results.took_s:.0f} s in all"
    )


def _judged(results: Results, prices: Prices) -> list[RenderableType]:
    verdicts = results.verdicts()
    if not verdicts:
        return []
    costs = results.judge_costs(prices)
    judges = {one.judge.model for one in results.scenarios if one.judge is not None}
    table = Table(
        title=f"What {', '.join(filter(None, judges))} says of the lines for a reader", title_justify="left"
    )
    for column in ("scenario", "verdict", "line", "quote, or why"):
        table.add_column(column)
    for one in results.scenarios:
        for judged in one.judged:
            if judged.verdict is not Verdict.KEPT:
                table.add_row(
                    one.id, judged.verdict.value.replace("_", " "), Text(line(judged)), Text(shown(judged))
                )
    table.caption = (
        f"{verdicts_of(verdicts)}; a model's opinion, which no check and no exit status goes by; {costs.calls} calls, "
        f"{costs.tokens:,} tokens, {costs.usd:.5f} USD"
    )
    table.caption_justify = "left"
    return [Text(""), table]


def line(judged: Judged) -> str:
    return f"{'must' if judged.must else 'must not'}: {judged.line}"


def shown(judged: Judged) -> str:
    return f"“{judged.quote}” {judged.why}".strip() if judged.quote else judged.why
