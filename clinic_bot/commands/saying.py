"""What commands tell the person at the terminal, and the status they end with."""

from typing import Any, NoReturn

import typer

from clinic_bot.commands import hands
from clinic_bot.commands.hands import Done
from clinic_bot.operations.admin import ServerSilent
from clinic_bot.settings import Settings

REFUSED, SILENT = 1, 3


def change(settings: Settings, request: dict[str, Any], *, within_s: float = 10) -> Done:
    """Change something, or end the command with a sentence that says why not."""
    try:
        done = hands.change(settings, request, within_s=within_s, on_stop=_say_it_goes_on)
    except ServerSilent as exc:
        refuse(str(exc), status=SILENT)
    except KeyboardInterrupt:
        refuse(
            "stopped before it was done, or before it was told: look what there is, or ask for the same again"
        )
    if not done.said["ok"]:
        refuse(done.said["error"])
    return done


def _say_it_goes_on() -> None:
    typer.echo(
        "clinic-bot: what was begun goes on to its end; a second Ctrl-C stops it in the middle", err=True
    )


def refuse(why: str, *, status: int = REFUSED) -> NoReturn:
    typer.echo(f"clinic-bot: {why}", err=True)
    raise typer.Exit(status)


def say_stopped(said: dict[str, Any]) -> None:
    """Name what still keeps every answer from leaving."""
    for switch in said["stopped_by"]:
        typer.echo(f"But nothing is answered at the moment: {switch['name']} ({switch['reason']})")
