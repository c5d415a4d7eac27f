"""Settings for a target."""

import pytest

from clinic_bot.debounce.patience import DEFAULT, Limits
from clinic_bot.lab.replay import Row
from clinic_bot.lab.tune import Target, best, frontier, tried
from clinic_bot.settings import Settings

SETTINGS = {name: Limits(6_000, 1_000, 13_000, float(len(name))) for name in ("a", "bb", "ccc", "dddd")}


def row(policy: str, wait_s: float, early: float) -> Row:
    return Row("a.jsonl", policy, False, 60, early, wait_s, wait_s, 1.0, None)


ROWS = [row("a", 2, 35), row("bb", 5, 20), row("ccc", 5, 25), row("dddd", 9, 10), row("fixed-4", 1, 1)]


@pytest.mark.parametrize(
    ("target", "chosen"),
    [
        (Target(early_per_100=25), "bb"),
        (Target(early_per_100=10), "dddd"),
        (Target(mean_wait_s=5), "bb"),
        (Target(mean_wait_s=100), "dddd"),
        (Target(early_per_100=30, mean_wait_s=8), "bb"),
        (Target(early_per_100=5), None),
        (Target(early_per_100=15, mean_wait_s=8), None),
    ],
    ids=lambda one: one.words() if isinstance(one, Target) else str(one),
)
def test_the_best_setting_that_meets_the_target(target: Target, chosen: str | None) -> None:
    found = best(ROWS, SETTINGS, target)
    assert (found and found.row.policy) == chosen


def test_the_curve_leaves_out_what_another_setting_beats() -> None:
    assert [one.policy for one in frontier(ROWS[:4])] == ["a", "bb", "dddd"]


def test_the_proposed_lines_are_settings() -> None:
    found = best([row("care-50-ceiling-20", 1, 1)], tried(), Target(mean_wait_s=1))
    assert found is not None
    lines = dict(line.split("=") for line in found.lines())
    assert lines == {
        "CLINIC_BOT_PATIENCE_CARE": "50",
        "CLINIC_BOT_PATIENCE_FLOOR_S": "1",
        "CLINIC_BOT_PATIENCE_CEILING_S": "20",
    }
    fields = {f"CLINIC_BOT_{name.upper()}" for name in Settings.model_fields}
    assert fields >= lines.keys()


def test_the_clinics_own_floor_is_kept() -> None:
    own = Limits(6_000, 2_000, 13_000, 40.0)
    assert {limits.floor_ms for limits in tried(own).values()} == {2_000}
    assert {limits.floor_ms for limits in tried().values()} == {DEFAULT.floor_ms}
