"""A real PostgreSQL for tests: the wheel's own programs on a Unix socket, or a server that the environment names.

Each test gets a database of its own with the schema: a clone of one template, or one that another test gave back
and that was emptied.
"""

import asyncio
import contextlib
import os
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

import asyncpg
from local_postgres import FORGETFUL, PostgresServer, local_postgres, programs
from sqlalchemy import URL, make_url

from clinic_bot.store.migrations import migrate
from clinic_bot.store.postgres import engine
from tests.support.postgres_emptying import Template, emptied

#: A server to use instead; the role needs the right to create databases.
VARIABLE = "CLINIC_BOT_TEST_POSTGRES_URL"
#: ``pg_dump`` and the others, as a machine with PostgreSQL has them.
PROGRAMS = programs()
_TEMPLATE = "clinic_bot_template"

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

    def __init__(self, url: URL, restart: Callable[[], None] | None = None) -> None:
        self.url = url
        self._restart = restart
        self.background = Background()
        self._template = f"{_TEMPLATE}_{os.getpid()}"
        self._numbers = count(1)
        self._command(f"DROP DATABASE IF EXISTS {self._template}")
        self._command(f"CREATE DATABASE {self._template}")
        self.background.run(_create_schema(self._of(self._template)))
        self._as_made = self.background.run(Template.of(_dsn(self._of(self._template))))
        self._free: list[str] = []

    @contextmanager
    def clone(self) -> Iterator[URL]:
        """An empty database with the schema, until the block ends. To empty one takes 10 ms, to make one 300."""
        name = self._free.pop() if self._free else self._create(f"TEMPLATE {self._template}")
        yield self._of(name)
        if self.background.run(emptied(_dsn(self._of(name)), self._as_made)):
            self._free.append(name)
        else:
            self._drop(name)

    @contextmanager
    def database(self, how: str = "") -> Iterator[URL]:
        """A database without anything in it, until the block ends."""
        name = self._create(how)
        yield self._of(name)
        self._drop(name)

    def restart(self) -> None:
        """End every session without a word, and take new ones in a moment. One that was given only does the first."""
        if self._restart is not None:
            self._restart()
        else:
            self._command(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'clinic_bot'"
            )

    @contextmanager
    def away(self, url: URL) -> Iterator[None]:
        """One database lets nobody in, and ends every session, until the block ends; the others go on."""
        name = url.database
        self._command(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        self._command(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        try:
            yield
        finally:
            self._command(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")

    def close(self) -> None:
        for name in (*self._free, self._template):
            self._drop(name)
        self.background.close()

    def _create(self, how: str) -> str:
        name = f"clinic_bot_{os.getpid()}_{next(self._numbers)}"
        self._command(f"CREATE DATABASE {name} {how}")
        return name

    def _drop(self, name: str) -> None:
        self._command(f"DROP DATABASE {name} WITH (FORCE)")

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


def _start_anew(ours: PostgresServer) -> None:
    ours.stop()
    ours.start()


@contextmanager
def server() -> Iterator[Server]:
    """The server of this test run, or of one of its workers."""
    with contextlib.ExitStack() as stack:
        given = os.environ.get(VARIABLE)
        if given:
            running = Server(make_url(given))
        else:
            ours = stack.enter_context(local_postgres(FORGETFUL))
            running = Server(ours.url, partial(_start_anew, ours))
        stack.callback(running.close)
        yield running
