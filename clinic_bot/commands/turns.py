"""``clinic-bot turns``: what is held, dead or unknown, and what a person decides about it.

Exit status: 0 done, 1 refused or not there, 2 settings or database, 3 the server does not answer.
"""

from typing import TYPE_CHECKING, Annotated

import typer

from clinic_bot.commands.options import AsJson, Full

if TYPE_CHECKING:
    from clinic_bot.commands.report import Style
    from clinic_bot.settings import Settings
    from clinic_bot.store.tables import TurnState

turns = typer.Typer(
    name="turns",
    help="Turns that need a person: look at them, and say what is to become of them.",
    no_args_is_help=True,
)

_DAY_MS = 86_400_000
_UNDELIVERED_DAYS = 7

TurnId = Annotated[int, typer.Argument(help="Number of the turn, as `turns list` shows it.", min=1)]


@turns.command("list")
def list_turns(
    state: Annotated[
        list[str] | None,
        typer.Option(help="Of this state instead of held, dead and unknown; may be repeated."),
    ] = None,
    phone: Annotated[str | None, typer.Option(help="Of this number, or LID, only.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Most turns shown, the newest first.")] = 100,
    as_json: AsJson = False,
    full: Full = False,
) -> None:
    """Show the turns that wait for a person, and what stops all answers."""
    import json
    from functools import partial

    from rich.console import Console

    from clinic_bot.commands import hands, report
    from clinic_bot.intake.identity import listed_key
    from clinic_bot.store import overview

    settings = hands.settings()
    asked = partial(
        overview.listed,
        states=_states(state) or overview.NEEDS_A_PERSON,
        person=listed_key(phone) if phone else None,
        limit=limit,
    )
    found, on = hands.read(
        settings, lambda connection: (asked(connection), overview.every_switch(connection))
    )
    style = style_of(settings, full=full)
    if as_json:
        typer.echo(json.dumps(report.list_data(found, on, style), ensure_ascii=False, indent=2))
        return
    nothing = "No such turn." if state or phone else "Nothing waits for a person."
    report.show_list(Console(), found, on, style, nothing=nothing)
    if not state:
        _mention_undelivered(settings)


def _mention_undelivered(settings: "Settings") -> None:
    """A definite no is no decision to take, but somebody should know of it."""
    from functools import partial

    from clinic_bot.commands import hands
    from clinic_bot.store import overview
    from clinic_bot.store.tables import TurnState

    since_ms = hands.now_ms(settings) - _UNDELIVERED_DAYS * _DAY_MS
    count = hands.read(settings, partial(overview.count, state=TurnState.UNDELIVERED, since_ms=since_ms))
    if count:
        typer.echo(
            f"{count} undelivered in the last {_UNDELIVERED_DAYS} days: clinic-bot turns list --state undelivered"
        )


@turns.command()
def show(turn_id: TurnId, as_json: AsJson = False, full: Full = False) -> None:
    """Tell the whole story of a turn: its messages, its waits, its calls, and where its time went."""
    import json
    from functools import partial

    from rich.console import Console

    from clinic_bot.commands import hands, report
    from clinic_bot.commands.saying import refuse
    from clinic_bot.store import overview

    settings = hands.settings()
    case = hands.read(settings, partial(overview.case, turn_id=turn_id, now_ms=hands.now_ms(settings)))
    if case is None:
        refuse(f"there is no turn {turn_id}")
    style = style_of(settings, full=full)
    if as_json:
        typer.echo(json.dumps(report.case_data(case, style), ensure_ascii=False, indent=2))
    else:
        report.show_case(Console(), case, style)


@turns.command()
def retry(
    turn_id: TurnId,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask whether it really did not arrive.")
    ] = False,
) -> None:
    """Ask again: the reply did not arrive, and the patient still waits for it."""
    from clinic_bot.commands import hands
    from clinic_bot.commands.saying import change, say_stopped

    settings = hands.settings()
    if not yes and _may_have_arrived(settings, turn_id):
        typer.confirm(
            f"It is not known whether the reply of turn {turn_id} arrived. Did somebody look at the phone, and it is "
            "not there? If it is, the patient reads it twice.",
            abort=True,
        )
    done = change(settings, {"command": "retry", "turn": turn_id})
    count = done.said["high"] - done.said["low"] + 1
    typer.echo(
        f"Turn {turn_id}: its {count} message{'s' if count > 1 else ''} will be answered as a new burst."
    )
    if not done.by_server:
        typer.echo("No server runs: it will when one starts.")
    say_stopped(done.said)


def _may_have_arrived(settings: "Settings", turn_id: int) -> bool:
    from functools import partial

    from clinic_bot.commands import hands
    from clinic_bot.store import overview
    from clinic_bot.store.tables import TurnState

    case = hands.read(settings, partial(overview.case, turn_id=turn_id, now_ms=0))
    return case is not None and case.turn.state in (TurnState.UNKNOWN, TurnState.HELD)


@turns.command()
def discard(turn_id: TurnId) -> None:
    """Close a turn that somebody dealt with: nothing more is sent for it."""
    from clinic_bot.commands import hands
    from clinic_bot.commands.saying import change

    change(hands.settings(), {"command": "discard", "turn": turn_id})
    typer.echo(f"Turn {turn_id} is closed.")


@turns.command()
def settle(
    turn_id: TurnId,
    arrived: Annotated[
        bool, typer.Option("--sent/--not-sent", help="Whether the reply is on the patient's phone.")
    ],
) -> None:
    """Say whether an uncertain reply arrived. It is not sent again."""
    from clinic_bot.commands import hands
    from clinic_bot.commands.saying import change

    done = change(hands.settings(), {"command": "settle", "turn": turn_id, "arrived": arrived})
    typer.echo(f"Turn {turn_id} is {done.said['state']}.")
    if not arrived:
        typer.echo(f"To answer the patient after all: clinic-bot turns retry {turn_id}")


def _states(names: list[str] | None) -> "list[TurnState]":
    from clinic_bot.store.tables import TurnState

    try:
        return [TurnState(name.strip().lower()) for name in names or []]
    except ValueError as exc:
        raise typer.BadParameter(f"one of {', '.join(TurnState)}", param_hint="--state") from exc


def style_of(settings: "Settings", *, full: bool) -> "Style":
    from clinic_bot.commands import hands, report

    return report.Style(hands.zone(settings), full)
