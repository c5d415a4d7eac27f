"""One run of an evaluation while it goes on: what was played, what it cost, and why it ends."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

from clinic_bot.agent.chat import Outcome
from clinic_bot.sandbox.evaluated import Evaluated, Results, State, digest_of, evaluated
from clinic_bot.sandbox.evaluation_table import told
from clinic_bot.sandbox.judge import lines_of
from clinic_bot.sandbox.judging import Judge
from clinic_bot.sandbox.outcome import PhaseOutcome
from clinic_bot.sandbox.player import play
from clinic_bot.sandbox.results_file import write_results, write_transcript
from clinic_bot.sandbox.scenario import Scenario
from clinic_bot.sandbox.scene import Scene
from clinic_bot.sandbox.show import Show
from clinic_bot.sandbox.spending import Spending, Tariff, total
from clinic_bot.sandbox.stage import Theatre

#: So many scenarios in a row to which Groq gave no answer at all end a run: the next ones would fare alike.
_IN_A_ROW = 2

#: What ends a run at once, in the words that name what to do.
_HOPELESS = {
    Outcome.ACCOUNT_REFUSED: "Groq refuses the account: look into console.groq.com for the key, the spend limit "
    "and the network address",
    Outcome.DAY_EXHAUSTED: "the account's tokens of the day are used up for this model: go on tomorrow, or "
    "with a larger plan",
    Outcome.MODEL_GONE: "the model is gone: name another one with --model",
}
_SILENT = "Groq gave no answer in {n} scenarios in a row ({how}): look at the network and at groqstatus.com"


class End(StrEnum):
    """Why a run ended, as ``results.json`` has it."""

    COMPLETE = "complete"
    STOPPED = "stopped"
    UNSERVED = "unserved"
    CAPPED = "capped"
    UNWRITABLE = "unwritable"


class Run:
    """Plays, counts and writes; after every scenario all that is known is in the folder.

    Args:
        results: of a run that goes on; what was played as it would be again is kept and not paid for again.
        cap_usd: what may still be spent.
    """

    def __init__(self, folder: Path, results: Results, tariff: Tariff, show: Show, *, cap_usd: float) -> None:
        self.results = results
        self.ended = End.COMPLETE
        self.why = ""
        self._folder = folder
        self._tariff = tariff
        self._show = show
        self._cap_usd = cap_usd
        self._before_usd = self._usd()
        self._under_way: dict[str, Spending] = {}
        self._unanswered = 0
        self._order: dict[str, int] = {}  #: as the file has them, whichever ends first

    @property
    def spent_usd(self) -> float:
        """By this run, without what an earlier one had paid."""
        return self._usd() - self._before_usd

    def _usd(self) -> float:
        prices = self._tariff.prices
        return self.results.costs(prices).usd + self.results.judge_costs(prices).usd

    def end(self, end: End, why: str) -> None:
        """The first reason stays; what is under way ends by itself."""
        if self.ended is End.COMPLETE:
            self.ended, self.why = end, why
            self.results = replace(self.results, ended=end.value)

    async def play(
        self,
        theatre: Theatre,
        scenarios: Sequence[Scenario],
        *,
        jobs: int,
        presence: bool,
        judge: Judge | None,
    ) -> None:
        """Everything that was not played before, ``jobs`` at a time, until something ends the run."""
        kept = self._keep(scenarios)
        self._show.restart(len(scenarios), done=len(kept))
        if kept:
            self._show.say(f"{len(kept)} scenarios were played before and are kept")
        free = asyncio.Semaphore(jobs)

        async def one(scenario: Scenario) -> None:
            before = kept.get(scenario.id)
            async with free:
                if (before and not _is_to_judge(before, scenario, judge)) or not self._may_begin(scenario):
                    return
                try:
                    if before:
                        await self._judge(before, scenario, judge)
                    else:
                        await self._play(theatre, scenario, presence=presence, judge=judge)
                finally:
                    self._under_way.pop(scenario.id)

        async with asyncio.TaskGroup() as group:
            for scenario in scenarios:
                group.create_task(one(scenario))

    def _keep(self, scenarios: Sequence[Scenario]) -> dict[str, Evaluated]:
        """What need not be played again, by id. Of the rest only what it cost stays."""
        wanted = {scenario.id: digest_of(scenario) for scenario in scenarios}
        kept = [
            one for one in self.results.scenarios if one.over and wanted.get(one.id, one.digest) == one.digest
        ]
        lost = [bill for one in self.results.scenarios if one not in kept for bill in one.bills]
        self._order = {name: n for n, name in enumerate(dict.fromkeys([*wanted, *(one.id for one in kept)]))}
        self.results = replace(
            self.results,
            scenarios=tuple(sorted(kept, key=lambda one: self._order[one.id])),
            of=len(self._order),
            ended=End.COMPLETE.value,
            lost=(*self.results.lost, *lost),
        )
        return {one.id: one for one in kept if one.id in wanted}

    def _may_begin(self, scenario: Scenario) -> bool:
        if self.ended is not End.COMPLETE:
            return False
        most = self._tariff.most(scenario)
        reserved = total([most, *self._under_way.values()])
        if reserved.usd is not None and self.spent_usd + reserved.usd > self._cap_usd:
            self.end(
                End.CAPPED,
                f"{self.spent_usd:.4f} USD are spent and {scenario.id} may cost {most.usd or 0:.4f}: see --max-cost",
            )
            return False
        self._under_way[scenario.id] = most
        return True

    async def _play(
        self, theatre: Theatre, scenario: Scenario, *, presence: bool, judge: Judge | None
    ) -> None:
        scene = Scene(scenario)
        self._show.begun(scene)
        outcomes: tuple[PhaseOutcome, ...] = ()
        stopped = True
        try:
            outcomes = await play(theatre, scenario, presence=presence, scene=scene)
            stopped = False
        finally:
            one = evaluated(
                scenario, outcomes, scene.bills, scene.lines, speed=theatre.speed, stopped=stopped
            )
            self._add(one, scenario)
        self._show.ended(scene, outcomes)
        one = await self._judge(one, scenario, judge)
        self._show.say(f"         {told(one, self._tariff.prices)}; {self.spent_usd:.4f} USD so far")
        self._show.note(f"{self._show.done} of {len(self._order)} scenarios, {self.spent_usd:.4f} USD")
        self._look(one)

    async def _judge(self, one: Evaluated, scenario: Scenario, judge: Judge | None) -> Evaluated:
        if judge is not None and _is_to_judge(one, scenario, judge):
            self._show.note(f"{judge.model} judges {one.id}")
            one = await judge.judge(one, lines_of(scenario))
            self._add(one, scenario)
        return one

    def _add(self, one: Evaluated, scenario: Scenario) -> None:
        others = [each for each in self.results.scenarios if each.id != one.id]
        together = sorted((*others, one), key=lambda each: self._order[each.id])
        self.results = replace(self.results, scenarios=tuple(together))
        try:
            write_results(self._folder, self.results, self._tariff.prices)
            write_transcript(self._folder, scenario, one)
        except OSError as exc:  # nothing more is paid for that nobody could read
            self.end(End.UNWRITABLE, f"cannot write into {self._folder} ({exc.strerror})")

    def _look(self, one: Evaluated) -> None:
        """End what would only go on to fail."""
        if one.state is not State.UNSERVED or one.was_answered:
            self._unanswered = 0
            return
        for outcome, why in _HOPELESS.items():
            if outcome in one.troubles:
                self.end(End.UNSERVED, why)
        self._unanswered += 1
        if self._unanswered >= _IN_A_ROW:
            how = ", ".join(f"{word.replace('_', ' ')} × {count}" for word, count in one.troubles.items())
            self.end(End.UNSERVED, _SILENT.format(n=self._unanswered, how=how))


def _is_to_judge(one: Evaluated, scenario: Scenario, judge: Judge | None) -> bool:
    """Where Groq did not serve there is nothing to judge; what was judged stays."""
    return (
        judge is not None and one.state is not State.UNSERVED and not one.judged and bool(lines_of(scenario))
    )
