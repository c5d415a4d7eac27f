"""Whether a database is fit to keep a clinic's records: what ``clinic-bot doctor`` says of it. Reads only."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from clinic_bot.store import server_clock
from clinic_bot.store.migrations import Schema, schema_of
from clinic_bot.store.places import version
from clinic_bot.store.session import driver_of
from clinic_bot.store.sqlite import reader_engine

#: What one replica opens at most (``postgres.py``).
CONNECTIONS = 11
#: The oldest that has every word of ours.
_OLDEST = 13
#: A replica follows the server's clock; a machine whose own is so wrong has other troubles coming.
_CLOCK_MS = 1_000

_ASK = """
SELECT current_setting('server_version_num')::int, current_setting('server_encoding'),
       pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean,
       current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
           - (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')::int,
       coalesce(has_schema_privilege(current_schema(), 'CREATE'), false),
       (SELECT coalesce(string_agg(relname, ', ' ORDER BY relname), '') FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND NOT pg_has_role(relowner, 'USAGE'))"""


@dataclass(frozen=True, slots=True)
class Fitness:
    """What was found, and what is to be done before it may serve; nothing where it is fit."""

    found: str
    to_do: tuple[str, ...]


def examine(connection: Connection, now_ms: Callable[[], int]) -> Fitness:
    """Look at everything that a replica needs of its server.

    Args:
        now_ms: this machine's own clock.
    """
    row = driver_of(connection).execute(_ASK).fetchone()
    number, encoding, only_reads, free, may_create, foreign = row
    schema, ahead_ms = schema_of(connection), server_clock.best_look(connection, now_ms).ahead_ms
    to_do = [
        *([f"it has to be PostgreSQL {_OLDEST} or newer"] if number < _OLDEST * 10_000 else []),
        *([f"it stores {encoding}: create the database with ENCODING 'UTF8'"] if encoding != "UTF8" else []),
        *(["it only reads: name the primary, not a standby"] if only_reads else []),
        *([f"{free} connections are free, and a replica takes up to {CONNECTIONS}: raise max_connections"]
          if free < CONNECTIONS else []),
        *(["another role owns " + foreign + ": make this one the owner"] if foreign else []),
        *(_of_schema(schema, may_create=may_create)),
    ]  # fmt: skip
    return Fitness(f"{version(connection)}, {_SAID[schema]}, {_clock(ahead_ms)}", tuple(to_do))


def examine_file(path: Path) -> Fitness:
    """The same of a SQLite file, which may be in use."""
    engine = reader_engine(path)
    try:
        with engine.connect() as connection:
            schema = schema_of(connection)
    except SQLAlchemyError:
        to_do = "name another file in CLINIC_BOT_DATABASE_URL, or restore a backup"
        return Fitness(f"{path} cannot be read as a database", (to_do,))
    finally:
        engine.dispose()
    return Fitness(_SAID[schema], tuple(_of_schema(schema, may_create=True)))


_SAID = {
    Schema.NONE: "no tables yet, which serve makes",
    Schema.OLDER: "tables of an older version, which serve brings up to date",
    Schema.CURRENT: "tables of this version",
    Schema.NEWER: "tables of a newer version",
}


def _of_schema(schema: Schema, *, may_create: bool) -> list[str]:
    if schema is Schema.NEWER:
        return ["install that newer clinic-bot, or name another database"]
    if schema is not Schema.CURRENT and not may_create:
        return [
            "the role may not create tables: GRANT CREATE ON SCHEMA public to it, or let it own the database"
        ]
    return []


def _clock(ahead_ms: int) -> str:
    if abs(ahead_ms) <= _CLOCK_MS:
        return "clocks agree"
    side = "behind" if ahead_ms > 0 else "ahead of"
    by_s = abs(ahead_ms) / 1000
    return f"this machine's clock is {by_s:.1f} s {side} the server's, which counts: keep both by NTP"
