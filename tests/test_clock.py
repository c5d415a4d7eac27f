"""The clock: steady until it is told to follow, and fast in the sandbox."""

import time

import pytest

from clinic_bot.clock import Clock

HOUR_MS = 3_600_000


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What somebody sets the machine's wall clock ahead by, in milliseconds."""
    ahead_ms, real = [0], time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: real() + ahead_ms[0] * 1_000_000)
    return ahead_ms


def test_it_says_the_machines_time() -> None:
    assert abs(Clock().now_ms() - time.time() * 1000) < 1_000


@pytest.mark.parametrize("by_ms", [HOUR_MS, -HOUR_MS], ids=["forward", "back"])
def test_a_jump_is_not_seen_before_it_is_followed(wall: list[int], by_ms: int) -> None:
    clock = Clock()
    before_ms = clock.now_ms()
    wall[0] = by_ms
    assert 0 <= clock.now_ms() - before_ms < 1_000
    assert abs(clock.strayed_ms() - by_ms) < 1_000
    clock.follow(by_ms)
    assert abs(clock.now_ms() - before_ms - by_ms) < 1_000
    assert abs(clock.strayed_ms()) < 1_000
    assert 0 <= clock.steady_ms() - before_ms < 1_000


@pytest.mark.parametrize("clock", [Clock(0), Clock(rate=2.0)], ids=["another start", "another rate"])
def test_a_sandbox_clock_does_not_stray(wall: list[int], clock: Clock) -> None:
    wall[0] = HOUR_MS
    assert clock.strayed_ms() == 0


def test_a_fast_clock_lives_faster() -> None:
    before_s = time.monotonic()
    clock = Clock(0, rate=1_000.0)
    built_s = time.monotonic()
    while time.monotonic() < built_s + 0.002:
        pass
    at_least_ms = (time.monotonic() - built_s) * 1e6
    now_ms = clock.now_ms()
    assert at_least_ms - 1 <= now_ms <= (time.monotonic() - before_s) * 1e6 + 1
    assert clock.real_s(1_000) == pytest.approx(0.001)
