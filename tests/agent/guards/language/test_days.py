from datetime import UTC, date, datetime, time

import pytest

from clinic_bot.agent.guards.language.days import dates_in, days_in, times_in

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("de segunda a quarta", (0, 1, 2)),
        ("as quintas e no fim de semana", (3, 5, 6)),
        ("amanha", (3,)),
        ("depois", ()),
    ],
)
def test_weekdays_are_read(text: str, found: tuple[int, ...]) -> None:
    assert days_in(text, NOW) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("no dia 27/11", [date(2026, 11, 27)]),
        ("em 5 de janeiro", [date(2027, 1, 5)]),
        ("no dia 3", [date(2026, 12, 3)]),
        ("dia 30", [date(2026, 11, 30)]),
        ("31/02", []),
        ("em 3 dias", []),
    ],
)
def test_a_date_is_of_the_year_in_which_it_would_be_meant(text: str, found: list[date]) -> None:
    assert list(dates_in(text, NOW)) == found


def test_times_are_read() -> None:
    assert times_in("das 8h as 12h30, e ao meio-dia; 2h antes") == [time(8), time(12, 30), time(12)]
