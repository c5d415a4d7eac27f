"""A reply that was accepted and is proven not to have left."""

from functools import partial

import pytest

from clinic_bot.events import ReceiptStatus
from clinic_bot.store import unsent
from clinic_bot.store.lease import Claim
from clinic_bot.store.tables import TurnState
from clinic_bot.store.unsent import Reopened, Waiting
from tests.support import builders as b
from tests.support.store import Store


def accepted(store: Store, *, zaap_id: str = "Z1", hand_over: str | None = None) -> Claim:
    """A reply that Z-API took, and of which nothing more is known."""
    claim = store.claim_when_due()
    store.intent(claim, hand_over=hand_over)
    store.outcome(claim, zaap_id=zaap_id, message_id=f"3EB0{zaap_id}")
    return claim


def reopen(store: Store, turn_id: int = 1) -> Reopened | None:
    return store.run(
        partial(unsent.reopen, turn_id=turn_id, reason="waited", now_ms=store.now_ms, policy=store.policy)
    )


def test_its_messages_are_asked_again_with_all_that_was_written_since(store: Store) -> None:
    store.take(b.message("oi"))
    accepted(store)
    store.later(60_000).take(b.message("alguém?", id="m2"))
    reopened = reopen(store)
    assert reopened is not None
    assert reopened.asked_again
    assert [message.text for message in store.claim_when_due().messages] == ["oi", "alguém?"]
    assert store.turns()[0].state == TurnState.WITHDRAWN


def test_a_turn_that_thinks_about_later_messages_is_fenced(store: Store) -> None:
    store.take(b.message("oi"))
    accepted(store)
    store.later(60_000).take(b.message("alguém?", id="m2"))
    thinking = store.claim_when_due()
    assert reopen(store) is not None
    assert not store.outcome(thinking).ours
    assert [message.text for message in store.claim_when_due().messages] == ["oi", "alguém?"]


def test_behind_a_later_answer_it_is_only_shown(store: Store) -> None:
    store.take(b.message("oi"))
    accepted(store)
    store.later(60_000).take(b.message("alguém?", id="m2"))
    store.answer(reply="Sim!")
    assert reopen(store) == Reopened(1, None, asked_again=False)
    assert store.conversation().wake_at_ms is None
    assert store.turns()[0].state == TurnState.WITHDRAWN


def test_beside_a_send_that_is_under_way_it_is_only_shown(store: Store) -> None:
    store.take(b.message("oi"))
    accepted(store)
    store.later(60_000).take(b.message("alguém?", id="m2"))
    claim = store.claim_when_due()
    store.intent(claim)
    reopened = reopen(store)
    assert reopened is not None
    assert not reopened.asked_again
    assert store.outcome(claim).ours


def test_what_evidence_shows_to_have_left_is_never_asked_again(store: Store) -> None:
    store.take(b.message("oi"))
    accepted(store)
    store.take(b.receipt(ReceiptStatus.RECEIVED, "3EB0Z1"))
    assert reopen(store) is None
    assert store.turns()[0].state == TurnState.SENT


def test_a_hand_over_that_nobody_read_is_taken_back(store: Store) -> None:
    store.take(b.message("oi"))
    accepted(store, hand_over="pediu uma pessoa")
    assert store.conversation().human_until_ms > store.now_ms
    assert reopen(store) is not None
    assert store.conversation().human_until_ms == 0


@pytest.mark.parametrize("after_ms", [1_000, b.HUMAN_MS + 1_000], ids=["at once", "when she let it go"])
def test_a_person_who_answered_meanwhile_keeps_what_she_answered(store: Store, after_ms: int) -> None:
    store.take(b.message("oi"))
    accepted(store)
    store.later(1_000).take(b.staff())
    assert reopen(store.later(after_ms)) == Reopened(1, None, asked_again=False)
    assert store.turns()[0].state == TurnState.WITHDRAWN
    store.later(b.HUMAN_MS).take(b.message("e mais uma coisa", id="m2"))
    assert [message.text for message in store.claim_when_due().messages] == ["e mais uma coisa"]


def test_what_came_after_a_person_answered_waits_for_her_alone(store: Store) -> None:
    store.take(b.message("oi"))
    accepted(store)
    store.later(1_000).take(b.staff())
    store.later(1_000).take(b.message("obrigada! e mais uma coisa", id="m2"))
    until_ms = store.conversation().human_until_ms
    reopen(store)
    store.now_ms = until_ms
    assert [message.text for message in store.claim_when_due().messages] == ["obrigada! e mais uma coisa"]


def test_a_greeting_of_whatsapp_business_answers_nothing(store: Store) -> None:
    store.take(b.message("oi"))
    accepted(store)
    store.later(1_000).take(b.staff(b.GREETING))
    reopened = reopen(store)
    assert reopened is not None
    assert reopened.asked_again
    store.claim_when_due()


def test_only_replies_of_that_time_that_nothing_shows_to_have_left_may_wait(store: Store) -> None:
    store.take(b.message("oi"))
    accepted(store)
    asked = partial(unsent.maybe_waiting, instance=b.INSTANCE, since_ms=store.now_ms)
    assert store.run(partial(asked, before_ms=store.now_ms)) == []
    assert store.run(partial(asked, before_ms=store.now_ms + 1)) == [Waiting(1, "Z1")]
    store.take(b.delivery(zaap_id="Z1", message_id="3EB0Z1"))
    assert store.run(partial(asked, before_ms=store.now_ms + 1)) == []
