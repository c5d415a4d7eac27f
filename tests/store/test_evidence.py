"""What Z-API says later about a send."""

from dataclasses import replace
from functools import partial

import pytest

from clinic_bot.events import Event, ReceiptStatus
from clinic_bot.sandbox.zapi_state import DELIVERY_ERRORS
from clinic_bot.store import evidence, switches
from clinic_bot.store.evidence import HOLD_AFTER_MS
from clinic_bot.store.lease import Claim
from clinic_bot.store.tables import Author, Turn, TurnState
from tests.support import builders as b
from tests.support.builders import contact
from tests.support.store import Store

REPLY = "Bom dia!"
OTHER = "5511987650002"


def sending(store: Store, *, phone: str = b.PHONE, reply: str = REPLY, n: int = 1) -> Claim:
    """A turn between its intent and its outcome."""
    taken = store.take(b.message(id=f"{phone}-{n}", who=contact(phone)))
    assert taken.conversation_id
    claim = store.claim_when_due(taken.conversation_id)
    store.intent(claim, reply)
    return claim


def unknown(store: Store, *, phone: str = b.PHONE, reply: str = REPLY, n: int = 1) -> Claim:
    claim = sending(store, phone=phone, reply=reply, n=n)
    store.outcome(claim, TurnState.UNKNOWN)
    return claim


def the_turn(store: Store) -> Turn:
    (turn,) = store.turns()
    return turn


# By the echo.


def test_an_echo_with_the_same_words_settles_the_one_uncertain_send(store: Store) -> None:
    unknown(store)
    store.take(b.echo(REPLY, id="3EB01"))
    turn = the_turn(store)
    assert (turn.state, turn.settled_by, turn.message_id) == (TurnState.SENT, "echo", "3EB01")


def test_an_echo_with_other_words_settles_nothing(store: Store) -> None:
    unknown(store)
    store.take(b.echo("Outra coisa", id="3EB01"))
    assert the_turn(store).state == TurnState.UNKNOWN


def test_an_echo_that_fits_two_sends_settles_neither(store: Store) -> None:
    unknown(store, n=1)
    unknown(store, n=2)
    store.take(b.echo(REPLY, id="3EB01"))
    assert [turn.state for turn in store.turns()] == [TurnState.UNKNOWN] * 2


def test_an_echo_from_another_chat_settles_nothing(store: Store) -> None:
    unknown(store)
    store.take(b.echo(REPLY, id="3EB01", who=contact(OTHER)))
    assert the_turn(store).state == TurnState.UNKNOWN


def test_an_echo_before_the_outcome_is_not_undone_by_it(store: Store) -> None:
    claim = sending(store)
    store.take(b.echo(REPLY, id="3EB01"))
    assert the_turn(store).state == TurnState.SENT
    assert store.outcome(claim, TurnState.UNKNOWN, reason="no answer in time").ours
    turn = the_turn(store)
    assert (turn.state, turn.message_id) == (TurnState.SENT, "3EB01")
    assert store.conversation().owner is None


def test_who_writes_between_the_echo_and_the_outcome_takes_nothing_from_the_reply(store: Store) -> None:
    claim = sending(store)
    store.take(b.echo(REPLY, id="3EB01"))
    store.take(b.staff("Oi, aqui é a Ana", id="s1"))
    assert store.outcome(claim, TurnState.SENT).ours
    assert [one.handled_ms for one in store.messages() if one.author == Author.PATIENT] == [None]


def test_the_outcome_adds_the_ids_that_evidence_did_not_know(store: Store) -> None:
    claim = sending(store)
    store.take(b.echo(REPLY, id="3EB01"))
    store.outcome(claim, message_id="3EB01", zaap_id="Z1")
    turn = the_turn(store)
    assert (turn.message_id, turn.zaap_id) == ("3EB01", "Z1")


def test_an_echo_known_by_its_lid_settles_the_send_to_the_number(store: Store) -> None:
    store.take(b.message(who=contact(lid=b.LID)))
    claim = store.claim_when_due()
    store.intent(claim, REPLY)
    store.outcome(claim, TurnState.UNKNOWN)
    store.take(b.echo(REPLY, id="3EB01", who=contact(None, lid=b.LID)))
    assert the_turn(store).state == TurnState.SENT


# By the delivery report.


def test_a_delivery_report_settles_by_its_queue_id(store: Store) -> None:
    claim = sending(store)
    store.outcome(claim, TurnState.UNKNOWN, zaap_id="Z1")
    sending(store, n=2)
    store.take(b.delivery(zaap_id="Z1", message_id="3EB01"))
    first, second = store.turns()
    assert (first.state, first.message_id, first.receipt) == (TurnState.SENT, "3EB01", "SENT")
    assert second.state == TurnState.SENDING


def test_a_delivery_report_without_known_ids_settles_the_only_uncertain_send(store: Store) -> None:
    unknown(store)
    store.take(b.delivery(zaap_id="Z1", message_id="3EB01"))
    turn = the_turn(store)
    assert (turn.state, turn.settled_by, turn.zaap_id) == (TurnState.SENT, "delivery", "Z1")


def test_a_delivery_report_without_known_ids_does_not_choose_between_two(store: Store) -> None:
    unknown(store, n=1)
    unknown(store, n=2)
    store.take(b.delivery(zaap_id="Z1", message_id="3EB01"))
    assert [turn.state for turn in store.turns()] == [TurnState.UNKNOWN] * 2


def test_a_definite_no_of_the_queue_shows_the_reply_as_undelivered(store: Store) -> None:
    store.outcome(sending(store), zaap_id="Z1", message_id="3EB01")
    store.take(b.delivery(zaap_id="Z1", error="Phone number does not exist"))
    turn = the_turn(store)
    assert (turn.state, turn.reason) == (TurnState.UNDELIVERED, "Phone number does not exist")


@pytest.mark.parametrize("error", ["Timeout on send message", "Error on send message"])
@pytest.mark.parametrize("early", [True, False], ids=["before the outcome", "after the outcome"])
def test_an_uncertain_error_of_the_queue_makes_the_send_unknown(
    store: Store, error: str, early: bool
) -> None:
    claim = sending(store)
    if early:
        store.take(b.delivery(zaap_id="Z1", error=error))
        store.outcome(claim, zaap_id="Z1", message_id="3EB01")
    else:
        store.outcome(claim, zaap_id="Z1", message_id="3EB01")
        store.take(b.delivery(zaap_id="Z1", error=error))
    assert the_turn(store).state == TurnState.UNKNOWN


@pytest.mark.parametrize("error", ["Phone number does not exist", "Timeout on send message"])
def test_what_a_patient_has_received_is_not_undone_by_an_error(store: Store, error: str) -> None:
    store.outcome(sending(store), zaap_id="Z1", message_id="3EB01")
    store.take(b.receipt(ReceiptStatus.RECEIVED, "3EB01"))
    store.take(b.delivery(zaap_id="Z1", error=error))
    assert the_turn(store).state == TurnState.SENT


# By receipts.


@pytest.mark.parametrize(
    "order",
    [
        pytest.param(("SENT", "RECEIVED", "READ"), id="in order"),
        pytest.param(("READ", "RECEIVED", "SENT"), id="backwards"),
        pytest.param(("RECEIVED", "READ", "RECEIVED"), id="repeated"),
    ],
)
def test_of_the_receipts_the_furthest_is_kept(store: Store, order: tuple[str, ...]) -> None:
    store.outcome(sending(store), message_id="3EB01")
    for n, status in enumerate(order):
        store.later(n).take(b.receipt(ReceiptStatus(status), "3EB01"))
    assert the_turn(store).receipt == "READ"


def test_a_receipt_proves_an_unknown_send(store: Store) -> None:
    store.outcome(sending(store), TurnState.UNKNOWN, message_id="3EB01")
    store.take(b.receipt(ReceiptStatus.READ, "3EB01"))
    turn = the_turn(store)
    assert (turn.state, turn.settled_by) == (TurnState.SENT, "receipt")


def test_a_receipt_for_a_message_we_never_sent_is_taken_and_changes_nothing(store: Store) -> None:
    store.outcome(sending(store), message_id="3EB01")
    store.take(b.receipt(ReceiptStatus.READ, "somebody-elses"))
    assert the_turn(store).receipt is None


@pytest.mark.parametrize("state", [TurnState.UNDELIVERED, TurnState.SENT])
def test_evidence_never_moves_a_state_back(store: Store, state: TurnState) -> None:
    store.outcome(sending(store), state, message_id="3EB01", zaap_id="Z1")
    store.take(b.echo(REPLY, id="3EB01"))
    assert the_turn(store).state == state


# Time.


def hold_old(store: Store) -> int:
    return store.run(partial(evidence.hold_old, now_ms=store.now_ms))


def test_what_stays_unknown_for_two_minutes_is_held_for_a_person(store: Store) -> None:
    unknown(store)
    assert store.later(HOLD_AFTER_MS - 1).run(partial(evidence.hold_old, now_ms=store.now_ms)) == 0
    store.later(1)
    assert hold_old(store) == 1
    turn = the_turn(store)
    assert (turn.state, turn.settled_by) == (TurnState.HELD, "time")
    assert hold_old(store) == 0


def test_a_held_send_is_still_settled_by_what_comes_late(store: Store) -> None:
    unknown(store)
    store.later(HOLD_AFTER_MS)
    hold_old(store)
    store.take(b.echo(REPLY, id="3EB01"))
    assert the_turn(store).state == TurnState.SENT


def test_a_held_send_does_not_block_its_phone(store: Store) -> None:
    unknown(store)
    store.later(HOLD_AFTER_MS)
    hold_old(store)
    store.take(b.message("alô?", id="m2"))
    assert [m.text for m in store.claim_when_due().messages] == ["alô?"]


# By an id alone, and within one instance.

NOBODY = contact(None)
ELSEWHERE = replace(contact(), instance="another")


def test_evidence_that_names_nobody_settles_by_its_id(store: Store) -> None:
    proofs: list[Event] = [b.delivery(zaap_id="Z0", who=NOBODY), b.echo("?", id="3EB01", who=NOBODY)]
    for n, proof in enumerate(proofs):
        store.outcome(sending(store, n=n), TurnState.UNKNOWN, zaap_id=f"Z{n}", message_id=f"3EB0{n}")
        store.take(proof)
    store.outcome(sending(store, n=2), TurnState.UNKNOWN, message_id="3EB02")
    store.take(b.receipt(ReceiptStatus.RECEIVED, "3EB02", who=NOBODY))
    assert [turn.settled_by for turn in store.turns()] == ["delivery", "echo", "receipt"]


def test_evidence_that_names_nobody_and_has_a_foreign_id_settles_nothing(store: Store) -> None:
    unknown(store)
    store.take(b.delivery(zaap_id="Z1", message_id="3EB01", who=NOBODY))
    store.take(b.echo(REPLY, id="3EB01", who=NOBODY))
    assert the_turn(store).state == TurnState.UNKNOWN


def test_the_same_id_at_another_instance_is_another_message(store: Store) -> None:
    store.outcome(sending(store), TurnState.UNKNOWN, zaap_id="Z1", message_id="3EB01")
    store.take(b.delivery(zaap_id="Z1", who=ELSEWHERE))
    store.take(b.echo(REPLY, id="3EB01", who=ELSEWHERE))
    store.take(b.receipt(ReceiptStatus.READ, "3EB01", who=ELSEWHERE))
    assert the_turn(store).state == TurnState.UNKNOWN
    assert store.run(partial(evidence.unsettled, instance="another")) == []
    assert len(store.run(partial(evidence.unsettled, instance=b.INSTANCE))) == 1


def test_a_report_with_another_queue_id_is_about_another_message(store: Store) -> None:
    store.outcome(sending(store), TurnState.UNKNOWN, zaap_id="Z1")
    store.take(b.delivery(zaap_id="Z2", message_id="3EB01"))
    assert the_turn(store).state == TurnState.UNKNOWN


# Errors that concern the whole instance.


def switched_off(store: Store) -> list[tuple[str, str]]:
    found = store.run(partial(switches.active, instance=b.INSTANCE))
    return [(one.name.value, one.reason) for one in found]


@pytest.mark.parametrize("error", DELIVERY_ERRORS["restricted"])
def test_an_account_that_whatsapp_restricts_stops_all_answers(store: Store, error: str) -> None:
    store.outcome(sending(store), zaap_id="Z1", message_id="3EB01")
    store.take(b.delivery(zaap_id="Z1", error=error))
    assert the_turn(store).state == TurnState.UNDELIVERED
    assert switched_off(store) == [("zapi_account", "restricted")]


def test_it_does_so_even_when_the_message_was_none_of_ours(store: Store) -> None:
    store.take(b.delivery(zaap_id="Z9", error="The message was not sent due to a likely shadow ban"))
    assert switched_off(store) == [("zapi_account", "restricted")]


def test_a_no_to_one_message_stops_nothing_else(store: Store) -> None:
    store.outcome(sending(store), zaap_id="Z1", message_id="3EB01")
    store.take(b.delivery(zaap_id="Z1", error="Phone number does not exist"))
    assert switched_off(store) == []
