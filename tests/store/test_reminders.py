"""One reminder for one appointment at its time: the key is the database's, and the patient's row is the lock."""

from functools import partial

import pytest

from clinic_bot.store import appointments, heard, history, notices, patients, reminders, switches
from clinic_bot.store.cells import Place
from clinic_bot.store.notices import Intent, NotNow
from clinic_bot.store.reminders import Due, Skipped
from clinic_bot.store.tables import NoticeState, SwitchName
from tests.support import builders as b
from tests.support.reminding import (
    HOUR_MS,
    THURSDAY_14H_MS,
    ahead,
    book,
    conclude,
    intend,
    remind,
    rows,
)
from tests.support.store import Store

DAY_BEFORE_MS = THURSDAY_14H_MS - 24 * HOUR_MS


@pytest.fixture
def store(store: Store) -> Store:
    """Somebody with an appointment, the day before it."""
    store.run(book)
    store.now_ms = DAY_BEFORE_MS
    return store


def due(store: Store, hours: int = 24) -> list[Due]:
    return [Due(one, hours) for one in ahead(store)]


def test_it_leaves_once_whoever_asks_and_however_often(store: Store) -> None:
    asked = due(store)
    intent = intend(store, asked)
    assert isinstance(intent, Intent)
    assert (intent.phone, intent.text) == (b.PHONE, "Lembrete!")
    assert intend(store, asked, owner="p2") == NotNow()
    assert conclude(store, intent).state is NoticeState.SENT
    assert intend(store, asked, owner="p2") == NotNow()
    assert store.run(rows) == [(24, None, "sent")]
    assert [one.done for one in ahead(store)] == [{24}]
    conversation = store.conversation()
    assert (conversation.owner, conversation.wake_at_ms) == (None, None)
    remind(store, 3)
    assert [one.done for one in ahead(store)] == [{24, 3}]


def test_what_a_patient_writes_meanwhile_waits_for_it_and_is_answered(store: Store) -> None:
    intent = intend(store, due(store))
    assert isinstance(intent, Intent)
    store.take(b.message())
    store.later(b.QUIET_MS)
    store.try_claim(owner="turns")
    assert store.turns() == []
    assert conclude(store, intent).wake_at_ms == DAY_BEFORE_MS + b.QUIET_MS
    store.answer()


def test_it_does_not_go_into_an_open_burst_or_a_turn(store: Store) -> None:
    asked = due(store)
    store.take(b.message())
    assert intend(store, asked) == NotNow()
    claim = store.claim_when_due()
    assert intend(store, asked) == NotNow()
    store.intent(claim)
    assert intend(store, asked) == NotNow()
    store.outcome(claim)
    intent = intend(store, asked)
    assert isinstance(intent, Intent)
    conclude(store, intent)


def test_who_is_known_by_two_names_is_reminded_once_the_turn_that_their_merge_waits_for_has_ended(
    store: Store,
) -> None:
    by_lid, other = b.contact(None, lid=b.LID), "5511987650002"
    store.run(partial(book, who=by_lid, patient="Ana Lima", start_ms=THURSDAY_14H_MS + HOUR_MS))
    lid_id = next(one.id for one in store.conversations() if one.lid == b.LID)
    assert lid_id is not None
    store.take(b.message("oi", id="l1", who=by_lid))
    claim = store.claim_when_due(lid_id)
    store.intent(claim)
    store.take(b.message("oi", id="n1", who=b.contact(other)))
    pair = b.contact(other, lid=b.LID)
    store.take(b.message("sou eu", id="n2", who=pair))
    number_id = next(one.id for one in store.conversations() if one.lid == b.LID)
    assert number_id is not None
    store.answer(number_id)
    (asked,) = [one for one in due(store) if one.booked.patient == "Ana Lima"]
    assert intend(store, [asked]) == NotNow()
    store.outcome(claim)
    intent = intend(store, [asked])
    assert isinstance(intent, Intent)
    assert intent.phone == other
    conclude(store, intent)


@pytest.mark.parametrize("name", SwitchName)
def test_nothing_leaves_while_all_answers_stop(store: Store, name: SwitchName) -> None:
    asked = due(store)
    store.run(partial(switches.turn_on, instance=b.INSTANCE, name=name, reason="x", now_ms=store.now_ms))
    assert intend(store, asked) == NotNow()
    store.run(partial(switches.turn_off, instance=b.INSTANCE, name=name))
    assert isinstance(intend(store, asked), Intent)


def test_nothing_leaves_while_a_person_has_the_chat(store: Store) -> None:
    asked = due(store)
    store.take(b.staff())
    assert intend(store, asked) == NotNow()
    store.later(b.HUMAN_MS)
    assert isinstance(intend(store, asked), Intent)


def test_what_was_moved_cancelled_or_confirmed_since_it_was_looked_at_is_looked_at_again(
    store: Store,
) -> None:
    who = store.run(partial(patients.owner, conversation_id=1))
    later = Place(b.INSTANCE, "ana", THURSDAY_14H_MS + HOUR_MS, THURSDAY_14H_MS + 2 * HOUR_MS)
    ((one_id),) = (one.appointment_id for one in ahead(store))
    asked = due(store)
    store.run(partial(appointments.confirm, who=who, appointment_id=one_id, now_ms=store.now_ms))
    assert intend(store, asked) == NotNow()
    asked = due(store)
    assert asked[0].booked.confirmed
    remind(store)
    store.run(partial(appointments.move, who=who, appointment_id=one_id, now_ms=store.now_ms, place=later))
    assert intend(store, asked) == NotNow()
    assert [(one.start_ms, one.done) for one in ahead(store)] == [(later.start_ms, frozenset())]
    asked = due(store)
    store.run(partial(appointments.cancel, who=who, appointment_id=one_id, now_ms=store.now_ms))
    assert intend(store, asked) == NotNow()
    assert ahead(store) == []


def test_what_certainly_did_not_leave_is_due_as_before(store: Store) -> None:
    asked = due(store)
    intent = intend(store, asked)
    assert isinstance(intent, Intent)
    gone = partial(reminders.not_sent, reason="offline", now_ms=store.now_ms, policy=store.policy)
    store.run(partial(gone, intent=intent))
    assert store.run(rows) == []
    remind(store)
    assert store.run(rows) == [(24, None, "sent")]


def test_whose_process_died_while_sending_is_not_reminded_again(store: Store) -> None:
    intent = intend(store, due(store))
    assert isinstance(intent, Intent)
    store.run(partial(notices.recover, now_ms=store.now_ms, policy=store.policy))
    store.recover()
    assert store.run(rows) == [(24, None, "unknown")]
    assert intend(store, due(store)) == NotNow()
    proof = b.echo("Lembrete!", id="E1")
    store.take(proof)
    assert store.run(rows) == [(24, None, "sent")]


def test_whose_process_stood_still_and_never_sent_it_is_reminded_after_all(store: Store) -> None:
    intent = intend(store, due(store))
    assert isinstance(intent, Intent)
    store.later(b.LEASE_MS)
    store.run(partial(notices.recover, now_ms=store.now_ms, policy=store.policy, alone=False))
    prove = partial(notices.prove, intent=intent, now_ms=store.now_ms, lease_ms=b.LEASE_MS)
    assert not store.run(prove)
    left = partial(reminders.never_left, intent=intent)
    assert [store.run(left), store.run(left), store.run(rows)] == [True, False, []]
    remind(store)


def test_who_wants_none_gets_none_and_why_is_written_down(store: Store) -> None:
    store.run(partial(reminders.opt, conversation_id=1, out=True, now_ms=store.now_ms))
    assert intend(store, due(store)) == Skipped(reminders.OPTED_OUT)
    assert store.run(rows) == [(24, reminders.OPTED_OUT, None)]
    store.run(partial(reminders.opt, conversation_id=1, out=False, now_ms=store.now_ms))
    assert intend(store, due(store)) == NotNow()  # that one is settled
    assert isinstance(intend(store, due(store, 3)), Intent)


def test_who_says_so_to_a_person_of_the_clinic_is_heard_as_well(store: Store) -> None:
    store.take(b.message("parar", id="m1"))
    store.take(b.staff("Oi, é a Ana"))
    store.later(b.HUMAN_MS)
    assert intend(store, due(store)) == Skipped(reminders.OPTED_OUT)
    assert store.conversation().opted_out_ms == DAY_BEFORE_MS
    store.take(b.message("VOLTAR", id="m2"))
    store.take(b.staff("Pronto!", id="s2"))
    store.later(b.HUMAN_MS)
    assert isinstance(intend(store, due(store, 3)), Intent)
    assert store.conversation().opted_out_ms is None


def test_who_wants_them_again_is_not_held_to_what_was_said_to_a_person_before(store: Store) -> None:
    store.take(b.message("parar", id="m1"))
    store.take(b.staff("Oi, é a Ana"))
    store.later(b.HUMAN_MS)
    assert intend(store, due(store)) == Skipped(reminders.OPTED_OUT)
    store.take(b.message("VOLTAR", id="m2"))
    store.answer()
    store.run(partial(reminders.opt, conversation_id=1, out=False, now_ms=store.now_ms))
    assert isinstance(intend(store, due(store, 3)), Intent)
    assert store.conversation().opted_out_ms is None


def test_several_of_one_phone_share_a_text_and_each_has_its_row(store: Store) -> None:
    store.run(partial(book, start_ms=THURSDAY_14H_MS + HOUR_MS, patient="Ana Souza"))
    asked = due(store)
    remind(store)
    assert store.run(rows) == [(24, None, "sent")] * 2
    assert store.count("notice") == 1
    assert intend(store, asked[:1]) == NotNow()


def test_one_that_another_process_settled_keeps_back_what_would_have_been_told_with_it(store: Store) -> None:
    store.run(partial(book, start_ms=THURSDAY_14H_MS + HOUR_MS, patient="Ana Souza"))
    first, second = due(store)
    skip = partial(reminders.skip, instance=b.INSTANCE, due=second, why="x", now_ms=store.now_ms)
    assert [store.run(skip), store.run(skip)] == [True, False]
    assert intend(store, [first, second]) == NotNow()
    assert store.run(rows) == [(24, "x", None)]
    assert isinstance(intend(store, [first]), Intent)


def test_the_model_reads_it_as_its_own_words_and_a_yes_after_it_is_none_to_what_was_asked_before(
    store: Store,
) -> None:
    store.take(b.message("tem vaga?"))
    store.answer(reply="Quinta às 15h?", message_id="T1")
    store.later(1_000)
    remind(store, message_id="R1")
    store.later(1_000)
    store.take(b.message("sim", id="m2"))
    claim = store.claim_when_due()
    background = store.run(
        partial(
            history.background, conversation_id=1, turn_id=claim.turn_id, since_ms=0, turns=8, quoted=["R1"]
        )
    )
    assert [(one.speaker.value, one.text) for one in background.said] == [
        ("patient", "pergunta"), ("bot", "Quinta às 15h?"), ("bot", "Lembrete!"),
    ]  # fmt: skip
    assert background.quoted == {"R1": "Lembrete!"}
    said = store.run(lambda c: heard.heard(c, patients.owner(c, 1)))
    assert said is not None
    assert said.person_since


def test_what_was_booked_under_a_lid_is_told_to_the_number_it_turned_out_to_be(store: Store) -> None:
    child, who = "Ana Souza", b.contact(None, lid=b.LID)
    store.run(partial(book, who=who, start_ms=THURSDAY_14H_MS + HOUR_MS, patient=child))
    store.take(b.message(who=b.contact(lid=b.LID)))
    store.answer()
    assert [one.conversation_id for one in ahead(store)] == [1, 1]
    intent = intend(store, due(store))
    assert isinstance(intent, Intent)
    assert intent.phone == b.PHONE


def test_what_is_long_over_is_forgotten(store: Store) -> None:
    remind(store)
    assert store.run(partial(reminders.prune, before_ms=THURSDAY_14H_MS, limit=9)) == 0
    assert store.run(partial(reminders.prune, before_ms=THURSDAY_14H_MS + 1, limit=9)) == 1
