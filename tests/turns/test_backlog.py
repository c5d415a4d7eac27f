"""One answer for what waited long, or a person."""

import pytest

from clinic_bot.turns.backlog import Backlog, Choice

HOUR_MS = 3_600_000


@pytest.mark.parametrize(
    ("choice", "waited_ms", "emergency", "expected"),
    [
        pytest.param(Choice.ANSWER, 9 * HOUR_MS, False, False, id="the clinic wants them answered"),
        pytest.param(Choice.HAND_OVER, HOUR_MS + 1, False, True, id="too old: a person"),
        pytest.param(Choice.HAND_OVER, HOUR_MS, False, False, id="just not too old"),
        pytest.param(Choice.HAND_OVER, 9 * HOUR_MS, True, False, id="an emergency is never left to wait"),
    ],
)
def test_who_answers_what_waited(choice: Choice, waited_ms: int, emergency: bool, expected: bool) -> None:
    backlog = Backlog(choice, HOUR_MS)
    assert backlog.hands_over(first_ms=0, now_ms=waited_ms, emergency=emergency) is expected
