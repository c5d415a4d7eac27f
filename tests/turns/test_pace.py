"""How long the model takes, from what it took."""

from clinic_bot.turns.pace import Pace


def test_little_says_nothing() -> None:
    pace = Pace()
    for n in range(4):
        pace.answered(1_000, n)
    assert (pace.mostly_ms(10), pace.at_least_ms(10)) == (None, None)


def test_most_and_least_of_the_last_answers() -> None:
    pace = Pace()
    for n in range(70):
        pace.answered(100 * n, n)  # of which the last 50 count: 2.0 s to 6.9 s
    assert (pace.at_least_ms(100), pace.mostly_ms(100)) == (2_400, 5_900)


def test_what_was_half_an_hour_ago_is_forgotten() -> None:
    pace = Pace()
    for n in range(5):
        pace.answered(1_000, n)
    assert pace.mostly_ms(30 * 60_000) == 1_000
    assert pace.mostly_ms(31 * 60_000) is None
