"""A person at a terminal takes a chat, or gives it back."""

from functools import partial

import pytest

from clinic_bot.store import handing
from clinic_bot.store.gate import Gate
from clinic_bot.store.handing import Handed
from tests.support import builders as b
from tests.support.store import Store

HER = b.contact(b.PHONE).phone_key or ""


def hand(store: Store, who: int | str, *, to_bot: bool) -> Handed | None:
    job = partial(
        handing.hand, who=who, instance=b.INSTANCE, to_bot=to_bot, policy=b.POLICY, now_ms=store.now_ms
    )
    return store.run(job)


def test_what_is_thinking_stays_silent_in_a_chat_that_was_taken(store: Store) -> None:
    store.take(b.message("oi"))
    claim = store.claim_when_due()
    taken = hand(store, claim.turn_id, to_bot=False)
    assert taken is not None
    assert taken.until_ms == store.now_ms + b.HUMAN_MS
    assert store.intent(claim) is Gate.TAKEN_OVER


def test_what_was_pending_is_hers_and_what_comes_later_waits_for_her(store: Store) -> None:
    store.take(b.message("oi"))
    hand(store, HER, to_bot=False)
    later = store.later(60_000).take(b.message("e amanhã?", id="m2"))
    assert later.wake_at_ms is not None
    assert later.wake_at_ms > store.now_ms + b.QUIET_MS
    given = hand(store, HER, to_bot=True)
    assert given == Handed(1, store.now_ms + b.QUIET_MS, 0)
    claim = store.claim_when_due()
    assert [message.text for message in claim.messages] == ["e amanhã?"]
    assert store.intent(claim) is Gate.OPEN
    store.outcome(claim)


@pytest.mark.parametrize("who", [99, "5511900000000"])
def test_a_chat_that_nobody_has_is_none(store: Store, who: int | str) -> None:
    store.take(b.message("oi"))
    assert hand(store, who, to_bot=False) is None


def test_a_chat_that_became_a_part_of_another_leads_there(store: Store) -> None:
    store.take(b.message("oi", who=b.contact(None, lid="777")))
    other = store.claim_when_due()
    store.intent(other)
    store.outcome(other)
    store.take(b.message("sou eu", id="m2", who=b.contact(b.PHONE)))
    store.take(b.message("de novo", id="m3", who=b.contact(b.PHONE, lid="777")))
    taken = hand(store, other.turn_id, to_bot=False)
    (survivor,) = [one for one in store.conversations() if one.alias_of is None]
    assert taken is not None
    assert taken.conversation_id == survivor.id
    assert survivor.human_until_ms == taken.until_ms


def test_a_chat_that_will_be_a_part_of_another_is_taken_with_it(store: Store) -> None:
    store.take(b.message("oi", who=b.contact(None, lid="777")))
    other = store.claim_when_due()
    store.intent(other)
    store.take(b.message("sou eu", id="m2", who=b.contact(b.PHONE)))
    store.take(b.message("de novo", id="m3", who=b.contact(b.PHONE, lid="777")))
    taken = hand(store, other.turn_id, to_bot=False)
    assert taken is not None
    assert {one.human_until_ms for one in store.conversations()} == {taken.until_ms}
    assert store.outcome(other).overtaken
    assert store.conversation(taken.conversation_id).wake_at_ms is None
