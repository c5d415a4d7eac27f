"""``clinic-bot reception``: which chats are the reception's, why, whether somebody answered there, and whose they are.

What these commands say is read by the reception, so it is in Portuguese.
"""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from clinic_bot.commands.options import AsJson, Full

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from clinic_bot.commands.report import Style
    from clinic_bot.store.reception import Errand

_DAY_MS = 86_400_000
#: Requests for personal data are shown so long, however few days are asked for: they are answered within 15.
_DATA_DAYS = 30
#: A number of the list is shorter than any phone with its area code.
_LONGEST_TURN = 9
_HOW = (
    "Responda pelo WhatsApp da clínica. Resolveu sem escrever na conversa? clinic-bot reception take NÚMERO"
)
_HOW_DATA = (
    "Pedidos sobre dados pessoais: confirme quem pede e responda em até 15 dias (LGPD, art. 19) com\n"
    "  clinic-bot patient export TELEFONE\n  clinic-bot patient erase TELEFONE"
)
_COMMANDS = ("clinic-bot patient export PHONE", "clinic-bot patient erase PHONE")

reception = typer.Typer(
    name="reception",
    help="Show what waits for the reception, and why: chats handed over, missed calls, receipts, exams, data requests.",
)

Who = Annotated[str, typer.Argument(help="Number of the turn, as the list shows it, or the patient's phone.")]


@reception.callback(invoke_without_command=True)
def listed(
    context: typer.Context,
    days: Annotated[int, typer.Option(min=1, max=366, help="How far back to look.")] = 5,
    everything: Annotated[
        bool, typer.Option("--all", help="Also those in which somebody of the clinic has written since.")
    ] = False,
    as_json: AsJson = False,
    full: Full = False,
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

    if context.invoked_subcommand is not None:
        return
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
        typer.echo(_HOW)
        if any(MARK in one.why for one in shown):
            typer.echo(_HOW_DATA)
    else:
        typer.echo("Ninguém espera pela recepção.")


@reception.command()
def take(who: Who) -> None:
    """Take a chat: the bot is silent there, as after an answer by hand, and the patient sees nothing."""
    from clinic_bot.commands import hands
    from clinic_bot.commands.wording import spoken
    from clinic_bot.turns import office

    settings = hands.settings()
    until = spoken(_hand(office.TAKE, who)["until_ms"], hands.zone(settings))
    typer.echo(f"A conversa é da recepção: o assistente não escreve nela até {until}.")


@reception.command("give-back")
def give_back(who: Who) -> None:
    """Give a chat back to the bot before its time, and the patient sees nothing."""
    from clinic_bot.turns import office

    _hand(office.GIVE_BACK, who)
    typer.echo("O assistente voltou a atender essa conversa.")


def _hand(command: str, who: str) -> dict[str, Any]:
    from clinic_bot.commands import hands
    from clinic_bot.commands.saying import change, refuse
    from clinic_bot.intake.identity import asked_key

    plain = who.strip()
    if plain.isdigit() and len(plain) <= _LONGEST_TURN:
        return change(hands.settings(), {"command": command, "who": int(plain)}).said
    key = asked_key(plain)
    if key is None:
        refuse("qual conversa? Escreva o número da lista de clinic-bot reception, ou o telefone com DDD")
    return change(hands.settings(), {"command": command, "who": key}).said


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

    from clinic_bot.commands.wording import person, spoken

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("número", "desde", "paciente", "conversa", "respondida", "motivo"):
        table.add_column(column, no_wrap=column != "motivo")
    for one in shown:
        table.add_row(
            str(one.turn_id),
            spoken(one.at_ms, style.zone),
            person(one.phone, one.lid, full=style.full),
            "da recepção" if one.is_hers else "do assistente",
            "" if one.answered_ms is None else spoken(one.answered_ms, style.zone),
            Text(_why(one, style)),
        )
    return table
