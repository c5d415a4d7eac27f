"""``clinic-bot db backup``."""

import os
import signal
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import URL
from sqlmodel import SQLModel

from clinic_bot.errors import Misconfigured
from clinic_bot.store import backup
from clinic_bot.store.backup import back_up_file
from clinic_bot.store.postgres import PostgresDatabase
from tests.commands.terminal import Terminal
from tests.support import builders as b
from tests.support.fixtures import ON_POSTGRES, ON_SQLITE
from tests.support.locks import held, waiting
from tests.support.postgres import PROGRAMS, Server
from tests.support.process import started
from tests.support.store import Store, url_of
from tests.support.traces import traces
from tests.support.waiting import until_async


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
    assert backups(tmp_path) == ["backup.sqlite"]
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


def backups(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir() if "backup" in file.name)


def parts(folder: Path) -> list[str]:
    """Those that are not whole."""
    return [name for name in backups(folder) if name.startswith(".")]


@ON_SQLITE
@pytest.mark.parametrize("overwrite", [False, True], ids=["a new file", "over an older one"])
def test_ctrl_c_leaves_what_was_there(
    terminal: Terminal, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, overwrite: bool
) -> None:
    fill(store)
    target = tmp_path / "backup.sqlite"
    if overwrite:
        target.write_text("the older one")

    def stopped(_watch: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr(backup, "_reporting", stopped)
    result = terminal.run("db", "backup", str(target), *(["--overwrite"] if overwrite else []))
    assert (result.exit_code, result.stderr) == (1, "clinic-bot: stopped; nothing was written\n")
    assert parts(tmp_path) == []
    assert (target.read_text() if target.exists() else "") == ("the older one" if overwrite else "")


@ON_SQLITE
def test_ctrl_c_that_comes_too_late_does_not_deny_the_backup(
    terminal: Terminal, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    sync = backup._sync

    def stopped(path: Path) -> None:
        sync(path)
        if path.is_dir():  # the last thing that is done
            raise KeyboardInterrupt

    monkeypatch.setattr(backup, "_sync", stopped)
    target = tmp_path / "backup.sqlite"
    assert f"{target} holds the whole database, checked" in terminal.said("db", "backup", str(target))
    assert Store(target).violations() == []


@ON_POSTGRES
async def test_ctrl_c_ends_pg_dump_and_leaves_nothing(
    place: URL, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    target, watching = tmp_path / "backup.dump", PostgresDatabase(place)
    given = {"CLINIC_BOT_DATABASE_URL": url_of(place), "CLINIC_BOT_MODE": "sandbox"}
    monkeypatch.setenv("PATH", f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}")
    async with (
        held(place, "LOCK TABLE message IN ACCESS EXCLUSIVE MODE"),
        started(tmp_path, "db", "backup", str(target), **given) as process,
    ):

        async def is_dumping() -> bool:
            return await watching.read(waiting) == 1

        await until_async(is_dumping)
        process.send_signal(signal.SIGINT)
        _, err = await process.communicate()
        assert (process.returncode, err.decode()) == (1, "clinic-bot: stopped; nothing was written\n")
    await watching.close()
    assert backups(tmp_path) == []


@ON_SQLITE
def test_what_a_killed_backup_left_is_taken_away(terminal: Terminal, store: Store, tmp_path: Path) -> None:
    """Everything that is kept of patients, in a hidden file: no rotation of backups would find it."""
    fill(store)
    names = {
        "of a process that is gone": ".backup-1.sqlite.99999999.clinic_bot-part",
        "its log": ".backup-1.sqlite.99999999.clinic_bot-part-journal",
        "of one that runs": f".backup-2.sqlite.{os.getppid()}.clinic_bot-part",
        "somebody else's": ".backup-3.sqlite.part",
        "young": ".backup-4.sqlite.99999999.clinic_bot-part",
    }
    for name in names.values():
        (tmp_path / name).touch()
        if "-4" not in name:
            os.utime(tmp_path / name, (0, 0))
    terminal.said("db", "backup", str(tmp_path / "backup.sqlite"))
    assert parts(tmp_path) == sorted(names[one] for one in ("of one that runs", "somebody else's", "young"))


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
