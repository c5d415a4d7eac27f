"""The life of a turn: claims and fencing, the gate, closing looks again, and what a crash leaves behind."""

from dataclasses import replace
from functools import partial

import pytest

from clinic_bot.store import turns
from clinic_bot.store.tables import TurnState
from clinic_bot.store.turns import MAX_ATTEMPTS, STALE, Claim, Draft, Gate, Later
from tests.support import builders as b
from tests.support.clock import START_MS
from tests.support.store import Store

# Claiming (rules 6 and 7).


def test_a_claim_takes_everything_that_is_pending(store: Store) -> None:
    store.take(b.message("oi", id="m1"))
    store.at(3_000).take(b.message("quero marcar", id="m2"))
    claim = store.at(9_000).claim()
    assert (claim.low, claim.high, claim.epoch, claim.closed_by) == (1, 2, 1, "quiet")
    assert [m.text for m in claim.messages] == ["oi", "quero marcar"]
    assert claim.due_ms == START_MS + 9_000
    assert store.wake_ms == 9_000 + b.LEASE_MS  # who vanishes is noticed by the same index


def test_a_window_that_is_not_due_is_not_claimed(store: Store) -> None:
    store.take(b.message())
    assert store.at(b.QUIET_MS - 1).try_claim() == Later(START_MS + b.QUIET_MS)


def test_a_second_taker_is_refused(store: Store) -> None:
    store.take(b.message())
    store.claim_when_due(owner="p1")
    refused = store.later(1_000).try_claim(owner="p2")
    assert refused == Later(START_MS + b.QUIET_MS + b.LEASE_MS)
    assert store.conversation().epoch == 1


def test_what_comes_while_a_turn_is_open_does_not_move_its_lease(store: Store) -> None:
    store.take(b.message(id="m1"))
    store.claim_when_due()
    lease_ms = store.wake_ms
    taken = store.later(1_000).take(b.message("mais uma", id="m2"))
    assert taken.wake_at_ms is None
    assert store.wake_ms == lease_ms


def test_after_its_lease_somebody_else_may_take_it(store: Store) -> None:
    store.take(b.message())
    store.claim_when_due(owner="p1")
    assert isinstance(store.later(b.LEASE_MS).try_claim(owner="p2"), Later)  # the dead lease is ended first
    assert store.claim(owner="p2").epoch == 2


def test_a_leftover_of_our_own_is_taken_back_at_once(store: Store) -> None:
    store.take(b.message())
    store.claim_when_due(owner="p1")
    store.try_claim(owner="p1")
    assert store.claim(owner="p1").epoch == 2


def _stale_claims(store: Store) -> tuple[Claim, Claim]:
    """One that was lost and the one that came after it."""
    store.take(b.message())
    lost = store.claim_when_due(owner="p1")
    store.later(b.LEASE_MS).try_claim(owner="p2")
    return lost, store.claim(owner="p2")


def test_of_a_lost_claim_intent_outcome_and_return_change_nothing(store: Store) -> None:
    lost, current = _stale_claims(store)
    before = store.conversation(), store.turns()
    assert store.intent(lost) is Gate.STALE
    assert store.outcome(lost) == STALE
    assert store.give_back(lost) == STALE
    assert (store.conversation(), store.turns()) == before
    assert store.intent(current) is Gate.OPEN


def test_the_owner_alone_is_not_enough(store: Store) -> None:
    store.take(b.message())
    current = store.claim_when_due(owner="p1")
    assert store.intent(replace(current, epoch=current.epoch - 1)) is Gate.STALE
    assert store.intent(replace(current, owner="p2")) is Gate.STALE
    assert store.intent(current) is Gate.OPEN


def test_every_claim_raises_the_epoch(store: Store) -> None:
    epochs = []
    for n in range(4):
        store.later(100_000).take(b.message(id=f"m{n}"))
        epochs.append(store.answer().epoch)
    assert epochs == [1, 2, 3, 4]


# The gate (rule 14).


def test_the_intent_pins_the_range_and_keeps_what_will_be_said(store: Store) -> None:
    store.take(b.message())
    claim = store.claim_when_due()
    draft = Draft("oi", "Bom dia!", model="m", prompt_tokens=7, calls=1, steps=[("t", "{}", "r")])
    write = partial(turns.write_intent, claim=claim, draft=draft, now_ms=store.now_ms, policy=b.POLICY)
    assert store.run(write) == (Gate.OPEN, None)
    turn = store.turns()[0]
    assert (turn.state, turn.question, turn.reply, turn.prompt_tokens) == ("sending", "oi", "Bom dia!", 7)
    assert store.conversation().open_hi == 1
    assert store.count("step") == 1


def test_a_hand_over_takes_effect_at_the_intent_and_does_not_silence_its_own_turn(store: Store) -> None:
    store.take(b.message())
    claim = store.claim_when_due()
    assert store.intent(claim, "Passei para a recepção.", hand_over="quer um atestado") is Gate.OPEN
    assert store.conversation().human_until_ms == store.now_ms + b.HUMAN_MS
    store.outcome(claim)
    store.later(1_000).take(b.message("obrigada", id="m2"))
    assert store.conversation().wake_at_ms == store.now_ms + b.ALERT_MS


def test_an_emergency_that_came_meanwhile_stops_an_ordinary_reply(store: Store) -> None:
    store.take(b.message("qual o valor?"))
    claim = store.claim_when_due()
    assert store.later(2_000).take(b.message(b.EMERGENCY_TEXT, id="m2")).emergency
    assert store.intent(claim) is Gate.EMERGENCY
    assert store.give_back(claim).wake_at_ms == store.now_ms
    again = store.claim()
    assert again.emergency
    assert [m.text for m in again.messages] == ["qual o valor?", b.EMERGENCY_TEXT]
    assert again.turn_id == claim.turn_id


def test_an_emergency_seen_at_the_claim_lets_only_the_fixed_text_through(store: Store) -> None:
    store.take(b.message(b.EMERGENCY_TEXT))
    claim = store.claim()
    assert claim.emergency
    assert claim.closed_by == "emergency"
    assert store.intent(claim, "O valor é R$ 200") is Gate.EMERGENCY
    draft = Draft(b.EMERGENCY_TEXT, "Ligue 192", hand_over="emergência", emergency="chest_pain")
    write = partial(turns.write_intent, claim=claim, draft=draft, now_ms=store.now_ms, policy=b.POLICY)
    assert store.run(write)[0] is Gate.OPEN
    store.outcome(claim)


# Closing looks again (rule 8).


@pytest.mark.parametrize("state", [TurnState.SENT, TurnState.UNKNOWN, TurnState.UNDELIVERED])
def test_closing_gives_what_came_meanwhile_its_window_at_once(store: Store, state: TurnState) -> None:
    store.take(b.message(id="m1"))
    claim = store.claim_when_due()
    store.later(1_000).take(b.message("e mais", id="m2"))
    came_ms = store.now_ms
    store.intent(claim)
    closed = store.later(500).outcome(claim, state)
    assert closed == turns.Closed(ours=True, wake_at_ms=came_ms + b.QUIET_MS)
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


# A crash (rules 7 and 16).


def test_a_turn_that_was_thinking_is_asked_again_at_once(store: Store) -> None:
    store.take(b.message())
    claim = store.claim_when_due(owner="p1")
    assert store.later(2_000).recover() == turns.Recovered(thinking=1, unknown=0)
    again = store.claim(owner="p2")
    assert (again.turn_id, again.epoch) == (claim.turn_id, 2)
    assert store.intent(claim) is Gate.STALE
    assert store.intent(again) is Gate.OPEN
    store.outcome(again)


def test_a_send_that_was_under_way_is_unknown_and_the_phone_is_free(store: Store) -> None:
    store.take(b.message(id="m1"))
    claim = store.claim_when_due(owner="p1")
    store.intent(claim)
    store.take(b.message("e mais", id="m2"))
    assert store.later(2_000).recover() == turns.Recovered(thinking=0, unknown=1)
    turn = store.turns()[0]
    assert (turn.state, turn.reason) == (TurnState.UNKNOWN, "the process died")
    assert [m.text for m in store.claim_when_due(owner="p2").messages] == ["e mais"]
    assert store.outcome(claim) == STALE


def test_what_was_proven_before_the_crash_stays_proven(store: Store) -> None:
    store.take(b.message())
    store.intent(store.claim_when_due(), "Bom dia!")
    store.take(b.echo("Bom dia!", id="3EB01"))
    store.recover()
    assert store.turns()[0].state == TurnState.SENT


def test_a_crash_alone_counts_and_one_beside_others_does_not(store: Store) -> None:
    store.take(b.message(id="m1"))
    store.claim_when_due()
    store.recover()
    assert store.conversation().attempts == 1
    store.take(b.message(id="m2", who=b.contact("5511987650002")))
    store.claim_when_due(1)
    store.claim_when_due(2)
    store.recover()
    assert [conversation.attempts for conversation in store.conversations()] == [1, 0]


def test_a_turn_that_kills_its_process_every_time_is_set_aside(store: Store) -> None:
    store.take(b.message())
    for _ in range(MAX_ATTEMPTS):
        store.claim_when_due()
        store.recover()
    assert store.try_claim() == Later(None, set_aside=True)
    assert store.turns()[0].state == TurnState.DEAD


def test_recovery_leaves_what_nobody_held_as_it_is(store: Store) -> None:
    store.take(b.message())
    before = store.conversation()
    assert store.recover() == turns.Recovered(0, 0)
    assert store.conversation() == before


def test_of_several_turns_none_shares_a_message(store: Store) -> None:
    for n in range(6):
        store.later(20_000).take(b.message(f"m{n}", id=f"m{n}"))
        store.answer(message_id=f"3EB{n}")
    assert [(t.low, t.high) for t in store.turns()] == [(n, n) for n in range(1, 7)]
