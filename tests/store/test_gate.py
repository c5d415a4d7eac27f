"""The gate: what lets a reply through, and what stops it (rules 10, 13 and 14)."""

from functools import partial

from clinic_bot.store import gate
from clinic_bot.store.closing import STALE
from clinic_bot.store.gate import Draft, Gate
from tests.support import builders as b
from tests.support.store import Store


def test_the_intent_pins_the_range_and_keeps_what_will_be_said(store: Store) -> None:
    store.take(b.message())
    claim = store.claim_when_due()
    draft = Draft("oi", "Bom dia!", model="m", prompt_tokens=7, calls=1, steps=[("t", "{}", "r")])
    write = partial(gate.write_intent, claim=claim, draft=draft, now_ms=store.now_ms, policy=b.POLICY)
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
    assert store.give_back(claim) == STALE  # the gate gave it back
    assert store.wake_ms == b.QUIET_MS + 2_000
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
    claim = store.claim()
    draft = Draft(b.EMERGENCY_TEXT, "Ligue 192", hand_over="emergência", emergency="chest_pain")
    write = partial(gate.write_intent, claim=claim, draft=draft, now_ms=store.now_ms, policy=b.POLICY)
    assert store.run(write)[0] is Gate.OPEN
    store.outcome(claim)
