"""``clinic-bot doctor``: what the doctor finds, for people as it is found and for scripts as one JSON object."""

from typing import TYPE_CHECKING, Annotated

import typer

from clinic_bot.commands.options import InSandbox

if TYPE_CHECKING:
    from rich.console import Console

    from clinic_bot.doctor import Finding


def doctor(
    sandbox: InSandbox = False,
    set_webhooks: Annotated[
        str | None, typer.Option(help="https address, with the secret, that Z-API is to post every event to.")
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json", help="Print one JSON object: ready, and every look's name, state and what it says."
        ),
    ] = False,
) -> None:
    """Check settings, clinic file, database, disk, port, clock, Groq and Z-API, without writing to anybody.

    Exit status: 0 patients can be served, 1 something must be changed first, 2 the settings cannot be read.
    """
    import asyncio
    import json

    from rich.console import Console

    from clinic_bot.doctor import examine, summary
    from clinic_bot.operations.logs import configure_logging, secrets_of
    from clinic_bot.serve import load_settings

    settings = load_settings(mode="sandbox" if sandbox else None)
    configure_logging("console", mode=settings.mode, secrets=secrets_of(settings))
    console = Console()

    async def look() -> "list[Finding]":
        found = []
        async for finding in examine(settings, webhook_url=set_webhooks):
            found.append(finding)
            if not as_json:
                _show(console, finding)
        return found

    found = asyncio.run(look())
    if as_json:
        typer.echo(json.dumps(summary(found), ensure_ascii=False, indent=2))
    if not all(finding.good for finding in found):
        raise typer.Exit(1)


def _show(console: "Console", finding: "Finding") -> None:
    from clinic_bot.doctor import Mark

    style = {Mark.OK: "green", Mark.LOOK: "yellow", Mark.NO: "red"}[finding.mark]
    console.print(f"[{style}]{finding.mark.value:<4}[/]  {finding.what:<12}", end=" ")
    console.print(finding.says, markup=False, soft_wrap=True)
