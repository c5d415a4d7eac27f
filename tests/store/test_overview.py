"""What operators look at."""

from functools import partial
from typing import Any

from clinic_bot.store import evidence, operator, overview, story, switches
from clinic_bot.store.gate import Gate
from clinic_bot.store.lease import Claim
from clinic_bot.store.overview import Case, Listed
from clinic_bot.store.story import Moment
from clinic_bot.store.tables import SwitchName, TurnState
from clinic_bot.store.time_spent import Part
from tests.support import builders as b
from tests.support.builders import contact
from tests.support.clock import START_MS
from tests.support.store import Store

OTHER = "5511987650002"


def uncertain(store: Store, *, phone: str = b.PHONE, n: int = 1) -> Claim:
    taken = store.take(b.message(id=f"{phone}-{n}", who=contact(phone)))
    claim = store.claim_when_due(taken.conversation_id or 0)
    assert store.intent(claim) is Gate.OPEN
    store.outcome(claim, TurnState.UNKNOWN, reason="read timeout")
    return claim


def listed(store: Store, **asked: Any) -> list[Listed]:
    return store.run(partial(overview.listed, **asked))


def case(store: Store, turn_id: int) -> Case:
    found = store.run(partial(overview.case, turn_id=turn_id, now_ms=store.now_ms))
    assert found is not None
    return found


# The list.


def test_what_was_answered_waits_for_nobody(store: Store) -> None:
    store.take(b.message())
    store.answer()
    assert listed(store) == []


def test_an_uncertain_reply_is_listed_with_whose_it_is_and_since_when(store: Store) -> None:
    claim = uncertain(store)
    assert listed(store) == [
        Listed(claim.turn_id, "unknown", "read timeout", store.now_ms, 1, b.PHONE, None, 1)
    ]


def test_the_newest_come_first_and_no_more_than_asked_for(store: Store) -> None:
    turns = [uncertain(store, n=n).turn_id for n in range(3)]
    assert [one.id for one in listed(store, limit=2)] == [turns[2], turns[1]]


def test_other_states_are_listed_when_asked_for(store: Store) -> None:
    store.take(b.message())
    sent = store.answer().turn_id
    uncertain(store, n=2)
    assert [one.id for one in listed(store, states=[TurnState.SENT])] == [sent]


def test_a_person_is_found_by_number_and_by_lid_also_after_a_merge(store: Store) -> None:
    mine = uncertain(store)
    uncertain(store, phone=OTHER)
    store.take(b.message("sou eu", id="m9", who=contact(lid=b.LID)))
    for key in (contact().phone_key, b.LID):
        assert [one.id for one in listed(store, person=key)] == [mine.turn_id]
    assert listed(store, person="5511000000000") == []


def test_undelivered_replies_are_counted_from_an_instant_on(store: Store) -> None:
    claim = uncertain(store)
    store.later(1_000).run(
        partial(operator.settle, turn_id=claim.turn_id, arrived=False, now_ms=store.now_ms)
    )
    count = partial(overview.count, state=TurnState.UNDELIVERED)
    assert store.run(partial(count, since_ms=START_MS)) == 1
    assert store.run(partial(count, since_ms=store.now_ms)) == 0


def test_switches_are_told_whatever_their_instance(store: Store) -> None:
    on = partial(switches.turn_on, name=SwitchName.PAUSED, now_ms=store.now_ms)
    store.run(partial(on, instance="one", reason="a"))
    store.run(partial(on, instance="two", reason="b"))
    assert [switch.reason for switch in store.run(overview.every_switch)] == ["a", "b"]


# One of them.


def test_there_is_no_story_of_a_turn_that_is_not(store: Store) -> None:
    assert store.run(partial(overview.case, turn_id=7, now_ms=0)) is None


def test_a_case_tells_its_messages_and_the_evidence(store: Store) -> None:
    store.take(b.message("oi", id="m1"))
    store.take(b.staff("um momento"))
    store.at(b.HUMAN_MS).take(b.message("oi?", id="m2"))
    store.take(b.message("alguém?", id="m3"))
    claim = store.claim_when_due()
    store.intent(claim)
    store.outcome(claim, TurnState.UNKNOWN)
    store.take(b.echo("Bom dia!", id="3EB0"))
    found = case(store, claim.turn_id)
    assert [message.text for message in found.messages] == ["oi?", "alguém?"]
    assert (found.turn.state, found.turn.settled_by, found.turn.message_id) == ("sent", "echo", "3EB0")
    assert found.phone == b.PHONE


def test_the_parts_add_up_from_the_first_message_to_the_outcome(store: Store) -> None:
    store.take(b.message("oi", id="m1"))
    store.later(2_000).take(b.message("tudo bem?", id="m2"))
    store.at(8_040)
    claim = store.claim()
    claim.story.append(Moment("model call", START_MS + 9_000, 950, "a-model: ok"))
    store.at(9_010).intent(claim)
    claim.story.append(Moment("send", START_MS + 9_500, 480, "ok"))
    store.at(9_520).outcome(claim)
    found = case(store, claim.turn_id)
    assert found.total_ms == sum(found.parts.values()) == 9_520
    assert found.parts[Part.WINDOW] == 8_000
    assert found.parts[Part.WAITING] == 40
    assert found.parts[Part.MODEL] == 950


def test_a_turn_that_is_open_is_told_so_far(store: Store) -> None:
    store.take(b.message())
    claim = store.claim_when_due()
    found = case(store.later(3_000), claim.turn_id)
    assert [told.moment.what for told in found.story] == ["claimed"]
    assert found.turn.outcome_ms is None
    assert found.total_ms == sum(found.parts.values()) == b.QUIET_MS + 3_000


def test_a_turn_without_a_written_story_is_told_by_its_columns(store: Store) -> None:
    store.take(b.message())
    claim = store.answer()
    store.run(lambda connection: connection.exec_driver_sql("DELETE FROM turn_event"))
    found = case(store, claim.turn_id)
    assert [told.moment.what for told in found.story] == ["claimed", "intent", "closed"]
    assert found.total_ms == sum(found.parts.values()) == b.QUIET_MS


def test_a_try_whose_reply_never_left_is_part_of_the_next_ones_story(store: Store) -> None:
    store.take(b.message())
    first = store.claim_when_due()
    store.intent(first)
    store.later(500).give_back(first, after_ms=5_000, withdrawn="connection refused")
    second = store.answer()
    found = case(store, second.turn_id)
    assert {told.turn_id for told in found.story} == {first.turn_id, second.turn_id}
    assert found.parts[Part.WAITING] == 5_000
    assert found.total_ms == sum(found.parts.values()) == b.QUIET_MS + 5_500


def test_a_turn_that_was_asked_again_keeps_its_own_story(store: Store) -> None:
    claim = uncertain(store)
    store.later(evidence.HOLD_AFTER_MS).run(partial(evidence.hold_old, now_ms=store.now_ms))
    store.run(partial(operator.retry, turn_id=claim.turn_id, now_ms=store.now_ms, policy=store.policy))
    second = store.answer()
    assert {told.turn_id for told in case(store, second.turn_id).story} == {second.turn_id}
    assert [message.seq for message in case(store, claim.turn_id).messages] == [1]
    assert case(store, claim.turn_id).story[-1].moment.what == "operator"
    assert store.run(partial(story.told, turn_id=claim.turn_id))
