"""The rehearsal leaves nothing behind."""

from functools import partial

from clinic_bot.store.rehearsal import rehearse
from tests.support import builders as b
from tests.support.store import Store


def test_a_rehearsal_leaves_the_records_as_they_were(store: Store) -> None:
    store.take(b.message())
    before = store.conversations(), store.messages(), store.turns(), store.count("inbox")
    store.run(partial(rehearse, now_ms=store.now_ms, policy=b.POLICY))
    assert (store.conversations(), store.messages(), store.turns(), store.count("inbox")) == before
    assert store.count("turn_event") == 0
    store.answer()


def test_it_can_be_played_in_an_empty_file(store: Store) -> None:
    store.run(partial(rehearse, now_ms=store.now_ms, policy=b.POLICY))
    assert store.conversations() == []
