"""``clinic-bot db``: the records as a whole.

Exit status: 0 done, 1 refused, stopped, or something else arrived than was sent, 2 settings or database.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from sqlalchemy import URL

    from clinic_bot.settings import Settings
    from clinic_bot.store.copying import Report

#: Of a table's sum its last digits are shown; all of them were compared.
_SHOWN = 16**12

db = typer.Typer(name="db", help="The records as a whole.", no_args_is_help=True)


@db.callback()
def records() -> None:
    """The records as a whole."""


@db.command()
def copy(
    to: Annotated[
        str | None,
        typer.Option(
            help="postgresql://USER@HOST/DATABASE, an empty one; the configured one, if it is not named. The password "
            "may stand in PGPASSWORD, where no list of processes shows it."
        ),
    ] = None,
    source: Annotated[
        str | None, typer.Option("--from", help="sqlite:///FILE; the configured one, if it is not named.")
    ] = None,
) -> None:
    """Copy a clinic from its SQLite file to PostgreSQL, with the service stopped; the file stays as it is."""
    from rich.console import Console

    from clinic_bot.commands import hands
    from clinic_bot.commands.saying import refuse
    from clinic_bot.store.copying import CopyRefused

    settings = hands.settings()
    file, url = _file(source or settings.database_url), _server(to or settings.database_url)
    try:
        report = _copy(settings, file, url)
    except CopyRefused as exc:
        refuse(str(exc))
    except KeyboardInterrupt:
        refuse("stopped; the file and the target are as they were")
    _show(Console(), report)
    typer.echo(
        f"The clinic is in PostgreSQL's database {url.database} now. {file} is as it was: keep it, and start no server "
        "on it any more."
    )


@db.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where to write it; its owner's alone (mode 0600).")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there.")] = False,
) -> None:
    """Copy the whole database into one file, also beside the server; `docs/privacy.md` says how to restore it."""
    from clinic_bot.commands import hands
    from clinic_bot.commands.saying import refuse
    from clinic_bot.store.backup import BackupRefused, back_up_server, identity
    from clinic_bot.store.places import place_of

    place, before = place_of(hands.settings().database_url), identity(file)
    try:
        if isinstance(place, Path):
            _back_up(place, file, overwrite=overwrite)
        else:
            back_up_server(place, file, overwrite=overwrite)
    except BackupRefused as exc:
        refuse(str(exc))
    except KeyboardInterrupt:
        if identity(file) == before:
            refuse("stopped; nothing was written")
    typer.echo(f"{file} holds the whole database, checked: {file.stat().st_size / 2**20:,.1f} MiB.")
    typer.echo(
        "It keeps what patients have erased later: replace old backups, and keep this one as safe as the database."
    )


def _back_up(place: Path, file: Path, *, overwrite: bool) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn

    from clinic_bot.store.backup import back_up_file

    console = Console(stderr=True)
    columns = (BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("")

        def watch(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        back_up_file(place, file, overwrite=overwrite, watch=watch)


def _file(address: str) -> Path:
    from clinic_bot.errors import Misconfigured
    from clinic_bot.store.places import place_of

    place = place_of(address)
    if not isinstance(place, Path):
        raise Misconfigured("a clinic is copied from its SQLite file: name it with --from sqlite:///FILE")
    return place


def _server(address: str) -> "URL":
    from clinic_bot.errors import Misconfigured
    from clinic_bot.store.places import place_of

    place = place_of(address)
    if isinstance(place, Path):
        raise Misconfigured(
            "a clinic is copied to PostgreSQL: name it with --to postgresql://USER@HOST/DATABASE"
        )
    return place


def _copy(settings: "Settings", file: Path, url: "URL") -> "Report":
    import asyncio

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from clinic_bot.commands import hands
    from clinic_bot.policies import policy_of, screening_lists
    from clinic_bot.serve import load_facts
    from clinic_bot.store.copying import copy_clinic

    console = Console(stderr=True)
    columns = (TextColumn("{task.description:<20}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("")

        def watch(what: str, done: int, total: int) -> None:
            progress.update(task, description=what, completed=done, total=total)

        policy = policy_of(settings, screening_lists(load_facts(settings)))
        return asyncio.run(copy_clinic(file, url, policy=policy, now_ms=hands.now_ms(settings), watch=watch))


def _show(console: "Console", report: "Report") -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("table", no_wrap=True)
    for column in ("rows", "arrived", "sum", "arrived"):
        table.add_column(column, no_wrap=True, justify="right")
    for one in report.copied:
        sums = (f"{side.digest % _SHOWN:x}" for side in (one.sent, one.arrived))
        table.add_row(one.table, str(one.sent.rows), str(one.arrived.rows), *sums)
    console.print(table)
    replaced = sum(one.replaced for one in report.copied)
    if replaced:
        typer.echo(f"{replaced} NUL characters, which PostgreSQL does not store, became U+FFFD.")
    if report.thinking or report.unknown:
        typer.echo(
            f"The last server was killed: {report.thinking} open turns will be asked again, and of {report.unknown} "
            "sends nobody knows yet whether they left."
        )
