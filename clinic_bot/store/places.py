"""Where the records are: a SQLite file of one process, or a PostgreSQL that several share. Here it is chosen."""

from pathlib import Path

from sqlalchemy import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError

from clinic_bot.errors import Misconfigured
from clinic_bot.store.database import Database
from clinic_bot.store.session import driver_of, is_postgres
from clinic_bot.store.sqlite import SqliteDatabase, database_path

#: A file, or a server's address, which hides its password wherever it is shown.
Place = Path | URL

_SCHEMES = ("postgresql:", "postgres:", "postgresql+asyncpg:")


def place_of(database_url: str) -> Place:
    """What CLINIC_BOT_DATABASE_URL says. The error quotes nothing of it: there may be a password in it."""
    if not database_url.startswith(_SCHEMES):
        return database_path(database_url)
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError):
        url = None
    if url is None or not url.database:
        raise Misconfigured("CLINIC_BOT_DATABASE_URL must be postgresql://USER:PASSWORD@HOST/DATABASE")
    return url.set(drivername="postgresql")


def open_database(place: Place) -> Database:
    """The executor for a place, inside the running loop. SQLite's connects at once, PostgreSQL's when asked."""
    if isinstance(place, Path):
        return SqliteDatabase(place)
    # Whoever runs on a file need not have PostgreSQL's driver in memory.
    from clinic_bot.store.postgres import PostgresDatabase

    return PostgresDatabase(place)


def version(connection: Connection) -> str:
    """Which program keeps the records, for operators."""
    if is_postgres(connection):
        return f"PostgreSQL {driver_of(connection).execute('SHOW server_version').fetchone()[0]}"
    return f"SQLite {driver_of(connection).execute('SELECT sqlite_version()').fetchone()[0]}"
