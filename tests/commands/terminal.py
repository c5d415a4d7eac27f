"""A terminal whose commands know nothing of this machine's environment."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from clinic_bot.cli import app


@dataclass
class Terminal:
    """Runs ``clinic-bot`` in this process, as ``main`` would, and keeps what it printed."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, typed: str = "") -> Result:
        return CliRunner(env=self.environment).invoke(app, arguments, input=typed)

    def said(self, *arguments: str, typed: str = "") -> str:
        """The output of a command that succeeds."""
        result = self.run(*arguments, typed=typed)
        assert result.exit_code == 0, result.output
        return result.stdout

    def json(self, *arguments: str) -> Any:
        return json.loads(self.said(*arguments, "--json"))
