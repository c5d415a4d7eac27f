"""``clinic-bot reception``: which chats are the reception's, why, and whether somebody has answered there."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from clinic_bot.commands.report import Style
    from clinic_bot.store.reception import Errand

_DAY_MS = 86_400_000
#: Requests for personal data are shown so long, however few days are asked for: they are answered within 15.
_DATA_DAYS = 30
_HOW = (
    "Requests about personal data: make sure who asks, then answer within 15 days (LGPD, art. 19) with\n"
    "  clinic-bot patient export PHONE\n  clinic-bot patient erase PHONE"
)
_COMMANDS = ("clinic-bot patient export PHONE", "clinic-bot patient erase PHONE")


def reception(
    days: Annotated[int, typer.Option(min=1, max=366, help="How far back to look.")] = 5,
    everything: Annotated[
        bool, typer.Option("--all", help="Also those in which somebody of the clinic has written since.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Show phones and patients' words.")] = False,
) -> None:
    """Show what waits for the reception, and why: chats handed over, missed calls, receipts, exams, data requests.

    Requests for personal data are shown for 30 days, whatever --days says.
    """
    import json
    from functools import partial

    from rich.console import Console

    from clinic_bot.commands import hands
    from clinic_bot.commands.report import Style
    from clinic_bot.store.reception import errands
    from clinic_bot.turns.data_requests import MARK

    settings = hands.settings()
    now_ms = hands.now_ms(settings)
    found = hands.read(settings, partial(errands, since_ms=now_ms - days * _DAY_MS))
    if days < _DATA_DAYS:  # the law gives longer than anybody looks back
        since_ms, known = now_ms - _DATA_DAYS * _DAY_MS, {one.turn_id for one in found}
        asked = hands.read(settings, partial(errands, since_ms=since_ms, containing=MARK))
        found += [one for one in asked if one.turn_id not in known]
    shown = [one for one in found if everything or one.answered_ms is None]
    style = Style(hands.zone(settings), full=full)
    if as_json:
        typer.echo(json.dumps([_data(one, style) for one in shown], ensure_ascii=False, indent=2))
    elif shown:
        Console().print(_table(shown, style))
        if any(MARK in one.why for one in shown):
            typer.echo(_HOW)
    else:
        typer.echo("Nothing waits for the reception.")


def _why(one: "Errand", style: "Style") -> str:
    return (one.words if style.full else None) or one.why


def _data(one: "Errand", style: "Style") -> dict[str, Any]:
    from clinic_bot.commands.wording import person
    from clinic_bot.turns.data_requests import MARK

    return {
        "turn": one.turn_id,
        "since_ms": one.at_ms,
        "patient": person(one.phone, one.lid, full=style.full),
        "why": _why(one, style),
        "handed_over": one.is_hers,
        "answered_ms": one.answered_ms,
        "commands": list(_COMMANDS) if MARK in one.why else [],
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
