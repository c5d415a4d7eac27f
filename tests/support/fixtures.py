"""Databases for tests: real files, and after each test the rules are checked in what it left behind. And the log."""

import io
import logging
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog

from clinic_bot.operations.logs import configure_logging
from clinic_bot.settings import Mode
from clinic_bot.store.sqlite import SqliteDatabase
from tests.support.invariants import violations
from tests.support.store import Store, create_database


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrated once; each test works on a copy."""
    path = tmp_path_factory.mktemp("empty") / "empty.sqlite"
    create_database(path)
    return path


@pytest.fixture
def database_file(empty_database: Path, tmp_path: Path) -> Path:
    path = tmp_path / "clinic_bot.sqlite"
    shutil.copy(empty_database, path)
    return path


@pytest.fixture
def store(database_file: Path) -> Iterator[Store]:
    store = Store(database_file)
    yield store
    assert store.violations() == []
    store.close()


@pytest.fixture
async def database(database_file: Path, anyio_backend: object) -> AsyncIterator[SqliteDatabase]:
    database = SqliteDatabase(database_file)
    yield database
    assert await database.read(violations) == []
    await database.close()


@pytest.fixture
def written_log() -> Iterator[io.StringIO]:
    """All that is logged, as operators get it, but with no list of secrets: nothing may need to be masked."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logging("json", mode=Mode.LIVE, secrets=(), stream=stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
