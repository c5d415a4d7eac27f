"""When a patient is reminded, with the clock that the test sets, and in which words."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from clinic_bot.clinic.clinic_file import ReminderRules, Texts
from clinic_bot.clinic.facts import example_clinic
from clinic_bot.clinic.reminders import (
    REMINDER,
    Rules,
    Skip,
    Visit,
    Window,
    decide,
    text,
    windows,
)

ZONE = ZoneInfo("America/Sao_Paulo")
RULES = ReminderRules().rules()
LONG_AGO = datetime(2026, 9, 1, tzinfo=ZONE)


def at(value: str, *, of: int = 6) -> datetime:
    """``6 09:00``: of October 2026, whose 6th is a Tuesday."""
    day, _, hour = value.rpartition(" ")
    return datetime.fromisoformat(f"2026-10-{int(day or of):02d}T{hour}").replace(tzinfo=ZONE)


def shown(found: list[Window]) -> list[tuple[int, str]]:
    return [(one.hours, f"{one.at:%-d %H:%M}") for one in found]


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        pytest.param("7 15:00", [(24, "6 15:00"), (3, "7 12:00")], id="by day, to the minute"),
        pytest.param(
            "7 09:00", [(24, "6 09:00"), (3, "6 19:45")], id="six in the morning is the evening before"
        ),
        pytest.param("7 21:30", [(24, "6 19:45"), (3, "7 18:30")], id="late in the evening is a bit earlier"),
        pytest.param("7 06:30", [(24, "5 19:45"), (3, "6 19:45")], id="both nights"),
        pytest.param("7 11:00", [(24, "6 11:00"), (3, "7 08:00")], id="the first allowed minute is allowed"),
        pytest.param("7 23:00", [(24, "6 19:45"), (3, "7 19:45")], id="the last one is not"),
    ],
)
def test_when_it_is_meant_to_leave(start: str, expected: list[tuple[int, str]]) -> None:
    assert shown(windows(at(start), RULES)) == expected


@pytest.mark.parametrize(
    ("now", "hours", "known", "expected"),
    [
        pytest.param("6 14:59", 24, None, at("6 15:00"), id="not yet"),
        pytest.param("6 15:00", 24, None, at("6 15:00"), id="now"),
        pytest.param("6 19:30", 24, None, at("6 15:00"), id="late, and of use"),
        pytest.param("6 21:00", 24, None, at("7 08:00"), id="late, and at night: in the morning"),
        pytest.param("7 03:00", 24, None, at("7 08:00"), id="the same after midnight"),
        pytest.param("7 10:00", 24, None, Skip.LATE, id="so late that the next one is near"),
        pytest.param("7 12:30", 3, None, at("7 12:00"), id="the last one, a bit late"),
        pytest.param("7 14:00", 3, None, Skip.LATE, id="an hour before nobody needs one"),
        pytest.param("9 10:00", 3, None, Skip.LATE, id="after an outage of days"),
        pytest.param("6 15:00", 24, "6 14:00", Skip.FRESH, id="booked an hour ago"),
        pytest.param("6 16:00", 24, "6 15:30", Skip.FRESH, id="booked after it was due"),
        pytest.param("6 15:00", 24, "6 02:59", at("6 15:00"), id="booked long enough ago"),
        pytest.param("7 12:00", 3, "7 11:00", Skip.FRESH, id="confirmed an hour ago"),
        pytest.param("7 12:00", 3, "7 10:00", at("7 12:00"), id="confirmed early in the morning"),
    ],
)  # fmt: skip
def test_what_is_done_about_it(now: str, hours: int, known: str | None, expected: object) -> None:
    (window,) = (one for one in windows(at("7 15:00"), RULES) if one.hours == hours)
    known_since = LONG_AGO if known is None else at(known)
    assert decide(window, known_since=known_since, now=at(now), rules=RULES) == expected


def test_two_that_would_come_together_are_one() -> None:
    rules = Rules((12, 3), RULES.between)
    first, last = windows(at("7 09:00"), rules)
    assert first.at == last.at == at("6 19:45")
    assert decide(first, known_since=LONG_AGO, now=at("6 19:50"), rules=rules) is Skip.LATE
    assert decide(last, known_since=LONG_AGO, now=at("6 19:50"), rules=rules) == at("6 19:45")


@given(
    st.integers(0, 366 * 24 * 60),
    st.integers(0, 60 * 40),
    st.lists(st.integers(2, 72), min_size=1, max_size=4),
)
def test_nobody_is_written_to_at_night_or_after_the_start(start: int, minutes: int, hours: list[int]) -> None:
    rules, begins = Rules(tuple(hours), RULES.between), LONG_AGO + timedelta(minutes=start)
    now = begins - timedelta(minutes=minutes)
    for window in windows(begins, rules):
        found = decide(window, known_since=LONG_AGO - timedelta(days=400), now=now, rules=rules)
        if isinstance(found, datetime) and found <= now:
            assert rules.may_send(now)
            assert now <= begins - timedelta(hours=1)
        elif isinstance(found, datetime):
            assert rules.may_send(found)


BRUNO = Visit("Bruno Teles Prado", "Consulta de cardiologia com Dr. Caio", at("7 09:00"), False)
ALICE = Visit("Alice Prado", "Consulta de pediatria com Dra. Lívia", at("6 13:00"), False)


def words(*visits: Visit, template: str = REMINDER) -> str:
    return text(template, visits, clinic="Clínica {assistente}", assistant="Lu", now=at("6 08:00"))


def test_the_default_text_says_who_writes_and_what_may_be_answered() -> None:
    said = words(BRUNO)
    assert "assistente virtual (Clínica {assistente})" in said
    assert "\nBruno: Consulta de cardiologia com Dr. Caio, amanhã, quarta-feira, 07/10, às 9h\n" in said
    assert "Teles" not in said
    for answer in ("*1*", "*2*", "*CANCELAR*", "*PARAR*"):
        assert answer in said


def test_several_on_one_phone_are_told_apart_by_first_name() -> None:
    said = words(ALICE, BRUNO, template="{consultas}").splitlines()
    assert said[0].startswith(
        "• Alice: Consulta de pediatria com Dra. Lívia, hoje, terça-feira, 06/10, às 13h"
    )
    assert said[1].startswith("• Bruno: ")


@pytest.mark.parametrize("template", ["Lembrete!", "{consultas} {nome}", "{consultas} {"])
def test_a_text_that_cannot_be_filled_is_refused_at_start(template: str) -> None:
    with pytest.raises(ValidationError, match="consultas"):
        Texts(reminder=template)


@pytest.mark.parametrize(
    "given", [{"between": "fechado"}, {"between": "8h-12h, 14h-18h"}, {"hours_before": [1]}]
)
def test_hours_that_leave_no_time_are_refused_at_start(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ReminderRules.model_validate(given)


def test_the_example_shows_the_defaults() -> None:
    facts = example_clinic()
    assert (facts.reminders, facts.texts.reminder) == (ReminderRules(), Texts().reminder)
    assert facts.texts.reminder_confirmed == Texts().reminder_confirmed
