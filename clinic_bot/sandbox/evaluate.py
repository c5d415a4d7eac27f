"""``clinic-bot evaluate``: scenarios against the real Groq, the real service, and Z-API's stand-in.

What simulate checks is checked; beside it stand cost, time and tokens, and a transcript of every scenario for whoever
judges what no rule can. What had been played when it was interrupted is written all the same.
"""

import asyncio
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

from rich.table import Table

from clinic_bot.clinic.facts import load_clinic
from clinic_bot.errors import Misconfigured
from clinic_bot.sandbox.costs import Costs, Prices, costs_of, known_prices
from clinic_bot.sandbox.outcome import PhaseOutcome
from clinic_bot.sandbox.player import play_all
from clinic_bot.sandbox.scenario import Scenario
from clinic_bot.sandbox.scene import Scene
from clinic_bot.sandbox.show import Show, console
from clinic_bot.sandbox.simulate import GOOD, MISSED, STOPPED, chosen, ended_by_sigterm
from clinic_bot.sandbox.stage import Account, Theatre
from clinic_bot.sandbox.transcript import transcript
from clinic_bot.settings import Settings

NEEDS_A_KEY = (
    "evaluate asks the real Groq: set GROQ_API_KEY (console.groq.com/keys), and GROQ_BASE_URL if it is another host. "
    "clinic-bot simulate plays the same scenarios on the stand-in and needs no key."
)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What to play. ``file`` None: the built-in scenarios."""

    output: Path
    file: Path | None = None
    clinic: Path | None = None
    presence: bool = True
    only: Sequence[str] = ()
    limit: int | None = None
    jobs: int = 1
    speed: float = 1


@dataclass(slots=True)
class _Played:
    """What has ended so far."""

    scenes: list[tuple[Scene, tuple[PhaseOutcome, ...]]] = field(default_factory=list)

    @property
    def outcomes(self) -> list[PhaseOutcome]:
        return [outcome for _, outcomes in self.scenes for outcome in outcomes]

    def costs(self, prices: Prices) -> Costs:
        return costs_of([bill for scene, _ in self.scenes for bill in scene.bills], prices)


def account_of(settings: Settings) -> Account:
    """The account to ask. Raises Misconfigured when there is no key."""
    key = settings.groq_api_key.get_secret_value().strip() if settings.groq_api_key else ""
    if not key:
        raise Misconfigured(NEEDS_A_KEY)
    return Account(settings.groq_base_url, key, settings.groq_models)


def evaluate(plan: Evaluation, settings: Settings) -> int:
    """Play, show, and write ``results.json`` and the transcripts; the exit status.

    Raises:
        Misconfigured: no key, or a file cannot be used; nothing was asked.
    """
    account = account_of(settings)
    prices, played = known_prices(), _Played()
    with resources.as_file(resources.files("clinic_bot.sandbox") / "scenarios") as built_in:
        scenarios = chosen(plan.file, plan.only, built_in)[: plan.limit]
        clinic = plan.clinic or built_in / "clinic_fixture.json"
        load_clinic(clinic)
        _prepare(plan.output)
        show = Show(console(), len(scenarios))
        show.say(
            f"{len(scenarios)} scenarios, {', '.join(account.models)} at {account.url}; transcripts in {plan.output}"
        )
        began_s, stopped = time.monotonic(), False
        try:
            asyncio.run(_play(plan, account, scenarios, clinic, show, played))
        except (KeyboardInterrupt, asyncio.CancelledError):
            stopped = True
    took_s = time.monotonic() - began_s
    costs = played.costs(prices)
    _write_results(plan.output, played, costs, prices, took_s=took_s, stopped=stopped, of=len(scenarios))
    show.say("")
    show.print(_table(played, costs, prices, took_s=took_s))
    if stopped:
        show.say(f"stopped: {len(played.scenes)} of {len(scenarios)} scenarios had ended and are written")
        return STOPPED
    return MISSED if any(not one.passed for one in played.outcomes) else GOOD


def _prepare(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "results.json").open("a", encoding="utf-8").close()
    except OSError as exc:
        raise Misconfigured(f"cannot write into {folder}: {exc.strerror}") from exc


async def _play(
    plan: Evaluation,
    account: Account,
    scenarios: Sequence[Scenario],
    clinic: Path,
    show: Show,
    played: _Played,
) -> None:
    def ended(scene: Scene, outcomes: tuple[PhaseOutcome, ...]) -> None:
        show.ended(scene, outcomes)
        played.scenes.append((scene, outcomes))
        text = transcript(scene.scenario, scene.lines, outcomes, scene.bills)
        (plan.output / f"{_file_name(scene.scenario.id)}.md").write_text(text, "utf-8")

    with (
        ended_by_sigterm(),
        tempfile.TemporaryDirectory(prefix="clinic-bot-", ignore_cleanup_errors=True) as folder,
    ):
        theatre = Theatre(Path(folder), clinic=clinic, speed=plan.speed, account=account)
        await theatre.prepare()
        async with show.running():
            await play_all(
                theatre, scenarios, jobs=plan.jobs, presence=plan.presence, begun=show.begun, ended=ended
            )


def _file_name(scenario: str) -> str:
    """Safe in every folder: an id comes from a file."""
    return "".join(char if char.isalnum() or char in "-_" else "_" for char in scenario)[:80] or "scenario"


def _write_results(
    folder: Path, played: _Played, costs: Costs, prices: Prices, *, took_s: float, stopped: bool, of: int
) -> None:
    result = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "stopped": stopped,
        "scenarios": of,
        "played": len(played.scenes),
        "passed": sum(all(one.passed for one in outcomes) for _, outcomes in played.scenes),
        "took_s": round(took_s, 1),
        "prices_as_of": prices.as_of,
        "costs": costs.as_json(),
        "by_scenario": [
            {
                "id": scene.scenario.id,
                "passed": all(one.passed for one in outcomes),
                "costs": costs_of(scene.bills, prices).as_json(),
                "phases": [one.as_json() for one in outcomes],
            }
            for scene, outcomes in played.scenes
        ],
    }
    text = json.dumps(result, ensure_ascii=False, indent=1)
    (folder / "results.json").write_text(f"{text}\n", "utf-8")


def _table(played: _Played, costs: Costs, prices: Prices, *, took_s: float) -> Table:
    table = Table(title="Evaluation", title_justify="left")
    for column in ("scenario", "", "calls", "tokens", "USD", "longest call", "missed"):
        table.add_column(column, justify="left" if column in ("scenario", "", "missed") else "right")
    for scene, outcomes in played.scenes:
        own = costs_of(scene.bills, prices)
        failures = [failure for one in outcomes for failure in one.failures]
        table.add_row(
            scene.scenario.id,
            "missed" if failures else "passed",
            str(own.calls),
            str(own.prompt_tokens + own.completion_tokens + own.thrown_tokens),
            f"{own.usd:.5f}",
            f"{max((took for bill in scene.bills for took in bill.calls_ms), default=0) / 1000:.1f} s",
            "; ".join(f"{one.kind.value}: {one.detail}" for one in failures),
        )
    table.add_section()
    passed = sum(all(one.passed for one in outcomes) for _, outcomes in played.scenes)
    tokens = f"{costs.prompt_tokens} + {costs.completion_tokens}"
    table.add_row(
        "all", f"{passed}/{len(played.scenes)}", str(costs.calls), tokens, f"{costs.usd:.5f}", "", ""
    )
    unpriced = f"; no price known for {', '.join(costs.unpriced)}" if costs.unpriced else ""
    table.caption = (
        f"calls {costs.call_p50_ms / 1000:.1f} s (p50), {costs.call_p95_ms / 1000:.1f} s (p95); turns "
        f"{costs.turn_p50_ms / 1000:.1f} s, {costs.turn_p95_ms / 1000:.1f} s; prices as of {prices.as_of}, "
        f"cached prompts not discounted{unpriced}; {took_s:.0f} s in all"
    )
    table.caption_justify = "left"
    return table
