"""A reply that a person's answer overtook, while Z-API is asked to delete it."""

from functools import partial

from sqlalchemy import Connection

from clinic_bot.store import contacts, evidence, recalls
from clinic_bot.store.evidence import HOLD_AFTER_MS
from clinic_bot.store.policy import Policy
from clinic_bot.store.recalls import Recallable
from clinic_bot.store.session import session_on
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


def test_time_that_held_it_meanwhile_is_undone_by_what_z_api_says(store: Store) -> None:
    """Its intent may be minutes old when Z-API accepts it at last."""
    accepted(store)
    (reply,) = begun(store)
    store.run(partial(evidence.hold_old, now_ms=store.now_ms + HOLD_AFTER_MS))
    assert state(store) == TurnState.HELD
    store.run(partial(recalls.stands, reply=reply))
    assert state(store) == TurnState.SENT
    (reply,) = begun(store)
    store.run(partial(evidence.hold_old, now_ms=store.now_ms + HOLD_AFTER_MS))
    deleted(store)
    assert state(store) == TurnState.WITHDRAWN


def test_a_reply_to_the_lid_is_looked_for_too_once_that_is_the_numbers(store: Store) -> None:
    store.take(b.message(who=b.contact(None, lid=b.LID)))
    store.intent(claim := store.claim_when_due(), REPLY)
    store.outcome(claim, zaap_id="Z1", message_id="3EB01")
    other = b.contact("5511987650002")
    store.take(b.message(id="m2", who=other))
    store.run(partial(learned, number_id=2, policy=store.policy, now_ms=store.now_ms))
    assert [one.alias_of for one in store.conversations()] == [2, None]
    begin = partial(recalls.begin, conversation_id=2, since_ms=store.now_ms - 1)
    assert [reply.turn_id for reply in store.run(begin)] == [claim.turn_id]


def learned(connection: Connection, *, number_id: int, policy: Policy, now_ms: int) -> None:
    with session_on(connection) as session:
        contacts.learn_lid(session, number_id, b.LID, policy, now_ms)
