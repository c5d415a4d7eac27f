"""The reception's page: every command on it is one, with these very words."""

import re
import shlex
from pathlib import Path

import pytest

from tests.commands.terminal import Terminal
from tests.support.fixtures import ON_SQLITE
from tests.support.store import Store

PAGE = (Path(__file__).parents[2] / "docs" / "recepcao.md").read_text("utf-8")
COMMANDS = re.findall(r"`clinic-bot ([^`]+)`", PAGE)


def test_there_are_commands_for_a_whole_day() -> None:
    first = {" ".join(shlex.split(command)[:2]) for command in COMMANDS}
    assert {"reception take", "reception give-back", "agenda list", "agenda book", "agenda move"} <= first


@ON_SQLITE
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_does_what_it_says_or_tells_in_portuguese_that_there_is_none(
    terminal: Terminal, store: Store, command: str
) -> None:
    terminal.environment["CLINIC_BOT_SANDBOX_CLOCK"] = "2026-09-21T11:13:00-03:00"
    result = terminal.run(*shlex.split(command))
    refused = result.exit_code == 1 and "clinic-bot: não há " in result.stderr
    assert result.exit_code == 0 or refused, result.output
