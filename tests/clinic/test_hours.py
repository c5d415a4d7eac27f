from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from clinic_bot.clinic.hours import Period, Week, parse_periods

ZONE = ZoneInfo("America/Sao_Paulo")
DAY = parse_periods("08:00-12:00, 13:30-18:00")
SHORT = parse_periods("08:00-12:00")
WEEK = Week(
    days=(DAY, DAY, DAY, DAY, DAY, SHORT, ()),
    closed_dates=frozenset({date(2026, 10, 14)}),
    closed_yearly=frozenset({(12, 10)}),
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("08:00-18:00", (Period(time(8), time(18)),)),
        ("8h às 12h e 14h-18h30", (Period(time(8), time(12)), Period(time(14), time(18, 30)))),
        ("13:30-18:00, 08:00-12:00", (Period(time(8), time(12)), Period(time(13, 30), time(18)))),
        ("fechado", ()),
        ("", ()),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, expected: tuple[Period, ...]) -> None:
    assert parse_periods(text) == expected


@pytest.mark.parametrize("text", ["18:00-08:00", "manhã", "08:00", "08:00-12:00 se chover", "25:00-26:00"])
def test_hours_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_periods(text)


@pytest.mark.parametrize(
    ("when", "is_open"),
    [
        ("2026-10-06T07:59:59", False),
        ("2026-10-06T08:00", True),
        ("2026-10-06T12:30", False),
        ("2026-10-06T17:59:59", True),
        ("2026-10-06T18:00", False),
        ("2026-10-10T11:00", True),
        ("2026-10-11T11:00", False),
        ("2026-10-12T11:00", False),
        ("2026-10-14T11:00", False),
    ],
    ids=[
        "before",
        "first second",
        "lunch",
        "last second",
        "after",
        "Saturday",
        "Sunday",
        "yearly",
        "closed day",
    ],
)
def test_open_or_not(when: str, is_open: bool) -> None:
    assert WEEK.is_open(at(when)) is is_open


@pytest.mark.parametrize(
    ("when", "opening"),
    [
        ("2026-10-06T07:00", "2026-10-06T08:00"),
        ("2026-10-06T12:30", "2026-10-06T13:30"),
        ("2026-10-06T10:00", "2026-10-06T13:30"),
        ("2026-10-06T22:41", "2026-10-07T08:00"),
        ("2026-10-10T12:00", "2026-10-13T08:00"),
        ("2026-10-13T18:00", "2026-10-15T08:00"),
    ],
    ids=[
        "today",
        "after lunch",
        "while open",
        "tomorrow",
        "over Sunday and a yearly holiday",
        "over a closed day",
    ],
)
def test_the_next_opening(when: str, opening: str) -> None:
    assert WEEK.next_opening(at(when)) == at(opening)


def test_a_clinic_that_never_opens_has_no_next_opening() -> None:
    assert Week(days=((),) * 7).next_opening(at("2026-10-06T10:00")) is None


def test_the_week_reads_as_one_line() -> None:
    assert WEEK.describe() == (
        "segunda a sexta-feira das 8h às 12h e das 13h30 às 18h; sábado das 8h às 12h; domingo fechado"
    )
