"""What an evaluation will cost, told before it starts, and the cap that holds while it runs.

A scenario is begun only while its worst case still fits under the cap, so that the cap is not passed by one that had
already begun.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from clinic_bot.agent import review
from clinic_bot.agent.budget import PROMPT_TOKENS
from clinic_bot.sandbox.costs import Prices
from clinic_bot.sandbox.groq_limits import FREE
from clinic_bot.sandbox.judge import MOST_TOKENS as JUDGE_TOKENS
from clinic_bot.sandbox.judge import lines_of
from clinic_bot.sandbox.scenario import Scenario
from clinic_bot.settings import Settings

#: Of a turn, as the stand-in's tokens have it: two calls, the prompt half full of tools, few words of its own.
_CALLS, _CALL_PROMPT, _CALL_WORDS = 2, 2_300, 130
#: Of a reply that is reviewed, and how many of a turn's are, at most.
_REVIEW_PROMPT, _REVIEW_WORDS, _MOST_REVIEWS = 1_900, 150, 2
#: Of a scenario that is judged.
_JUDGE_PROMPT, _JUDGE_WORDS = 1_500, 500
_JUDGE_MOST_PROMPT, _JUDGE_TRIES = 6_000, 3
#: From the last piece until nothing more is expected; and what a server takes to start, in machine time.
_REPLY_MS, _START_MS = 28_000, 3_000


@dataclass(frozen=True, slots=True)
class Spending:
    """Tokens and USD. ``usd`` is None where a price is not known."""

    prompt_tokens: int
    completion_tokens: int
    usd: float | None

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens

    def plus(self, other: "Spending") -> "Spending":
        usd = None if self.usd is None or other.usd is None else self.usd + other.usd
        return Spending(
            self.prompt_tokens + other.prompt_tokens, self.completion_tokens + other.completion_tokens, usd
        )


@dataclass(frozen=True, slots=True)
class Tariff:
    """Whose tokens are paid for, and at what price. Of several models the dearest one counts."""

    prices: Prices
    models: Sequence[str]
    judge: str | None = None
    reviewer: str | None = None

    def expected(self, scenario: Scenario) -> Spending:
        calls = turns_of(scenario) * _CALLS
        own = self._of(self.models, calls * _CALL_PROMPT, calls * _CALL_WORDS)
        own = own.plus(self.review(turns_of(scenario)))
        return own.plus(self._of_judge(scenario, _JUDGE_PROMPT, _JUDGE_WORDS))

    def most(self, scenario: Scenario) -> Spending:
        """What it cannot exceed: every step of every turn, each as large as it may be."""
        fields = Settings.model_fields
        calls = max(1, turns_of(scenario)) * int(fields["agent_max_steps"].default)
        words = int(fields["agent_max_tokens"].default)
        own = self._of(self.models, calls * PROMPT_TOKENS, calls * words)
        own = own.plus(self.most_of_review(max(1, turns_of(scenario)) * _MOST_REVIEWS))
        prompt, words = _JUDGE_MOST_PROMPT * _JUDGE_TRIES, JUDGE_TOKENS * _JUDGE_TRIES
        return own.plus(self._of_judge(scenario, prompt, words))

    def review(self, replies: int) -> Spending:
        """Of so many replies that are read, about."""
        return self._of_reviewer(replies * _REVIEW_PROMPT, replies * _REVIEW_WORDS)

    def most_of_review(self, replies: int) -> Spending:
        return self._of_reviewer(replies * review.PROMPT_TOKENS, replies * review.MOST_TOKENS)

    def _of_reviewer(self, prompt: int, words: int) -> Spending:
        return Spending(0, 0, 0.0) if self.reviewer is None else self._of((self.reviewer,), prompt, words)

    def _of_judge(self, scenario: Scenario, prompt: int, words: int) -> Spending:
        if self.judge is None or not lines_of(scenario):
            return Spending(0, 0, 0.0)
        return self._of((self.judge,), prompt, words)

    def _of(self, models: Sequence[str], prompt: int, words: int) -> Spending:
        if self.prices.lacking(models):
            return Spending(prompt, words, None)
        dearest = max(
            self.prices.models[name][0] * prompt + self.prices.models[name][1] * words for name in models
        )
        return Spending(prompt, words, dearest)


def turns_of(scenario: Scenario) -> int:
    """How many turns the model is asked for, about: one a phase that wants a reply, or one a sender."""
    senders = (
        max(1, len(phase.expect.per_phone)) for phase in scenario.phases if phase.expect.max_replies != 0
    )
    return sum(senders)


def total(parts: Sequence[Spending]) -> Spending:
    whole = Spending(0, 0, 0.0)
    for part in parts:
        whole = whole.plus(part)
    return whole


def minutes_of(scenarios: Sequence[Scenario], *, pace: float) -> int:
    """How long they play, about: each to its last event, and until nothing more is expected.

    Args:
        pace: how many of their seconds pass in one of the machine's, all that play at a time together.
    """
    ends_ms = [
        phase.delay_ms + max((event.at_ms or 0 for event in phase.events), default=0) + _REPLY_MS
        for scenario in scenarios
        for phase in scenario.phases
    ]
    return max(1, round((sum(ends_ms) / pace + _START_MS * len(scenarios)) / 60_000))


def foretold(tariff: Tariff, scenarios: Sequence[Scenario], *, pace: float = 1) -> str:
    """A sentence for whoever is about to pay."""
    turns = sum(map(turns_of, scenarios))
    expected = total([tariff.expected(one) for one in scenarios])
    most = total([tariff.most(one) for one in scenarios])
    money = (
        f"{expected.usd:.3f} USD, at most {most.usd:.3f}"
        if expected.usd is not None and most.usd is not None
        else "a price that is not known (--price MODEL=PROMPT/COMPLETION)"
    )
    judged = f", and {tariff.judge} judges" if tariff.judge else ""
    judged += f", {tariff.reviewer} reads each reply" if tariff.reviewer else ""
    return (
        f"estimate (turns: {turns}{judged}): about {expected.tokens:,} tokens, {money}, "
        f"{minutes_of(scenarios, pace=pace)} min; on Groq's free plan "
        f"({FREE.tpm:,} tokens a minute, {FREE.tpd:,} a day) {_free(expected.tokens)}"
    )


def _free(tokens: int) -> str:
    if tokens > FREE.tpd:
        return "it takes more than a day"
    return f"it takes {-(-tokens // FREE.tpm)} min at least and {tokens / FREE.tpd:.0%} of the day"
