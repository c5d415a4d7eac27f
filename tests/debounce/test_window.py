"""Until when a burst stays open."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_bot.debounce.window import PAUSED_HOLD_MS, Timing, Window, closed_by, due_ms, hold_until_ms
from clinic_bot.events import PresenceStatus

TIMING = Timing(quiet_ms=6_000, cap_ms=60_000, hold_ms=12_000)
TYPING = (PresenceStatus.COMPOSING, PresenceStatus.RECORDING)
SILENT = (PresenceStatus.AVAILABLE, PresenceStatus.UNAVAILABLE)

instants = st.integers(min_value=0, max_value=300_000)


@st.composite
def timings(draw: st.DrawFn) -> Timing:
    quiet_ms = draw(st.integers(1, 60_000))
    return Timing(quiet_ms, draw(st.integers(quiet_ms, 120_000)), draw(st.integers(0, 30_000)))


@st.composite
def windows(draw: st.DrawFn) -> Window:
    first_ms = draw(instants)
    return Window(first_ms, first_ms + draw(instants), draw(instants))


def test_one_message_waits_for_the_quiet_time() -> None:
    assert due_ms(Window(first_ms=1_000, last_ms=1_000), TIMING) == 7_000


def test_every_message_starts_the_quiet_time_again() -> None:
    assert due_ms(Window(first_ms=1_000, last_ms=5_000), TIMING) == 11_000


def test_somebody_who_types_holds_the_window_open() -> None:
    held_until_ms = hold_until_ms(PresenceStatus.COMPOSING, 0, 6_900, TIMING)
    assert due_ms(Window(1_000, 1_000, held_until_ms), TIMING) == 18_900


def test_a_hold_that_ended_before_the_quiet_time_changes_nothing() -> None:
    assert due_ms(Window(1_000, 1_000, hold_until_ms=3_000), TIMING) == 7_000


def test_pausing_shortens_the_hold_and_leaves_time_for_the_message_to_come() -> None:
    assert hold_until_ms(PresenceStatus.PAUSED, 20_000, 10_000, TIMING) == 10_000 + PAUSED_HOLD_MS


def test_pausing_never_lengthens_a_hold() -> None:
    assert hold_until_ms(PresenceStatus.PAUSED, 0, 10_000, TIMING) == 0


@pytest.mark.parametrize("status", SILENT)
def test_being_online_says_nothing_about_typing(status: PresenceStatus) -> None:
    assert hold_until_ms(status, 20_000, 10_000, TIMING) == 20_000
    assert hold_until_ms(status, 0, 10_000, TIMING) == 0


@pytest.mark.parametrize(
    ("window", "word"),
    [
        pytest.param(Window(0, 0), "quiet", id="nothing more came"),
        pytest.param(Window(0, 0, 9_000), "presence", id="typing held it"),
        pytest.param(Window(0, 58_000, 0), "cap", id="the patient went on for too long"),
        pytest.param(Window(0, 0, 90_000), "cap", id="typing held it for too long"),
    ],
)
def test_it_says_what_closed_the_window(window: Window, word: str) -> None:
    assert closed_by(window, TIMING) == word


@given(windows(), timings())
def test_nobody_waits_beyond_the_cap(window: Window, timing: Timing) -> None:
    assert window.first_ms < due_ms(window, timing) <= window.first_ms + timing.cap_ms


@given(windows(), timings())
def test_it_never_closes_before_the_quiet_time_unless_the_cap_ends_it(window: Window, timing: Timing) -> None:
    due = due_ms(window, timing)
    assert due >= window.last_ms + timing.quiet_ms or due == window.first_ms + timing.cap_ms


@given(windows(), timings(), instants)
def test_a_later_message_never_closes_it_earlier(window: Window, timing: Timing, gap_ms: int) -> None:
    later = Window(window.first_ms, window.last_ms + gap_ms, window.hold_until_ms)
    assert due_ms(later, timing) >= due_ms(window, timing)


@given(st.sampled_from(TYPING), instants, instants, timings())
def test_typing_holds_for_its_time_and_never_shortens(
    status: PresenceStatus, held_ms: int, now_ms: int, timing: Timing
) -> None:
    held_until_ms = hold_until_ms(status, held_ms, now_ms, timing)
    assert held_until_ms == max(held_ms, now_ms + timing.hold_ms)


@given(windows(), timings(), st.lists(st.tuples(st.sampled_from(PresenceStatus), instants), max_size=20))
def test_no_sequence_of_signals_opens_it_beyond_the_cap_or_closes_it_before_the_quiet_time(
    window: Window, timing: Timing, signals: list[tuple[PresenceStatus, int]]
) -> None:
    held_ms = window.hold_until_ms
    for status, now_ms in signals:
        held_ms = hold_until_ms(status, held_ms, now_ms, timing)
    due = due_ms(Window(window.first_ms, window.last_ms, held_ms), timing)
    assert min(window.last_ms + timing.quiet_ms, window.first_ms + timing.cap_ms) <= due
    assert due <= window.first_ms + timing.cap_ms
