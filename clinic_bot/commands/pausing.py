"""``clinic-bot pause`` and ``resume``: stop all answers, and let them go on."""

from typing import Annotated

import typer


def pause(reason: Annotated[str, typer.Option(help="Why, for whoever asks later.")] = "") -> None:
    """Stop all answers; what patients write is stored meanwhile, and answered after `resume`."""
    from clinic_bot.commands import hands
    from clinic_bot.commands.saying import change

    done = change(hands.settings(), {"command": "pause", "reason": reason})
    typer.echo("Answers are paused." if done.said["changed"] else "Answers were paused already.")


def resume() -> None:
    """Let answers go on after `pause`."""
    from clinic_bot.commands import hands
    from clinic_bot.commands.saying import change, say_stopped

    done = change(hands.settings(), {"command": "resume"})
    typer.echo("Answers are not paused any more." if done.said["changed"] else "Answers were not paused.")
    say_stopped(done.said)
