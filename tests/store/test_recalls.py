"""A reply that a person's answer overtook, while Z-API is asked to delete it."""

from functools import partial

from clinic_bot.store import evidence, recalls
from clinic_bot.store.evidence import HOLD_AFTER_MS
from clinic_bot.store.recalls import Recallable
from clinic_bot.store.tables import TurnState
from tests.support import builders as b
from tests.support.store import Store

REPLY = "Abrimos às 8h."


def accepted(store: Store, state: TurnState = TurnState.SENT) -> None:
    store.take(b.message())
    claim = store.claim_when_due()
    store.intent(claim, REPLY)
    store.outcome(claim, state, zaap_id="Z1", message_id="3EB01", reason="a test")


def begun(store: Store) -> list[Recallable]:
    return store.run(partial(recalls.begin, conversation_id=1, since_ms=store.now_ms - 1))


def deleted(store: Store) -> None:
    store.run(partial(recalls.deleted, turn_id=1, now_ms=store.now_ms))


def state(store: Store) -> str:
    (turn,) = store.turns()
    return turn.state


def test_it_is_unknown_until_z_api_has_deleted_it(store: Store) -> None:
    accepted(store)
    (reply,) = begun(store)
    assert (reply.turn_id, reply.zaap_id) == (1, "Z1")
    assert state(store) == TurnState.UNKNOWN
    deleted(store)
    assert state(store) == TurnState.WITHDRAWN


def test_an_echo_proves_that_it_left_all_the_same(store: Store) -> None:
    accepted(store)
    begun(store)
    deleted(store)
    store.take(b.echo(REPLY, id="3EB01"))
    assert state(store) == TurnState.SENT


def test_what_z_api_does_not_delete_is_what_it_was(store: Store) -> None:
    accepted(store, TurnState.UNKNOWN)
    (reply,) = begun(store)
    store.run(partial(recalls.stands, reply=reply))
    (turn,) = store.turns()
    assert (turn.state, turn.reason) == (TurnState.UNKNOWN, "a test")


def test_evidence_that_comes_meanwhile_is_not_undone(store: Store) -> None:
    accepted(store)
    (reply,) = begun(store)
    store.take(b.delivery(zaap_id="Z1", message_id="3EB01"))
    store.run(partial(recalls.stands, reply=reply))
    (turn,) = store.turns()
    assert (turn.state, turn.settled_by) == (TurnState.SENT, evidence.Proof.DELIVERY)


def test_who_dies_before_hearing_of_it_leaves_it_for_a_person(store: Store) -> None:
    accepted(store)
    begun(store)
    store.later(HOLD_AFTER_MS)
    store.run(partial(evidence.hold_old, now_ms=store.now_ms))
    (turn,) = store.turns()
    assert (turn.state, turn.reason) == (TurnState.HELD, "being recalled: a person answered")


def test_a_reply_that_left_already_is_not_looked_for_in_the_queue(store: Store) -> None:
    accepted(store)
    store.take(b.delivery(zaap_id="Z1", message_id="3EB01"))
    assert begun(store) == []
