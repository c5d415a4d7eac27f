"""For tests of operators' commands."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from clinic_bot.settings import Settings
from clinic_bot.store.places import Place
from tests.commands.terminal import Terminal
from tests.support.store import url_of


@pytest.fixture
def terminal(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    """At a database of the sandbox. Commands set up a log of their own; afterwards it is as it was."""
    monkeypatch.chdir(tmp_path)
    for name in (*(field.upper() for field in Settings.model_fields), "MODE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"CLINIC_BOT_{name}", raising=False)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    wide = {"COLUMNS": "200", "TERM": "dumb"}
    yield Terminal(tmp_path, {"CLINIC_BOT_DATABASE_URL": url_of(place), "CLINIC_BOT_MODE": "sandbox", **wide})
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
