"""The gate: what lets a reply through, and what stops it (rules 10, 13 and 14)."""

from functools import partial

from clinic_bot.events import PresenceStatus
from clinic_bot.store import gate, switches
from clinic_bot.store.claims import MAX_SUPERSEDED, Later
from clinic_bot.store.closing import STALE
from clinic_bot.store.gate import Draft, Gate
from clinic_bot.store.tables import SwitchName, TurnState
from tests.support import builders as b
from tests.support.clock import START_MS
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


# Something newer joins the turn until its intent (rules 10 and 12).


def test_what_came_while_the_turn_thought_joins_it(store: Store) -> None:
    store.take(b.message("oi", id="m1"))
    claim = store.claim_when_due()
    store.later(2_000).take(b.message("quero marcar", id="m2"))
    came_ms = store.now_ms
    assert store.later(1_000).intent(claim) is Gate.NEWER
    row = store.conversation()
    assert (row.owner, row.wake_at_ms, row.superseded, row.attempts) == (None, came_ms + b.QUIET_MS, 1, 0)
    again = store.claim_when_due()
    assert [m.text for m in again.messages] == ["oi", "quero marcar"]
    assert again.turn_id == claim.turn_id
    assert store.intent(again) is Gate.OPEN
    store.outcome(again)
    assert store.conversation().superseded == 0


def test_no_turn_counts_as_superseded_more_often_than_it_may_be(store: Store) -> None:
    store.take(b.message(id="m0"))
    for n in range(MAX_SUPERSEDED + 1):
        claim = store.claim_when_due()
        store.take(b.message(f"e mais {n}", id=f"n{n}"))
        store.give_back(claim)  # as when it is interrupted, or the process leaves
    assert store.conversation().superseded == MAX_SUPERSEDED


def test_a_deletion_of_part_of_the_burst_makes_the_model_read_the_rest(store: Store) -> None:
    store.take(b.message("oi", id="m1"))
    store.take(b.message("apaga isso", id="m2"))
    claim = store.claim_when_due()
    store.take(b.deletion(of="m2"))
    assert store.intent(claim) is Gate.NEWER
    assert [m.text for m in store.claim_when_due().messages] == ["oi"]


def test_presence_makes_no_turn_think_anew(store: Store) -> None:
    store.take(b.message("oi", id="m1"))
    claim = store.claim_when_due()
    store.take(b.presence(PresenceStatus.COMPOSING))
    assert store.intent(claim) is Gate.OPEN
    store.outcome(claim)


def test_typing_holds_the_intent_of_a_turn_that_goes_on(store: Store) -> None:
    store.take(b.message("so a do bento", id="m1"))
    claim = store.claim_when_due()
    store.take(b.presence(PresenceStatus.COMPOSING))
    assert store.intent(claim, waits=True) is Gate.TYPING
    assert store.turns()[0].state == TurnState.THINKING
    store.later(3_000).take(b.message("pode cancelar", id="m2"))
    assert store.intent(claim, waits=True) is Gate.NEWER
    assert [m.text for m in store.claim_when_due().messages] == ["so a do bento", "pode cancelar"]


def test_typing_that_came_to_nothing_holds_the_intent_no_longer_than_its_hold(store: Store) -> None:
    store.take(b.message("oi", id="m1"))
    claim = store.claim_when_due()
    store.take(b.presence(PresenceStatus.COMPOSING))
    decided = partial(
        gate.write_intent,
        claim=claim,
        draft=Draft("oi", "Olá!"),
        now_ms=store.now_ms,
        policy=b.POLICY,
        waits=True,
    )
    assert store.run(decided) == (Gate.TYPING, store.now_ms + b.POLICY.timing.hold_ms)
    store.later(b.POLICY.timing.hold_ms)
    assert store.intent(claim, waits=True) is Gate.OPEN
    store.outcome(claim)


def test_typing_past_the_cap_holds_nothing(store: Store) -> None:
    store.take(b.message("oi", id="m1"))
    claim = store.claim_when_due()
    store.at(claim.newer_until_ms - START_MS - 1_000).take(b.presence(PresenceStatus.COMPOSING))
    assert store.intent(claim, waits=True) is Gate.TYPING
    store.later(1_000)
    assert store.intent(claim, waits=True) is Gate.OPEN
    store.outcome(claim)


def test_an_emergency_waits_for_nobodys_typing(store: Store) -> None:
    store.take(b.message(b.EMERGENCY_TEXT))
    claim = store.claim()
    store.take(b.presence(PresenceStatus.COMPOSING))
    assert store.intent(claim, "Ligue 192", emergency="chest_pain", waits=True) is Gate.OPEN
    store.outcome(claim)


def test_a_steady_stream_is_answered_after_three_times(store: Store) -> None:
    store.take(b.message(id="m0"))
    for n in range(MAX_SUPERSEDED):
        claim = store.claim_when_due()
        store.take(b.message(f"e mais {n}", id=f"n{n}"))
        assert store.intent(claim) is Gate.NEWER
    last = store.claim_when_due()
    assert last.newer_until_ms == 0
    store.take(b.message("e ainda", id="late"))
    assert store.intent(last) is Gate.OPEN
    store.outcome(last)
    assert [m.text for m in store.claim_when_due().messages] == ["e ainda"]


def test_past_the_cap_newer_messages_wait_for_the_next_turn(store: Store) -> None:
    store.take(b.message("oi", id="m1"))
    claim = store.claim_when_due()
    store.at(b.CAP_MS - 1).take(b.message("e mais", id="m2"))
    assert claim.newer_until_ms == START_MS + b.CAP_MS
    assert store.at(b.CAP_MS).intent(claim) is Gate.OPEN
    store.outcome(claim)
    assert [m.text for m in store.claim_when_due().messages] == ["e mais"]


def test_what_the_model_spent_for_nothing_is_counted(store: Store) -> None:
    store.take(b.message("oi", id="m1"))
    claim = store.claim_when_due()
    store.take(b.message("e mais", id="m2"))
    draft = Draft("oi", "Bom dia!", model="m", prompt_tokens=70, completion_tokens=7)
    store.run(partial(gate.write_intent, claim=claim, draft=draft, now_ms=store.now_ms, policy=b.POLICY))
    assert store.turns()[0].thrown_tokens == 77
    store.give_back(store.claim_when_due(), thrown_tokens=3)
    assert store.turns()[0].thrown_tokens == 80
    claim = store.claim_when_due()
    store.take(b.staff())
    store.run(partial(gate.write_intent, claim=claim, draft=draft, now_ms=store.now_ms, policy=b.POLICY))
    (turn,) = store.turns()
    assert (turn.state, turn.thrown_tokens) == (TurnState.SILENT, 157)


def test_an_emergency_reply_waits_for_nothing_newer(store: Store) -> None:
    store.take(b.message(b.EMERGENCY_TEXT, id="m1"))
    claim = store.claim()
    store.take(b.message("por favor", id="m2"))
    assert store.intent(claim, "Ligue 192", hand_over="emergência", emergency="chest_pain") is Gate.OPEN
    store.outcome(claim)


# Switches.


def test_nothing_passes_while_a_switch_is_on_and_all_goes_on_when_it_is_off(store: Store) -> None:
    store.take(b.message())
    claim = store.claim_when_due()
    on = partial(
        switches.turn_on,
        instance=claim.instance,
        name=SwitchName.PAUSED,
        reason="treino",
        now_ms=store.now_ms,
    )
    assert store.run(on)
    assert store.intent(claim) is Gate.SWITCHED_OFF
    assert store.conversation().attempts == 0
    before = store.conversation()
    refused = store.try_claim()
    assert isinstance(refused, Later)
    assert refused.wake_at_ms is not None
    assert refused.wake_at_ms > store.now_ms
    assert store.conversation() == before  # it stays due: nothing has to be put right when it goes on
    store.run(partial(switches.turn_off, instance=claim.instance, name=SwitchName.PAUSED))
    store.answer()
