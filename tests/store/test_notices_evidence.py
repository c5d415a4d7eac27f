"""What Z-API says of a send is looked for among the alerts too, and mistaken for nobody's hand."""

from clinic_bot.store.tables import NoticeState, TurnState
from tests.store.test_notices import TEXT, add, conclude, intended, state_of
from tests.support import builders as b
from tests.support.store import Store


def test_an_echo_that_lost_its_origin_takes_no_chat_over(store: Store) -> None:
    conclude(store, intended(store, add(store)), message_id="A1")
    taken = store.take(b.staff(TEXT, id="A1"))
    assert not taken.taken_over
    assert store.conversation().human_until_ms == 0


def test_the_echo_of_an_uncertain_alert_proves_it(store: Store) -> None:
    notice = add(store)
    conclude(store, intended(store, notice), NoticeState.UNKNOWN)
    store.take(b.echo(TEXT, id="A1"))
    assert state_of(store, notice) == "sent"


def test_the_delivery_of_an_alert_proves_no_reply_to_the_same_number(store: Store) -> None:
    notice = add(store)
    conclude(store, intended(store, notice), NoticeState.UNKNOWN, message_id="A1")
    store.take(b.message())
    store.intent(store.claim_when_due())
    store.recover()
    store.take(b.delivery(message_id="A1"))
    assert state_of(store, notice) == "sent"
    assert [turn.state for turn in store.turns()] == [TurnState.UNKNOWN]


def test_the_report_of_an_alert_whose_ids_nobody_knows_yet_proves_no_reply_to_the_same_number(
    store: Store,
) -> None:
    store.take(b.message())
    store.intent(store.claim_when_due())
    store.recover()
    intent = intended(store, add(store))
    store.take(b.delivery(message_id="A1", zaap_id="Z1"))  # before Z-API's answer to the send itself
    assert [turn.state for turn in store.turns()] == [TurnState.UNKNOWN]
    conclude(store, intent, message_id="A1")
    store.take(b.delivery(message_id="B1", zaap_id="Z2"))
    assert [turn.state for turn in store.turns()] == [TurnState.SENT]  # by now it can be no other
