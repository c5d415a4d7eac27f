"""What PostgreSQL refused, and what that means: try again, the server is at fault, or the statement is.

The server's own text quotes rows ("Key (phone_key)=(...) already exists") and asyncpg's quotes parameters, so neither
goes into an error of ours: the kind of the error, its SQLSTATE and the constraint's name say enough.
"""

import asyncio
import socket

import asyncpg
from sqlalchemy.exc import DBAPIError

from clinic_bot.errors import ClinicBotError, StorageUnavailable

#: Somebody else was faster, and the next look sees what he did: serialization, deadlock, a unique key that another
#: replica wrote at the same moment, and a plan prepared before a migration.
_TRY_AGAIN = frozenset({"40001", "40P01", "23505", "0A000"})
#: The server, its resources or the way to it, by the class of the SQLSTATE: connection, authorization, no such
#: database, read-only (a standby), resources, limits, a lock or an operator's hand, system, configuration, internal.
_SERVER_CLASSES = frozenset({"08", "28", "3D", "25", "53", "54", "55", "57", "58", "F0", "XX"})
#: The server ended the session: closed, shut down or crashed, left alone inside a transaction, left alone at all.
_LOST = frozenset({"57P01", "57P02", "25P03", "57P05"})
#: What an operator does about it, by the SQLSTATE.
_ADVICE = {
    "28P01": "the password in CLINIC_BOT_DATABASE_URL or PGPASSWORD is wrong, or there is none",
    "28000": "there is no such role, or the server's pg_hba.conf does not let it in from here",
    "3D000": "the database that CLINIC_BOT_DATABASE_URL names does not exist: create it, with ENCODING 'UTF8'",
    "53300": "no connection is left: raise the server's max_connections",
    "53100": "the server's disk is full",
    "42501": "the role lacks rights there: let it own the database",
    "25006": "this server only reads: name the primary, not a standby",
    "57P03": "the server is starting or stopping",
}
NOBODY = (
    "nobody answers at the host and port of CLINIC_BOT_DATABASE_URL: is PostgreSQL running, does it listen there, and "
    "does every firewall let this machine through?"
)


def may_be_tried_again(exc: BaseException) -> bool:
    """Whether the same jobs may succeed in a new transaction, since only the moment was wrong."""
    return _state_of(exc) in _TRY_AGAIN


def is_database_fault(exc: BaseException) -> bool:
    """The server's or the way's, not one statement's: whoever comes next meets it as well."""
    if isinstance(exc, StorageUnavailable):
        return True
    cause = _cause(exc)
    if _is_unusable(cause):
        return True
    if isinstance(cause, OSError | asyncio.TimeoutError):
        return True
    state = _state_of(exc)
    return state is not None and state[:2] in _SERVER_CLASSES


def is_connection_lost(exc: BaseException) -> bool:
    """Whether the session is over, so that what it had not committed is undone."""
    cause = _cause(exc)
    if _is_unusable(cause):
        return True
    state = _state_of(exc) or ""
    broken = isinstance(cause, OSError) and not isinstance(cause, TimeoutError)
    return broken or state in _LOST or state.startswith("08")


def is_drivers(exc: BaseException) -> bool:
    """Whether an error comes from the driver, so that its text may quote a patient."""
    ours = DBAPIError | asyncpg.PostgresError | asyncpg.InterfaceError | asyncpg.InternalClientError | OSError
    return isinstance(exc, ours)


def problem_of(exc: BaseException) -> str:
    """In words that quote nobody."""
    if isinstance(exc, ClinicBotError):
        return str(exc)
    cause = _cause(exc)
    parts = [type(cause).__name__, _state_of(exc), getattr(cause, "constraint_name", None)]
    advice = _advice_about(cause)
    return "PostgreSQL: " + ", ".join(part for part in parts if part) + (f": {advice}" if advice else "")


def _advice_about(cause: BaseException) -> str | None:
    if isinstance(cause, socket.gaierror):
        return "the host in CLINIC_BOT_DATABASE_URL is not known"
    if isinstance(cause, ConnectionRefusedError | FileNotFoundError):
        return NOBODY
    return _ADVICE.get(_state_of(cause) or "")


def _is_unusable(cause: BaseException) -> bool:
    """The driver's own word that its connection is no more; a wrong parameter is a ValueError beside.

    Its internal error comes when the server's farewell and our next command cross.
    """
    if isinstance(cause, asyncpg.InternalClientError):
        return True
    return isinstance(cause, asyncpg.InterfaceError) and not isinstance(cause, ValueError)


def _state_of(exc: BaseException) -> str | None:
    state = getattr(_cause(exc), "sqlstate", None)
    return state if isinstance(state, str) else None


def _cause(exc: BaseException) -> BaseException:
    """asyncpg's own error, which comes bare from our statements and wrapped twice from SQLAlchemy's."""
    if isinstance(exc, DBAPIError) and exc.orig is not None:
        return exc.orig.__cause__ or exc.orig
    return exc
