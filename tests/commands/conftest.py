"""For tests of operators' commands."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from clinic_bot.settings import Settings
from tests.commands.terminal import Terminal


@pytest.fixture
def terminal(database_file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    """At a database of the sandbox. Commands set up a log of their own; afterwards it is as it was."""
    folder = database_file.parent
    monkeypatch.chdir(folder)
    for name in (*(field.upper() for field in Settings.model_fields), "MODE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"CLINIC_BOT_{name}", raising=False)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    url = f"sqlite:///{database_file}"
    wide = {"COLUMNS": "200", "TERM": "dumb"}
    yield Terminal(folder, {"CLINIC_BOT_DATABASE_URL": url, "CLINIC_BOT_MODE": "sandbox", **wide})
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
