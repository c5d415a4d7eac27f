"""How many alerts may leave, with the instants passed in."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from clinic_bot.operations.alert_limits import RateLimit, Rates, Summary

RATES = Rates(of_a_kind=2, of_a_kind_ms=100, of_all=3, of_all_ms=1_000, of_an_urgent_kind=4)


def test_the_third_of_a_kind_is_held_back_and_told_with_the_next_one() -> None:
    limit = RateLimit(replace(RATES, of_all=9))
    assert [limit.admit("a", "x", now) for now in (0, 10, 20, 30)] == [0, 0, None, None]
    assert limit.admit("a", "x", 100) == 2
    assert limit.admit("a", "x", 110) == 0


def test_what_was_held_back_is_summed_up_once_there_is_room() -> None:
    limit = RateLimit(RATES)
    for now in (0, 10, 20, 30, 40):
        limit.admit("a", f"at {now}", now)
    assert limit.summaries(99) == []
    assert limit.summaries(100) == [Summary("a", "at 40", 2)]
    assert limit.summaries(101) == []


def test_kinds_do_not_hold_each_other_back_until_there_are_too_many_of_all() -> None:
    limit = RateLimit(RATES)
    assert [limit.admit(kind, "x", 0) for kind in "aabb"] == [0, 0, 0, None]
    assert limit.summaries(999) == []
    assert limit.summaries(1_000) == [Summary("b", "x", 0)]


def test_an_emergency_waits_for_no_other_alert() -> None:
    limit = RateLimit(RATES)
    for kind in "aab":
        limit.admit(kind, "x", 0)
    assert [limit.admit("emergency", "x", 1) for _ in range(5)] == [0, 0, 0, 0, None]
    assert limit.admit("a", "x", 1_001) == 0  # and emergencies took nobody's place


def test_a_clock_that_was_set_back_mutes_nobody() -> None:
    limit = RateLimit(RATES)
    for kind in "aab":
        limit.admit(kind, "x", 3_600_000)
    assert limit.admit("a", "x", 0) == 0


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 400)), max_size=60))
def test_nothing_is_lost_and_the_rates_hold(steps: list[tuple[str, int]]) -> None:
    limit, now, told, left = RateLimit(RATES), 0, 0, []
    for kind, gap in steps:
        now += gap
        suppressed = limit.admit(kind, "x", now)
        if suppressed is not None:
            told += 1 + suppressed
            left.append((kind, now))
    for later in range(60):
        for summary in limit.summaries(now + (1 + later) * 1_000):
            told += 1 + summary.suppressed
    assert told == len(steps)
    for _, at in left:
        assert len([1 for _, other in left if at - RATES.of_all_ms < other <= at]) <= RATES.of_all
    for kind in "abc":
        mine = [at for name, at in left if name == kind]
        for at in mine:
            assert len([1 for other in mine if at - RATES.of_a_kind_ms < other <= at]) <= RATES.of_a_kind
