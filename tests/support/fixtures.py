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
from clinic_bot.store.database import Database
from clinic_bot.store.places import Place, open_database
from tests.support.invariants import violations
from tests.support.postgres import Server, server
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


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """Started by the first test of a process that asks for it."""
    with server() as running:
        yield running


#: For a test of what only one of them has.
ON_SQLITE = pytest.mark.parametrize("place", ["sqlite"], indirect=True)
ON_POSTGRES = pytest.mark.parametrize("place", ["postgres"], indirect=True)


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """An empty database with the schema, of either kind: what takes it runs on both."""
    if request.param == "sqlite":
        yield request.getfixturevalue("database_file")
        return
    running: Server = request.getfixturevalue("postgres_server")
    with running.clone() as url:
        yield url


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    store = Store(place)
    yield store
    assert store.violations() == []
    store.close()


@pytest.fixture
async def database(place: Place, anyio_backend: object) -> AsyncIterator[Database]:
    database = open_database(place)
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
