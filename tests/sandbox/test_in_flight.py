import pytest

from clinic_bot.sandbox.in_flight import Moment, moment_of


@pytest.mark.parametrize(
    ("at", "moment", "after_ms"),
    [
        ("while the model is generating", Moment.MODEL, 0),
        ("during_generation", Moment.MODEL, 0),
        ("1.5 s after the model request", Moment.MODEL, 1_500),
        ("300 ms after the tool call", Moment.TOOL, 300),
        ("depois da ferramenta", Moment.TOOL, 0),
        ("while the reply is in the queue", Moment.QUEUED, 0),
        ("after the previous reply", Moment.LEFT, 0),
        ("whenever", Moment.MODEL, 0),
    ],
)
def test_a_moment_is_found_in_plain_words(at: str, moment: Moment, after_ms: int) -> None:
    assert moment_of(at) == (moment, after_ms)
