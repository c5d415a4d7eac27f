"""Reading a file without a trace on it."""

import shutil
from pathlib import Path

import pytest

from clinic_bot.store import conversations
from clinic_bot.store.still import still
from tests.support import builders as b
from tests.support.store import Store
from tests.support.traces import traces


@pytest.fixture
def place(database_file: Path) -> Path:
    return database_file


def test_a_file_that_was_closed_gets_nothing_beside_it(database_file: Path) -> None:
    store = Store(database_file)
    store.take(b.message())
    store.close()
    before = traces(database_file.parent)
    assert set(before) == {database_file.name}
    with still(database_file) as connection:
        assert conversations.open_windows(connection) == 1
    assert traces(database_file.parent) == before


@pytest.mark.parametrize("index", [True, False], ids=["with the index", "without the index"])
def test_what_a_killed_server_left_in_its_wal_is_read_and_stays(
    store: Store, place: Path, tmp_path_factory: pytest.TempPathFactory, *, index: bool
) -> None:
    store.take(b.message())
    left = tmp_path_factory.mktemp("left")
    for end in ("", "-wal", "-shm") if index else ("", "-wal"):
        shutil.copy(place.with_name(place.name + end), left)
    before = traces(left)
    with still(left / place.name) as connection:
        assert conversations.open_windows(connection) == 1
    assert traces(left) == before
