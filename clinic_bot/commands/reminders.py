"""``clinic-bot reminders``: what became of each reminder, and who wants none. The reception reads what it tells."""

from typing import Annotated

import typer

from clinic_bot.commands.options import AsJson

_HEADS = {
    "patient": "paciente", "since": "desde", "appointment": "consulta", "hours before": "horas antes", "at": "em",
    "state": "situação", "why": "motivo", "answer": "resposta",
}  # fmt: skip
#: States, reasons and answers as they are kept; what is not here is shown as it is.
WORDS = {
    "skipped": "não enviado", "waiting": "na fila", "sending": "saindo", "sent": "enviado",
    "unknown": "não se sabe se chegou", "undelivered": "não entregue", "expired": "passou da hora",
    "confirm": "vem", "other": "quer outro horário, ou não vem", "cancel": "cancelou",
    "the patient booked, moved or confirmed it shortly before": "marcou, mudou ou confirmou há pouco",
    "too late to be of use": "tarde demais para ajudar",
    "the clinic's file says that this number is never answered": "número que não se atende",
    "neither number nor LID is known": "sem número", "the patient wants no reminders": "não quer lembretes",
}  # fmt: skip


def reminders(
    opted_out: Annotated[
        bool, typer.Option("--opted-out", help="Instead: who wrote PARAR, and wants none.")
    ] = False,
    limit: Annotated[
        int, typer.Option(min=1, max=10_000, help="Most reminders shown, the newest first.")
    ] = 50,
    as_json: AsJson = False,
    full: Annotated[bool, typer.Option("--full", help="Show phones.")] = False,
) -> None:
    """Show which appointments patients were reminded of, why others were left out, and what was answered."""
    import json
    from functools import partial

    from rich.console import Console
    from rich.table import Table

    from clinic_bot.commands import hands
    from clinic_bot.commands.turns import style_of
    from clinic_bot.commands.wording import minute, person, remark, spoken
    from clinic_bot.store import reminder_overview

    settings = hands.settings()
    zone = style_of(settings, full=full).zone
    told = minute if as_json else spoken
    rows: list[dict[str, object]]
    if opted_out:
        rows = [
            {"patient": person(one.phone, one.lid, full=full), "since": told(one.at_ms, zone)}
            for one in hands.read(settings, reminder_overview.opted_out)
        ]
    else:
        rows = [
            {
                "appointment": told(one.start_ms, zone),
                "hours before": one.hours,
                "at": told(one.at_ms, zone),
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
        typer.echo("Ninguém parou os lembretes." if opted_out else "Nenhum lembrete ainda.")
        return
    table = Table(*(_HEADS[name] for name in rows[0]))
    for row in rows:
        table.add_row(*(WORDS.get(str(value), str(value)) for value in row.values()))
    Console().print(table)
