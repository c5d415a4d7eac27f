"""The schema's history: applied at start, before anything else touches the records.

Of replicas that start at once on PostgreSQL one migrates, and the others wait for it, but not for ever: behind a
migration that hangs, or was left open by somebody's console, each says so and ends.
"""

from enum import Enum, auto
from importlib.resources import as_file, files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from clinic_bot.errors import Misconfigured
from clinic_bot.store.session import is_postgres

#: Of the lock that a migration holds; any number, as long as it stays the same for ever.
_LOCK = 0x636C696E6963
_WAIT_S = 60
_LOCK_NOT_AVAILABLE = "55P03"


def migrate(connection: Connection, *, wait_s: float = _WAIT_S) -> None:
    """Bring the schema to this version's, in the caller's transaction.

    Args:
        wait_s: how long another process may take that migrates the same PostgreSQL.

    Raises:
        Misconfigured: the database was written by a newer version than this one, or the other process did not end.
    """
    with as_file(files(__name__)) as folder:
        config = _config(folder)
        config.attributes["connection"] = connection
        scripts = ScriptDirectory.from_config(config)
        if _current(connection) == scripts.get_current_head():
            return
        if is_postgres(connection):
            _wait_for_others(connection, wait_s)
        current = _current(connection)
        if current is not None and current not in {script.revision for script in scripts.walk_revisions()}:
            raise Misconfigured(
                "the database was written by a newer clinic-bot; install that version, or start on another database"
            )
        command.upgrade(config, "head")


def _wait_for_others(connection: Connection, wait_s: float) -> None:
    """Hold the lock of all migrations until the transaction ends, which may then take its time."""
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {round(wait_s * 1000)}")
    # The server counts the time that a statement waits as the statement's own.
    connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
    try:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
    except DBAPIError as exc:
        if getattr(exc.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
        raise Misconfigured(
            f"another process has been changing the schema of this database for more than {wait_s:g} s: wait for it "
            "to end, or end it, and start again"
        ) from None


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


class Schema(Enum):
    """Whose tables a database has, as this version sees it."""

    NONE = auto()
    OLDER = auto()
    CURRENT = auto()
    NEWER = auto()


def schema_of(connection: Connection) -> Schema:
    """Reads only."""
    with as_file(files(__name__)) as folder:
        scripts = ScriptDirectory.from_config(_config(folder))
        known = {script.revision for script in scripts.walk_revisions()}
    current = _current(connection)
    if current is None:
        return Schema.NONE
    if current == scripts.get_current_head():
        return Schema.CURRENT
    return Schema.OLDER if current in known else Schema.NEWER


def is_current(connection: Connection) -> bool:
    """Whether the schema is this version's. Reads only."""
    return schema_of(connection) is Schema.CURRENT


def _config(folder: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config
