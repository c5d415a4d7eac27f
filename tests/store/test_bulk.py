"""Many messages in a few statements leave behind what they leave one by one."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from clinic_bot.debounce.listener import Listener
from clinic_bot.debounce.patience import DEFAULT
from clinic_bot.debounce.patience_model import load_model
from clinic_bot.events import Event, PresenceStatus
from clinic_bot.store.bulk import Bulk
from clinic_bot.store.inbox import Arrival, Taken, take_in, take_in_all
from clinic_bot.store.policy import Policy
from clinic_bot.store.session import is_postgres
from tests.support import builders as b
from tests.support.clock import START_MS
from tests.support.store import Store

TABLES = ("inbox", "conversation", "message", "early_change")
PEOPLE = [
    b.contact("5511987650001", lid="10000000000001", name="Ana"),
    b.contact("5511987650002", lid="10000000000002"),
    b.contact("5511987650001", name="Ana Maria"),  # the first one, who changed her name
    b.contact(None, lid="10000000000002"),  # the second one, without the number
    b.contact("551187650001"),  # the first one, without the ninth digit
    b.contact("5511987650003", lid="10000000000002"),  # says that the second one's LID is a third one's
]
TEXTS = ["oi", "queria marcar", "", b.EMERGENCY_TEXT, "estou com dor", "no peito e falta de ar"]

people = st.sampled_from(PEOPLE)
ids = st.sampled_from([f"m{n}" for n in range(8)])
ages_ms = st.sampled_from([None, 0, b.HORIZON_MS + 1])


def messages() -> st.SearchStrategy[Event]:
    return st.builds(
        lambda text, id, who, age_ms: b.message(
            text, id=id, who=who, sent_ms=None if age_ms is None else START_MS - age_ms
        ),
        st.sampled_from(TEXTS), ids, people, ages_ms,
    )  # fmt: skip


def events() -> st.SearchStrategy[Event]:
    rare = st.one_of(
        st.builds(lambda of, who: b.edit("corrigido", of=of, who=who), ids, people),
        st.builds(lambda of, who: b.deletion(of=of, who=who), ids, people),
        st.builds(lambda who: b.presence(PresenceStatus.COMPOSING, who=who), people),
        st.builds(lambda who: b.staff(who=who), people),
        st.just(b.ignored()),
    )
    return st.one_of(messages(), messages(), messages(), rare)


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that stands still for a moment ends no batch here."""
    monkeypatch.setattr("clinic_bot.store.inbox._LONGEST_S", 60.0)


def arrivals(given: Sequence[Event], *, first: int = 0) -> list[Arrival]:
    return [Arrival(event, b"{}", START_MS + n) for n, event in enumerate(given, start=first)]


def one_by_one(connection: Connection, given: Sequence[Arrival], policy: Policy = b.POLICY) -> list[Taken]:
    return [take_in(connection, one.event, one.body, one.now_ms, policy) for one in given]


def together_at_once(
    connection: Connection, given: Sequence[Arrival], policy: Policy = b.POLICY
) -> list[Taken]:
    return take_in_all(connection, given, policy)


def rows(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    """Everything but the number of a body: PostgreSQL gives one to every try."""
    columns = {**dict.fromkeys(TABLES, "*"), "inbox": "key, received_ms, outcome, body"}
    return {
        table: [tuple(row) for row in connection.exec_driver_sql(f"SELECT {what} FROM {table} ORDER BY 1, 2")]
        for table, what in columns.items()
    }


def empty(connection: Connection) -> None:
    """Numbers start again at 1, which SQLite's do by themselves."""
    for table in TABLES:
        is_on_server = is_postgres(connection)
        connection.exec_driver_sql(
            f"TRUNCATE {table} RESTART IDENTITY" if is_on_server else f"DELETE FROM {table}"
        )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.lists(events(), max_size=6), together=st.lists(events(), max_size=24))
def test_together_is_as_one_by_one(store: Store, before: list[Event], together: list[Event]) -> None:
    seen: list[object] = []
    for take in (one_by_one, together_at_once):
        store.run(empty)
        store.run(lambda connection: one_by_one(connection, arrivals(before)))
        later = arrivals(together, first=len(before))
        taken = store.run(partial(take, given=later))
        seen.append((taken, store.run(rows)))
    assert seen[0] == seen[1]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.lists(events(), max_size=6), together=st.lists(events(), max_size=24))
def test_patience_is_what_it_is_one_by_one(store: Store, before: list[Event], together: list[Event]) -> None:
    seen: list[object] = []
    for take in (one_by_one, together_at_once):
        store.run(empty)
        policy = replace(b.POLICY, listener=Listener(DEFAULT, load_model()))
        store.run(partial(one_by_one, given=arrivals(before), policy=policy))
        taken = store.run(partial(take, given=arrivals(together, first=len(before)), policy=policy))
        seen.append((taken, store.run(rows)))
    assert seen[0] == seen[1]


def test_known_people_cost_no_statement_each(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [b.contact(f"55119876500{n:02d}", lid=f"100000000000{n:02d}", name="Ana") for n in range(64)]
    first = [b.message(id=f"a{n}", who=who) for n, who in enumerate(people)]
    second = [b.message(id=f"b{n}", who=who) for n, who in enumerate(people)]
    store.run(lambda connection: one_by_one(connection, arrivals(first)))

    flushed = 0
    flush = Bulk.flush

    def counting(self: Bulk) -> None:
        nonlocal flushed
        flushed += 1
        flush(self)

    monkeypatch.setattr(Bulk, "flush", counting)
    taken = store.run(lambda connection: take_in_all(connection, arrivals(second), b.POLICY))
    assert len({one.conversation_id for one in taken}) == 64
    assert flushed == 1
