"""The figures that docs/patience.md states, on conversations that the fit never saw."""

from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from clinic_bot.debounce.patience_model import load_model
from clinic_bot.lab.candidates import usual_settings
from clinic_bot.lab.moments import moments
from clinic_bot.lab.plot import Curve, curve
from clinic_bot.lab.recorded import is_held_out, read_recordings
from clinic_bot.lab.replay import Row, rows

BURSTS = Path(__file__).parent.parent / "data" / "bursts"


@cache
def scored(name: str, answers_in_s: float = 0.0) -> list[Row]:
    model = load_model()
    assert model is not None
    recordings = read_recordings(BURSTS / f"{name}.jsonl")
    seen = [
        one
        for recording in recordings
        if recording.source != "chitchat" or is_held_out(recording.id)
        for one in moments(recording)
    ]
    return list(rows(name, seen, model, usual_settings(), (60,), answers_in_s=answers_in_s))


def at(x: float, points: Curve) -> float:
    """Between the points of a curve, straight lines."""
    ordered = sorted(points)
    for (x0, y0), (x1, y1) in pairwise(ordered):
        if x0 <= x <= x1:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    raise AssertionError(f"{x} is beyond the curve")


def by_early(points: Curve) -> Curve:
    return [(early, wait_s) for wait_s, early in points]


def fixed_s(name: str, early: float) -> float:
    """The fixed window, without typing signals, that cuts so many turns; 20 s at most."""
    points = by_early(curve(scored(name), is_fixed=True, presence=False))
    return 20.0 if early < min(points)[0] else at(early, points)


@pytest.mark.parametrize(("early", "share"), [(30, 0.35), (25, 0.30), (20, 0.24)], ids=lambda one: f"{one:g}")
def test_without_presence_the_wait_is_shorter_at_equal_cuts(early: float, share: float) -> None:
    ours_s = at(early, by_early(curve(scored("chitchat"), is_fixed=False, presence=False)))
    assert ours_s <= (1 - share) * fixed_s("chitchat", early)


@pytest.mark.parametrize(("name", "early"), [("chitchat", 12), ("meetup", 9)])
def test_with_typing_signals_few_are_cut_at_a_mean_wait_of_8_s(name: str, early: float) -> None:
    assert at(8, curve(scored(name), is_fixed=False, presence=True)) < early


@pytest.mark.parametrize(
    ("name", "wait_s", "share"),
    [("chitchat", wait_s, 0.5) for wait_s in (3, 4, 5, 6, 7, 8, 9, 10)]
    + [("meetup", wait_s, 0.6) for wait_s in (3, 4, 5, 6, 7, 8)],
)
def test_with_typing_signals_the_wait_is_a_fraction_of_the_fixed_one(
    name: str, wait_s: float, share: float
) -> None:
    early = at(wait_s, curve(scored(name), is_fixed=False, presence=True))
    assert wait_s <= share * fixed_s(name, early)


@pytest.mark.parametrize("name", ["chitchat", "meetup"])
def test_the_default_beats_the_fixed_window_of_the_same_wait(name: str) -> None:
    for row in scored(name):
        if row.policy == "default":
            fixed = curve(scored(name), is_fixed=True, presence=row.presence)
            assert row.early_per_100 < at(row.mean_wait_s, fixed) - 0.75


def test_false_typing_costs_seconds_and_no_cut() -> None:
    misled = {row.policy: row for row in scored("chitchat") if row.presence}["default"]
    assert misled.misled_wait_s == pytest.approx(misled.mean_wait_s + 2.4, abs=0.01)


@pytest.mark.parametrize("name", ["chitchat", "meetup"])
def test_counting_on_a_reply_that_can_be_taken_back_cuts_no_more_than_the_wait_alone(name: str) -> None:
    found = {row.presence: row for row in scored(name, 3.0) if row.policy == "default"}
    for row in scored(name):
        if row.policy == "default":
            assert found[row.presence].early_per_100 <= row.early_per_100
            # Without typing signals the window is shorter for it, with them it is the same.
            assert (found[row.presence].mean_wait_s < row.mean_wait_s + 2.7) is not row.presence
