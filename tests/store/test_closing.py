"""The end of a turn: closing looks again, and what is given back is asked again (rules 8 and 16)."""

import pytest

from clinic_bot.store.claims import MAX_ATTEMPTS, Later
from clinic_bot.store.closing import Closed
from clinic_bot.store.tables import TurnState
from tests.support import builders as b
from tests.support.store import Store


@pytest.mark.parametrize("state", [TurnState.SENT, TurnState.UNKNOWN, TurnState.UNDELIVERED])
def test_closing_gives_what_came_meanwhile_its_window_at_once(store: Store, state: TurnState) -> None:
    store.take(b.message(id="m1"))
    claim = store.claim_when_due()
    store.intent(claim)
    store.later(1_000).take(b.message("e mais", id="m2"))
    came_ms = store.now_ms
    closed = store.later(500).outcome(claim, state)
    assert closed == Closed(ours=True, wake_at_ms=came_ms + b.QUIET_MS)
    following = store.claim_when_due()
    assert (following.low, following.high) == (2, 2)
    assert [m.text for m in following.messages] == ["e mais"]


def test_closing_with_nothing_new_wakes_nobody(store: Store) -> None:
    store.take(b.message())
    store.answer()
    assert store.wake_ms is None
    assert store.conversation().done_seq == 1


# Giving back.


def test_what_is_given_back_is_asked_again_with_all_that_came_since(store: Store) -> None:
    store.take(b.message("oi", id="m1"))
    claim = store.claim_when_due()
    store.take(b.message("e mais", id="m2"))
    closed = store.give_back(claim, after_ms=5_000)
    assert closed.wake_at_ms == store.now_ms + 5_000
    again = store.later(5_000).claim()
    assert (again.turn_id, again.low, again.high, again.epoch) == (claim.turn_id, 1, 2, 2)
    assert again.retries == 1
    assert len(store.turns()) == 1


def test_outages_cost_no_attempt_and_own_failures_do(store: Store) -> None:
    store.take(b.message())
    for n in range(12):
        store.give_back(store.claim_when_due(), after_ms=1_000, counts=n % 3 == 0)
    assert store.conversation().attempts == 4


def test_an_emergency_does_not_wait_for_the_end_of_a_back_off(store: Store) -> None:
    store.take(b.message(id="m1"))
    claim = store.claim_when_due()
    store.take(b.message(b.EMERGENCY_TEXT, id="m2"))
    assert store.give_back(claim, after_ms=600_000).wake_at_ms == store.now_ms


def test_a_reply_that_is_proven_unsent_is_withdrawn_and_its_range_free_again(store: Store) -> None:
    store.take(b.message())
    claim = store.claim_when_due()
    store.intent(claim)
    store.give_back(claim, after_ms=5_000, withdrawn="no connection")
    assert store.turns()[0].state == TurnState.WITHDRAWN
    assert store.conversation().open_hi is None
    store.answer()
    assert [turn.state for turn in store.turns()] == [TurnState.WITHDRAWN, TurnState.SENT]


def test_a_pinned_reply_is_never_given_back_without_proof_that_it_did_not_leave(store: Store) -> None:
    """Something broke between the intent and the outcome: nobody knows whether the patient got it (rule 16)."""
    store.take(b.message())
    claim = store.claim_when_due()
    store.intent(claim)
    store.take(b.message("e mais", id="m2"))
    closed = store.give_back(claim, after_ms=5_000, counts=True)
    assert closed.ours
    assert store.turns()[0].state == TurnState.UNKNOWN
    assert [m.text for m in store.claim_when_due().messages] == ["e mais"]


def test_a_turn_that_always_fails_is_set_aside_and_does_not_block_the_phone(store: Store) -> None:
    store.take(b.message("isto quebra", id="m1"))
    for _ in range(MAX_ATTEMPTS):
        store.give_back(store.claim_when_due(), after_ms=1_000, counts=True)
    store.later(1_000).take(b.message("e isto não", id="m2"))
    store.later(b.QUIET_MS)
    given_up = store.try_claim()
    assert isinstance(given_up, Later)
    assert given_up.set_aside
    turn = store.turns()[0]
    assert (turn.state, turn.reason) == (TurnState.DEAD, "failed every attempt")
    assert [m.text for m in store.claim_when_due().messages] == ["e isto não"]
