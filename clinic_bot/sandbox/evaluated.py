"""What an evaluation leaves behind: each scenario as it went, and the ``results.json`` that holds them.

The file is written anew after every scenario and can be read back, so that a run that ended early goes on where it
was, and two runs can be laid side by side.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from clinic_bot.agent.chat import Outcome
from clinic_bot.events import Json
from clinic_bot.sandbox.costs import Costs, Prices, costs_of
from clinic_bot.sandbox.expectations import Failure, Kind, Reply
from clinic_bot.sandbox.judge import Judged, Verdict
from clinic_bot.sandbox.outcome import PhaseOutcome
from clinic_bot.sandbox.scenario import Scenario
from clinic_bot.store.billing import TurnBill

FORMAT = 2

#: How a call ends that says nothing about the model: Groq, the network or the account did not let it answer.
_NOT_THE_MODEL = frozenset(
    {
        Outcome.HELD_BACK,
        Outcome.RATE_LIMITED,
        Outcome.DAY_EXHAUSTED,
        Outcome.OVER_CAPACITY,
        Outcome.TIMEOUT,
        Outcome.NO_CONNECTION,
        Outcome.SERVER_ERROR,
        Outcome.UNREADABLE,
        Outcome.MODEL_GONE,
        Outcome.ACCOUNT_REFUSED,
    }
)


#: What was said, said the model, however often it had to be asked.
_WHATEVER_GROQ_DID = (Kind.FORBIDDEN, Kind.GROUND)


class State(StrEnum):
    """How a scenario went."""

    PASSED = "passed"
    MISSED = "missed"
    UNSERVED = "unserved"  #: missed, while Groq did not serve: it says nothing about the model
    STOPPED = "stopped"  #: interrupted; what it cost is counted, nothing else


@dataclass(frozen=True, slots=True)
class Evaluated:
    """One scenario as it went."""

    id: str
    title: str
    digest: str  #: of the scenario as it was played
    state: State
    phases: tuple[PhaseOutcome, ...]
    bills: tuple[TurnBill, ...]
    said: tuple[tuple[int, str, str], ...]  #: ms since the start, who, what
    judged: tuple[Judged, ...] = ()
    judge: TurnBill | None = None  #: what judging cost

    @property
    def over(self) -> bool:
        """Whether nobody has to play it again."""
        return self.state in (State.PASSED, State.MISSED)

    @property
    def failures(self) -> tuple[Failure, ...]:
        return tuple(failure for phase in self.phases for failure in phase.failures)

    @property
    def troubles(self) -> Counter[str]:
        """How often which call failed for a reason that is not the model's."""
        return Counter(one for bill in self.bills for one in bill.outcomes if one in _NOT_THE_MODEL)

    @property
    def waited_ms(self) -> int:
        """For Groq's limits: a reply that came late by that says nothing about the model either."""
        return sum(bill.waited_ms for bill in self.bills)

    @property
    def was_answered(self) -> bool:
        return any(one == Outcome.OK for bill in self.bills for one in bill.outcomes)


def digest_of(scenario: Scenario) -> str:
    return hashlib.sha256(repr(scenario).encode()).hexdigest()[:16]


def evaluated(
    scenario: Scenario,
    outcomes: Sequence[PhaseOutcome],
    bills: Iterable[TurnBill],
    said: Iterable[tuple[int, str, str]],
    *,
    speed: float,
    stopped: bool = False,
) -> Evaluated:
    """A scenario that has ended, or was ended.

    Args:
        speed: by which the service's clock ran faster than the model's seconds.
    """
    real = tuple(_real(bill, speed) for bill in bills)
    one = Evaluated(
        scenario.id, scenario.title, digest_of(scenario), State.PASSED, tuple(outcomes), real, tuple(said)
    )
    if stopped:
        return replace(one, state=State.STOPPED)
    if any(failure.kind in _WHATEVER_GROQ_DID for failure in one.failures):
        return replace(one, state=State.MISSED)
    if one.failures:
        late = one.waited_ms > 0 and all(failure.kind is Kind.TIME for failure in one.failures)
        return replace(one, state=State.UNSERVED if one.troubles or late else State.MISSED)
    return one


def _real(bill: TurnBill, speed: float) -> TurnBill:
    calls_ms = tuple(round(took / speed) for took in bill.calls_ms)
    return replace(bill, calls_ms=calls_ms, waited_ms=round(bill.waited_ms / speed))


@dataclass(frozen=True, slots=True)
class Setting:
    """What has to be the same for results to stand in one table, or in one run that goes on."""

    models: tuple[str, ...]
    clinic: str  #: digest of the clinic's file
    presence: bool
    speed: float
    review_model: str | None = None
    composed: bool = False  #: replies are put together from the clinic's own words

    def differences(self, other: "Setting") -> list[str]:
        """In the words of the command's options; empty where they are the same."""
        names = {
            "models": "--model",
            "review_model": "--review-model",
            "clinic": "--clinic",
            "presence": "--presence",
            "speed": "--speed",
            "composed": "--composed",
        }
        return [option for name, option in names.items() if getattr(self, name) != getattr(other, name)]


@dataclass(frozen=True, slots=True)
class Results:
    """A run as far as it came."""

    setting: Setting
    at: str
    of: int  #: scenarios that were to be played
    scenarios: tuple[Evaluated, ...]
    took_s: float = 0
    ended: str = "complete"  #: or why it ended before everything was played
    lost: tuple[TurnBill, ...] = ()  #: paid for scenarios that had to be played again

    def costs(self, prices: Prices) -> Costs:
        return costs_of([*self.lost, *(bill for one in self.scenarios for bill in one.bills)], prices)

    def judge_costs(self, prices: Prices) -> Costs:
        return costs_of([one.judge for one in self.scenarios if one.judge is not None], prices)

    def count(self, state: State) -> int:
        return sum(one.state is state for one in self.scenarios)

    def reviews(self) -> Counter[str]:
        """How often the reviewer found what."""
        return Counter(
            found for one in self.scenarios for bill in one.bills for _, found, _, _ in bill.reviews
        )

    def verdicts(self) -> Counter[Verdict]:
        return Counter(judged.verdict for one in self.scenarios for judged in one.judged)


# Writing.


def as_json(results: Results, prices: Prices) -> dict[str, Json]:
    setting = results.setting
    verdicts = results.verdicts()
    return {
        "format": FORMAT,
        "at": results.at,
        "ended": results.ended,
        "stopped": results.ended != "complete",
        "models": list(setting.models),
        "review_model": setting.review_model,
        "composed": setting.composed,
        "reviews": dict(results.reviews()),
        "clinic": setting.clinic,
        "presence": setting.presence,
        "speed": setting.speed,
        "scenarios": results.of,
        "played": sum(one.state is not State.STOPPED for one in results.scenarios),
        **{state.value: results.count(state) for state in State if state is not State.STOPPED},
        "took_s": round(results.took_s, 1),
        "prices_as_of": prices.as_of,
        "costs": results.costs(prices).as_json(),
        "judge": {
            "costs": results.judge_costs(prices).as_json(),
            **{verdict.value: verdicts[verdict] for verdict in Verdict},
        },
        "lost": [asdict(bill) for bill in results.lost],
        "by_scenario": [_scenario_as_json(one, prices) for one in results.scenarios],
    }


def _scenario_as_json(one: Evaluated, prices: Prices) -> dict[str, Json]:
    return {
        "id": one.id,
        "title": one.title,
        "digest": one.digest,
        "state": one.state.value,
        "passed": one.state is State.PASSED,
        "costs": costs_of(one.bills, prices).as_json(),
        "failed_calls": dict(one.troubles),
        "waited_ms": one.waited_ms,
        "phases": [phase.as_json() for phase in one.phases],
        "judged": [asdict(judged) for judged in one.judged],
        "judge": asdict(one.judge) if one.judge else None,
        "turns": [asdict(bill) for bill in one.bills],
        "said": [list(line) for line in one.said],
    }


# Reading back. Whatever is not as it was written raises KeyError, TypeError or ValueError.


def from_json(data: Mapping[str, Any]) -> Results:
    if data.get("format") != FORMAT:
        raise ValueError("written by another version")
    setting = Setting(
        tuple(data["models"]),
        data["clinic"],
        data["presence"],
        float(data["speed"]),
        data.get("review_model"),
        data.get("composed", False),
    )
    scenarios = tuple(_scenario(row) for row in data["by_scenario"])
    lost = tuple(map(_bill, data["lost"]))
    return Results(setting, data["at"], data["scenarios"], scenarios, data["took_s"], data["ended"], lost)


def _scenario(row: Mapping[str, Any]) -> Evaluated:
    return Evaluated(
        id=row["id"],
        title=row["title"],
        digest=row["digest"],
        state=State(row["state"]),
        phases=tuple(_phase(one) for one in row["phases"]),
        bills=tuple(_bill(one) for one in row["turns"]),
        said=tuple((at_ms, who, what) for at_ms, who, what in row["said"]),
        judged=tuple(Judged(**{**one, "verdict": Verdict(one["verdict"])}) for one in row["judged"]),
        judge=_bill(row["judge"]) if row["judge"] else None,
    )


def _phase(row: Mapping[str, Any]) -> PhaseOutcome:
    replies = tuple(Reply("", one["at_ms"], one["text"]) for one in row["replies"])
    failures = tuple(Failure(Kind(one["kind"]), one["detail"]) for one in row["failures"])
    return PhaseOutcome(row["id"], row["phase"], replies, failures, row["cuts"])


def _bill(row: Mapping[str, Any]) -> TurnBill:
    tools = tuple((name, arguments, result) for name, arguments, result in row["tools"])
    reviews = tuple((model, found, prompt, words) for model, found, prompt, words in row.get("reviews", ()))
    lists = {"calls_ms": tuple(row["calls_ms"]), "outcomes": tuple(row["outcomes"]), "tools": tools}
    return TurnBill(**{**row, **lists, "reviews": reviews})
