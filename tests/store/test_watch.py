"""What an operator has to know about, and that counting it reads no more than what is wrong."""

from functools import partial

import pytest
from sqlalchemy import Connection, Select
from sqlalchemy.dialects import sqlite

from clinic_bot.store import watch
from clinic_bot.store.watch import Undecided
from tests.support import builders as b
from tests.support.fixtures import ON_SQLITE
from tests.support.store import Store


def execute(connection: Connection, *, sql: str) -> None:
    connection.exec_driver_sql(sql)


def plan(connection: Connection, *, query: Select[tuple[int]]) -> str:
    sql = str(query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
    return " / ".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}"))


def test_a_conversation_that_nothing_will_wake_is_stuck(store: Store) -> None:
    store.take(b.message())
    assert store.run(watch.stuck) == []
    store.run(partial(execute, sql="UPDATE conversation SET wake_at_ms = NULL"))
    assert store.run(watch.stuck) == [1]
    store.run(partial(execute, sql="UPDATE conversation SET park_reason = 'somebody said so'"))
    assert store.run(watch.stuck) == []


def test_what_a_person_answered_and_what_was_deleted_waits_for_nobody(store: Store) -> None:
    store.take(b.message())
    store.take(b.message(id="m2", who=b.contact("5511987650002")))
    store.take(b.staff())
    store.take(b.deletion(of="m2"))
    assert store.run(watch.stuck) == []


def test_a_greeting_of_whatsapp_business_is_nobodys_burst(store: Store) -> None:
    store.take(b.message())
    store.answer()
    store.take(b.staff(b.GREETING))
    assert store.run(watch.stuck) == []


@pytest.mark.parametrize(
    ("states", "found"),
    [
        ((), Undecided(0, 0, 0)),
        (("unknown", "held", "held", "dead", "sent", "silent"), Undecided(1, 2, 1)),
    ],
    ids=["nothing", "one of each and more"],
)
def test_what_waits_for_a_person_is_counted(store: Store, states: tuple[str, ...], found: Undecided) -> None:
    for n, state in enumerate(states):
        store.run(
            partial(
                execute,
                sql="INSERT INTO turn (conversation_id, low, high, epoch, state, closed_by, due_ms, claimed_ms,"
                " outcome_ms, prompt_tokens, completion_tokens, calls)"
                f" VALUES ({n + 100}, 1, 1, 1, '{state}', 'quiet', 0, 0, 0, 0, 0, 0)",
            )
        )
    assert store.run(watch.undecided) == found


@ON_SQLITE
@pytest.mark.parametrize(
    ("query", "index"),
    [
        (watch._STUCK, "ix_conversation_unwatched"),
        (watch._COUNTED, "ix_turn_uncertain"),
        (watch._DEAD, "ix_turn_dead"),
    ],
    ids=["rule 9", "uncertain", "dead"],
)
def test_a_million_phones_at_rest_are_not_read(store: Store, query: Select[tuple[int]], index: str) -> None:
    assert index in store.run(partial(plan, query=query)).split(" / ")[0]
