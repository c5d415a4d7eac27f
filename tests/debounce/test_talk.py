"""What is remembered of a patient's way of writing."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_bot.debounce.piece import Asked, Piece, PieceKind
from clinic_bot.debounce.talk import TURN_GAP_MS, Talk

S = 1_000
HELLO = Piece(PieceKind.GREETING, 2, 1)
WORDS = Piece(PieceKind.STATEMENT, 27, 4)
QUESTION = Piece(PieceKind.QUESTION, 20, 4, question=True, punct=True)

pieces = st.builds(
    Piece,
    kind=st.sampled_from(PieceKind),
    n_chars=st.integers(0, 65_536),
    n_words=st.integers(0, 10_000),
    question=st.booleans(),
    punct=st.booleans(),
    open=st.booleans(),
    fits=st.booleans(),
    complete=st.booleans(),
)
events = st.tuples(pieces | st.sampled_from(Asked), st.integers(-5_000, 200_000))


@st.composite
def talks(draw: st.DrawFn) -> Talk:
    talk, now_ms = Talk(), 1_790_000_000_000
    for event, later_ms in draw(st.lists(events, max_size=12)):
        now_ms += later_ms
        talk = talk.spoke(now_ms, event) if isinstance(event, Asked) else talk.heard(event, now_ms)
    return talk


def test_a_burst_grows_with_every_piece() -> None:
    talk = Talk().heard(HELLO, 0).heard(QUESTION, 4 * S).heard(WORDS, 9 * S)
    assert (talk.burst.pieces, talk.burst.chars) == (3, 49)
    assert (talk.burst.greeted_before, talk.burst.asked_before) == (True, True)
    assert talk.rhythm.follow_ups == 2


def test_a_reply_ends_the_burst_and_the_rhythm_stays() -> None:
    talk = Talk().heard(HELLO, 0).heard(WORDS, 4 * S).spoke(10 * S, Asked.WHEN)
    assert (talk.burst.pieces, talk.rhythm.messages, talk.asked) == (0, 2, Asked.WHEN)
    later = talk.heard(WORDS, 30 * S)
    assert (later.burst.pieces, later.rhythm.follow_ups, later.rhythm.turns) == (1, 1, 1)


def test_a_piece_that_comes_sooner_than_a_reply_can_be_read_went_on() -> None:
    talk = Talk().heard(HELLO, 0).spoke(6 * S).heard(WORDS, 9 * S)
    assert (talk.burst.pieces, talk.rhythm.follow_ups, talk.rhythm.turns) == (1, 1, 0)


def test_of_a_gap_that_a_clock_hides_nothing_is_learned() -> None:
    talk = Talk().heard(HELLO, 0).heard(WORDS, 4 * S)
    later = talk.heard(WORDS, 4 * S - 3_600 * S)  # somebody set the clock back
    assert (later.rhythm.follow_ups, later.rhythm.turns) == (talk.rhythm.follow_ups, talk.rhythm.turns)
    assert (later.rhythm.messages, later.burst.pieces, later.last_ms) == (3, 3, 4 * S - 3_600 * S)
    soon = talk.heard(WORDS, 3 * S)  # two that were taken side by side
    assert soon.rhythm.follow_ups == talk.rhythm.follow_ups + 1


def test_a_long_silence_ends_the_burst_too() -> None:
    talk = Talk().heard(HELLO, 0).heard(WORDS, TURN_GAP_MS + 1)
    assert (talk.burst.pieces, talk.rhythm.turns) == (1, 1)
    assert Talk().heard(HELLO, 0).heard(WORDS, TURN_GAP_MS).burst.pieces == 2


@pytest.mark.parametrize(
    ("announced", "expected"), [((True,) * 4, True), ((False,) * 4, False), ((True,), None)], ids=str
)
def test_whether_typing_is_announced_is_learned_of_each_patient(
    announced: tuple[bool, ...], expected: bool | None
) -> None:
    talk = Talk().heard(HELLO, 0)
    for at, typed in enumerate(announced, 1):
        talk = talk.heard(WORDS, at * 5 * S, typed=typed)
    for usual in (True, False):
        assert talk.typing_expected(usual=usual) is (usual if expected is None else expected)


@given(talks())
def test_it_can_be_kept_in_a_column(talk: Talk) -> None:
    again = Talk.unpacked(talk.packed())
    assert again.packed() == talk.packed()
    assert again.burst.pieces == talk.burst.pieces
    assert again.last == talk.last
    assert again.rhythm._replace(lately=0, log_gaps=0, log_chars=0, log_speeds=0) == talk.rhythm._replace(
        lately=0, log_gaps=0, log_chars=0, log_speeds=0
    )
    assert len(talk.packed()) < 300


def _damaged() -> list[str | None]:
    good = Talk().heard(WORDS, 5).packed()
    return [None, "", "{}", "[]", "null", "[1,2,3,4,5,6]", good[:-1], good.replace("4", "NaN"), "[" * 5_000]


@pytest.mark.parametrize("packed", _damaged(), ids=lambda text: str(text)[:20])
def test_what_cannot_be_read_is_a_patient_nobody_knows(packed: str | None) -> None:
    assert Talk.unpacked(packed) == Talk()


@given(st.text() | st.recursive(st.none() | st.floats() | st.text(), st.lists).map(json.dumps))
def test_unpacking_never_fails(packed: str) -> None:
    assert isinstance(Talk.unpacked(packed), Talk)
