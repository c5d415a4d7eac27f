"""``clinic-bot reminders``: what became of each reminder, and who wants none."""

from typing import Annotated

import typer


def reminders(
    opted_out: Annotated[
        bool, typer.Option("--opted-out", help="Instead: who wrote PARAR, and wants none.")
    ] = False,
    limit: Annotated[
        int, typer.Option(min=1, max=10_000, help="Most reminders shown, the newest first.")
    ] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Show phones.")] = False,
) -> None:
    """Show which appointments patients were reminded of, why others were left out, and what was answered."""
    import json
    from functools import partial

    from rich.console import Console
    from rich.table import Table

    from clinic_bot.commands import hands
    from clinic_bot.commands.turns import style_of
    from clinic_bot.commands.wording import minute, person, remark
    from clinic_bot.store import reminder_overview

    settings = hands.settings()
    zone = style_of(settings, full=full).zone
    rows: list[dict[str, object]]
    if opted_out:
        rows = [
            {"patient": person(one.phone, one.lid, full=full), "since": minute(one.at_ms, zone)}
            for one in hands.read(settings, reminder_overview.opted_out)
        ]
    else:
        rows = [
            {
                "appointment": minute(one.start_ms, zone),
                "hours before": one.hours,
                "at": minute(one.at_ms, zone),
                "patient": person(one.phone, one.lid, full=full),
                "state": one.state,
                "why": remark(one.why, full=full),
                "answer": one.answer or "",
            }
            for one in hands.read(settings, partial(reminder_overview.listed, limit=limit))
        ]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    if not rows:
        typer.echo("Nobody wants none." if opted_out else "Nobody was reminded yet.")
        return
    table = Table(*rows[0])
    for row in rows:
        table.add_row(*map(str, row.values()))
    Console().print(table)
