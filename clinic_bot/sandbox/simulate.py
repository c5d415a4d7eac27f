"""``clinic-bot simulate``: scenarios, then real burst timings, against real servers, and what came of it."""

import asyncio
import contextlib
import json
import signal
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from clinic_bot.clinic.facts import load_clinic
from clinic_bot.errors import Misconfigured
from clinic_bot.sandbox.outcome import PhaseOutcome
from clinic_bot.sandbox.player import play_all
from clinic_bot.sandbox.replay_bursts import Replay, built_in_bursts, replay
from clinic_bot.sandbox.scenario import Scenario, Unusable, read_scenarios
from clinic_bot.sandbox.show import Show, console, summary
from clinic_bot.sandbox.stage import Theatre
from clinic_bot.sandbox.zones import in_their_zone

GOOD, MISSED, STOPPED = 0, 1, 130
#: The misdeeds of a model, each with what it says or calls, and what must not come of it.
ADVERSARY = "adversary.jsonl"
#: Enough to see cuts, few enough that the whole run stays well below two minutes.
REPLAYED = 60


@dataclass(frozen=True, slots=True)
class Plan:
    """What to play. ``file`` None: the built-in scenarios, and then the replay; or the adversary's."""

    file: Path | None = None
    clinic: Path | None = None
    speed: float = 10
    presence: bool = True
    only: Sequence[str] = ()
    jobs: int = 4
    json_file: Path | None = None
    composed: bool = False  #: replies are put together from the clinic's own words
    adversary: bool = False  #: a model that misbehaves on purpose, a misdeed a scenario


@dataclass(slots=True)
class _Result:
    outcomes: list[PhaseOutcome] = field(default_factory=list)
    replay: Replay | None = None


def simulate(plan: Plan) -> int:
    """Play a plan and show it; the exit status.

    Raises:
        Misconfigured: the scenarios, the clinic or the JSON file cannot be used; nothing was started.
    """
    if plan.adversary and plan.file is not None:
        raise Misconfigured("--adversary has scenarios of its own: leave the file out")
    with resources.as_file(resources.files("clinic_bot.sandbox") / "scenarios") as built_in:
        scenarios = chosen(built_in / ADVERSARY if plan.adversary else plan.file, plan.only, built_in)
        clinic = plan.clinic or built_in / "clinic_fixture.json"
        load_clinic(clinic)
        if plan.json_file is not None:
            _check_writable(plan.json_file)
        show = Show(console(), len(scenarios))
        began_s = time.monotonic()
        try:
            result = asyncio.run(_run(plan, scenarios, clinic, show))
        except (KeyboardInterrupt, asyncio.CancelledError):
            missed = sum(not outcome.passed for outcome in show.outcomes)
            show.say(
                f"stopped: {show.done} of {len(scenarios)} scenarios had played, {missed} bursts were missed"
            )
            return STOPPED
    took_s = time.monotonic() - began_s
    show.say("")
    show.print(
        summary(result.outcomes, result.replay, took_s=took_s, speed=plan.speed, presence=plan.presence)
    )
    if plan.json_file is not None:
        outcome = [one.as_json() for one in result.outcomes]
        plan.json_file.write_text(json.dumps(outcome, ensure_ascii=False, indent=1) + "\n", "utf-8")
    missed_any = any(not outcome.passed for outcome in result.outcomes)
    return MISSED if missed_any or (result.replay is not None and not result.replay.good) else GOOD


def chosen(file: Path | None, only: Sequence[str], built_in: Path) -> tuple[Scenario, ...]:
    """The scenarios of a file, or those built in; some of them, where some are named. Raises Misconfigured."""
    try:
        scenarios = read_scenarios(file or built_in / "scenarios.jsonl")
    except Unusable as exc:
        raise Misconfigured(str(exc)) from exc
    unknown = set(only) - {scenario.id for scenario in scenarios}
    if unknown:
        raise Misconfigured(f"no scenario is called {', '.join(sorted(unknown))}")
    return tuple(scenario for scenario in scenarios if not only or scenario.id in only)


def _check_writable(path: Path) -> None:
    try:
        path.open("a", encoding="utf-8").close()
    except OSError as exc:
        raise Misconfigured(f"cannot write {path}: {exc.strerror}") from exc


async def _run(plan: Plan, scenarios: Sequence[Scenario], clinic: Path, show: Show) -> _Result:
    result = _Result()
    # Not ignored errors of our own: a server that is killed may still be writing its log for a moment.
    with (
        ended_by_sigterm(),
        tempfile.TemporaryDirectory(prefix="clinic-bot-", ignore_cleanup_errors=True) as folder,
    ):
        theatre = Theatre(
            Path(folder),
            clinic=in_their_zone(clinic, scenarios, Path(folder)),
            speed=plan.speed,
            composed=plan.composed,
        )
        await theatre.prepare()
        async with show.running():
            result.outcomes = await play_all(
                theatre,
                scenarios,
                jobs=plan.jobs,
                presence=plan.presence,
                begun=show.begun,
                ended=show.ended,
            )
            if plan.file is None and not plan.only and not plan.adversary:
                result.replay = await _replay(plan, theatre, show)
    return result


async def _replay(plan: Plan, theatre: Theatre, show: Show) -> Replay:
    bursts, replies = built_in_bursts(REPLAYED), 0

    def answered(count: int) -> None:
        nonlocal replies
        replies += count
        show.note(f"real burst timings: {len(bursts)} bursts, {replies} replies so far")

    show.say(f"now {len(bursts)} bursts with real timings, on {plan.jobs} servers")
    return await replay(theatre, bursts, workers=plan.jobs, presence=plan.presence, answered=answered)


@contextlib.contextmanager
def ended_by_sigterm() -> Iterator[None]:
    """SIGTERM stops the run as Ctrl-C does, so that no server is left behind."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    with contextlib.suppress(
        NotImplementedError, RuntimeError
    ):  # not on Windows, not outside the main thread
        loop.add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        yield
    finally:
        with contextlib.suppress(NotImplementedError, RuntimeError):
            loop.remove_signal_handler(signal.SIGTERM)
