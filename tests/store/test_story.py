"""The story of a turn."""

from functools import partial

from clinic_bot.store import story
from clinic_bot.store.story import Moment
from tests.support.store import Store

CALL = Moment("model call", 1_200, 900, "a-model: ok")


def test_a_story_is_told_in_the_order_it_was_recorded(store: Store) -> None:
    store.run(partial(story.record, turn_id=7, moments=[Moment("claimed", 300), CALL]))
    store.run(partial(story.record, turn_id=7, moments=[Moment("intent", 1_200)]))
    assert store.run(partial(story.told, turn_id=7)) == [
        Moment("claimed", 300),
        CALL,
        Moment("intent", 1_200),
    ]


def test_stories_are_kept_apart(store: Store) -> None:
    store.run(partial(story.record, turn_id=7, moments=[CALL]))
    assert store.run(partial(story.told, turn_id=8)) == []


def test_nothing_to_record_is_no_statement(store: Store) -> None:
    store.run(partial(story.record, turn_id=7, moments=[]))
    assert store.count("turn_event") == 0
