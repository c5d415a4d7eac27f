"""Where the time of a turn went."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_bot.store.story import Moment, What
from clinic_bot.store.time_spent import Part, spent

SENT = [
    Moment(What.CLAIMED, 8_015, 15, "quiet"),
    Moment(What.MODEL_CALL, 9_020, 1_000, "a-model: ok"),
    Moment(What.INTENT, 9_030),
    Moment(What.SEND, 9_330, 295, "ok"),
    Moment(What.CLOSED, 9_340, None, "sent"),
]


def told(parts: dict[Part, int]) -> dict[str, int]:
    return {part.value: ms for part, ms in parts.items() if ms}


def test_a_plain_turn() -> None:
    assert told(spent(0, 9_340, SENT)) == {
        "window": 8_000, "waiting": 15, "model": 1_000, "sending": 310, "rest": 15,
    }  # fmt: skip


def test_a_call_that_the_patient_overtook_counts_and_the_window_opens_again() -> None:
    moments = [
        Moment(What.CLAIMED, 6_000, 0, "quiet"),
        Moment(What.MODEL_CANCELLED, 7_000, 990, "newer"),
        Moment(What.GIVEN_BACK, 7_005),
        Moment(What.CLAIMED, 12_500, 100, "quiet"),
        Moment(What.INTENT, 12_500),
    ]
    assert told(spent(0, 12_600, moments)) == {
        "window": 6_000 + 5_395, "waiting": 100, "model": 990, "sending": 100, "rest": 15,
    }  # fmt: skip


@pytest.mark.parametrize(
    "ended",
    [
        [Moment(What.WAITED, 7_000, None, "Groq is busy"), Moment(What.GIVEN_BACK, 7_000)],
        [Moment(What.GIVEN_BACK, 7_000, None, "switched_off")],
        [Moment(What.LOST, 7_000, None, "the process died")],
    ],
    ids=["for the provider", "for the end of a pause", "for a new process"],
)
def test_waiting_to_be_tried_again(ended: list[Moment]) -> None:
    moments = [
        Moment(What.CLAIMED, 6_000, 0),
        *ended,
        Moment(What.CLAIMED, 37_000, 10),
        Moment(What.INTENT, 37_000),
    ]
    assert told(spent(0, 37_000, moments)) == {"window": 6_000, "waiting": 30_000, "rest": 1_000}


def test_a_wait_within_its_claim_counts_as_waiting() -> None:
    moments = [Moment(What.CLAIMED, 100), Moment(What.WAITED, 1_100, 900), Moment(What.INTENT, 1_200)]
    assert told(spent(0, 1_200, moments)) == {"window": 100, "waiting": 900, "rest": 200}


def test_what_came_after_the_outcome_is_no_part_of_it() -> None:
    later = [*SENT, Moment(What.EVIDENCE, 60_000, None, "echo"), Moment(What.OPERATOR, 90_000)]
    assert spent(0, 9_340, later) == spent(0, 9_340, SENT)


def test_without_a_story_all_of_it_is_the_window() -> None:
    assert told(spent(0, 500, [])) == {"window": 500}


@given(
    st.lists(
        st.builds(
            Moment,
            st.sampled_from(What),
            st.integers(-1_000, 90_000),
            st.none() | st.integers(0, 90_000),
            st.sampled_from([None, "newer", "why"]),
        )
    ),
    st.integers(0, 60_000),
)
def test_the_parts_always_add_up(moments: list[Moment], total_ms: int) -> None:
    parts = spent(0, total_ms, moments)
    assert sum(parts.values()) == total_ms
    assert all(ms >= 0 for ms in parts.values())
