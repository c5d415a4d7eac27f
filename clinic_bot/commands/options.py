"""Options that several commands take, under the same name and with the same words."""

from pathlib import Path
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Clinic = Annotated[Path | None, typer.Option(help="The clinic's file, TOML or a scenarios' JSON fixture.")]
Composed = Annotated[
    bool,
    typer.Option("--composed", help="Replies in the clinic's own words, as CLINIC_BOT_REPLIES=composed."),
]
Estimate = Annotated[bool, typer.Option("--estimate", help="Say what it would cost, and stop; needs no key.")]
Full = Annotated[bool, typer.Option("--full", help="Show phones and patients' words.")]
InSandbox = Annotated[bool, typer.Option("--sandbox", help="The same as CLINIC_BOT_MODE=sandbox.")]
Only = Annotated[list[str] | None, typer.Option(help="Play this scenario only; may be repeated.")]
Presence = Annotated[
    bool, typer.Option("--presence/--no-presence", help="Send typing signals, or leave them out.")
]
Prices = Annotated[
    list[str] | None, typer.Option(help="MODEL=PROMPT/COMPLETION in USD a million tokens; may be repeated.")
]
