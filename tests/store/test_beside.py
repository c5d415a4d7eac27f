"""Reading beside a running server."""

from functools import partial
from pathlib import Path

import pytest

from clinic_bot.errors import Misconfigured, StorageUnavailable
from clinic_bot.store import conversations
from clinic_bot.store.beside import read_beside
from clinic_bot.store.database import Database
from clinic_bot.store.migrations import migrate
from clinic_bot.store.sqlite import writer_engine
from tests.support import builders as b
from tests.support.store import Store


@pytest.fixture
def place(database_file: Path) -> Path:
    """Beside a server on PostgreSQL everybody reads as the server does."""
    return database_file


async def test_it_reads_what_a_server_has_just_committed(database: Database, place: Path) -> None:
    await database.write(migrate)
    assert read_beside(place, conversations.open_windows) == 0


def test_what_a_killed_server_left_in_its_log_is_read(store: Store, place: Path) -> None:
    store.take(b.message())
    assert place.with_name(place.name + "-wal").stat().st_size > 0
    assert read_beside(place, conversations.open_windows) == 1


def test_looking_makes_no_database(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="there is no database at"):
        read_beside(tmp_path / "none.sqlite", conversations.open_windows)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("revision", [None, "0000_older", "9999_newer"])
def test_a_database_of_another_version_is_named_as_one(database_file: Path, revision: str | None) -> None:
    engine = writer_engine(database_file)
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM alembic_version")
        if revision:
            connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (revision,))
    engine.dispose()
    with pytest.raises(Misconfigured, match="not of this version"):
        read_beside(database_file, conversations.open_windows)


def test_a_file_that_is_no_database_is_a_plain_error(tmp_path: Path) -> None:
    path = tmp_path / "letter.sqlite"
    path.write_text("dear clinic, " * 100)
    with pytest.raises(StorageUnavailable, match="not a database"):
        read_beside(path, partial(conversations.open_windows))
