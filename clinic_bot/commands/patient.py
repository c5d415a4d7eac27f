"""``clinic-bot patient``: what is kept about somebody, for the rights the law gives them (LGPD).

Exit status: 0 done, 1 refused or not understood, 2 settings or database, 3 the server does not answer.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from clinic_bot.commands.whom import Asked
    from clinic_bot.settings import Settings

patient = typer.Typer(
    name="patient",
    help="What is kept about a patient: hand out a copy, or erase it.",
    no_args_is_help=True,
)

Phone = Annotated[
    str | None,
    typer.Argument(help="The patient's number as anybody writes it, with or without 55 and the ninth digit."),
]
Booking = Annotated[
    list[int] | None,
    typer.Option("--booking", min=1, help="An appointment without a phone, by its number; may be repeated."),
]
Name = Annotated[
    str | None, typer.Option("--name", help="Full name of somebody who was booked without a phone.")
]
Born = Annotated[str | None, typer.Option("--born", help="Birth date, where several have that name.")]

#: Bodies of eight days are looked through, and the file is written anew.
_WITHIN_S = 900.0


@patient.callback()
def rights() -> None:
    """What is kept about a patient: hand out a copy, or erase it."""


@patient.command()
def export(
    phone: Phone = None,
    booking: Booking = None,
    name: Name = None,
    born: Born = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write to this new file, for its owner's eyes (mode 0600)."),
    ] = None,
) -> None:
    """Print everything that is kept about a patient as JSON, with Portuguese names."""
    import json

    from clinic_bot.commands import hands
    from clinic_bot.commands.saying import refuse
    from clinic_bot.commands.whom import asked

    settings = hands.settings()
    who = asked(settings, phone, booking or [], name, born)
    kept = _kept(settings, who)
    if not any(kept.values()):  # a slip of the finger must not tell a patient that nothing is known of them
        typer.echo(f"clinic-bot: nothing is kept about {who.told}; is that right?", err=True)
    told = _copy(settings, who, kept)
    text = json.dumps(told, ensure_ascii=False, indent=2)
    if output is None:
        typer.echo(text)
        return
    try:
        _write_privately(output, text)
    except OSError as exc:
        refuse(f"{output} cannot be written: {exc.strerror}")
    rows = sum(map(len, kept.values()))
    typer.echo(f"{rows} rows about {who.told} are in {output}. Give it to nobody but the patient.")


@patient.command()
def erase(
    phone: Phone = None,
    booking: Booking = None,
    name: Name = None,
    born: Born = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    cancel: Annotated[
        bool, typer.Option("--cancel", help="Cancel the appointments still to come; else they stay booked.")
    ] = False,
) -> None:
    """Erase what is kept about a patient; appointments stay, without a name, as the law wants them."""
    from clinic_bot.commands import hands
    from clinic_bot.commands.saying import change
    from clinic_bot.commands.whom import asked

    settings = hands.settings()
    who = asked(settings, phone, booking or [], name, born)
    if not yes:
        _ask(settings, who, cancel=cancel)
    request = {"command": "erase", **who.request, "cancel": cancel}
    said = change(settings, request, within_s=_WITHIN_S).said
    _tell(who, said)


def _kept(settings: "Settings", who: "Asked") -> Mapping[str, list[dict[str, object]]]:
    from functools import partial

    from clinic_bot.commands import hands
    from clinic_bot.store import privacy

    return hands.read(settings, partial(privacy.gather, whom=who.whom))


def _copy(settings: "Settings", who: "Asked", kept: Mapping[str, list[dict[str, object]]]) -> dict[str, Any]:
    from clinic_bot.clinic.privacy import FORMAT, OF_BOOKINGS, OF_PHONE, exported
    from clinic_bot.clock import Clock
    from clinic_bot.commands import hands
    from clinic_bot.serve import load_facts
    from clinic_bot.store.personal import HELD, left_out

    facts = load_facts(settings)
    now = Clock(hands.now_ms(settings)).local(facts.timezone)
    is_phone = isinstance(who.whom, str)
    head: dict[str, Any] = {
        "formato": FORMAT,
        "sobre": OF_PHONE if is_phone else OF_BOOKINGS,
        "clinica": facts.name,
    }
    head |= {"telefone" if is_phone else "consultas_sem_telefone": who.whom}
    sections = {
        HELD[table].section: [exported(HELD[table].labels, row, facts.timezone) for row in rows]
        for table, rows in kept.items()
    }
    untold = [{"porque": why, "campos": columns} for why, columns in left_out().items()]
    return {**head, "gerado_em": now.isoformat(timespec="seconds"), **sections, "fora_da_copia": untold}


def _write_privately(path: Path, text: str) -> None:
    import os

    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text + "\n")
    except BaseException:  # a full disk, or Ctrl-C: half a copy is none
        path.unlink(missing_ok=True)
        raise


def _ask(settings: "Settings", who: "Asked", *, cancel: bool) -> None:
    from clinic_bot.commands import hands
    from clinic_bot.commands.wording import minute

    kept = _kept(settings, who)
    counted = ", ".join(f"{len(rows)} {table}" for table, rows in kept.items() if rows)
    typer.echo(f"About {who.told} there are: {counted or 'no rows'}.")
    for line in who.lines(settings):
        typer.echo(line)
    if len(names := {row["name_key"] for row in kept["patient"]} - {None}) > 1:
        typer.echo(f"This phone speaks for {len(names)} patients: what is kept about all of them is erased.")
    now_ms, zone = hands.now_ms(settings), hands.zone(settings)
    for row in kept["appointment"]:
        start_ms = row["start_ms"]
        assert isinstance(start_ms, int)
        if row["status"] != "cancelled" and start_ms > now_ms:
            becomes = "is cancelled" if cancel else "stays booked, without a name (--cancel frees it)"
            typer.echo(f"  {minute(start_ms, zone)} {row['service']}, {row['professional']}: {becomes}")
    typer.confirm("Erase it for ever? Hand out the copy first, if one was asked for.", abort=True)


def _tell(who: "Asked", said: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("table", no_wrap=True)
    table.add_column("rows", no_wrap=True, justify="right")
    for name, rows in said["rows"].items():
        if rows:
            table.add_row(name, str(rows))
    if any(said["rows"].values()):
        Console().print(table)
    typer.echo(f"Erased: what was kept about {who.told}.")
    if said["cancelled"]:
        typer.echo(f"{said['cancelled']} appointments still to come were cancelled.")
    if said["booked"]:
        typer.echo(f"{said['booked']} appointments still to come stay booked, without a name.")
    if said["left"]:
        typer.echo(f"But {said['left']}.")
    typer.echo(
        "Backups made before keep it until they are replaced; so do copies at WhatsApp, Z-API and Groq."
    )
