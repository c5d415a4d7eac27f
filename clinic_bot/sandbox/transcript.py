"""One scenario as it was played, for a person or a model that judges: Markdown. Pure."""

from collections.abc import Iterator, Sequence

from clinic_bot.sandbox.outcome import PhaseOutcome
from clinic_bot.sandbox.scenario import Phase, Scenario
from clinic_bot.store.billing import TurnBill

_SHOWN_CHARS = 600


def transcript(
    scenario: Scenario,
    lines: Sequence[tuple[int, str, str]],
    outcomes: Sequence[PhaseOutcome],
    bills: Sequence[TurnBill],
) -> str:
    """What was said, what the tools did, what was held against it, and what is left to judge by reading."""
    return "\n".join(_parts(scenario, lines, outcomes, bills)) + "\n"


def _parts(
    scenario: Scenario,
    lines: Sequence[tuple[int, str, str]],
    outcomes: Sequence[PhaseOutcome],
    bills: Sequence[TurnBill],
) -> Iterator[str]:
    verdict = "passed" if all(one.passed for one in outcomes) else "missed"
    yield from (
        f"# {scenario.id}: {scenario.title}",
        "",
        f"{verdict}; played as of {scenario.now.isoformat()}",
        "",
    )
    for at_ms, who, what in sorted(lines, key=lambda line: line[0]):
        quoted = what.replace("\n", "\n> ")
        yield f"> **{who}** {at_ms / 1000:.1f} s: {quoted}\n>"
    for bill in bills:
        yield from ("", f"## Turn with {bill.model or 'no model'}", "")
        yield f"{bill.prompt_tokens} + {bill.completion_tokens} tokens, {bill.thrown_tokens} thrown away"
        if bill.hand_over:
            yield f"handed over: {bill.hand_over}"
        for name, arguments, result in bill.tools:
            yield f"- `{name}` `{arguments[:_SHOWN_CHARS]}`: {' '.join(result.split())[:_SHOWN_CHARS]}"
    for phase, outcome in zip(scenario.phases, outcomes, strict=False):
        yield from _phase(phase, outcome)


def _phase(phase: Phase, outcome: PhaseOutcome) -> Iterator[str]:
    yield from ("", f"## Phase {outcome.phase}", "")
    for failure in outcome.failures:
        yield f"- missed, {failure.kind.value}: {failure.detail}"
    for sentence in phase.expect.must:
        yield f"- to judge, must: {sentence}"
    for sentence in phase.expect.must_not:
        yield f"- to judge, must not: {sentence}"
