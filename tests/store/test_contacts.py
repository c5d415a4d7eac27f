"""Who is who: spellings, LIDs, and two conversations that turn out to be one person's."""

from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import Connection, text

from clinic_bot.store import contacts, gate
from clinic_bot.store.gate import Gate
from clinic_bot.store.lease import Claim
from clinic_bot.store.session import session_on
from clinic_bot.store.tables import TurnState
from tests.support import builders as b
from tests.support.builders import LID, PHONE, contact
from tests.support.clock import START_MS
from tests.support.store import Store

WITH_NINE, WITHOUT_NINE = "5511987650001", "551187650001"
OTHER = "5511987650002"
BY_LID = contact(None, lid=LID)
PAIR = contact(lid=LID)


def learn_lid(store: Store, conversation_id: int, lid: str) -> None:
    def job(connection: Connection) -> None:
        with session_on(connection) as session:
            contacts.learn_lid(session, conversation_id, lid, store.policy, store.now_ms)

    store.run(job)


def known_by_lid_and_by_number(store: Store) -> None:
    """Conversation 1 is the number's, conversation 2 the LID's; nothing says yet that they are one person."""
    store.take(b.message("pelo número", id="n1"))
    store.at(1_000).take(b.message("pelo lid", id="l1", who=BY_LID))


@pytest.mark.parametrize(
    ("first", "second"), [(WITH_NINE, WITHOUT_NINE), (WITHOUT_NINE, WITH_NINE)], ids=["9 first", "9 last"]
)
def test_both_spellings_of_a_brazilian_mobile_are_one_person(store: Store, first: str, second: str) -> None:
    store.take(b.message("oi", id="m1", who=contact(first)))
    store.take(b.message("tudo bem?", id="m2", who=contact(second)))
    assert store.texts() == ["oi", "tudo bem?"]
    assert store.claim_when_due().phone == second  # the reply goes to the spelling received last


def test_two_landlines_are_two_people(store: Store) -> None:
    store.take(b.message(id="m1", who=contact("551132650001")))
    store.take(b.message(id="m2", who=contact("5511932650001")))
    assert len(store.conversations()) == 2


def test_a_pair_is_learned_from_any_message_that_carries_both(store: Store) -> None:
    store.take(b.message("oi", id="m1", who=PAIR))
    store.take(b.message("e mais", id="m2", who=BY_LID))
    assert store.texts() == ["oi", "e mais"]


def test_a_number_that_shows_up_completes_a_contact_known_by_its_lid(store: Store) -> None:
    store.take(b.message("oi", id="m1", who=BY_LID))
    store.take(b.message("sou eu", id="m2", who=PAIR))
    assert store.texts() == ["oi", "sou eu"]
    assert store.claim_when_due().phone == b.PHONE


def test_the_name_is_the_last_one_heard(store: Store) -> None:
    store.take(b.message(id="m1", who=contact(name="Bia")))
    store.take(b.message(id="m2", who=contact()))
    store.take(b.message(id="m3", who=contact(name="Beatriz")))
    assert store.conversation().name == "Beatriz"


def test_number_and_lid_of_one_person_become_one_conversation(store: Store) -> None:
    known_by_lid_and_by_number(store)
    store.at(2_000).take(b.message("os dois", id="m3", who=PAIR))
    assert store.texts(1) == ["pelo número", "pelo lid", "os dois"]
    assert [m.seq for m in store.messages(1)] == [1, 2, 3]
    alias = store.conversation(2)
    assert (alias.alias_of, alias.lid, alias.wake_at_ms) == (1, None, None)
    assert store.conversation(1).lid == LID
    assert [m.text for m in store.claim_when_due(1).messages] == ["pelo número", "pelo lid", "os dois"]


def test_pending_messages_move_in_the_order_they_came(store: Store) -> None:
    store.take(b.message("número", id="n1"))
    for n in range(4):
        store.at(1_000 + n).take(b.message(f"lid {n}", id=f"l{n}", who=BY_LID))
    store.at(2_000)
    learn_lid(store, 1, LID)
    assert store.texts(1) == ["número", "lid 0", "lid 1", "lid 2", "lid 3"]
    assert store.wake_ms == 1_003 + b.QUIET_MS


def test_the_cap_of_a_merged_burst_counts_from_its_very_first_message(store: Store) -> None:
    store.take(b.message("lid", id="l1", who=BY_LID))
    store.at(58_000).take(b.message("número", id="n1"))
    store.take(b.message("os dois", id="n2", who=PAIR))
    assert store.conversation(2).wake_at_ms == store.at(b.CAP_MS).now_ms


def test_only_what_is_pending_moves(store: Store) -> None:
    store.take(b.message("antes", id="l1", who=BY_LID))
    store.answer(1)
    store.later(1_000).take(b.message("número", id="n1"))
    store.take(b.message("os dois", id="n2", who=PAIR))
    assert store.texts(1) == ["antes"]
    assert store.texts(2) == ["número", "os dois"]


@pytest.mark.parametrize("human", ["number", "lid"])
def test_the_stricter_mode_wins(store: Store, human: str) -> None:
    known_by_lid_and_by_number(store)
    store.take(b.staff(who=contact() if human == "number" else BY_LID))
    until_ms = store.conversation(1 if human == "number" else 2).human_until_ms
    learn_lid(store, 1, LID)
    assert store.conversation(1).human_until_ms == until_ms > store.now_ms


def test_a_side_that_thinks_is_fenced_and_the_burst_becomes_one_turn(store: Store) -> None:
    known_by_lid_and_by_number(store)
    store.at(10_000)
    number, lid = store.claim(1), store.claim(2)
    learn_lid(store, 1, LID)
    assert store.intent(number) is Gate.STALE
    assert store.intent(lid) is Gate.STALE
    assert [turn.state for turn in store.turns()] == [TurnState.WITHDRAWN] * 2
    assert [m.text for m in store.claim(1).messages] == ["pelo número", "pelo lid"]
    assert store.conversation(1).attempts == 1  # being fenced was not the turn's fault


def test_a_turn_that_waits_to_be_tried_again_is_withdrawn_with_its_side(store: Store) -> None:
    known_by_lid_and_by_number(store)
    store.at(10_000)
    store.give_back(store.claim(2), after_ms=60_000)
    learn_lid(store, 1, LID)
    assert [turn.state for turn in store.turns()] == [TurnState.WITHDRAWN]
    assert [m.text for m in store.claim(1).messages] == ["pelo número", "pelo lid"]


def test_a_side_whose_send_is_under_way_is_waited_for(store: Store) -> None:
    known_by_lid_and_by_number(store)
    store.at(10_000)
    claim = store.claim(2)
    assert store.intent(claim) is Gate.OPEN
    learn_lid(store, 1, LID)
    store.take(b.message("ainda pelo lid", id="l2", who=BY_LID))  # its LID leads to the survivor already
    assert store.conversation(2).alias_of is None
    assert store.outcome(claim).ours
    assert store.conversation(2).alias_of == 1
    assert store.conversation(1).lid == LID
    assert store.texts(1) == ["pelo número", "ainda pelo lid"]


def test_what_came_during_a_pinned_send_moves_when_it_closes(store: Store) -> None:
    known_by_lid_and_by_number(store)
    store.at(10_000)
    claim = store.claim(2)
    assert store.intent(claim) is Gate.OPEN
    store.take(b.message("durante o envio", id="l2", who=BY_LID))
    learn_lid(store, 1, LID)
    store.outcome(claim)
    assert store.texts(1) == ["pelo número", "durante o envio"]


def change(store: Store, claim: Claim) -> Gate:
    """A tool's change, after which nothing is fenced any more."""
    made = partial(gate.record_change, claim=claim, tool="marcar", arguments="{}", effect=lambda _: "marcado")
    return store.run(partial(made, now_ms=store.now_ms, policy=store.policy)).gate


@pytest.mark.parametrize("before", [True, False], ids=["before the merge", "after it"])
def test_a_person_who_answers_the_number_is_heard_by_the_turn_that_the_merge_waits_for(
    store: Store, before: bool
) -> None:
    known_by_lid_and_by_number(store)
    store.at(10_000)
    claim = store.claim(2)
    assert change(store, claim) is Gate.OPEN
    if before:
        store.take(b.staff(who=contact()))
    learn_lid(store, 1, LID)
    if not before:
        store.take(b.staff(who=BY_LID))
    assert store.intent(claim) is Gate.TAKEN_OVER
    assert store.conversation(2).alias_of == 1
    assert store.conversation(1).human_until_ms > store.now_ms


def test_what_waits_to_be_asked_again_before_a_merge_is_hers_who_answers_meanwhile(store: Store) -> None:
    known_by_lid_and_by_number(store)
    store.at(10_000)
    claim = store.claim(2)
    change(store, claim)
    learn_lid(store, 1, LID)
    store.give_back(claim, after_ms=60_000)
    store.take(b.staff(who=BY_LID))
    assert [conversation.wake_at_ms for conversation in store.conversations()] == [None, None]
    assert [turn.state for turn in store.turns()] == [TurnState.SILENT]


def test_who_gives_the_chat_back_gives_back_all_of_it(store: Store) -> None:
    known_by_lid_and_by_number(store)
    store.policy = replace(b.POLICY, is_give_back=lambda text: text == "segue, bot")
    store.at(10_000)
    claim = store.claim(2)
    change(store, claim)
    learn_lid(store, 1, LID)
    store.take(b.staff(who=BY_LID))
    store.take(b.staff("segue, bot", id="s2", who=BY_LID))
    assert [conversation.human_until_ms for conversation in store.conversations()] == [0, 0]
    assert store.intent(claim) is Gate.EMPTY  # what she answered stays hers
    assert store.conversation(1).human_until_ms == 0


def test_a_turn_that_is_tried_again_before_a_merge_knows_where_to_answer(store: Store) -> None:
    known_by_lid_and_by_number(store)
    store.at(10_000)
    claim = store.claim(2)
    change(store, claim)
    learn_lid(store, 1, LID)
    store.give_back(claim, after_ms=5_000)
    again = store.claim_when_due(2)
    assert (again.phone, again.lid) == (PHONE, LID)
    assert store.intent(again) is Gate.OPEN
    store.outcome(again)
    assert store.conversation(2).alias_of == 1


def test_a_survivor_whose_send_is_under_way_keeps_its_range(store: Store) -> None:
    known_by_lid_and_by_number(store)
    store.at(10_000)
    claim = store.claim(1)
    assert store.intent(claim) is Gate.OPEN
    learn_lid(store, 1, LID)
    assert store.outcome(claim).ours
    assert [(t.low, t.high, t.state) for t in store.turns()] == [(1, 1, TurnState.SENT)]
    assert [m.text for m in store.claim_when_due(1).messages] == ["pelo lid"]


def test_two_numbers_that_claim_one_lid_stay_two_people(store: Store) -> None:
    store.take(b.message("oi", id="m1", who=PAIR))
    store.take(b.message("oi", id="m2", who=contact(OTHER)))
    store.take(b.message("oi também", id="m3", who=contact(OTHER, lid=LID)))
    assert [conversation.lid for conversation in store.conversations()] == [LID, None]
    learn_lid(store, 2, LID)
    assert store.texts(2) == ["oi", "oi também"]


def test_a_new_number_under_a_known_lid_is_the_same_person_with_another_number(store: Store) -> None:
    store.take(b.message("oi", id="m1", who=PAIR))
    store.take(b.message("troquei de número", id="m2", who=contact(OTHER, lid=LID)))
    assert store.texts() == ["oi", "troquei de número"]
    assert store.claim_when_due().phone == OTHER


def test_an_emergency_keeps_its_haste_through_a_merge(store: Store) -> None:
    store.take(b.message("oi", id="n1"))
    store.at(1_000).take(b.staff(who=BY_LID))  # a person has the LID's chat: the emergency waits for her
    store.run(partial(_end_human_mode, conversation_id=2))
    store.take(b.message(b.EMERGENCY_TEXT, id="l1", who=BY_LID))
    learn_lid(store, 1, LID)
    claim = store.claim(1)
    assert claim.emergency


def _end_human_mode(connection: Connection, conversation_id: int) -> None:
    connection.execute(
        text("UPDATE conversation SET human_until_ms = 0 WHERE id = :id"), {"id": conversation_id}
    )


def test_the_earlier_conversation_is_remembered_under_its_new_one(store: Store) -> None:
    known_by_lid_and_by_number(store)
    learn_lid(store, 1, LID)

    def ids(connection: Connection) -> list[int]:
        with session_on(connection) as session:
            return contacts.aliases(session.connection(), 1)

    assert store.run(ids) == [1, 2]


def test_a_hand_written_answer_under_the_lid_finds_the_chat(store: Store) -> None:
    store.take(b.message("oi", who=PAIR))
    store.at(1_000).take(b.staff(who=BY_LID))
    assert store.conversation().human_until_ms == store.now_ms + b.HUMAN_MS
    assert store.wake_ms is None


@pytest.mark.parametrize("under", ["lid", "number"])
def test_what_a_person_answered_under_the_other_name_is_hers_once_they_are_one(
    store: Store, under: str
) -> None:
    """Reception's answer comes under the LID alone, before anybody knows whose that is."""
    hers, theirs = (BY_LID, contact()) if under == "lid" else (contact(), BY_LID)
    store.take(b.message("antes", id="m1", who=theirs))
    store.at(2_000).take(b.staff(who=hers))
    store.at(3_000).take(b.message("depois", id="m2", who=theirs))
    store.at(4_000)
    number = next(row.id for row in store.conversations() if row.phone_key is not None)
    assert number is not None
    learn_lid(store, number, LID)
    assert store.conversation(number).human_until_ms == START_MS + 2_000 + b.HUMAN_MS
    store.at(2_000 + b.HUMAN_MS)
    assert [message.text for message in store.claim_when_due(number).messages] == ["depois"]


def test_a_greeting_of_whatsapp_business_under_the_other_name_answers_nothing(store: Store) -> None:
    store.take(b.message("oi", id="m1"))
    store.at(2_000).take(b.staff(b.GREETING, who=BY_LID))
    learn_lid(store, 1, LID)
    assert [message.text for message in store.claim_when_due(1).messages] == ["oi"]


def test_a_send_that_is_under_way_is_recorded_whoever_answered_under_the_other_name(store: Store) -> None:
    store.take(b.message("oi", id="m1"))
    claim = store.claim_when_due(1)
    assert store.intent(claim) is Gate.OPEN
    store.take(b.staff(who=BY_LID))
    learn_lid(store, 1, LID)
    assert store.outcome(claim).ours
    assert store.turns()[0].state == TurnState.SENT
