"""The bench's own PostgreSQL, and what it was asked to do, from its own log."""

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import count

from local_postgres import PostgresServer
from sqlalchemy import URL

from bench_suite import seed_postgres

#: Beyond PostgreSQL's defaults; an fsync is waited for at every commit, as anywhere.
SETTINGS = {"fsync": "on", "synchronous_commit": "on", "shared_buffers": "256MB"}
SAID = "PostgreSQL 18 with " + ", ".join(f"{name}={value}" for name, value in SETTINGS.items())

#: What only reads says so when it begins. A statement that begins with a line break has its first word on the next
#: line, and is counted under none.
_LOGGED = re.compile(rb"LOG:  (?:statement|execute [^:]*): *(BEGIN\b.*READ ONLY|\w*)")
READING = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"


@dataclass(slots=True)
class Postgres:
    server: PostgresServer
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    async def new_database(self, *, logs: bool = False, empty: bool = False) -> URL:
        """With this version's schema and nothing in it.

        Args:
            logs: every statement is written to the server's log.
            empty: without the schema.
        """
        name = f"bench{next(self._numbers)}"
        async with seed_postgres.connected(self.server.url) as connection:
            await connection.execute(f"CREATE DATABASE {name}")
            if logs:
                await connection.execute(f"ALTER DATABASE {name} SET log_statement = 'all'")
        url = self.server.url.set(database=name)
        if not empty:
            await seed_postgres.create(url)
        return url

    def log_size(self) -> int:
        return self.server.log.stat().st_size

    def said_since(self, at: int) -> Counter[str]:
        """How often each word began a statement that a database with ``logs`` was given: BEGIN, SELECT, COMMIT..."""
        with self.server.log.open("rb") as log:
            log.seek(at)
            return Counter(found[1].decode().upper() for line in log if (found := _LOGGED.search(line)))
