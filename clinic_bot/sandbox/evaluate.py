"""``clinic-bot evaluate``: scenarios against the real Groq, the real service, and Z-API's stand-in.

What simulate checks is checked; beside it stand cost, time and tokens, a transcript of every scenario, and, where a
judge is named, its verdicts on what no rule can tell. The account is asked for its models before anything is paid for,
and ``results.json`` is written after every scenario: whatever ends a run, ``--resume`` goes on from there.
"""

import asyncio
import contextlib
import hashlib
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

from clinic_bot.agent.groq import GroqModel
from clinic_bot.clinic.facts import load_clinic
from clinic_bot.clock import Clock
from clinic_bot.errors import AccountRefused, Misconfigured, ProviderBusy, Retry
from clinic_bot.sandbox.compare import comparison
from clinic_bot.sandbox.costs import Prices, known_prices
from clinic_bot.sandbox.evaluated import Results, Setting, State
from clinic_bot.sandbox.evaluation_table import evaluation_table
from clinic_bot.sandbox.judging import Judge
from clinic_bot.sandbox.results_file import file_name, read_results, write_results
from clinic_bot.sandbox.run import End, Run
from clinic_bot.sandbox.scenario import Scenario
from clinic_bot.sandbox.show import Show, console
from clinic_bot.sandbox.simulate import GOOD, MISSED, STOPPED, chosen, ended_by_sigterm
from clinic_bot.sandbox.spending import Tariff, foretold
from clinic_bot.sandbox.stage import Account, Theatre
from clinic_bot.sandbox.zones import in_their_zone
from clinic_bot.settings import Settings

UNWRITABLE, UNSERVED, CAPPED = 2, 3, 4
_STATUS = {
    End.COMPLETE: GOOD,
    End.STOPPED: STOPPED,
    End.UNSERVED: UNSERVED,
    End.CAPPED: CAPPED,
    End.UNWRITABLE: UNWRITABLE,
}
#: What nobody has to think about before: the built-in scenarios cost a few cents.
CAP_USD = 1.0

NEEDS_A_KEY = (
    "evaluate asks the real Groq: set GROQ_API_KEY (console.groq.com/keys), and GROQ_BASE_URL if it is another host. "
    "clinic-bot simulate plays the same scenarios on the stand-in and needs no key."
)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What to play. ``file`` None: the built-in scenarios.

    Args:
        models: each is asked alone, in a folder of its own where there are several; none: those of the settings.
        review_model: reads every reply before it leaves; None: nobody does, whatever the settings say.
        composed: replies are put together from the clinic's own words.
        max_usd: None: ``CAP_USD``, as far as prices are known.
        prices: ``MODEL=PROMPT/COMPLETION`` each.
    """

    output: Path
    file: Path | None = None
    clinic: Path | None = None
    presence: bool = True
    only: Sequence[str] = ()
    limit: int | None = None
    jobs: int = 1
    speed: float = 1
    models: Sequence[str] = ()
    review_model: str | None = None
    composed: bool = False
    judge: str | None = None
    max_usd: float | None = None
    prices: Sequence[str] = ()
    resume: bool = False
    estimate: bool = False


@dataclass(frozen=True, slots=True)
class _Job:
    """One run: whom to ask, and where to write."""

    account: Account
    folder: Path
    results: Results  #: empty, or those of a run that goes on


@dataclass(slots=True)
class _Table:
    """What all runs of one command have in common."""

    plan: Evaluation
    scenarios: tuple[Scenario, ...]
    clinic: Path
    prices: Prices
    show: Show
    spent_usd: float = 0.0
    done: list[tuple[Path, Results]] = field(default_factory=list)

    def tariff(self, models: Sequence[str]) -> Tariff:
        return Tariff(self.prices, models, self.plan.judge, self.plan.review_model)


def account_of(settings: Settings) -> Account:
    """The account to ask. Raises Misconfigured when there is no key."""
    key = settings.groq_api_key.get_secret_value().strip() if settings.groq_api_key else ""
    if not key:
        raise Misconfigured(NEEDS_A_KEY)
    return Account(settings.groq_base_url, key, settings.groq_models)


def evaluate(plan: Evaluation, settings: Settings) -> int:
    """Estimate, ask for the models, play, show, and write ``results.json`` and the transcripts; the exit status.

    Raises:
        Misconfigured: no key, a model or a file that cannot be used, or results that are in the way; nothing was paid.
    """
    prices = known_prices(plan.prices)
    with ExitStack() as stack:
        built_in = stack.enter_context(resources.as_file(resources.files("clinic_bot.sandbox") / "scenarios"))
        scenarios = chosen(plan.file, plan.only, built_in)[: plan.limit]
        clinic = plan.clinic or built_in / "clinic_fixture.json"
        load_clinic(clinic)
        show = Show(console(), len(scenarios))
        table = _Table(plan, scenarios, clinic, prices, show)
        groups: list[tuple[str, ...]] = [(one,) for one in plan.models] or [settings.groq_models]
        _foretell(table, groups)
        if plan.estimate:
            return GOOD
        account = replace(account_of(settings), review_model=plan.review_model)
        jobs = [_job(table, replace(account, models=models), len(groups)) for models in groups]
        return _serves(account, groups, table) or _all(table, jobs)


def _foretell(table: _Table, groups: Sequence[Sequence[str]]) -> None:
    for models in groups:
        pace = table.plan.speed * table.plan.jobs
        said = foretold(table.tariff(models), table.scenarios, pace=pace)
        table.show.say(f"{', '.join(models)}: {len(table.scenarios)} scenarios; {said}")
    lacking = table.prices.lacking(_wanted(groups, table.plan))
    if lacking and table.plan.max_usd is not None:
        raise Misconfigured(
            f"--max-cost cannot hold: no price is known for {', '.join(lacking)}; give it with "
            "--price MODEL=PROMPT/COMPLETION, in USD a million tokens"
        )


def _job(table: _Table, account: Account, runs: int) -> _Job:
    """Raises Misconfigured when the folder holds other results, or cannot be written."""
    plan = table.plan
    folder = plan.output / file_name("-".join(account.models)) if runs > 1 else plan.output
    digest = hashlib.sha256(table.clinic.read_bytes()).hexdigest()[:16]
    setting = Setting(
        tuple(account.models), digest, plan.presence, plan.speed, plan.review_model, plan.composed
    )
    now = datetime.now(UTC).isoformat(timespec="seconds")
    results = Results(setting, now, len(table.scenarios), ())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".writable").touch()
        (folder / ".writable").unlink()
    except OSError as exc:
        raise Misconfigured(f"cannot write into {folder}: {exc.strerror}") from exc
    before = read_results(folder) if (folder / "results.json").exists() else None
    if before is None:
        return _Job(account, folder, results)
    if not plan.resume:
        raise Misconfigured(
            f"{folder} holds {len(before.scenarios)} scenarios that were played with "
            f"{', '.join(before.setting.models)}: --resume goes on with them, another --output begins anew"
        )
    if different := before.setting.differences(setting):
        raise Misconfigured(
            f"{folder} was played with another {', '.join(different)}: give the same, or another --output"
        )
    return _Job(
        account, folder, replace(results, scenarios=before.scenarios, took_s=before.took_s, lost=before.lost)
    )


def _serves(account: Account, groups: Sequence[Sequence[str]], table: _Table) -> int:
    """Before anything is paid for. Raises Misconfigured, naming what a person has to change; else the status."""
    try:
        asyncio.run(check_account(account, _wanted(groups, table.plan)))
    except KeyboardInterrupt:
        table.show.say("stopped before anything was played")
        return STOPPED
    except AccountRefused as exc:
        raise Misconfigured(str(exc)) from exc
    except Retry as exc:
        look = f"Is this machine online, and GROQ_BASE_URL ({account.url}) right? groqstatus.com tells of outages"
        busy = isinstance(exc, ProviderBusy)
        table.show.say(f"{exc}: nothing was played or paid for. {'Try again then' if busy else look}")
        return UNSERVED
    return GOOD


def _wanted(groups: Sequence[Sequence[str]], plan: Evaluation) -> list[str]:
    """Every model that will be asked."""
    beside = filter(None, (plan.judge, plan.review_model))
    return list(dict.fromkeys([*(one for models in groups for one in models), *beside]))


async def check_account(account: Account, wanted: Sequence[str]) -> None:
    """Ask which models there are, which costs nothing. Raises Misconfigured, or what a call raises."""
    model = GroqModel(account.key, base_url=account.url, models=wanted, max_tokens=1, clock=Clock())
    try:
        live = await model.live_models()
    finally:
        await model.close()
    if missing := [one for one in wanted if one not in live]:
        raise Misconfigured(
            f"this account has no {', '.join(missing)}; it has {', '.join(sorted(live)) or 'none'}. See --model, "
            "--review-model, --judge and CLINIC_BOT_GROQ_MODELS"
        )


def _all(table: _Table, jobs: Sequence[_Job]) -> int:
    """Every run after the other, until one has to end early."""
    status = GOOD
    for job in jobs:
        ended, results = _one(table, job)
        table.done.append((job.folder, results))
        status = _STATUS[ended] or _status_of(results) or status
        if ended is not End.COMPLETE:
            break
    if len(table.done) > 1:
        table.show.say("")
        table.show.print(comparison(table.done, table.prices))
    return status


def _status_of(results: Results) -> int:
    """What was missed is the model's doing, unless all of it was missed while Groq did not serve."""
    if results.count(State.MISSED):
        return MISSED
    return UNSERVED if results.count(State.UNSERVED) else GOOD


def _one(table: _Table, job: _Job) -> tuple[End, Results]:
    plan, show = table.plan, table.show
    show.say(f"{', '.join(job.account.models)} at {job.account.url}; transcripts in {job.folder}")
    cap_usd = CAP_USD if plan.max_usd is None else plan.max_usd
    run = Run(
        job.folder, job.results, table.tariff(job.account.models), show, cap_usd=cap_usd - table.spent_usd
    )
    began_s = time.monotonic()
    try:
        asyncio.run(_play(table, job, run))
    except (KeyboardInterrupt, asyncio.CancelledError):
        run.end(End.STOPPED, "interrupted")
    results = replace(run.results, took_s=job.results.took_s + time.monotonic() - began_s)
    with contextlib.suppress(OSError):  # it was told, and the table below shows all
        write_results(job.folder, results, table.prices)
    table.spent_usd += run.spent_usd
    show.say("")
    show.print(evaluation_table(results, table.prices))
    if run.ended is not End.COMPLETE:
        show.say(
            f"{run.ended.value}: {run.why}. {len(results.scenarios)} of {results.of} scenarios are written to "
            f"{job.folder}, with what they cost; the same command with --resume goes on"
        )
    return run.ended, results


async def _play(table: _Table, job: _Job, run: Run) -> None:
    async with AsyncExitStack() as stack:
        stack.enter_context(ended_by_sigterm())
        temporary = tempfile.TemporaryDirectory(prefix="clinic-bot-", ignore_cleanup_errors=True)
        folder = Path(stack.enter_context(temporary))
        clinic = in_their_zone(table.clinic, table.scenarios, folder)
        theatre = Theatre(
            folder, clinic=clinic, speed=table.plan.speed, account=job.account, composed=table.plan.composed
        )
        await theatre.prepare()
        judge = None
        if table.plan.judge:
            judge = Judge(job.account.url, job.account.key, table.plan.judge)
            stack.push_async_callback(judge.close)
        await stack.enter_async_context(table.show.running())
        await run.play(
            theatre, table.scenarios, jobs=table.plan.jobs, presence=table.plan.presence, judge=judge
        )
