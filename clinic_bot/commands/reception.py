"""``clinic-bot reception``: which chats are the reception's, why, and whether somebody has answered there."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from clinic_bot.commands.report import Style
    from clinic_bot.store.reception import Errand

_DAY_MS = 86_400_000


def reception(
    days: Annotated[int, typer.Option(min=1, max=366, help="How far back to look.")] = 5,
    everything: Annotated[
        bool, typer.Option("--all", help="Also those in which somebody of the clinic has written since.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Show phones and patients' words.")] = False,
) -> None:
    """Show what waits for the reception, and why: chats handed over, missed calls, receipts, exams."""
    import json
    from functools import partial

    from rich.console import Console

    from clinic_bot.commands import hands
    from clinic_bot.commands.report import Style
    from clinic_bot.store.reception import errands

    settings = hands.settings()
    found = hands.read(settings, partial(errands, since_ms=hands.now_ms(settings) - days * _DAY_MS))
    shown = [one for one in found if everything or one.answered_ms is None]
    style = Style(hands.zone(settings), full=full)
    if as_json:
        typer.echo(json.dumps([_data(one, style) for one in shown], ensure_ascii=False, indent=2))
    elif shown:
        Console().print(_table(shown, style))
    else:
        typer.echo("Nothing waits for the reception.")


def _why(one: "Errand", style: "Style") -> str:
    return (one.words if style.full else None) or one.why


def _data(one: "Errand", style: "Style") -> dict[str, Any]:
    from clinic_bot.commands.wording import person

    return {
        "turn": one.turn_id,
        "since_ms": one.at_ms,
        "patient": person(one.phone, one.lid, full=style.full),
        "why": _why(one, style),
        "handed_over": one.is_hers,
        "answered_ms": one.answered_ms,
    }


def _table(shown: "Sequence[Errand]", style: "Style") -> "Table":
    from rich.table import Table
    from rich.text import Text

    from clinic_bot.commands.wording import minute, person

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("turn", "since", "patient", "chat", "answered", "why"):
        table.add_column(column, no_wrap=column != "why")
    for one in shown:
        table.add_row(
            str(one.turn_id),
            minute(one.at_ms, style.zone),
            person(one.phone, one.lid, full=style.full),
            "the reception's" if one.is_hers else "the bot's",
            "" if one.answered_ms is None else minute(one.answered_ms, style.zone),
            Text(_why(one, style)),
        )
    return table
