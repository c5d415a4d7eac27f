"""A copy of the records to keep elsewhere: made beside a running server, checked, and whole or not there at all."""

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL

from clinic_bot.errors import Misconfigured, Operator, StorageUnavailable
from clinic_bot.store.beside import existing
from clinic_bot.store.driver import sqlite

#: Pages between two reports of how far it is.
_STEP = 4_096
#: Ends the name of a file that is being written.
_PART = ".clinic_bot-part"
#: So long nobody wrote to one that is left over, on whichever machine that shares the folder.
_OLD_S = 3_600.0

#: Hears how many pages of how many are copied.
Watch = Callable[[int, int], None]


class BackupRefused(Operator):
    """It must not be made there, or what was made is no good. What was there is as it was."""


def back_up_file(file: Path, target: Path, *, overwrite: bool, watch: Watch) -> None:
    """Copy a SQLite file as it is at one moment, whoever writes to it meanwhile.

    Raises:
        BackupRefused: the target is there, or the copy does not pass SQLite's own check.
        Misconfigured: there is no such file.
        StorageUnavailable: one of the two cannot be read or written.
    """
    existing(file)
    with _appearing(target, overwrite=overwrite) as made:
        try:
            with contextlib.closing(sqlite.connect(f"file:{quote(str(file))}?mode=ro", uri=True)) as source:
                source.isolation_level = None
                # One moment for all of it: else every write of the server would begin the copy anew.
                source.execute("BEGIN")
                source.execute("SELECT count(*) FROM sqlite_master").fetchone()
                with contextlib.closing(sqlite.connect(str(made))) as copy:
                    report = _reporting(watch)
                    source.backup(copy, pages=_STEP, progress=report, sleep=0)
                    copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
                    _check(copy)
        except sqlite.Error as exc:
            # Its text may quote a row.
            problem = getattr(exc, "sqlite_errorname", type(exc).__name__)
            raise StorageUnavailable(f"{file} cannot be copied to {target}: {problem}") from None


def _reporting(watch: Watch) -> Callable[[int, int, int], None]:
    def report(_status: int, remaining: int, total: int) -> None:
        watch(total - remaining, total)

    return report


def _check(copy: Any) -> None:
    problems = [row[0] for row in copy.execute("PRAGMA integrity_check(1)")]
    if problems != ["ok"]:
        raise BackupRefused("the copy does not pass SQLite's check: the database itself may be damaged")


def back_up_server(url: URL, target: Path, *, overwrite: bool) -> None:
    """Have pg_dump write the database into one file that pg_restore reads.

    Raises:
        BackupRefused: the target is there, or pg_dump says no.
        Misconfigured: pg_dump or pg_restore is not installed.
    """
    dump, restore = _program("pg_dump"), _program("pg_restore")
    given = {} if url.password is None else {"PGPASSWORD": str(url.password)}
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    with _appearing(target, overwrite=overwrite) as made:
        _run(
            [
                dump,
                "--format=custom",
                "--no-owner",
                "--no-privileges",
                f"--file={made}",
                f"--dbname={address}",
            ],
            given,
        )
        _run([restore, "--list", str(made)], {})


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Misconfigured(
            f"{name} is not on the PATH: install PostgreSQL's client programs of the server's version or newer "
            "(Debian: apt install postgresql-client), or back up where the server is"
        )
    return found


def _run(command: list[str], given: dict[str, str]) -> None:
    done = subprocess.run(  # noqa: S603 - our own words and the operator's address
        command, env={**os.environ, **given}, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise BackupRefused(f"{Path(command[0]).name} failed: {said[-1] if said else 'it says not why'}")


@contextmanager
def _appearing(target: Path, *, overwrite: bool) -> Iterator[Path]:
    """A file to write, for its owner alone, that stands at ``target`` once it is whole."""
    _refuse_what_is_there(target, overwrite=overwrite)
    made = target.with_name(f".{target.name}.{os.getpid()}{_PART}")
    try:
        _forget_left_over(target.parent)
        os.close(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        try:
            yield made
            _sync(made)
            _refuse_what_is_there(target, overwrite=overwrite)
            made.replace(target)
            _sync(target.parent)
        finally:
            _forget(made)
    except OSError as exc:
        raise BackupRefused(f"{target} cannot be written: {exc.strerror or type(exc).__name__}") from exc


def _forget_left_over(folder: Path) -> None:
    """What a backup that was killed could not take away: patients' data that nobody would look for."""
    for one in folder.glob(f".*{_PART}"):
        owner = one.name.removesuffix(_PART).rpartition(".")[2]
        is_old = time.time() - one.stat().st_mtime > _OLD_S
        if is_old and owner.isdigit() and not _runs(int(owner)):
            _forget(one)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True  # somebody else's, or nothing that can be told
    return True


def _forget(made: Path) -> None:
    made.unlink(missing_ok=True)
    made.with_name(made.name + "-journal").unlink(missing_ok=True)


def identity(file: Path) -> tuple[int, int] | None:
    """Which file stands there, to see whether another one took its place."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _refuse_what_is_there(target: Path, *, overwrite: bool) -> None:
    if target.is_dir():
        raise BackupRefused(f"{target} is a folder: name a file in it")
    if target.exists() and not overwrite:
        raise BackupRefused(f"{target} is there already: name another file, or give --overwrite")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
