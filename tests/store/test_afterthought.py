"""Which reply may be taken back for what the patient wrote on, and what becomes of it."""

from collections.abc import Callable
from functools import partial

import pytest

from clinic_bot.events import ReceiptStatus
from clinic_bot.store import afterthought
from clinic_bot.store.afterthought import Overtaken
from clinic_bot.store.claims import MAX_SUPERSEDED
from clinic_bot.store.tables import TurnState
from clinic_bot.store.unsent import Reopened
from tests.support import builders as b
from tests.support.store import Store

QUEUED = {f"Z{n}" for n in range(1, 10)}


def accepted(store: Store, n: int = 1, *, hand_over: str | None = None, emergency: str | None = None) -> None:
    claim = store.claim_when_due()
    store.intent(claim, hand_over=hand_over, emergency=emergency)
    store.outcome(claim, zaap_id=f"Z{n}", message_id=f"3EB0Z{n}")


def begin(store: Store, queued: set[str] = QUEUED) -> Overtaken | None:
    return store.run(
        partial(
            afterthought.begin, conversation_id=1, queued=queued, now_ms=store.now_ms, policy=store.policy
        )
    )


def deleted(store: Store, turn_id: int = 1) -> Reopened | None:
    return store.run(
        partial(afterthought.taken_back, turn_id=turn_id, now_ms=store.now_ms, policy=store.policy)
    )


def states(store: Store) -> list[str]:
    return [turn.state for turn in store.turns()]


@pytest.fixture
def talk(store: Store) -> Store:
    """A reply in Z-API's queue, and a message that came after it."""
    store.take(b.message("oi"))
    accepted(store)
    store.later(1_000).take(b.message("e mais", id="m2"))
    return store


def test_what_z_api_deleted_is_asked_again_with_all_that_was_written_since(talk: Store) -> None:
    assert begin(talk) == Overtaken(1, "Z1", 0)
    reopened = deleted(talk)
    assert reopened is not None
    assert reopened.asked_again
    again = talk.claim_when_due()
    assert [message.text for message in again.messages] == ["oi", "e mais"]
    assert states(talk) == [TurnState.WITHDRAWN, TurnState.THINKING]
    talk.intent(again)
    talk.outcome(again)


def test_until_z_api_has_answered_nobody_knows_whether_it_left(talk: Store) -> None:
    begin(talk)
    assert states(talk) == [TurnState.UNKNOWN]  # as a process that dies now leaves it
    assert talk.recover().unknown == 0
    assert states(talk) == [TurnState.UNKNOWN]
    talk.take(b.receipt(ReceiptStatus.RECEIVED, "3EB0Z1"))
    assert states(talk) == [TurnState.SENT]


def test_evidence_that_it_left_wins_over_the_deletion(talk: Store) -> None:
    begin(talk)
    talk.take(b.receipt(ReceiptStatus.RECEIVED, "3EB0Z1"))
    assert deleted(talk) is None
    assert states(talk) == [TurnState.SENT]
    assert [message.text for message in talk.claim_when_due().messages] == ["e mais"]


def test_a_person_who_answers_meanwhile_has_its_messages_too(talk: Store) -> None:
    begin(talk)
    talk.take(b.staff())
    assert deleted(talk) is None
    assert states(talk) == [TurnState.WITHDRAWN]
    assert talk.wake_ms is None


def _left(store: Store) -> None:
    store.take(b.receipt(ReceiptStatus.SENT, "3EB0Z1"))


def _person(store: Store) -> None:
    store.take(b.staff())


def _thinking(store: Store) -> None:
    store.claim_when_due()


def _deleted(store: Store) -> None:
    store.take(b.deletion(of="m2"))


def _emergency(store: Store) -> None:
    store.take(b.message(b.EMERGENCY_TEXT, id="m3"))


def _cap(store: Store) -> None:
    store.at(b.CAP_MS)


@pytest.mark.parametrize(
    "happens",
    [
        pytest.param(_left, id="it left"),
        pytest.param(_person, id="a person has the chat"),
        pytest.param(_thinking, id="the next turn thinks already"),
        pytest.param(_deleted, id="what was written on was deleted"),
        pytest.param(_emergency, id="what was written on is an emergency"),
        pytest.param(_cap, id="the cap of its first message is over"),
    ],
)
def test_it_stands_when(talk: Store, happens: Callable[[Store], None]) -> None:
    happens(talk)
    assert begin(talk) is None
    assert talk.turns()[0].state == TurnState.SENT


def test_one_that_the_listing_does_not_show_stands(talk: Store) -> None:
    assert begin(talk, {"Z2"}) is None


def test_a_hand_over_stands(store: Store) -> None:
    store.take(b.message("quero falar com alguém"))
    accepted(store, hand_over="pediu uma pessoa")
    store.later(b.HUMAN_MS).take(b.message("e mais", id="m2"))
    assert begin(store) is None


def test_an_emergency_s_text_stands(store: Store) -> None:
    store.take(b.message(b.EMERGENCY_TEXT))
    accepted(store, emergency="chest_pain")
    store.later(1_000).take(b.message("por favor", id="m2"))
    assert begin(store) is None


def test_it_happens_three_times_at_most(store: Store) -> None:
    store.take(b.message("oi"))
    for n in range(1, MAX_SUPERSEDED + 1):
        accepted(store, n)
        store.later(1_000).take(b.message(f"e mais {n}", id=f"n{n}"))
        assert begin(store) is not None
        assert deleted(store, n) is not None
    claim = store.claim_when_due()
    assert claim.newer_until_ms == 0  # it was put off often enough
    store.intent(claim)
    store.outcome(claim, zaap_id="Z4")
    store.later(1_000).take(b.message("e ainda", id="last"))
    assert begin(store) is None
