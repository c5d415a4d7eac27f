"""What a process must know of the time before it."""

from functools import partial

from clinic_bot.store import outages
from clinic_bot.store.tables import MarkName
from tests.support import builders as b
from tests.support.builders import contact
from tests.support.clock import START_MS
from tests.support.store import Store


def test_a_mark_is_unknown_until_it_is_set_and_can_be_moved_either_way(store: Store) -> None:
    asked = partial(outages.marked, instance=b.INSTANCE, name=MarkName.HEARD)
    assert store.run(asked) is None
    for at_ms in (5_000, 9_000, 7_000):
        store.run(partial(outages.mark, instance=b.INSTANCE, name=MarkName.HEARD, at_ms=at_ms))
        assert store.run(asked) == at_ms
    assert store.run(partial(outages.marked, instance="another", name=MarkName.HEARD)) is None


def known(store: Store, **who: str) -> int | None:
    return store.run(partial(outages.known_until, contact=contact(**who)))


def test_a_chat_is_known_until_what_was_written_last(store: Store) -> None:
    assert known(store) is None
    store.take(b.message(id="m1", sent_ms=START_MS - 30_000))
    store.take(b.message(id="m2", sent_ms=START_MS - 90_000))
    assert known(store) == START_MS - 30_000


def test_a_message_without_a_time_counts_by_its_arrival(store: Store) -> None:
    store.take(b.message())
    assert known(store) == START_MS


def test_our_own_reply_may_be_noted_when_it_leaves_the_queue(store: Store) -> None:
    store.take(b.message())
    store.answer()
    assert known(store) == store.now_ms + 40_000


def test_a_chat_is_the_same_under_its_number_and_its_lid(store: Store) -> None:
    store.take(b.message(who=contact(lid=b.LID)))
    assert store.run(partial(outages.known_until, contact=contact(None, lid=b.LID))) == START_MS
