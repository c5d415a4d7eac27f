"""Two or more evaluations side by side: what each passed, cost and took, and where they differ."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from clinic_bot.errors import Misconfigured
from clinic_bot.sandbox.costs import Prices, costs_of, known_prices
from clinic_bot.sandbox.evaluated import Evaluated, Results, State
from clinic_bot.sandbox.evaluation_table import verdicts_of
from clinic_bot.sandbox.results_file import read_results
from clinic_bot.sandbox.show import console


def compare(folders: Sequence[Path], prices: Sequence[str] = ()) -> None:
    """Print the evaluations of some folders side by side. Raises Misconfigured: one cannot be read."""
    if len(folders) < 2:
        raise Misconfigured("compare needs two folders at least that clinic-bot evaluate wrote")
    runs = [(folder, read_results(folder)) for folder in folders]
    console().print(comparison(runs, known_prices(prices)))


def comparison(runs: Sequence[tuple[Path, Results]], prices: Prices) -> RenderableType:
    """Only scenarios that all of them played, as they are now, are compared; what else there is, is told."""
    shared = _shared([results for _, results in runs])
    table = Table(
        title=f"Side by side: {len(shared)} scenarios that all of them played", title_justify="left"
    )
    table.add_column("")
    for folder, results in runs:
        table.add_column(f"{', '.join(results.setting.models)}\n{folder}", justify="right")
    columns = [_figures(_only(results, shared), prices) for _, results in runs]
    for row in columns[0]:
        table.add_row(row, *(column[row] for column in columns))
    return Group(table, *_differing(runs, shared), *_warnings(runs, shared))


def _shared(all_results: Sequence[Results]) -> list[str]:
    played = [{(one.id, one.digest) for one in results.scenarios if one.over} for results in all_results]
    common = set.intersection(*played)
    return [one.id for one in all_results[0].scenarios if (one.id, one.digest) in common]


def _only(results: Results, ids: Sequence[str]) -> list[Evaluated]:
    found = {one.id: one for one in results.scenarios}
    return [found[each] for each in ids]


def _figures(scenarios: Sequence[Evaluated], prices: Prices) -> dict[str, str]:
    costs = costs_of([bill for one in scenarios for bill in one.bills], prices)
    bills = [bill for one in scenarios for bill in one.bills if bill.outcomes]
    verdicts = Counter(judged.verdict for one in scenarios for judged in one.judged)
    unpriced = " (no price)" if costs.unpriced else ""
    return {
        "passed": f"{sum(one.state is State.PASSED for one in scenarios)} of {len(scenarios)}",
        "judge": verdicts_of(verdicts) or "none",
        "USD": f"{costs.usd:.5f}{unpriced}",
        "USD a turn": f"{costs.usd / max(1, costs.turns):.5f}{unpriced}",
        "tokens": f"{costs.prompt_tokens:,} + {costs.completion_tokens:,}",
        "calls a turn": f"{costs.calls / max(1, costs.turns):.2f}",
        "call p50, p95": f"{costs.call_p50_ms / 1000:.1f} s, {costs.call_p95_ms / 1000:.1f} s",
        "turn p50, p95": f"{costs.turn_p50_ms / 1000:.1f} s, {costs.turn_p95_ms / 1000:.1f} s",
        "handed over": f"{sum(bill.hand_over is not None for bill in bills)} of {len(bills)} turns",
    }


def _differing(runs: Sequence[tuple[Path, Results]], shared: Sequence[str]) -> list[RenderableType]:
    """The scenarios that one passed and another missed, with why: those are what to read."""
    table = Table(title="Where they differ", title_justify="left")
    table.add_column("scenario")
    for _, results in runs:
        table.add_column(", ".join(results.setting.models))
    for row in zip(*(_only(results, shared) for _, results in runs), strict=True):
        if len({one.state for one in row}) > 1:
            table.add_row(f"{row[0].id}\n{row[0].title}", *(_told(one) for one in row))
    if not table.row_count:
        return [Text("They passed and missed the same scenarios.")]
    return [Text(""), table]


def _told(one: Evaluated) -> Text:
    missed = "; ".join(f"{failure.kind.value}: {failure.detail}" for failure in one.failures)
    return Text(f"{one.state.value}. {missed}" if missed else one.state.value)


def _warnings(runs: Sequence[tuple[Path, Results]], shared: Sequence[str]) -> list[RenderableType]:
    first = runs[0][1].setting
    found: list[RenderableType] = []
    for folder, results in runs:
        if left := len(results.scenarios) - len(shared):
            found.append(
                Text(f"{folder}: {left} more, which not all of them played to the end or in the same words")
            )
        different = [one for one in first.differences(results.setting) if one != "--model"]
        if different:
            found.append(Text(f"{folder}: played with another {', '.join(different)}, so compare with care"))
    return found
