"""A phrase that the clinic types gives a chat back to the bot."""

from dataclasses import replace

import pytest

from clinic_bot.store.gate import Gate
from clinic_bot.store.tables import TurnState
from tests.store.test_contacts import change
from tests.store.test_unsent import reopen
from tests.support import builders as b
from tests.support.clock import START_MS
from tests.support.store import Store

PHRASE = "#bot"


@pytest.fixture
def store(store: Store) -> Store:
    store.policy = replace(b.POLICY, is_give_back=lambda text: text == PHRASE)
    return store


def test_what_waited_for_the_person_is_due_by_its_own_window(store: Store) -> None:
    store.take(b.message("oi"))
    store.take(b.staff("Oi, aqui é a Ana", id="s1"))
    store.at(60_000).take(b.message("e amanhã?", id="m2"))
    taken = store.at(120_000).take(b.staff(PHRASE, id="s2"))
    assert not taken.taken_over
    assert taken.wake_at_ms == START_MS + 60_000 + b.QUIET_MS
    claim = store.claim()
    assert [message.text for message in claim.messages] == ["e amanhã?"]  # hers stays hers
    assert store.intent(claim) is Gate.OPEN
    store.outcome(claim)


def test_a_chat_without_anything_waiting_is_answered_at_the_next_message(store: Store) -> None:
    store.take(b.staff(id="s1"))
    revision = store.conversation().revision
    taken = store.at(1_000).take(b.staff(PHRASE, id="s2"))
    assert taken.wake_at_ms is None
    assert (store.conversation().human_until_ms, store.conversation().revision) == (0, revision + 1)
    store.take(b.message("oi"))
    store.answer()


def test_the_phrase_in_a_chat_that_nobody_has_takes_nothing_over(store: Store) -> None:
    store.take(b.message("oi"))
    taken = store.take(b.staff(PHRASE, id="s1"))
    assert taken.wake_at_ms == store.now_ms + b.QUIET_MS
    store.answer()


def test_it_may_be_typed_while_the_reply_that_handed_over_is_on_its_way(store: Store) -> None:
    store.take(b.message("quero falar com alguém"))
    claim = store.claim_when_due()
    store.intent(claim, hand_over="pediu uma pessoa")
    assert store.take(b.staff(PHRASE, id="s1")).taken_over is False
    assert store.outcome(claim).ours
    assert store.conversation().human_until_ms == 0
    store.take(b.message("oi", id="m2"))
    assert store.answer().low == 3
    assert [turn.state for turn in store.turns()] == [TurnState.SENT, TurnState.SENT]


def test_the_model_never_reads_the_phrase(store: Store) -> None:
    store.take(b.staff(PHRASE, id="s1"))
    assert store.texts() == [""]


def test_one_that_comes_very_late_changes_nothing(store: Store) -> None:
    store.take(b.staff(id="s1"))
    late = replace(b.staff(PHRASE, id="s2"), sent_ms=store.now_ms - b.HORIZON_MS - 1)
    store.take(late)
    assert store.conversation().human_until_ms == store.now_ms + b.HUMAN_MS


# What she answered stays hers, whatever the bot was doing just then.


def test_what_she_answered_while_a_tool_had_changed_something_is_not_answered_again(store: Store) -> None:
    store.take(b.message("oi"))
    claim = store.claim_when_due()
    assert change(store, claim) is Gate.OPEN
    store.take(b.staff("Pronto, marquei para você", id="s1"))
    store.take(b.staff(PHRASE, id="s2"))
    assert store.intent(claim) is Gate.EMPTY
    assert store.wake_ms is None


def test_what_she_answered_during_a_send_that_never_left_is_not_answered_again(store: Store) -> None:
    store.take(b.message("oi"))
    claim = store.claim_when_due()
    store.intent(claim)
    store.take(b.staff(id="s1"))
    store.take(b.staff(PHRASE, id="s2"))
    store.give_back(claim, after_ms=5_000, withdrawn="no connection")
    assert store.wake_ms is None


def test_the_phrase_alone_answers_nothing(store: Store) -> None:
    store.take(b.message("oi"))
    claim = store.claim_when_due()
    store.intent(claim)
    store.take(b.staff(PHRASE, id="s1"))
    store.give_back(claim, after_ms=5_000, withdrawn="no connection")
    again = store.claim_when_due()
    assert [message.text for message in again.messages] == ["oi"]
    store.intent(again)
    store.outcome(again, zaap_id="Z1")
    store.take(b.staff(PHRASE, id="s2"))
    reopened = reopen(store, again.turn_id)
    assert reopened is not None
    assert reopened.asked_again
