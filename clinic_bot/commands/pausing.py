"""``clinic-bot pause`` and ``resume``: stop all answers, and let them go on. They speak to the reception."""

from typing import Annotated

import typer


def pause(reason: Annotated[str, typer.Option(help="Why, for whoever asks later.")] = "") -> None:
    """Stop all answers; what patients write is stored meanwhile, and answered after `resume`."""
    from clinic_bot.commands import hands
    from clinic_bot.commands.saying import change

    done = change(hands.settings(), {"command": "pause", "reason": reason})
    now = "estão" if done.said["changed"] else "já estavam"
    typer.echo(f"As respostas {now} pausadas, também as de emergência; o que chega fica guardado.")
    typer.echo("Para continuar: clinic-bot resume")


def resume() -> None:
    """Let answers go on after `pause`."""
    from clinic_bot.commands import hands
    from clinic_bot.commands.saying import change
    from clinic_bot.reply.outcomes import happened

    done = change(hands.settings(), {"command": "resume"})
    typer.echo(
        "O assistente voltou a responder." if done.said["changed"] else "As respostas não estavam pausadas."
    )
    for switch in done.said["stopped_by"]:
        typer.echo(f"Mas nada é respondido por enquanto: {happened(switch['reason'])}")
