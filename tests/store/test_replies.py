"""How often the bot has spoken lately."""

from functools import partial

import pytest
from sqlalchemy import Connection

from clinic_bot.store import replies
from clinic_bot.store.tables import TurnState
from tests.support import builders as b
from tests.support.fixtures import ON_SQLITE
from tests.support.store import Store

HOUR_MS = 3_600_000


def count(store: Store, *ids: int, within_ms: int = HOUR_MS) -> int:
    asked = {"conversation_ids": ids or (1,), "since_ms": store.now_ms - within_ms}
    return store.run(partial(replies.replies_since, **asked))  # type: ignore[arg-type]


def chat(store: Store, times: int, *, who: str = b.PHONE, conversation_id: int = 1) -> None:
    for _ in range(times):
        store.take(b.message(id=f"m{store.now_ms}{who}", who=b.contact(who)))
        store.answer(conversation_id)


def test_replies_of_this_conversation_are_counted(store: Store) -> None:
    assert count(store) == 0
    chat(store, 3)
    chat(store, 2, who="5511987650002", conversation_id=2)
    assert (count(store), count(store, 2), count(store, 1, 2)) == (3, 2, 5)


def test_what_was_said_before_the_hour_is_not_counted(store: Store) -> None:
    chat(store, 2)
    store.later(HOUR_MS)
    chat(store, 1)
    assert count(store) == 1


@pytest.mark.parametrize(
    ("state", "counted"),
    [
        (TurnState.SENT, 1),
        (TurnState.UNKNOWN, 1),
        (TurnState.UNDELIVERED, 0),
        (TurnState.NO_REPLY, 0),
    ],
)
def test_what_certainly_did_not_arrive_was_not_said(store: Store, state: TurnState, counted: int) -> None:
    store.take(b.message())
    claim = store.claim_when_due()
    store.intent(claim)
    store.outcome(claim, state)
    assert count(store) == counted


def test_turns_without_a_reply_in_between_hide_none(store: Store) -> None:
    chat(store, 2)
    for n in range(3):
        store.take(b.message(id=f"x{n}"))
        claim = store.claim_when_due()
        store.take(b.staff(id=f"s{n}"))
        store.intent(claim)
        store.later(b.HUMAN_MS)
    assert count(store, within_ms=24 * HOUR_MS) == 2


def test_after_a_hand_over_it_counts_anew(store: Store) -> None:
    chat(store, 2)
    store.take(b.message(id="h"))
    claim = store.claim_when_due()
    store.intent(claim, hand_over="pediu uma pessoa")
    store.outcome(claim)
    assert count(store) == 0
    store.later(b.HUMAN_MS)
    chat(store, 2)
    assert count(store, within_ms=24 * HOUR_MS) == 2


@ON_SQLITE
def test_it_reads_along_an_index(store: Store) -> None:
    def plan(connection: Connection) -> str:
        sql = "SELECT intent_ms FROM turn WHERE conversation_id IN (1) ORDER BY id DESC LIMIT 200"
        return " / ".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}"))

    assert store.run(plan) == "SEARCH turn USING INDEX ix_turn_conversation (conversation_id=?)"
