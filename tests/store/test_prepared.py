"""Statements at the driver say and do what SQLAlchemy's execution does."""

from typing import Any

import pytest
from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.compiler import COLLECT_CARTESIAN_PRODUCTS, WARN_LINTING
from sqlmodel import col

from clinic_bot.store import rows
from clinic_bot.store.prepared import Prepared
from clinic_bot.store.tables import Switch, SwitchName
from tests.support.store import Store

NAMED = select(col(Switch.name), col(Switch.since_ms)).where(
    col(Switch.instance) == bindparam("of"), col(Switch.reason) == "teste"
)
ADD = insert(Switch).values(
    instance=bindparam("of"), name=bindparam("named"), since_ms=bindparam("at"), reason="teste"
)


def test_it_selects_what_sqlalchemy_selects(store: Store) -> None:
    def both(connection: Connection) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
        Prepared(ADD).many(
            connection,
            [{"of": "i", "named": SwitchName.PAUSED.value, "at": 1}, {"of": "i", "named": "other", "at": 2}],
        )
        at_the_driver = list(Prepared(NAMED).rows(connection, {"of": "i"}))
        return at_the_driver, [(row[0], row[1]) for row in connection.execute(NAMED, {"of": "i"})]

    at_the_driver, through_sqlalchemy = store.run(both)
    assert at_the_driver == through_sqlalchemy
    assert sorted(through_sqlalchemy) == [("other", 2), ("paused", 1)]


def test_it_counts_what_it_changed_and_stays_in_the_callers_transaction(store: Store) -> None:
    rename = Prepared(
        update(Switch).where(col(Switch.instance) == bindparam("of")).values(reason=SwitchName.PAUSED)
    )

    def change_and_break(connection: Connection) -> None:
        assert Prepared(ADD).run(connection, {"of": "i", "named": "a", "at": 1}) == 1
        assert rename.run(connection, {"of": "i"}) == 1
        assert rename.run(connection, {"of": "nobody"}) == 0
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.run(change_and_break)
    assert store.count("switch") == 0


@pytest.mark.parametrize("name", [name for name, one in vars(rows).items() if isinstance(one, Prepared)])
def test_what_a_turn_reads_together_is_joined(name: str) -> None:
    """Else every other engine's execution warns; SQLite's driver is never asked to."""
    statement = getattr(rows, name)._statement
    other: Any = postgresql
    assert statement.compile(
        dialect=other.dialect(), linting=COLLECT_CARTESIAN_PRODUCTS | WARN_LINTING
    ).string
