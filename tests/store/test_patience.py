"""The wait for the next piece, through the store: decided when somebody looks, kept beside the conversation."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from clinic_bot.debounce import listener
from clinic_bot.debounce.listener import Listener
from clinic_bot.debounce.patience import DEFAULT, FIXED, Decision, decide
from clinic_bot.debounce.patience_model import load_model
from clinic_bot.debounce.piece import Asked, PieceKind
from clinic_bot.debounce.talk import Talk
from clinic_bot.events import Contact, Content, Kind, Message, PresenceStatus
from clinic_bot.store import jump, overview, signals, waits
from clinic_bot.store.claims import Later
from clinic_bot.store.gate import Gate
from clinic_bot.store.lease import Claim
from clinic_bot.store.places import Place
from clinic_bot.store.policy import Policy
from tests.support import builders as b
from tests.support.clock import START_MS
from tests.support.store import Store

S = 1_000
QUESTION = "Posso marcar para quinta às 10h?"
OPEN = "queria remarcar e"
COMPLETE = "quero remarcar minha consulta de terça para quinta às 10h."


def policy(*, has_model: bool = True) -> Policy:
    return replace(b.POLICY, listener=Listener(DEFAULT, load_model() if has_model else None))


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    store = Store(place, policy())
    yield store
    assert store.violations() == []
    store.close()


def wait_ms(store: Store, who: Contact | None = None) -> int:
    """How long is waited from now. A signal that says nothing of typing has all that came heard."""
    conversation_id = store.take(b.presence(PresenceStatus.AVAILABLE, who=who)).conversation_id
    assert conversation_id is not None
    wake = store.conversation(conversation_id).wake_at_ms
    assert wake is not None
    return wake - store.now_ms


def why(store: Store) -> str | None:
    wait_ms(store)
    return store.conversation().patience_why


def talk(store: Store, who: Contact | None = None) -> Talk:
    conversation_id = store.take(b.presence(PresenceStatus.AVAILABLE, who=who)).conversation_id
    assert conversation_id is not None
    return Talk.unpacked(store.conversation(conversation_id).talk)


def voice(id: str) -> Message:
    return Message(f"received:{id}", b.contact(), id, None, Content(Kind.AUDIO, "", {"seconds": 20}))


# What the patient wrote decides.


def test_a_finished_request_is_answered_before_a_greeting(store: Store) -> None:
    store.take(b.message(COMPLETE))
    finished_ms = wait_ms(store)
    other = b.contact("5511987650002")
    store.take(b.message("oi", id="m2", who=other))
    assert finished_ms < wait_ms(store, other) <= DEFAULT.ceiling_ms
    assert store.conversation(2).patience_why == "only a greeting"


def test_yes_to_a_question_of_the_clinic_is_answered_at_once(store: Store) -> None:
    store.take(b.message("tem horário na quinta?"))
    store.answer(reply=QUESTION)
    store.later(20 * S).take(b.message("Sim.", id="m2"))
    assert wait_ms(store) <= 1_500
    claim = store.claim_when_due()
    assert [one.text for one in claim.messages] == ["Sim."]


def test_who_writes_every_three_seconds_is_answered_at_the_cap(store: Store) -> None:
    answered_ms = []
    for n in range(42):
        at_ms = n * 3 * S
        while n and (wake := store.conversation().wake_at_ms) is not None and wake <= START_MS + at_ms:
            store.now_ms = wake
            claim = store.try_claim()
            if isinstance(claim, Claim):
                answered_ms.append(wake - START_MS)
                assert store.intent(claim, "Certo!") is Gate.OPEN
                store.outcome(claim, message_id=f"r{n}")
        store.at(at_ms).take(b.message("e tem mais uma coisa que", id=f"m{n}"))
    assert answered_ms == [b.CAP_MS, 2 * b.CAP_MS]
    assert [turn.closed_by for turn in store.turns()] == ["cap", "cap"]


def test_a_voice_note_that_takes_long_to_record_joins_the_text_before(store: Store) -> None:
    store.take(b.message("bom dia, queria remarcar", id="m1"))
    for at_s in (2, 12, 22):
        store.at(at_s * S).take(b.presence(PresenceStatus.RECORDING))
    assert wait_ms(store) > 0
    store.at(26 * S)
    assert wait_ms(store) > 0  # nobody has answered yet
    store.take(voice("m2"))
    claim = store.claim_when_due()
    assert [one.kind for one in claim.messages] == ["text", "audio"]
    assert store.intent(claim) is Gate.OPEN
    store.outcome(claim)
    assert len(store.turns()) == 1


# When it is decided.


def test_nothing_is_decided_while_a_webhook_waits(store: Store) -> None:
    """That would cost as much as storing the message does: it is looked at after the shortest wait there is."""
    store.take(b.message("oi"))
    assert store.conversation().talk is None
    assert store.wake_ms == DEFAULT.floor_ms
    looked = store.later(DEFAULT.floor_ms).try_claim()
    assert isinstance(looked, Later)
    assert looked.wake_at_ms == START_MS + (store.conversation().patience_ms or 0)
    assert looked.wake_at_ms > store.now_ms
    store.now_ms = looked.wake_at_ms
    assert store.claim().closed_by == "quiet"
    assert store.turns()[0].due_ms == looked.wake_at_ms


@pytest.mark.parametrize("text", [COMPLETE, OPEN], ids=["finished", "open"])
def test_who_only_looks_finds_what_the_claim_decides(store: Store, text: str) -> None:
    """So nothing has to be written down between the two."""
    store.take(b.message(text))
    before = store.conversation()
    look = partial(waits.open_until, conversation_id=1, policy=store.policy)
    due_ms = store.run(partial(look, now_ms=store.now_ms))
    assert due_ms is not None
    assert store.conversation() == before
    assert before.patience_ms is None
    store.later(due_ms - store.now_ms - 1)
    assert store.run(partial(look, now_ms=store.now_ms)) == due_ms
    store.later(1)
    claim = store.claim()
    assert claim.due_ms == due_ms
    assert store.run(partial(look, now_ms=store.now_ms)) == store.conversation().wake_at_ms, "the lease's end"
    (turn,) = store.turns()
    assert turn.patience_ms == due_ms - START_MS
    assert turn.patience_why


def test_of_several_pieces_only_the_last_is_decided(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    decided: list[Talk] = []

    def counting(talk: Talk, *given: Any, **named: Any) -> Decision:
        decided.append(talk)
        return decide(talk, *given, **named)

    monkeypatch.setattr(listener, "decide", counting)
    for n, text in enumerate(["oi", "bom dia", OPEN]):
        store.later(500).take(b.message(text, id=f"m{n}"))
    store.claim_when_due()
    assert [talk.burst.pieces for talk in decided] == [3]


def test_of_a_flood_only_the_end_is_heard(store: Store) -> None:
    for n in range(40):
        store.later(100).take(b.message("oi", id=f"m{n}"))
    assert talk(store).rhythm.messages == 32
    store.later(100).take(b.message("oi", id="last"))
    assert talk(store).rhythm.messages == 33


def test_what_comes_later_has_the_window_looked_at_again(store: Store) -> None:
    store.take(b.message(OPEN))
    store.later(DEFAULT.floor_ms)
    assert isinstance(store.try_claim(), Later)
    store.later(2 * S).take(b.message("para quinta às 10h.", id="m2"))
    assert store.wake_ms == 3 * S + DEFAULT.floor_ms


# Nothing of it may lose a message.


def test_without_a_model_every_wait_is_the_fixed_one(place: Place) -> None:
    store = Store(place, policy(has_model=False))
    store.take(b.message("oi"))
    assert (wait_ms(store), why(store)) == (DEFAULT.fixed_ms, FIXED)
    store.close()


@pytest.mark.parametrize("broken", ["heard", "unpacked", "packed"])
def test_a_fault_of_the_reading_leaves_the_fixed_window(
    store: Store, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Talk, broken, fail)
    store.take(b.message("oi"))
    store.later(1 * S).take(b.message("tudo bem?", id="m2"))
    assert wait_ms(store) == b.QUIET_MS
    assert store.texts() == ["oi", "tudo bem?"]


def test_a_talk_that_cannot_be_read_is_a_patient_nobody_knows(store: Store) -> None:
    store.take(b.message("oi"))
    assert talk(store).rhythm.messages == 1
    store.run(lambda connection: connection.exec_driver_sql("UPDATE conversation SET talk = '[[1,'"))
    store.later(1 * S).take(b.message("tudo bem?", id="m2"))
    assert talk(store).rhythm.messages == 1


def test_a_fault_is_told_with_its_kind_alone(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    listens = Listener(DEFAULT, load_model(), tell=told.append)

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("oi, sou a Rafaela")

    for broken in ("read_piece", "decide", "asked_by"):
        monkeypatch.setattr(listener, broken, fail)
        listens.hear(None, [(Content(Kind.TEXT, "oi, sou a Rafaela"), START_MS)])
    listens.spoke(None, START_MS, "Posso ajudar?")
    assert told == ["ZeroDivisionError"] * 4


# What is known of the line.


def test_that_typing_signals_come_is_known_after_a_restart(place: Place) -> None:
    before = Store(place, policy())
    before.take(b.message("oi"))
    before.take(b.presence(PresenceStatus.COMPOSING))
    listens = Listener(DEFAULT, load_model())
    before.run(lambda connection: signals.recall(connection, b.INSTANCE, listens))
    assert listens.signals_come(START_MS)
    assert not listens.signals_come(START_MS + 8 * 86_400_000)
    before.close()


def test_that_they_come_is_written_once_a_day(store: Store) -> None:
    listens = store.policy.listener
    assert listens is not None
    store.take(b.message("oi"))
    kept = []
    for days in (0, 0.5, 1.5):
        store.at(round(days * 86_400_000)).take(b.presence(PresenceStatus.COMPOSING))
        store.run(lambda connection: signals.recall(connection, b.INSTANCE, listens))
        kept.append(listens.signal_kept_ms - START_MS)
    assert kept == [0, 0, 1.5 * 86_400_000]


# A reply that can still be taken back.


def test_what_takes_a_reply_back_is_counted_on_once(store: Store) -> None:
    listens = store.policy.listener
    assert listens is not None
    store.take(b.message("oi"))
    alone_ms = wait_ms(store)
    store.answer()
    listens.answers_in_ms = 2_000
    store.later(90 * S).take(b.message("oi", id="m2", who=b.contact("5511987650002")))
    assert wait_ms(store, b.contact("5511987650002")) < alone_ms
    assert (store.conversation(2).patience_why or "").endswith("for 2.0 s more a piece takes the reply back")
    claim = store.claim_when_due(2)
    store.take(b.message("oi", id="m3", who=b.contact("5511987650002")))
    assert store.intent(claim) is Gate.NEWER
    wait_ms(store, b.contact("5511987650002"))
    assert "takes the reply back" not in (store.conversation(2).patience_why or "")


# What is remembered.


def test_a_reply_ends_the_burst_and_what_it_asked_is_kept(store: Store) -> None:
    store.take(b.message("oi"))
    store.later(1 * S).take(b.message("tem horário?", id="m2"))
    assert talk(store).burst.pieces == 2
    store.answer(reply=QUESTION)
    assert (talk(store).burst.pieces, talk(store).asked) == (0, Asked.YES_NO)
    assert talk(store).rhythm.messages == 2


def test_what_the_reception_writes_by_hand_ends_the_burst(store: Store) -> None:
    store.take(b.message("oi"))
    store.later(1 * S).take(b.staff("Oi, é a Ana. Qual é o seu CPF?"))
    assert (talk(store).burst.pieces, talk(store).asked) == (0, Asked.NUMBER)


def test_an_automatic_greeting_ends_no_burst(store: Store) -> None:
    store.take(b.message("oi"))
    store.later(1 * S).take(b.staff(b.GREETING))
    assert talk(store).burst.pieces == 1


def test_a_superseded_reply_ends_no_burst(store: Store) -> None:
    store.take(b.message("oi"))
    claim = store.claim_when_due()
    store.later(1 * S).take(b.message(OPEN, id="m2"))
    assert store.intent(claim) is Gate.NEWER
    assert talk(store).burst.pieces == 2
    assert wait_ms(store) > DEFAULT.fixed_ms  # by what came last


def test_what_comes_while_the_reply_leaves_is_waited_for_by_its_own_words(store: Store) -> None:
    store.take(b.message("oi"))
    claim = store.claim_when_due()
    assert store.intent(claim) is Gate.OPEN
    store.later(1 * S).take(b.message(OPEN, id="m2"))
    store.outcome(claim)
    assert talk(store).burst.pieces == 1
    assert why(store) == "a sentence left open"


def test_a_person_has_the_chat_and_the_talk_goes_on(store: Store) -> None:
    store.take(b.staff())
    store.later(90 * S).take(b.message("obrigada"))
    store.later(60 * S).take(b.staff("De nada!", id="s2"))
    assert talk(store).rhythm.messages == 1
    assert store.wake_ms is None


def test_typing_counts_for_the_piece_that_follows_it(store: Store) -> None:
    store.take(b.message("oi"))
    store.later(1 * S).take(b.presence(PresenceStatus.COMPOSING))
    store.later(1 * S).take(b.message("tudo bem?", id="m2"))
    store.later(4 * S).take(b.message(OPEN, id="m3"))  # the signal before m2 says nothing of this one
    assert (talk(store).rhythm.follow_ups, talk(store).rhythm.announced) == (2, 1)


def test_typing_that_led_to_a_message_does_not_hold_the_answer_to_it(store: Store) -> None:
    store.take(b.message("tem horário na quinta?"))
    store.answer(reply=QUESTION)
    store.later(20 * S).take(b.presence(PresenceStatus.COMPOSING))
    store.later(1 * S).take(b.message("Sim.", id="m2"))
    assert wait_ms(store) <= 1_500
    store.later(500).take(b.presence(PresenceStatus.COMPOSING))  # there is more after all
    assert wait_ms(store) == b.HOLD_MS


# What is no piece.


def test_a_message_out_of_a_queue_has_the_fixed_window(store: Store) -> None:
    store.take(b.message("oi", sent_ms=START_MS - 61 * S))
    assert wait_ms(store) == b.QUIET_MS
    assert talk(store).rhythm.messages == 0


def test_a_correction_that_comes_too_late_has_the_fixed_window(store: Store) -> None:
    store.take(b.message("quinta"))
    store.answer()
    store.later(1 * S).take(b.edit("sexta"))
    assert wait_ms(store) == b.QUIET_MS
    assert talk(store).rhythm.messages == 1


def test_an_emergency_waits_for_nothing(store: Store) -> None:
    store.take(b.message(b.EMERGENCY_TEXT))
    assert wait_ms(store) == 0
    claim = store.claim()
    assert claim.closed_by == "emergency"
    assert [moment.detail for moment in claim.story] == ["emergency"]


# Corrections, deletions, merges, clocks.


@pytest.mark.parametrize("heard", [True, False], ids=["heard before", "not heard yet"])
def test_a_corrected_last_piece_is_waited_for_by_its_new_words(store: Store, heard: bool) -> None:
    store.take(b.message(COMPLETE))
    if heard:
        wait_ms(store)
    store.later(500).take(b.edit(OPEN))
    assert why(store) == "a sentence left open"
    assert wait_ms(store) == store.conversation().patience_ms
    assert talk(store).burst.chars == len(OPEN)
    assert talk(store).rhythm.messages == 1


def test_a_corrected_piece_before_the_last_one_changes_no_patience(store: Store) -> None:
    store.take(b.message("oi"))
    store.take(b.message(COMPLETE, id="m2"))
    before_ms = wait_ms(store)
    before = store.conversation()
    store.later(500).take(b.edit("oii", of="m1"))
    after = store.conversation()
    assert (after.patience_ms, after.talk) == (before.patience_ms, before.talk)
    assert wait_ms(store) == before_ms


def test_a_piece_corrected_before_it_came_is_waited_for_by_its_new_words(store: Store) -> None:
    store.take(b.edit(OPEN))
    store.take(b.message("oi"))
    assert why(store) == "a sentence left open"


def test_a_deleted_piece_leaves_the_burst_due(store: Store) -> None:
    store.take(b.message("oi"))
    store.later(1 * S).take(b.message(OPEN, id="m2"))
    store.later(1 * S).take(b.deletion(of="m2"))
    claim = store.claim_when_due()
    assert [one.text for one in claim.messages] == ["oi"]
    assert 2 * S < store.now_ms - START_MS <= DEFAULT.ceiling_ms


def test_a_piece_that_is_deleted_before_it_was_heard_is_none(store: Store) -> None:
    store.take(b.message("oi"))
    patience_ms = wait_ms(store)
    store.take(b.message(OPEN, id="m2"))
    store.take(b.deletion(of="m2"))
    assert (wait_ms(store), why(store)) == (patience_ms, "only a greeting")
    assert talk(store).rhythm.messages == 1


def test_two_that_become_one_wait_by_what_came_last_and_as_long_as_either_types(store: Store) -> None:
    store.take(b.message(COMPLETE))
    store.take(b.message("oi", id="m2", who=b.contact(None, lid=b.LID)))
    store.later(1 * S).take(b.presence(PresenceStatus.COMPOSING, who=b.contact(None, lid=b.LID)))
    store.take(replace(b.ignored(), pair=b.contact(lid=b.LID)))
    assert store.conversation(2).alias_of == 1
    assert (why(store) or "").startswith("only a greeting")
    assert wait_ms(store) == b.HOLD_MS  # typing was told of the LID


@pytest.mark.parametrize("last", ["number", "LID"])
@pytest.mark.parametrize("heard", [True, False], ids=["heard before", "not heard yet"])
def test_of_two_that_become_one_the_last_piece_decides_and_each_is_heard_once(
    store: Store, last: str, heard: bool
) -> None:
    number, lid = b.contact(), b.contact(None, lid=b.LID)
    first, then = (lid, number) if last == "number" else (number, lid)
    store.take(b.message("oi", id="m1", who=first))
    store.later(2 * S).take(b.message(OPEN, id="m2", who=then))
    if heard:
        wait_ms(store, number)
        wait_ms(store, lid)
    store.take(replace(b.ignored(), pair=b.contact(lid=b.LID)))
    wait_ms(store)
    (joined,) = (one for one in map(store.conversation, (1, 2)) if one.alias_of is None)
    assert (joined.patience_why or "").startswith("a sentence left open")
    known = Talk.unpacked(joined.talk)
    assert known.burst.pieces == (
        1 if last == "number" and heard else 2
    )  # what came before it is not heard again


def test_a_patient_known_by_the_lid_alone_is_known_by_the_number_too(store: Store) -> None:
    lid = b.contact(None, lid=b.LID)
    store.take(b.message("oi", id="m1", who=lid))
    store.later(1 * S).take(b.message("tudo bem?", id="m2", who=lid))
    wait_ms(store, lid)
    store.take(b.message(COMPLETE, id="m3"))
    store.take(replace(b.ignored(), pair=b.contact(lid=b.LID)))
    assert talk(store).rhythm.follow_ups >= 1
    assert talk(store).burst.pieces == 3


def test_a_clock_that_is_set_keeps_the_gap_between_two_pieces(database_file: Place) -> None:
    gaps: list[float] = []
    for by_ms in (0, -3_600_000, 3_600_000):
        store = Store(database_file, policy())
        who = b.contact(f"55119876500{10 + len(gaps)}")
        store.take(b.message("oi", id=f"a{by_ms}", who=who))
        wait_ms(store, who)
        store.later(4 * S)
        store.run(partial(jump.shift, by_ms=by_ms, before_ms=store.now_ms))
        store.later(by_ms + 1 * S).take(b.message("tudo bem?", id=f"b{by_ms}", who=who))
        gaps.append(talk(store, who).burst.log_gaps)
        store.close()
    assert gaps[0] > 0
    assert gaps[1:] == [gaps[0]] * 2


# What an operator reads.


def test_a_turn_says_why_it_waited_as_long_as_it_did(store: Store) -> None:
    store.take(b.message("oi"))
    claim = store.claim_when_due()
    patience_ms = store.now_ms - START_MS
    assert [one.detail for one in claim.story] == [
        f"quiet; patience {patience_ms / 1000:.1f} s: only a greeting"
    ]
    case = store.run(partial(overview.case, turn_id=claim.turn_id, now_ms=store.now_ms))
    assert case is not None
    assert (case.turn.patience_ms, case.turn.patience_why) == (patience_ms, "only a greeting")
    assert case.story[0].moment.detail == claim.story[0].detail
    assert sum(case.parts.values()) == case.total_ms == patience_ms


def test_a_turn_that_is_tried_again_says_why_its_first_window_closed(store: Store) -> None:
    store.take(b.message("oi"))
    store.give_back(store.claim_when_due(), after_ms=5 * S)
    claim = store.claim_when_due()
    assert claim.story[0].detail is not None
    assert claim.story[0].detail.endswith("only a greeting")


def test_the_kind_of_the_last_piece_is_kept_and_none_of_its_words(store: Store) -> None:
    store.take(b.message("meu segredo é este"))
    last = talk(store).last
    assert last is not None
    assert last.kind is PieceKind.STATEMENT
    assert "segredo" not in (store.conversation().talk or "")
