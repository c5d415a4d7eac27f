"""A tool that changes something: its gate, its journal, and what a crash leaves of it (rule 11)."""

import random
from collections.abc import Iterator
from functools import partial

import pytest
from sqlalchemy import Connection, text

from clinic_bot.store import gate, switches, unsent
from clinic_bot.store.claims import MAX_ATTEMPTS, Later
from clinic_bot.store.gate import Draft, Gate
from clinic_bot.store.lease import Claim
from clinic_bot.store.steps import DoneStep
from clinic_bot.store.tables import SwitchName, TurnState
from tests.support import builders as b
from tests.support.store import Store

BOOKED = DoneStep("marcar", '{"quando": "15h"}', "Marcado para 15h.")


@pytest.fixture(autouse=True)
def diary(store: Store) -> Iterator[None]:
    """What the tool of these tests changes; afterwards the diary holds what the journals say, once each."""
    store.run(lambda connection: connection.exec_driver_sql("CREATE TABLE diary (arguments TEXT)").rowcount)
    yield
    assert store.violations() == []
    assert store.count("diary") == store.count("step WHERE state = 'changed'")


def change(store: Store, claim: Claim, done: DoneStep = BOOKED, *, breaks: bool = False) -> Gate:
    def book(connection: Connection) -> str:
        connection.execute(text("INSERT INTO diary VALUES (:done)"), {"done": done.arguments})
        if breaks:
            raise ZeroDivisionError
        return done.result

    write = partial(
        gate.record_change,
        claim=claim,
        tool=done.tool,
        arguments=done.arguments,
        effect=book,
    )
    changed = store.run(partial(write, now_ms=store.now_ms, policy=store.policy, spent=15))
    assert changed.result == (done.result if changed.gate is Gate.OPEN else "")
    return changed.gate


def texts(claim: Claim) -> list[str]:
    return [message.text for message in claim.messages]


@pytest.fixture
def thinking(store: Store) -> Claim:
    """A turn whose tool may change something now."""
    store.take(b.message("quero às 15h", id="m1"))
    return store.claim_when_due()


def test_the_first_change_pins_the_range_and_nothing_newer_joins(store: Store, thinking: Claim) -> None:
    assert change(store, thinking) is Gate.OPEN
    assert store.conversation().open_hi == 1
    store.take(b.message("e amanhã?", id="m2"))
    assert change(store, thinking, DoneStep("avisar", "{}", "ok")) is Gate.OPEN
    assert store.intent(thinking) is Gate.OPEN
    store.outcome(thinking)
    after = store.claim_when_due()
    assert (texts(after), after.done_steps) == (["e amanhã?"], ())


def test_something_newer_before_the_first_change_joins_the_turn_and_nothing_changes(
    store: Store, thinking: Claim
) -> None:
    store.take(b.message("não, às 16h", id="m2"))
    assert change(store, thinking) is Gate.NEWER
    assert (store.count("diary"), store.turns()[0].thrown_tokens) == (0, 15)
    assert texts(store.claim_when_due()) == ["quero às 15h", "não, às 16h"]


def test_a_person_who_took_over_stops_the_change_and_the_turn_ends_silent(
    store: Store, thinking: Claim
) -> None:
    store.take(b.staff())
    assert change(store, thinking) is Gate.TAKEN_OVER
    assert store.count("diary") == 0
    assert store.turns()[0].state == TurnState.SILENT


def test_a_person_who_answers_after_a_change_silences_the_reply(store: Store, thinking: Claim) -> None:
    change(store, thinking)
    store.take(b.staff())
    assert store.intent(thinking) is Gate.TAKEN_OVER
    assert store.conversation().open_hi is None


def test_an_emergency_stops_the_change(store: Store, thinking: Claim) -> None:
    store.take(b.message(b.EMERGENCY_TEXT, id="m2"))
    assert change(store, thinking) is Gate.EMERGENCY
    assert store.count("diary") == 0


def test_an_emergency_does_not_wait_for_the_reply_to_a_change(store: Store, thinking: Claim) -> None:
    change(store, thinking)
    store.take(b.message(b.EMERGENCY_TEXT, id="m2"))
    assert store.intent(thinking) is Gate.EMERGENCY
    claim = store.claim()
    assert claim.emergency
    assert (texts(claim), claim.done_steps) == (["quero às 15h", b.EMERGENCY_TEXT], (BOOKED,))
    assert store.intent(claim, "Ligue 192", hand_over="emergência", emergency="chest_pain") is Gate.OPEN
    store.outcome(claim)


def test_nothing_changes_while_a_switch_is_on(store: Store, thinking: Claim) -> None:
    on = partial(switches.turn_on, instance=thinking.instance, name=SwitchName.PAUSED, reason="treino")
    store.run(partial(on, now_ms=store.now_ms))
    assert change(store, thinking) is Gate.SWITCHED_OFF
    assert store.count("diary") == 0
    assert store.conversation().owner is None


def test_of_a_lost_claim_or_after_the_intent_nothing_changes(store: Store, thinking: Claim) -> None:
    store.recover()
    assert change(store, thinking) is Gate.STALE
    again = store.claim_when_due()
    store.intent(again)
    assert change(store, again) is Gate.STALE
    assert store.count("diary") == 0
    store.outcome(again)


def test_a_change_that_breaks_off_leaves_nothing_behind(store: Store, thinking: Claim) -> None:
    with pytest.raises(ZeroDivisionError):
        change(store, thinking, breaks=True)
    assert (store.count("diary"), store.count("step"), store.conversation().open_hi) == (0, 0, None)
    assert store.intent(thinking) is Gate.OPEN
    store.outcome(thinking)


def test_after_a_crash_the_same_messages_are_asked_again_with_what_was_done(
    store: Store, thinking: Claim
) -> None:
    change(store, thinking)
    store.take(b.message("e amanhã?", id="m2"))
    recovered = store.recover()
    assert (recovered.thinking, recovered.unknown) == (1, 0)
    store.take(b.message("oi?", id="m3"))
    again = store.claim_when_due()
    assert (texts(again), again.low, again.high) == (["quero às 15h"], 1, 1)
    assert (again.done_steps, again.newer_until_ms, again.turn_id) == ((BOOKED,), 0, thinking.turn_id)
    read = ("consultar_informacoes", "{}", "...")
    draft = Draft("pergunta", "Marcado!", steps=[read])
    write = partial(gate.write_intent, claim=again, draft=draft, now_ms=store.now_ms, policy=store.policy)
    assert store.run(write)[0] is Gate.OPEN
    store.outcome(again)
    assert store.count("step") == 2  # the change, and what the answer looked up
    after = store.claim_when_due()
    assert (texts(after), after.done_steps) == (["e amanhã?", "oi?"], ())


def test_a_wait_for_the_model_keeps_the_range_and_what_was_done(store: Store, thinking: Claim) -> None:
    change(store, thinking)
    store.take(b.message("e amanhã?", id="m2"))
    store.give_back(thinking, after_ms=5_000)
    again = store.claim_when_due()
    assert (texts(again), again.done_steps) == (["quero às 15h"], (BOOKED,))


def test_a_reply_that_certainly_did_not_leave_is_asked_again_with_what_was_done(
    store: Store, thinking: Claim
) -> None:
    change(store, thinking)
    store.intent(thinking)
    store.take(b.message("e amanhã?", id="m2"))
    store.give_back(thinking, after_ms=5_000, withdrawn="connection refused")
    again = store.claim_when_due()
    assert (texts(again), again.done_steps) == (["quero às 15h"], (BOOKED,))
    store.recover()
    assert store.claim_when_due().done_steps == (BOOKED,)


def test_so_is_one_that_got_stale_in_z_api_s_queue(store: Store, thinking: Claim) -> None:
    change(store, thinking)
    store.intent(thinking)
    store.outcome(thinking, zaap_id="Z1")
    store.later(60_000).take(b.message("alguém?", id="m2"))
    store.run(partial(unsent.reopen, turn_id=1, reason="stale", now_ms=store.now_ms, policy=store.policy))
    again = store.claim_when_due()
    assert (texts(again), again.done_steps) == (["quero às 15h"], (BOOKED,))


def test_a_person_who_answers_after_the_crash_has_the_pinned_messages_too(
    store: Store, thinking: Claim
) -> None:
    change(store, thinking)
    store.recover()
    store.take(b.staff())
    assert store.conversation().open_hi is None
    assert store.turns()[0].state == TurnState.SILENT
    store.later(b.HUMAN_MS).take(b.message("oi", id="m2"))
    claim = store.claim_when_due()
    assert (texts(claim), claim.done_steps) == (["oi"], ())


def test_a_person_who_answers_before_the_crash_has_them_too(store: Store, thinking: Claim) -> None:
    change(store, thinking)
    store.take(b.staff())
    store.recover()
    assert (store.conversation().open_hi, store.wake_ms) == (None, None)
    assert store.turns()[0].state == TurnState.SILENT


def test_an_edit_of_what_a_tool_acted_upon_is_a_message_of_its_own(store: Store, thinking: Claim) -> None:
    change(store, thinking)
    store.recover()
    store.take(b.edit("quero às 16h", of="m1"))
    assert texts(store.claim_when_due()) == ["quero às 15h"]


def test_one_that_fails_every_time_is_set_aside_and_the_phone_goes_on(store: Store, thinking: Claim) -> None:
    change(store, thinking)
    for _ in range(MAX_ATTEMPTS - 1):
        store.recover()
        store.claim_when_due()
    store.recover()
    store.take(b.message("e amanhã?", id="m2"))
    store.later(b.CAP_MS)
    aside = store.try_claim()
    assert isinstance(aside, Later)
    assert aside.set_aside
    assert texts(store.claim_when_due()) == ["e amanhã?"]


@pytest.mark.parametrize("seed", range(40))
def test_whatever_comes_between_change_and_intent_nothing_is_done_twice_or_lost(
    store: Store, seed: int
) -> None:
    """The journal and the diary are compared at the end of every test here."""
    chance = random.Random(seed)
    said = 0

    def says(text: str = "e mais") -> None:
        nonlocal said
        said += 1
        store.later(chance.randrange(20_000)).take(b.message(text, id=f"m{said}"))

    def a_try() -> None:
        wake = store.conversation().wake_at_ms
        if wake is None:
            return
        store.now_ms = max(store.now_ms, wake)
        claim = store.try_claim()
        if isinstance(claim, Later):
            return
        if not claim.done_steps and change(store, claim) is not Gate.OPEN:
            return
        pinned = (claim.low, claim.high)
        for _ in range(chance.randrange(3)):
            chance.choice([says, says, person, delete])()
        match chance.choice(["crash", "give back", "answer", "answer", "unsent"]):
            case "crash":
                store.recover()
            case "give back":
                store.give_back(claim, after_ms=chance.choice([None, 5_000]))
            case ending:
                if store.intent(claim) is Gate.OPEN:
                    turn = store.turns()[-1]
                    assert (turn.low, turn.high) == pinned
                    if ending == "unsent":
                        store.give_back(claim, after_ms=5_000, withdrawn="refused")
                    else:
                        store.outcome(claim)

    def person() -> None:
        if chance.random() < 0.3:
            store.take(b.staff(id=f"s{chance.random()}"))
            store.later(chance.choice([0, b.HUMAN_MS]))

    def delete() -> None:
        if said:
            store.take(b.deletion(of=f"m{chance.randint(1, said)}"))

    says("quero às 15h")
    for _ in range(25):
        chance.choice([says, a_try, a_try, person, delete])()
        assert store.violations() == []
