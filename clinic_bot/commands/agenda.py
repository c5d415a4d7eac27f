"""``clinic-bot agenda``: the reception's hands on it, and what it says to her is in Portuguese.

Exit status: 0 done, 1 refused or something is in the way, 2 settings or database, 3 the server does not answer.
"""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from clinic_bot.commands.options import AsJson

if TYPE_CHECKING:
    from clinic_bot.commands.agenda_words import Diary

agenda = typer.Typer(
    name="agenda",
    help="The agenda by hand: look, block a time, book what was agreed outside of WhatsApp, move, cancel.",
    no_args_is_help=True,
)

_DAYS = 7

When = Annotated[
    str, typer.Argument(help="2026-10-08, '08/10 15h', 'quinta 15:00', amanhã; a day alone is all of it.")
]
Moment = Annotated[str, typer.Argument(help="'2026-10-08 15:00', '08/10 15h', 'quinta 15h', 'amanhã 9h30'.")]
Who = Annotated[
    str | None, typer.Option("--professional", "-p", help="Name or id of the file; all, if not named.")
]
Number = Annotated[int, typer.Argument(min=1, help="Number of the appointment, as `agenda list` shows it.")]
Full = Annotated[bool, typer.Option("--full", help="Show patients' names and phones.")]


@agenda.callback()
def by_hand() -> None:
    """The agenda by hand: look, block a time, book what was agreed outside of WhatsApp, move, cancel."""


@agenda.command("list")
def list_agenda(
    when: Annotated[
        str | None,
        typer.Argument(help="A day, such as hoje, quinta or 2026-10-08; today and six more, if none."),
    ] = None,
    days: Annotated[
        int | None, typer.Option(min=1, max=366, help="So many days from it on; one, where a day is named.")
    ] = None,
    professional: Who = None,
    cancelled: Annotated[bool, typer.Option("--cancelled", help="Those cancelled, too.")] = False,
    full: Full = False,
    as_json: AsJson = False,
) -> None:
    """Show what is booked and blocked, with the numbers that the other commands take."""
    import json
    from datetime import timedelta

    from clinic_bot.commands import agenda_words as words
    from clinic_bot.commands import hands
    from clinic_bot.store import agenda as kept

    diary = words.open_diary()
    start, _ = diary.span(when or "hoje", None)
    days = days or (_DAYS if when is None else 1)
    asked: dict[str, Any] = {
        "instance": diary.instance,
        "from_ms": words.ms(start),
        "to_ms": words.ms(start + timedelta(days=days)),
        "professionals": diary.keys(professional),
    }
    booked, blocked = hands.read(
        diary.settings,
        lambda c: (kept.visits(c, **asked, cancelled=cancelled), kept.blocks(c, **asked)),
    )
    if as_json:
        data = {
            "appointments": [diary.visit_data(one, full=full) for one in booked],
            "blocks": [diary.block_data(one) for one in blocked],
        }
        typer.echo(json.dumps(data, ensure_ascii=False, indent=2))
        return
    if not booked and not blocked:
        typer.echo("Nada marcado nem bloqueado nesse período.")
    diary.show(booked, blocked, full=full)


@agenda.command()
def block(
    when: When,
    until: Annotated[
        str | None,
        typer.Option(help="Its end: an hour of the same day, or the last day, which is blocked too."),
    ] = None,
    professional: Who = None,
    reason: Annotated[str, typer.Option(help="For whoever asks later; no patient's name.")] = "",
    keep_booked: Annotated[
        bool, typer.Option("--keep-booked", help="Block it though something is booked, which stays booked.")
    ] = False,
) -> None:
    """Keep a time free of new appointments: a holiday, a lunch, a professional who is away."""
    from clinic_bot.commands import agenda_words as words
    from clinic_bot.commands.saying import REFUSED, change

    diary = words.open_diary()
    start, end = diary.span(when, until, needs_end=True)
    request = {
        "command": "agenda block", "start_ms": words.ms(start), "end_ms": words.ms(end),
        "professionals": diary.keys(professional), "reason": reason, "despite": keep_booked,
    }  # fmt: skip
    said = change(diary.settings, request).said
    if said["booked"]:
        diary.show_said(said)
    if not said["ids"]:
        typer.echo(
            f"clinic-bot: nada foi bloqueado: nesse horário há {words.visits(len(said['booked']))}. Cancele, ou "
            "repita com --keep-booked para bloquear e manter",
            err=True,
        )
        raise typer.Exit(REFUSED)
    numbers = ", ".join(map(str, said["ids"]))
    typer.echo(f"Bloqueado (número {numbers}): {words.spoken(start, end)}.")
    if said["booked"]:
        typer.echo(f"Continua como está: {words.visits(len(said['booked']))}.")


@agenda.command()
def unblock(
    block_id: Annotated[int, typer.Argument(min=1, help="Number of the block, as `agenda list` shows it.")],
) -> None:
    """Let a blocked time be booked again."""
    from clinic_bot.commands import hands
    from clinic_bot.commands.saying import change

    change(hands.settings(), {"command": "agenda unblock", "id": block_id})
    typer.echo(f"O bloqueio {block_id} foi retirado.")


@agenda.command()
def book(
    when: Moment,
    service: Annotated[str, typer.Option("--service", "-s", help="Name or id of the file.")],
    patient: Annotated[str, typer.Option(help="Full name.")],
    professional: Annotated[
        str | None,
        typer.Option(
            "--professional", "-p", help="Name or id of the file; needed where several attend the service."
        ),
    ] = None,
    phone: Annotated[
        str | None,
        typer.Option(
            help="The patient's, or of the one who speaks for them: in that chat the appointment is theirs."
        ),
    ] = None,
    born: Annotated[
        str | None,
        typer.Option(help="Birth date: tells two of one name on one phone apart, and a child from an adult."),
    ] = None,
    minutes: Annotated[
        int | None, typer.Option(min=5, max=1_440, help="Another length than the file's.")
    ] = None,
) -> None:
    """Book what was agreed at the desk or by phone. The reception may book outside of the hours in the file."""
    from clinic_bot.commands import agenda_words as words
    from clinic_bot.commands.saying import change

    diary = words.open_diary()
    request = diary.booking(when, service, professional, patient, phone, minutes, born)
    said = change(diary.settings, {"command": "agenda book", **request}).said
    _stop_if_taken(diary, said)
    typer.echo(f"Marcada a consulta {said['id']}: {diary.told(request)}.")
    if phone is None:
        typer.echo(f"Sem telefone ninguém é lembrado dela: clinic-bot agenda phone {said['id']} TELEFONE")


@agenda.command("phone")
def give_phone(
    appointment_id: Number,
    phone: Annotated[
        str, typer.Argument(help="The patient's, or of the one who speaks for them; or a LID, as 123@lid.")
    ],
    born: Annotated[
        str | None, typer.Option(help="Birth date, where two of one name are known on that phone.")
    ] = None,
) -> None:
    """Give an appointment its phone, or another one: then it is in that chat, is reminded and found by the number."""
    from clinic_bot.commands import agenda_words as words
    from clinic_bot.commands.saying import change
    from clinic_bot.operations.masking import mask_phone

    diary = words.open_diary()
    whose = diary.contact(phone)
    request = {"id": appointment_id, "born": diary.birth_date(born), **whose}
    change(diary.settings, {"command": "agenda phone", **request})
    typer.echo(
        f"A consulta {appointment_id} agora é do telefone {mask_phone(whose.get('phone') or whose['lid'])}."
    )


@agenda.command()
def correct(
    appointment_id: Number,
    patient: Annotated[str | None, typer.Option(help="The full name as it should be.")] = None,
    born: Annotated[str | None, typer.Option(help="The birth date as it should be.")] = None,
) -> None:
    """Put the name or the birth date of an appointment's patient right, in all of their appointments."""
    from clinic_bot.commands import agenda_words as words
    from clinic_bot.commands.saying import change, refuse

    diary = words.open_diary()
    if patient is None and born is None:
        refuse("o que está errado? Diga o certo com --patient ou --born")
    name = None if patient is None else diary.full_name(patient)
    request = {"id": appointment_id, "patient": name, "born": diary.birth_date(born)}
    said = change(diary.settings, {"command": "agenda correct", **request}).said
    typer.echo(f"Corrigido. Consultas desse paciente: {said['appointments']}.")


@agenda.command()
def move(
    appointment_id: Number,
    when: Moment,
    professional: Annotated[
        str | None, typer.Option("--professional", "-p", help="To another one; the same, if not named.")
    ] = None,
) -> None:
    """Give an appointment another time, whoever made it. Nobody is written to: tell the patient."""
    from clinic_bot.commands import agenda_words as words
    from clinic_bot.commands.saying import change

    diary = words.open_diary()
    who = diary.keys(professional)
    request = {"start_ms": words.ms(diary.moment(when)), "professional": who[0] if who else None}
    said = change(diary.settings, {"command": "agenda move", "id": appointment_id, **request}).said
    _stop_if_taken(diary, said)
    typer.echo(f"Consulta {appointment_id} remarcada: {diary.told({**request, **said})}. Avise o paciente.")


def _stop_if_taken(diary: "Diary", said: dict[str, Any]) -> None:
    from clinic_bot.commands.saying import REFUSED

    if said["id"] is not None:
        return
    diary.show_said({"booked": said["visits"], "blocks": said["blocks"]})
    seen = said["visits"] or said["blocks"]
    held = "" if seen else ": está reservado para um paciente que ainda vai responder"
    typer.echo(f"clinic-bot: esse horário não está livre{held}", err=True)
    raise typer.Exit(REFUSED)


@agenda.command()
def cancel(
    appointment_id: Number,
) -> None:
    """Cancel an appointment, whoever made it. Nobody is written to: tell the patient."""
    from clinic_bot.commands import hands
    from clinic_bot.commands.saying import change

    change(hands.settings(), {"command": "agenda cancel", "id": appointment_id})
    typer.echo(f"Consulta {appointment_id} cancelada; o horário está livre. Avise o paciente.")
