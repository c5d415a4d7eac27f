"""Shared by every test."""

import gc
import signal
from typing import Any

import pytest
from hypothesis import settings

from tests.support.fixtures import (
    database,
    database_file,
    empty_database,
    place,
    postgres_server,
    store,
    written_log,
)
from tests.support.loop import UnhurriedLoop
from tests.support.once import compile_statements_once, load_authorities_once, read_clinics_once

__all__ = [
    "anyio_backend",
    "database",
    "database_file",
    "empty_database",
    "place",
    "postgres_server",
    "store",
    "written_log",
]

gc.disable()  # until all is collected, below
compile_statements_once()
read_clinics_once()
load_authorities_once()

# How long an example takes is the machine's matter, which several processes share.
settings.register_profile("without deadline", settings.default, deadline=None)
settings.load_profile("without deadline")

# A shell gives what it starts in the background a Ctrl-C that is ignored, and every process of a test would inherit it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """What was collected stays: to look through it for garbage again and again took a third of the time to get here."""
    gc.freeze()
    gc.enable()


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Any]]:
    """Async tests run on asyncio alone: the service knows no other loop."""
    return "asyncio", {"loop_factory": UnhurriedLoop}
