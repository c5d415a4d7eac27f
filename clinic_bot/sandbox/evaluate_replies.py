"""``clinic-bot evaluate-replies``: how many bad replies the guards stop, and a reviewer, and how many good ones."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from clinic_bot.errors import AccountRefused, Misconfigured, Retry
from clinic_bot.sandbox.costs import known_prices
from clinic_bot.sandbox.evaluate import CAP_USD, CAPPED, UNSERVED, account_of, check_account
from clinic_bot.sandbox.groq_limits import FREE
from clinic_bot.sandbox.read_replies import Readings
from clinic_bot.sandbox.replies import Case, Corpus
from clinic_bot.sandbox.replies_table import Read, replies_table
from clinic_bot.sandbox.show import console
from clinic_bot.sandbox.simulate import GOOD, STOPPED, ended_by_sigterm
from clinic_bot.sandbox.spending import Tariff
from clinic_bot.settings import Settings

_EVERY = 50  #: replies between two lines that say how far it is


@dataclass(frozen=True, slots=True)
class RepliesPlan:
    """What to read.

    Args:
        review_model: None: only the guards read, and nobody is asked.
        limit: so many of each file, spread over it.
        output: gets a JSON line for each reply; None: nothing is written.
    """

    folder: Path
    review_model: str | None = None
    limit: int | None = None
    max_usd: float | None = None
    prices: Sequence[str] = ()
    jobs: int = 1
    estimate: bool = False
    output: Path | None = None

    @property
    def cap_usd(self) -> float:
        return CAP_USD if self.max_usd is None else self.max_usd


def evaluate_replies(plan: RepliesPlan, settings: Settings) -> int:
    """Read, ask, show; the exit status. Raises Misconfigured: a file, key or model that cannot be used."""
    corpus, out = Corpus(plan.folder), console()
    adverse, honest = spread(corpus.adverse, plan.limit), spread(corpus.honest, plan.limit)
    cases = (*adverse, *honest)
    if plan.output is not None:
        _write(plan.output, "")  # before anything is paid for
    status, readings = GOOD, None
    if plan.review_model is not None:
        tariff = Tariff(known_prices(plan.prices), (), reviewer=plan.review_model)
        out.print(_foretold(tariff, plan, len(cases)), markup=False)
        if plan.estimate:
            return GOOD
        status, readings = _asked(plan, settings, corpus, cases, tariff, out)
    said = {} if readings is None else readings.verdicts
    found = [
        Read(case, n < len(adverse), corpus.objection(case), case in said, said.get(case))
        for n, case in enumerate(cases)
    ]
    out.print(replies_table(found, reviewer=plan.review_model is not None))
    if readings is not None:
        out.print(_ended(readings, len(cases)), markup=False)
    if plan.output is not None:
        _write(plan.output, "".join(f"{one.as_line()}\n" for one in found))
    return status


def spread(cases: Sequence[Case], limit: int | None) -> tuple[Case, ...]:
    """At most so many, at even distances."""
    if limit is None or limit >= len(cases):
        return tuple(cases)
    return tuple(cases[n * len(cases) // limit] for n in range(limit))


def _foretold(tariff: Tariff, plan: RepliesPlan, replies: int) -> str:
    """Raises Misconfigured: a cap that cannot hold."""
    expected = tariff.review(replies)
    money = "a price that is not known (--price MODEL=PROMPT/COMPLETION)"
    if expected.usd is not None:
        money = f"{expected.usd:.3f} USD, and no more than {plan.cap_usd:g} (--max-cost)"
    elif plan.max_usd is not None:
        raise Misconfigured(
            f"--max-cost cannot hold: no price is known for {plan.review_model}; give it with "
            "--price MODEL=PROMPT/COMPLETION, in USD a million tokens"
        )
    return (
        f"estimate ({replies} replies, {plan.review_model} reads each): about {expected.tokens:,} tokens, {money}; "
        f"{expected.tokens / FREE.tpd:.1f} days of Groq's free plan"
    )


def _asked(
    plan: RepliesPlan, settings: Settings, corpus: Corpus, cases: Sequence[Case], tariff: Tariff, out: Console
) -> tuple[int, Readings | None]:
    """The exit status, and what was read until then, whatever ended it."""
    account = account_of(settings)
    begun: list[Readings] = []

    def told(readings: Readings) -> None:
        read = len(readings.verdicts)
        if read % _EVERY == 0:
            out.print(f"{read} of {len(cases)} replies, {readings.spent_usd:.4f} USD", markup=False)

    async def ask() -> None:
        with ended_by_sigterm():
            await check_account(account, [plan.review_model or ""])
            begun.append(Readings(corpus, account, tariff, cap_usd=plan.cap_usd, read=told))
            try:
                await begun[0].read(cases, jobs=plan.jobs)
            finally:
                await begun[0].close()

    try:
        asyncio.run(ask())
    except (KeyboardInterrupt, asyncio.CancelledError):
        return STOPPED, begun[0] if begun else None
    except AccountRefused as exc:
        raise Misconfigured(str(exc)) from exc
    except Retry as exc:
        out.print(f"{exc}: nothing was read or paid for", markup=False)
        return UNSERVED, None
    (readings,) = begun
    if not readings.why_ended:
        return GOOD, readings
    return (CAPPED if readings.capped else UNSERVED), readings


def _ended(readings: Readings, of: int) -> str:
    tokens = sum(call.tokens for call in readings.record)
    early = f"; ended early: {readings.why_ended}" if readings.why_ended else ""
    return f"{len(readings.verdicts)} of {of} replies were read: {tokens:,} tokens, {readings.spent_usd:.4f} USD{early}"


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as exc:
        raise Misconfigured(f"cannot write {path}: {exc.strerror}") from exc
