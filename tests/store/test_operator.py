"""What a person may say of a turn that went wrong."""

from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import Connection

from clinic_bot.events import Speaker
from clinic_bot.store import evidence, history, operator, story
from clinic_bot.store.claims import MAX_ATTEMPTS
from clinic_bot.store.gate import Gate
from clinic_bot.store.lease import Claim
from clinic_bot.store.operator import AskedAgain, Changed, Refused
from clinic_bot.store.tables import Turn, TurnState
from tests.support import builders as b
from tests.support.store import Store

HELD_MS = evidence.HOLD_AFTER_MS


def uncertain(store: Store, *, hand_over: str | None = None) -> Claim:
    """A turn of two messages whose reply may or may not have left."""
    store.take(b.message("oi", id="m1"))
    store.later(1_000).take(b.message("vcs abrem sabado?", id="m2"))
    claim = store.claim_when_due()
    assert store.intent(claim, hand_over=hand_over) is Gate.OPEN
    store.outcome(claim, TurnState.UNKNOWN)
    return claim


def held(store: Store, *, hand_over: str | None = None) -> Claim:
    claim = uncertain(store, hand_over=hand_over)
    assert store.later(HELD_MS).run(partial(evidence.hold_old, now_ms=store.now_ms)) == 1
    return claim


def dead(store: Store) -> int:
    """A turn that failed every time it was tried."""
    store.take(b.message("oi", id="m1"))
    for _ in range(MAX_ATTEMPTS):
        turn = store.claim_when_due()
        store.give_back(turn, after_ms=1_000, counts=True)
    store.later(1_000).try_claim()
    return turn.turn_id


def settle(store: Store, turn_id: int, *, arrived: bool) -> Changed | Refused:
    return store.run(partial(operator.settle, turn_id=turn_id, arrived=arrived, now_ms=store.now_ms))


def discard(store: Store, turn_id: int) -> Changed | Refused:
    return store.run(partial(operator.discard, turn_id=turn_id, now_ms=store.now_ms))


def retry(store: Store, turn_id: int) -> AskedAgain | Refused:
    return store.run(partial(operator.retry, turn_id=turn_id, now_ms=store.now_ms, policy=store.policy))


def again(store: Store, turn_id: int) -> AskedAgain:
    done = retry(store, turn_id)
    assert isinstance(done, AskedAgain), done
    return done


def turn_of(store: Store, turn_id: int) -> Turn:
    (turn,) = [turn for turn in store.turns() if turn.id == turn_id]
    return turn


# Settling.


@pytest.mark.parametrize(
    ("arrived", "state"), [(True, TurnState.SENT), (False, TurnState.UNDELIVERED)], ids=["arrived", "did not"]
)
def test_a_person_settles_a_held_send(store: Store, arrived: bool, state: TurnState) -> None:
    claim = held(store)
    assert settle(store, claim.turn_id, arrived=arrived) == Changed(claim.turn_id, state)
    turn = turn_of(store, claim.turn_id)
    assert (turn.state, turn.settled_by, turn.settled_ms) == (state, "operator", store.now_ms)
    assert store.conversation().wake_at_ms is None


def test_what_a_person_said_stands_in_the_story(store: Store) -> None:
    claim = held(store)
    settle(store, claim.turn_id, arrived=True)
    *_, last = store.run(partial(story.told, turn_id=claim.turn_id))
    assert (last.what, last.at_ms, last.detail) == ("operator", store.now_ms, "a person says that it arrived")


def test_evidence_that_came_first_is_not_overwritten(store: Store) -> None:
    claim = held(store)
    store.take(b.echo("Bom dia!"))
    refused = settle(store, claim.turn_id, arrived=False)
    assert isinstance(refused, Refused)
    assert "is sent already" in refused.why
    assert turn_of(store, claim.turn_id).settled_by == "echo"


def test_what_was_never_sent_cannot_have_arrived(store: Store) -> None:
    assert isinstance(settle(store, dead(store), arrived=True), Refused)


def test_a_turn_nobody_knows_is_refused_in_words(store: Store) -> None:
    for refused in (settle(store, 7, arrived=True), discard(store, 7), retry(store, 7)):
        assert refused == Refused("there is no turn 7")


# Discarding.


def test_a_discarded_turn_is_closed_and_nothing_is_armed(store: Store) -> None:
    turn_id = dead(store)
    assert discard(store, turn_id) == Changed(turn_id, TurnState.SILENT)
    assert store.conversation().wake_at_ms is None
    assert isinstance(discard(store, turn_id), Refused)
    assert isinstance(retry(store, turn_id), Refused)


def test_the_reply_of_a_discarded_turn_stays_a_doubt_in_the_history(store: Store) -> None:
    claim = held(store)
    discard(store, claim.turn_id)

    def said(connection: Connection) -> list[str]:
        found = history.background(connection, 1, turn_id=0, since_ms=0, turns=9, quoted=[])
        return [line.text for line in found.said if line.speaker is Speaker.BOT]

    assert store.run(said) == ["[talvez não entregue] Bom dia!"]


# Asking again.


@pytest.mark.parametrize("make", [uncertain, held], ids=["unknown", "held"])
def test_a_retried_turn_is_a_new_burst_of_the_same_messages(
    store: Store, make: Callable[[Store], Claim]
) -> None:
    claim = make(store)
    done = again(store, claim.turn_id)
    assert (done.low, done.high, done.wake_at_ms) == (3, 4, store.now_ms + b.QUIET_MS)
    assert turn_of(store, claim.turn_id).state == TurnState.WITHDRAWN
    second = store.answer(reply="Sim, das 8h às 12h.")
    assert [message.text for message in second.messages] == ["oi", "vcs abrem sabado?"]
    assert (second.low, second.high) == (3, 4)
    assert turn_of(store, second.turn_id).state == TurnState.SENT


def test_a_dead_turn_gets_all_its_attempts_again(store: Store) -> None:
    turn_id = dead(store)
    again(store, turn_id)
    assert store.conversation().attempts == 0
    store.answer()


def test_an_undelivered_reply_may_be_asked_again(store: Store) -> None:
    store.take(b.message())
    claim = store.claim_when_due()
    store.intent(claim)
    store.outcome(claim, TurnState.UNDELIVERED, reason="bad number")
    again(store, claim.turn_id)
    store.answer()


def test_what_was_answered_meanwhile_is_not_asked_again(store: Store) -> None:
    claim = held(store)
    store.take(b.message("e domingo?", id="m3"))
    store.answer()
    again(store, claim.turn_id)
    third = store.answer()
    assert [message.text for message in third.messages] == ["oi", "vcs abrem sabado?"]


def test_it_joins_the_window_that_is_open(store: Store) -> None:
    claim = held(store)
    store.take(b.message("alguém aí?", id="m3"))
    again(store.later(2_000), claim.turn_id)
    second = store.answer()
    assert [message.text for message in second.messages] == ["alguém aí?", "oi", "vcs abrem sabado?"]


def test_a_turn_that_is_thinking_keeps_its_lease(store: Store) -> None:
    claim = held(store)
    store.take(b.message("alguém aí?", id="m3"))
    thinking = store.claim_when_due()
    before = store.conversation()
    assert again(store, claim.turn_id).wake_at_ms is None
    after = store.conversation()
    assert (after.owner, after.epoch, after.wake_at_ms) == (before.owner, before.epoch, before.wake_at_ms)
    assert after.revision > before.revision
    assert store.intent(thinking) is Gate.NEWER


def test_a_turn_is_asked_again_once(store: Store) -> None:
    claim = held(store)
    again(store, claim.turn_id)
    refused = retry(store, claim.turn_id)
    assert isinstance(refused, Refused)
    assert "is withdrawn already" in refused.why


def test_deleted_messages_are_not_asked_again(store: Store) -> None:
    claim = held(store)
    store.take(b.deletion(of="m1"))
    assert again(store, claim.turn_id).low == 3
    assert [message.text for message in store.answer().messages] == ["vcs abrem sabado?"]


def test_with_every_message_deleted_there_is_nothing_to_ask(store: Store) -> None:
    claim = held(store)
    store.take(b.deletion(of="m1"))
    store.take(b.deletion(of="m2"))
    refused = retry(store, claim.turn_id)
    assert isinstance(refused, Refused)
    assert "nothing of it is left" in refused.why
    assert turn_of(store, claim.turn_id).state == TurnState.HELD


def test_an_edit_reaches_the_message_that_waits_again(store: Store) -> None:
    claim = held(store)
    again(store, claim.turn_id)
    store.take(b.edit("vcs abrem domingo?", of="m2"))
    assert [message.text for message in store.answer().messages] == ["oi", "vcs abrem domingo?"]


def test_a_person_who_has_the_chat_comes_first(store: Store) -> None:
    claim = held(store)
    store.take(b.staff())
    refused = retry(store, claim.turn_id)
    assert isinstance(refused, Refused)
    assert "for another 240 min" in refused.why
    assert turn_of(store, claim.turn_id).state == TurnState.HELD


def test_a_hand_over_that_nobody_read_is_taken_back(store: Store) -> None:
    claim = held(store, hand_over="pediu uma pessoa")
    assert again(store, claim.turn_id).wake_at_ms == store.now_ms + b.QUIET_MS
    store.answer()


def test_an_emergency_does_not_wait_again(store: Store) -> None:
    store.take(b.message(b.EMERGENCY_TEXT))
    claim = store.claim()
    store.intent(claim, hand_over="emergência", emergency="dor no peito")
    store.outcome(claim, TurnState.UNKNOWN)
    assert again(store, claim.turn_id).wake_at_ms == store.now_ms
    assert store.claim().emergency


def test_an_open_turn_is_left_alone(store: Store) -> None:
    store.take(b.message())
    claim = store.claim_when_due()
    for refused in (retry(store, claim.turn_id), discard(store, claim.turn_id)):
        assert isinstance(refused, Refused)
        assert "still being worked on" in refused.why


def test_a_send_that_evidence_doubts_before_its_outcome_is_left_alone(store: Store) -> None:
    store.take(b.message())
    claim = store.claim_when_due()
    store.intent(claim)
    store.take(b.delivery(error="Timeout on send message"))
    assert turn_of(store, claim.turn_id).state == TurnState.UNKNOWN
    assert isinstance(retry(store, claim.turn_id), Refused)
    store.outcome(claim)


def test_a_contact_that_was_merged_is_asked_where_it_writes_today(store: Store) -> None:
    by_lid = b.contact(None, lid=b.LID)
    store.take(b.message("oi", id="m1", who=by_lid))
    claim = store.claim_when_due()
    store.intent(claim)
    store.outcome(claim, TurnState.UNKNOWN)
    store.take(b.message("oi de novo", id="m2", who=b.contact()))
    store.take(b.message("sou eu", id="m3", who=b.contact(lid=b.LID)))
    done = again(store, claim.turn_id)
    assert done.conversation_id == 2
    answered = store.answer(2)
    assert [message.text for message in answered.messages] == ["oi de novo", "sou eu", "oi"]


def test_an_old_reply_that_turns_up_after_all_is_known(store: Store) -> None:
    store.take(b.message())
    claim = store.claim_when_due()
    store.intent(claim)
    store.outcome(claim, TurnState.UNKNOWN, message_id="3EB0")
    again(store, claim.turn_id)
    store.take(b.echo("Bom dia!", id="3EB0"))
    assert turn_of(store, claim.turn_id).state == TurnState.SENT
    store.answer()
