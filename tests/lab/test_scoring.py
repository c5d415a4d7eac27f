"""The scores, against those that came with the timings."""

from functools import cache
from math import inf
from pathlib import Path

import pytest

from clinic_bot.debounce.talk import Talk
from clinic_bot.lab.moments import Moment, moments
from clinic_bot.lab.recorded import read_recordings
from clinic_bot.lab.scoring import FALSE_HOLD_S, FALSE_TYPING_SHARE, score

BURSTS = Path(__file__).parent.parent / "data" / "bursts"


@cache
def seen(name: str) -> list[Moment]:
    return [one for recording in read_recordings(BURSTS / name) for one in moments(recording)]


def moment(gap_s: float, typing_s: float = 0.0) -> Moment:
    return Moment(Talk(), gap_s, typing_s)


#: (seconds, with the typing signal): early cuts in 100 turns on chitchat, on MeetUp!, as the README of the data says.
PUBLISHED = {
    (1, False): (42.6, 31.2),
    (2, False): (41.4, 29.3),
    (3, False): (39.8, 27.7),
    (5, False): (35.5, 23.8),
    (8, False): (28.5, 17.2),
    (10, False): (24.2, 14.1),
    (15, False): (16.3, 8.2),
    (20, False): (11.1, 5.0),
    (5, True): (18.6, 14.4),
    (8, True): (12.7, 9.7),
}


@pytest.mark.parametrize("window", PUBLISHED, ids=lambda one: f"{one[0]} s{' with typing' * one[1]}")
def test_a_fixed_window_scores_as_published(window: tuple[int, bool]) -> None:
    wait_s, presence = window
    for name, published in zip(("chitchat.jsonl", "meetup.jsonl"), PUBLISHED[window], strict=True):
        found = score([wait_s] * len(seen(name)), seen(name), turn_gap_s=60, presence=presence)
        assert found.early_per_100 == pytest.approx(published, abs=0.05)
        assert found.mean_wait_s == found.median_wait_s == wait_s


def test_a_turn_is_answered_early_once_however_many_replies_left() -> None:
    found = score([2.0] * 4, [moment(5), moment(5), moment(inf), moment(inf)], turn_gap_s=60)
    assert (found.turns, found.early_per_100, found.replies_per_turn) == (2, 50, 2)


def test_a_gap_as_long_as_the_wait_is_no_cut() -> None:
    assert score([5.0] * 2, [moment(5), moment(inf)], turn_gap_s=60).early_per_100 == 0


def test_only_the_wait_after_the_last_message_is_waited() -> None:
    found = score([9.0, 1.0, 5.0], [moment(2), moment(inf), moment(inf)], turn_gap_s=60)
    assert (found.mean_wait_s, found.median_wait_s) == (3, 3)


def test_a_longer_silence_starts_a_new_turn() -> None:
    several = [moment(40), moment(inf)]
    assert score([5.0] * 2, several, turn_gap_s=60).turns == 1
    assert score([5.0] * 2, several, turn_gap_s=30).turns == 2


@pytest.mark.parametrize(
    ("gap_s", "typing_s", "early"),
    [(20, 17, 0), (20, 10, 100), (40, 38, 100), (20, 15.5, 0), (20, 15.4, 100)],
    ids=["heard in time", "heard too late", "typed too long", "heard just in time", "heard just too late"],
)
def test_typing_that_is_heard_within_the_wait_holds_the_reply(
    gap_s: float, typing_s: float, early: float
) -> None:
    several = [moment(gap_s, typing_s), moment(inf)]
    assert score([5.0] * 2, several, turn_gap_s=60, presence=True).early_per_100 == early


def test_false_typing_makes_the_wait_longer() -> None:
    found = score([5.0], [moment(inf)], turn_gap_s=60, presence=True)
    assert found.misled_wait_s == pytest.approx(5 + FALSE_TYPING_SHARE * FALSE_HOLD_S)
