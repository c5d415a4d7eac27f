"""One scenario as it was played, for a person or a model that judges: Markdown. Pure."""

from collections.abc import Iterator, Sequence

from clinic_bot.sandbox.evaluated import Evaluated, State
from clinic_bot.sandbox.evaluation_table import shown, unserved_of
from clinic_bot.sandbox.judge import Judged, Line, lines_of
from clinic_bot.sandbox.scenario import Scenario
from clinic_bot.store.billing import TurnBill

_SHOWN_CHARS = 600


def transcript(scenario: Scenario, one: Evaluated) -> str:
    """What was said, what the tools did, what was held against it, and what is left to judge by reading."""
    return "\n".join(_parts(scenario, one)) + "\n"


def _parts(scenario: Scenario, one: Evaluated) -> Iterator[str]:
    models = sorted({bill.model for bill in one.bills if bill.model}) or ["no model"]
    yield from (
        f"# {scenario.id}: {scenario.title}",
        "",
        f"{one.state.value} with {', '.join(models)}; played as of {scenario.now.isoformat()}",
        "",
    )
    if unserved := "; ".join(unserved_of(one)):
        nothing = ". This says nothing about the model" if one.state is State.UNSERVED else ""
        yield from (f"{unserved}{nothing}.", "")
    for at_ms, who, what in sorted(one.said, key=lambda line: line[0]):
        quoted = what.replace("\n", "\n> ")
        yield f"> **{who}** {at_ms / 1000:.1f} s: {quoted}\n>"
    for n, bill in enumerate(one.bills, 1):
        yield from _turn(n, bill)
    for n, _ in enumerate(scenario.phases, 1):
        yield from _phase(n, scenario, one)


def _turn(n: int, bill: TurnBill) -> Iterator[str]:
    yield from ("", f"## Turn {n} with {bill.model or 'no model'}", "")
    calls = ", ".join(
        f"{took / 1000:.1f} s {outcome.replace('_', ' ')}"
        for took, outcome in zip(bill.calls_ms, bill.outcomes, strict=True)
    )
    yield (
        f"{bill.prompt_tokens} + {bill.completion_tokens} tokens, {bill.thrown_tokens} thrown away; "
        f"calls: {calls or 'none'}"
    )
    if bill.hand_over:
        yield from ("", f"handed over: {bill.hand_over}")
    if bill.tools:
        yield ""
    for name, arguments, result in bill.tools:
        yield f"- `{name}` `{arguments[:_SHOWN_CHARS]}`: {' '.join(result.split())[:_SHOWN_CHARS]}"


def _phase(n: int, scenario: Scenario, one: Evaluated) -> Iterator[str]:
    failures = [failure for phase in one.phases if phase.phase == n for failure in phase.failures]
    lines = [line for line in lines_of(scenario) if line.phase == n]
    if not failures and not lines:
        return
    yield from ("", f"## Phase {n}", "")
    for failure in failures:
        yield f"- missed, {failure.kind.value}: {failure.detail}"
    for line in lines:
        yield f"- {_judged(line, one.judged)}"


def _judged(line: Line, judged: Sequence[Judged]) -> str:
    """A line for a reader, with what the judge says of it where one was asked."""
    act = f"{'must' if line.must else 'must not'}: {line.text}"
    wanted = (line.phase, line.must, line.text)
    found = next((each for each in judged if (each.phase, each.must, each.line) == wanted), None)
    if found is None:
        return f"to judge, {act}"
    return f"judge says {found.verdict.value.replace('_', ' ')}, {act} ({shown(found)})"
