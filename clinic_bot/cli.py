"""The ``clinic-bot`` command."""

import gc
import sys
from pathlib import Path
from typing import Annotated

import typer

from clinic_bot import __version__
from clinic_bot.commands.agenda import agenda
from clinic_bot.commands.db import db
from clinic_bot.commands.doctor import doctor
from clinic_bot.commands.evaluate import compare, evaluate, evaluate_replies
from clinic_bot.commands.options import Clinic, Composed, InSandbox, Only, Presence
from clinic_bot.commands.patient import patient
from clinic_bot.commands.pausing import pause, resume
from clinic_bot.commands.reception import reception
from clinic_bot.commands.reminders import reminders
from clinic_bot.commands.turns import turns
from clinic_bot.errors import Misconfigured, StorageUnavailable

app = typer.Typer(
    name="clinic-bot",
    help="Collects what a patient writes on WhatsApp and gives one answer.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # its tracebacks print local variables, and those hold patients' words
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Collects what a patient writes on WhatsApp and gives one answer."""


@app.command()
def serve(
    sandbox: InSandbox = False,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")] = None,
) -> None:
    """Run the service in the mode of CLINIC_BOT_MODE."""
    gc.disable()  # what is imported stays: to look through it for garbage again and again took a fifth of the time
    from clinic_bot import serve as service

    gc.enable()
    settings = service.load_settings(mode="sandbox" if sandbox else None, host=host, port=port)
    service.serve(settings, typer.echo)


app.command()(doctor)


@app.command()
def simulate(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="Scenarios, one JSON object a line; without it the built-in ones and real timings."
        ),
    ] = None,
    speed: Annotated[float, typer.Option(min=0.1, max=100, help="Divides every duration.")] = 10,
    clinic: Clinic = None,
    presence: Presence = True,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the outcome to this file.")] = None,
    only: Only = None,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Scenarios at a time.")] = 4,
    composed: Composed = False,
    adversary: Annotated[
        bool,
        typer.Option(
            "--adversary", help="A model that misbehaves on purpose: each misdeed has to end with a person."
        ),
    ] = False,
) -> None:
    """Play patients against the real server over HTTP, on the built-in stand-ins.

    Exit status: 0 all good, 1 an expectation was missed (how often, when, records, words, the clinic's file), 2 a file
    cannot be used.
    """
    from clinic_bot.sandbox.simulate import Plan
    from clinic_bot.sandbox.simulate import simulate as play

    plan = Plan(file, clinic, speed, presence, tuple(only or ()), jobs, json_file, composed, adversary)
    raise typer.Exit(play(plan))


@app.command()
def replay(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Recorded conversations, one JSON object a line.")
    ] = None,
    from_database: Annotated[
        bool,
        typer.Option(
            "--from-database", help="The clinic's own traffic; only reads, times and features only."
        ),
    ] = False,
    held_out: Annotated[
        bool,
        typer.Option("--held-out", help="Only conversations that the fit never saw, by a hash of the id."),
    ] = False,
    turn_gap: Annotated[
        list[int] | None,
        typer.Option(
            min=1,
            max=60,
            help="Silence in seconds that starts a new turn; may be repeated. 30 and 60 if not given.",
        ),
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the scores to this file.")] = None,
    plot_file: Annotated[
        Path | None, typer.Option("--plot", help="Draw the trade-off of the first file, PNG.")
    ] = None,
    answers_in: Annotated[
        float,
        typer.Option(
            min=0,
            max=60,
            help="Seconds that the model takes: a message that comes before takes the reply back, and waits last until "
            "the reply leaves.",
        ),
    ] = 0.0,
    tune: Annotated[
        bool, typer.Option("--tune", help="Propose settings for a target; changes nothing.")
    ] = False,
    early: Annotated[
        float | None, typer.Option(min=0, max=100, help="Target: at most so many early answers in 100 turns.")
    ] = None,
    wait: Annotated[
        float | None, typer.Option(min=0, help="Target: at most so many seconds of mean wait.")
    ] = None,
) -> None:
    """Run recorded bursts through fixed windows and through our waiting, without waiting.

    Exit status: 0 done, 1 no setting meets the target, 2 something cannot be used.
    """
    from clinic_bot.commands import replay as command
    from clinic_bot.lab.tune import Target

    if tune is (early is None and wait is None):
        raise typer.BadParameter("--tune needs --early or --wait, and they need --tune")
    gaps_s = tuple(sorted(set(turn_gap or (30, 60))))
    target = Target(early, wait) if tune else None
    request = command.Request(
        tuple(files or ()), from_database, held_out, gaps_s, json_file, plot_file, target, answers_in
    )
    raise typer.Exit(command.replay(request))


app.add_typer(turns)
app.add_typer(agenda)
app.add_typer(patient)
app.add_typer(db)
app.add_typer(reception)
app.command()(evaluate)
app.command("evaluate-replies")(evaluate_replies)
app.command()(compare)
app.command()(reminders)
app.command()(pause)
app.command()(resume)


def main() -> None:
    """Entry point: what a person must change is one plain message and exit status 2."""
    try:
        app()
    except (Misconfigured, StorageUnavailable) as exc:
        typer.echo(f"clinic-bot: {exc}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
