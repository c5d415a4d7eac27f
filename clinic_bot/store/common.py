"""What replicas know together: a text under a name, which they change one after the other.

Nothing that must outlive a crash of the server is kept here, so a change does not wait for the disk. Nor does anybody
wait long for its row: a replica that was stopped with the row in its hands must not stop the others.
"""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, bindparam, select, update
from sqlmodel import col

from clinic_bot.store.prepared import Prepared
from clinic_bot.store.session import driver_of, is_postgres, postgres_driver_of
from clinic_bot.store.tables import Common

T = TypeVar("T")

#: How long the row may be somebody else's, who has it for a millisecond.
_LOCK_MS = 200
_QUICK = f"SET LOCAL synchronous_commit = off; SET LOCAL lock_timeout = {_LOCK_MS}"

# The words are the same in SQLite and PostgreSQL.
_OPEN = "INSERT INTO common (name, state) VALUES (?, '') ON CONFLICT (name) DO NOTHING"
_TAKE = Prepared(select(col(Common.state)).where(col(Common.name) == bindparam("named")).with_for_update())
_PUT = Prepared(
    update(Common).where(col(Common.name) == bindparam("named")).values(state=bindparam("new_state"))
)


def change(connection: Connection, name: str, changed: Callable[[str], tuple[str, T]]) -> T:
    """Replace the text by what ``changed`` makes of it, and answer what else that says.

    Args:
        changed: gets the text, empty at first, while nobody else can change it.

    Raises:
        StorageUnavailable: by the executor; also where another replica did not let go of the row.
    """
    if is_postgres(connection):
        postgres_driver_of(connection).say(_QUICK)
    found = _TAKE.rows(connection, {"named": name})
    if not found:
        driver_of(connection).execute(_OPEN, (name,))
        found = _TAKE.rows(connection, {"named": name})
    state, answer = changed(found[0][0])
    if state != found[0][0]:
        _PUT.run(connection, {"named": name, "new_state": state})
    return answer
