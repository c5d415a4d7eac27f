"""``clinic-bot evaluate``, ``clinic-bot evaluate-replies`` and ``clinic-bot compare``."""

from pathlib import Path
from typing import Annotated

import typer

from clinic_bot.commands.options import Clinic, Composed, Estimate, Only, Presence, Prices


def evaluate(
    file: Annotated[
        Path | None,
        typer.Argument(help="Scenarios, one JSON object a line; without it the built-in ones."),
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(
            help="Ask this model alone, in place of CLINIC_BOT_GROQ_MODELS; of several each plays all."
        ),
    ] = None,
    review_model: Annotated[
        str | None,
        typer.Option(help="Model that reads every reply before it leaves, as CLINIC_BOT_REVIEW_MODEL."),
    ] = None,
    composed: Composed = False,
    judge: Annotated[
        str | None, typer.Option(help="Model that judges the lines for a reader, `must` and `must_not`.")
    ] = None,
    max_cost: Annotated[
        float | None,
        typer.Option(min=0, help="USD that are not exceeded, judge and reviewer included; 1 without it."),
    ] = None,
    estimate: Estimate = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the results in the folder; what was played is kept.")
    ] = False,
    output: Annotated[
        Path, typer.Option(help="Folder for results.json and a transcript of each scenario.")
    ] = Path("evaluation"),
    clinic: Clinic = None,
    only: Only = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Play so many scenarios, the first ones.")] = None,
    presence: Presence = True,
    jobs: Annotated[
        int, typer.Option(min=1, max=16, help="Scenarios at a time; a small plan of Groq bears one.")
    ] = 1,
    speed: Annotated[
        float, typer.Option(min=0.1, max=100, help="Divides every duration but the model's own: 1 is life.")
    ] = 1,
    price: Prices = None,
) -> None:
    """Play the scenarios with the real Groq of GROQ_API_KEY: what passes, what it costs, how long it takes.

    Real tokens are paid for. Z-API stays the stand-in and nobody is written to. Exit status: 0 all good, 1 an
    expectation was missed, 2 no key, or a model or file that cannot be used, 3 Groq did not serve, 4 --max-cost was
    reached, 130 interrupted. After 3, 4 and 130 --resume goes on.
    """
    from clinic_bot.sandbox.evaluate import Evaluation
    from clinic_bot.sandbox.evaluate import evaluate as play
    from clinic_bot.serve import load_settings

    plan = Evaluation(
        output=output,
        file=file,
        clinic=clinic,
        presence=presence,
        only=tuple(only or ()),
        limit=limit,
        jobs=jobs,
        speed=speed,
        models=tuple(dict.fromkeys(model or ())),
        review_model=review_model,
        composed=composed,
        judge=judge,
        max_usd=max_cost,
        prices=tuple(price or ()),
        resume=resume,
        estimate=estimate,
    )
    raise typer.Exit(play(plan, load_settings()))


def compare(
    folders: Annotated[list[Path], typer.Argument(help="Folders that `evaluate` wrote, two or more.")],
    price: Prices = None,
) -> None:
    """Lay evaluations side by side: what each passed, cost and took, and where they differ. Asks nobody."""
    from clinic_bot.sandbox.compare import compare as show

    show(tuple(folders), tuple(price or ()))


def evaluate_replies(
    folder: Annotated[
        Path,
        typer.Argument(help="Holds adverse.jsonl, honest.jsonl and situations.json, as tests/data/redteam."),
    ],
    review_model: Annotated[
        str | None, typer.Option(help="Groq's model that reads each reply; without it only the guards do.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Read so many of each file, spread over it.")
    ] = None,
    max_cost: Annotated[
        float | None, typer.Option(min=0, help="USD that are not exceeded; 1 without it.")
    ] = None,
    estimate: Estimate = False,
    jobs: Annotated[
        int, typer.Option(min=1, max=16, help="Replies at a time; a small plan of Groq bears one.")
    ] = 1,
    output: Annotated[
        Path | None,
        typer.Option(help="Write what was found of each reply to this file, one JSON object a line."),
    ] = None,
    price: Prices = None,
) -> None:
    """Hold written replies to the guards, and to a reviewer: how many bad ones are stopped, and how many good ones.

    Without --review-model nobody is asked and no key is needed. Exit status: 0 done, 2 no key, or a model or file that
    cannot be used, 3 Groq did not serve, 4 --max-cost was reached, 130 interrupted.
    """
    from clinic_bot.sandbox.evaluate_replies import RepliesPlan
    from clinic_bot.sandbox.evaluate_replies import evaluate_replies as read
    from clinic_bot.serve import load_settings

    if estimate and review_model is None:
        raise typer.BadParameter("--estimate needs --review-model: the guards cost nothing")
    plan = RepliesPlan(
        folder,
        review_model,
        limit=limit,
        max_usd=max_cost,
        prices=tuple(price or ()),
        jobs=jobs,
        estimate=estimate,
        output=output,
    )
    raise typer.Exit(read(plan, load_settings()))
