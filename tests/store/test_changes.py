"""A person of the clinic, edits, deletions."""

import pytest

from clinic_bot.store.claims import Later
from clinic_bot.store.gate import Gate
from clinic_bot.store.lease import Claim
from clinic_bot.store.tables import Author, TurnState
from tests.support import builders as b
from tests.support.clock import START_MS
from tests.support.store import Store

# A person first (rule 15).


def test_a_hand_written_answer_takes_what_came_before_and_the_bot_stays_silent(store: Store) -> None:
    store.take(b.message("oi"))
    taken = store.at(1_000).take(b.staff("Oi, aqui é a Ana"))
    assert taken.taken_over
    assert taken.wake_at_ms is None
    assert store.messages()[0].handled_ms == store.now_ms
    assert store.conversation().human_until_ms == store.now_ms + b.HUMAN_MS


def test_her_words_are_kept_as_context(store: Store) -> None:
    store.take(b.staff("Oi, aqui é a Ana"))
    assert [(m.seq, m.author, m.text) for m in store.messages()] == [(1, Author.CLINIC, "Oi, aqui é a Ana")]


def test_each_answer_by_hand_extends_the_silence(store: Store) -> None:
    store.take(b.staff(id="s1"))
    store.at(600_000).take(b.staff("mais uma", id="s2"))
    assert store.conversation().human_until_ms == store.now_ms + b.HUMAN_MS


def test_a_redelivered_answer_by_hand_takes_nothing_over_again(store: Store) -> None:
    store.take(b.staff(id="s1"))
    store.at(600_000).take(b.staff(id="s1"))
    assert store.conversation().human_until_ms == START_MS + b.HUMAN_MS


def test_what_comes_later_waits_for_the_alert_and_then_for_the_end(store: Store) -> None:
    store.take(b.staff())
    taken = store.at(60_000).take(b.message("e amanhã?"))
    assert taken.wake_at_ms == START_MS + 60_000 + b.ALERT_MS
    told = store.at(60_000 + b.ALERT_MS).try_claim()
    assert told == Later(START_MS + b.HUMAN_MS, unanswered=True, phone=b.PHONE)
    store.take(b.message("alô?", id="m2"))
    assert store.wake_ms == b.HUMAN_MS  # reported once
    claim = store.at(b.HUMAN_MS).claim()
    assert [m.text for m in claim.messages] == ["e amanhã?", "alô?"]


def test_the_end_of_the_silence_comes_before_a_later_alert(store: Store) -> None:
    store.take(b.staff())
    taken = store.at(b.HUMAN_MS - 1_000).take(b.message("oi"))
    assert taken.wake_at_ms == START_MS + b.HUMAN_MS
    store.at(b.HUMAN_MS).claim()


def test_a_patient_whom_a_person_answered_is_waited_for_anew(store: Store) -> None:
    store.take(b.staff(id="s1"))
    store.at(1_000).take(b.message(id="m1"))
    store.at(1_000 + b.ALERT_MS).try_claim()
    store.take(b.staff("já vi", id="s2"))
    assert store.wake_ms is None
    store.later(1_000).take(b.message("obrigada, e amanhã?", id="m2"))
    assert store.conversation().wake_at_ms == store.now_ms + b.ALERT_MS


def test_a_take_over_while_the_model_thinks_ends_the_turn_silent(store: Store) -> None:
    store.take(b.message("oi"))
    claim = store.claim_when_due()
    store.later(500).take(b.staff())
    assert store.intent(claim) is Gate.TAKEN_OVER
    assert store.turns()[0].state == TurnState.SILENT
    assert store.wake_ms is None


def test_a_take_over_while_a_turn_waits_to_be_tried_again_ends_it_silent(store: Store) -> None:
    store.take(b.message("oi"))
    store.give_back(store.claim_when_due(), after_ms=60_000)
    store.later(1_000).take(b.staff())
    assert store.turns()[0].state == TurnState.SILENT
    assert store.wake_ms is None


def test_a_take_over_after_the_intent_lets_the_reply_out_and_then_is_silent(store: Store) -> None:
    store.take(b.message("oi"))
    claim = store.claim_when_due()
    store.intent(claim)
    store.take(b.staff())
    assert store.outcome(claim).ours
    assert store.turns()[0].state == TurnState.SENT
    store.later(1_000).take(b.message("ok", id="m2"))
    assert store.conversation().wake_at_ms == store.now_ms + b.ALERT_MS


def test_what_a_person_answered_during_a_send_that_never_left_is_hers(store: Store) -> None:
    """The reply is proven unsent after she wrote: nobody waits for an answer of the bot, now or in four hours."""
    store.take(b.message("oi", id="m1"))
    claim = store.claim_when_due()
    store.intent(claim)
    store.take(b.message("e amanhã?", id="m2"))
    store.later(500).take(b.staff())
    store.later(500).take(b.message("obrigada", id="m3"))
    store.give_back(claim, after_ms=5_000, withdrawn="no connection")
    assert [bool(m.handled_ms) for m in store.messages()] == [True, True, False, False]
    assert store.at(b.QUIET_MS + 1_000).conversation().wake_at_ms == store.now_ms + b.ALERT_MS
    assert [m.text for m in store.at(b.HUMAN_MS + 60_000).claim_when_due().messages] == ["obrigada"]


def test_a_hand_over_of_a_reply_that_never_left_is_undone_and_nobody_is_silent(store: Store) -> None:
    store.take(b.message("quero um atestado"))
    claim = store.claim_when_due()
    store.intent(claim, "Passei para a recepção.", hand_over="quer um atestado")
    store.give_back(claim, after_ms=5_000, withdrawn="no connection")
    assert store.conversation().human_until_ms == 0
    assert [m.text for m in store.claim_when_due().messages] == ["quero um atestado"]


def test_an_automatic_text_of_whatsapp_business_is_context_and_no_take_over(store: Store) -> None:
    store.take(b.message("oi"))
    taken = store.at(500).take(b.staff(b.GREETING))
    assert not taken.taken_over
    assert store.wake_ms == b.QUIET_MS
    assert store.texts() == ["oi", b.GREETING]
    assert [m.text for m in store.claim_when_due().messages] == ["oi"]


def test_one_text_going_to_many_chats_right_after_their_messages_is_no_person(store: Store) -> None:
    away = "Estamos fora do horário"
    answers = []
    for n in range(4):
        who = b.contact(f"55119876500{n:02}")
        store.at(5_000 * n).take(b.message("oi", id=f"m{n}", who=who))
        taken = store.later(2_000).take(b.staff(away, id=f"s{n}", who=who))
        answers.append(taken.taken_over)
    assert answers == [True, True, False, False]  # the first two could have been a person


def test_one_text_going_to_many_chats_long_after_their_messages_is_a_person(store: Store) -> None:
    answers = []
    for n in range(4):
        store.at(n).take(b.message("oi", id=f"m{n}", who=b.contact(f"55119876500{n:02}")))
    for n in range(4):
        who = b.contact(f"55119876500{n:02}")
        taken = store.at(20_000 + 1_000 * n).take(b.staff("Boa tarde!", id=f"s{n}", who=who))
        answers.append(taken.taken_over)
    assert answers == [True] * 4


def test_our_own_words_that_come_back_without_their_mark_are_no_take_over(store: Store) -> None:
    store.take(b.message("oi"))
    store.answer(reply="Bom dia!", message_id="3EB01")
    taken = store.later(1_000).take(b.staff("Bom dia!", id="3EB01"))
    assert not taken.taken_over
    assert store.conversation().human_until_ms == 0


def test_our_own_words_that_come_back_before_the_outcome_are_no_take_over(store: Store) -> None:
    store.take(b.message("oi"))
    claim = store.claim_when_due()
    store.intent(claim, "Bom dia!")
    assert not store.take(b.staff("Bom dia!", id="3EB01")).taken_over
    store.outcome(claim, message_id="3EB01")
    assert store.conversation().human_until_ms == 0


# Edits (rule 4).


def test_an_edit_replaces_its_message_while_the_burst_is_open_and_waits_for_more(store: Store) -> None:
    store.take(b.message("quero marcar pra terça"))
    taken = store.at(4_000).take(b.edit("quero marcar pra quarta"))
    assert taken.wake_at_ms == START_MS + 4_000 + b.QUIET_MS
    assert [m.text for m in store.claim_when_due().messages] == ["quero marcar pra quarta"]


def test_each_change_raises_the_revision(store: Store) -> None:
    revisions = []
    for event in (b.message(), b.edit("opa"), b.staff(), b.message(id="m2"), b.deletion(of="m2")):
        store.take(event)
        revisions.append(store.conversation().revision)
    assert revisions == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("pinned", [False, True], ids=["while it thinks", "after the intent"])
def test_an_edit_of_what_a_turn_already_reads_is_a_message_of_its_own(store: Store, pinned: bool) -> None:
    store.take(b.message("terça"))
    claim = store.claim_when_due()
    if pinned:
        store.intent(claim)
    store.take(b.edit("quarta"))
    assert [(m.text, m.corrects) for m in store.messages()] == [("terça", False), ("quarta", True)]
    if pinned:
        store.outcome(claim)
        assert [m.text for m in store.claim_when_due().messages] == ["quarta"]
    else:
        assert store.intent(claim) is Gate.NEWER
        assert [m.text for m in store.claim_when_due().messages] == ["terça", "quarta"]


def test_an_edit_after_the_answer_opens_the_next_turn(store: Store) -> None:
    store.take(b.message("terça"))
    store.answer()
    store.later(1_000).take(b.edit("quarta"))
    claim = store.claim_when_due()
    assert [(m.text, m.corrects) for m in claim.messages] == [("quarta", True)]


def test_a_second_edit_while_the_correction_waits_replaces_the_correction(store: Store) -> None:
    store.take(b.message("terça"))
    store.answer()
    store.later(1_000).take(b.edit("quarta", n=1))
    store.later(1_000).take(b.edit("quinta", n=2))
    claim = store.claim_when_due()
    assert [(m.text, m.corrects) for m in claim.messages] == [("quinta", True)]


def test_an_edit_back_to_the_first_words_is_a_correction_too(store: Store) -> None:
    store.take(b.message("terça"))
    store.answer()
    store.later(1_000).take(b.edit("quarta", n=1))
    store.answer()
    store.later(1_000).take(b.edit("terça", n=2))
    assert [m.text for m in store.claim_when_due().messages] == ["terça"]


def test_an_edit_that_changes_nothing_is_no_message(store: Store) -> None:
    store.take(b.message("terça"))
    store.answer()
    store.take(b.edit("terça"))
    assert store.texts() == ["terça"]


def test_an_edit_of_what_a_person_answered_waits_for_the_person(store: Store) -> None:
    store.take(b.message("terça"))
    store.take(b.staff())
    store.at(1_000).take(b.edit("quarta"))
    assert store.wake_ms == 1_000 + b.ALERT_MS


def test_an_edit_before_its_message_waits_for_it(store: Store) -> None:
    store.take(b.edit("quarta", of="m1"))
    assert store.count("conversation") == 0
    store.at(500).take(b.message("terça", id="m1"))
    assert store.texts() == ["quarta"]
    assert store.count("early_change") == 0
    assert [m.text for m in store.claim_when_due().messages] == ["quarta"]


def test_an_edit_that_turns_into_an_emergency_does_not_wait(store: Store) -> None:
    store.take(b.message("oi"))
    taken = store.at(1_000).take(b.edit(b.EMERGENCY_TEXT))
    assert (taken.emergency, taken.wake_at_ms) == (True, START_MS + 1_000)


def test_an_early_edit_that_is_an_emergency_does_not_wait_either(store: Store) -> None:
    store.take(b.edit(b.EMERGENCY_TEXT, of="m1"))
    taken = store.at(1_000).take(b.message("oi", id="m1"))
    assert (taken.emergency, taken.wake_at_ms) == (True, START_MS + 1_000)


def test_an_edit_by_the_clinic_changes_the_context_and_wakes_nobody(store: Store) -> None:
    store.take(b.staff("às 15h", id="s1"))
    store.take(b.edit("às 16h", of="s1", from_me=True))
    assert store.texts() == ["às 16h"]
    assert store.count("conversation") == 1
    assert store.wake_ms is None


# Deletions.


def test_a_deleted_message_leaves_the_burst(store: Store) -> None:
    store.take(b.message("ignora isso", id="m1"))
    store.at(1_000).take(b.message("quero marcar", id="m2"))
    store.at(2_000).take(b.deletion(of="m1"))
    claim = store.claim_when_due()
    assert [m.text for m in claim.messages] == ["quero marcar"]
    assert store.texts() == ["ignora isso", "quero marcar"]  # kept, and marked


def test_when_everything_was_deleted_there_is_no_turn(store: Store) -> None:
    store.take(b.message(id="m1"))
    store.take(b.message(id="m2"))
    store.take(b.deletion(of="m2"))
    store.take(b.deletion(of="m1"))
    assert store.wake_ms is None
    assert store.at(b.QUIET_MS).try_claim() == Later(None)
    assert store.turns() == []


def test_when_everything_is_deleted_while_the_model_thinks_nothing_is_said(store: Store) -> None:
    store.take(b.message())
    claim = store.claim_when_due()
    store.take(b.deletion())
    assert store.intent(claim) is Gate.EMPTY
    assert store.turns()[0].state == TurnState.EMPTY


def test_a_deletion_after_the_intent_only_marks(store: Store) -> None:
    store.take(b.message())
    claim = store.claim_when_due()
    store.intent(claim)
    store.take(b.deletion())
    store.outcome(claim)
    assert store.messages()[0].deleted_ms is not None
    assert store.wake_ms is None


def test_a_deletion_before_its_message_waits_for_it(store: Store) -> None:
    store.take(b.deletion(of="m1"))
    store.at(500).take(b.message(id="m1"))
    assert store.messages()[0].deleted_ms is not None
    assert store.wake_ms is None


def test_a_deletion_takes_its_waiting_correction_along(store: Store) -> None:
    store.take(b.message("terça"))
    store.answer()
    store.later(1_000).take(b.edit("quarta"))
    store.later(1_000).take(b.deletion())
    assert store.wake_ms is None
    assert all(message.deleted_ms is not None for message in store.messages())


def test_an_edit_of_a_deleted_message_changes_nothing(store: Store) -> None:
    store.take(b.message("terça"))
    store.take(b.deletion())
    store.take(b.edit("quarta"))
    assert store.texts() == ["terça"]
    assert store.wake_ms is None


def test_a_deletion_of_a_turn_that_waits_to_be_tried_again_ends_it_empty(store: Store) -> None:
    store.take(b.message())
    store.give_back(store.claim_when_due(), after_ms=60_000)
    store.take(b.deletion())
    assert store.turns()[0].state == TurnState.EMPTY


def test_a_new_burst_after_a_deleted_one_is_a_turn_of_its_own(store: Store) -> None:
    store.take(b.message(id="m1"))
    store.take(b.deletion(of="m1"))
    store.at(30_000).take(b.message("voltei", id="m2"))
    taken = store.claim_when_due()
    assert isinstance(taken, Claim)
    assert store.now_ms == START_MS + 30_000 + b.QUIET_MS
    assert [m.text for m in taken.messages] == ["voltei"]
