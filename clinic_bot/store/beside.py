"""For commands: reading a database that a server may be writing."""

from pathlib import Path
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from clinic_bot.errors import Misconfigured, StorageUnavailable
from clinic_bot.store.database import Job
from clinic_bot.store.migrations import is_current
from clinic_bot.store.sqlite import reader_engine

T = TypeVar("T")


def existing(path: Path) -> Path:
    """Raises Misconfigured when there is no such file: a command must not make one by looking."""
    if not path.is_file():
        raise Misconfigured(
            f"there is no database at {path}; see CLINIC_BOT_DATABASE_URL, and CLINIC_BOT_MODE for the sandbox's"
        )
    return path


def read_beside(path: Path, job: Job[T]) -> T:
    """Run ``job`` on a read-only connection of its own; a server that runs is not disturbed.

    Raises:
        Misconfigured: there is no such database, or not of this version.
        StorageUnavailable: it cannot be read.
    """
    engine = reader_engine(existing(path))
    try:
        with engine.connect() as connection:
            if not is_current(connection):
                raise Misconfigured(
                    f"the database at {path} is not of this version: start this version's server on it, "
                    "or use the version that wrote it"
                )
            return job(connection)
    except DBAPIError as exc:
        raise StorageUnavailable(f"{path} cannot be read: {exc.orig}") from exc
    finally:
        engine.dispose()
