"""``clinic-bot db backup``."""

import os
import subprocess
from pathlib import Path

import pytest
from sqlmodel import SQLModel

from clinic_bot.errors import Misconfigured
from clinic_bot.store.backup import back_up_file
from tests.commands.terminal import Terminal
from tests.support import builders as b
from tests.support.fixtures import ON_POSTGRES, ON_SQLITE
from tests.support.postgres import PROGRAMS, Server
from tests.support.store import Store, url_of
from tests.support.traces import traces


def counts(store: Store) -> dict[str, int]:
    return {table.name: store.count(f'"{table.name}"') for table in SQLModel.metadata.sorted_tables}


def fill(store: Store) -> dict[str, int]:
    for n in range(20):
        store.take(b.message(f"oi {n}", id=f"m{n}"))
    store.answer()
    return counts(store)


@ON_SQLITE
def test_what_is_restored_has_every_row_of_a_file_that_is_written(
    terminal: Terminal, store: Store, place: Path, tmp_path: Path
) -> None:
    had = fill(store)  # and stays open, as a server's writer does
    target = tmp_path / "backup.sqlite"
    assert f"{target} holds the whole database, checked" in terminal.said("db", "backup", str(target))
    store.take(b.message("depois", id="later"))
    assert target.stat().st_mode & 0o777 == 0o600
    assert sorted(file.name for file in tmp_path.iterdir() if "backup" in file.name) == ["backup.sqlite"]
    restored = Store(target)
    assert counts(restored) == had
    assert restored.violations() == []
    restored.close()
    refused = terminal.run("db", "backup", str(target))
    assert (refused.exit_code, "is there already" in refused.stderr) == (1, True)
    terminal.said("db", "backup", str(target), "--overwrite")
    again = Store(target)
    assert again.count("message") == had["message"] + 1
    again.close()


@ON_SQLITE
def test_writes_meanwhile_neither_wait_nor_stand_in_the_copy(
    store: Store, place: Path, tmp_path: Path
) -> None:
    had = fill(store)
    target, seen = tmp_path / "backup.sqlite", list[int]()

    def write_on(done: int, _total: int) -> None:
        seen.append(done)
        store.take(b.message("meanwhile", id=f"w{len(seen)}"))

    back_up_file(place, target, overwrite=False, watch=write_on)
    assert seen
    restored = Store(target)
    assert counts(restored) == had
    restored.close()


@ON_SQLITE
def test_what_is_damaged_leaves_no_backup(terminal: Terminal, place: Path, tmp_path: Path) -> None:
    size = place.stat().st_size
    with place.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"\xff" * (size // 4))
    before = traces(tmp_path)
    result = terminal.run("db", "backup", str(tmp_path / "backup.sqlite"))
    assert result.exit_code != 0
    assert {name for name in traces(tmp_path) if "backup" in name} == {
        name for name in before if "backup" in name
    }


@ON_SQLITE
@pytest.mark.parametrize(("where", "said"), [(".", "is a folder"), ("none/backup", "cannot be written")])
def test_where_it_cannot_be_is_said(terminal: Terminal, tmp_path: Path, where: str, said: str) -> None:
    result = terminal.run("db", "backup", str(tmp_path / where))
    assert (result.exit_code, said in result.stderr) == (1, True)


@ON_POSTGRES
def test_without_pg_dump_it_names_the_fix(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    result = terminal.run("db", "backup", str(tmp_path / "backup.dump"))
    assert isinstance(result.exception, Misconfigured)
    assert "apt install postgresql-client" in str(result.exception)


@ON_POSTGRES
def test_what_pg_restore_brings_back_has_every_row(
    terminal: Terminal, store: Store, postgres_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}")
    had, target = fill(store), tmp_path / "backup.dump"
    terminal.said("db", "backup", str(target))
    assert target.stat().st_mode & 0o777 == 0o600
    with postgres_server.database() as empty:
        subprocess.run(
            [PROGRAMS / "pg_restore", "--no-owner", "--exit-on-error", f"--dbname={url_of(empty)}", target],
            check=True,
        )
        restored = Store(empty)
        assert counts(restored) == had
        assert restored.violations() == []
        restored.close()
