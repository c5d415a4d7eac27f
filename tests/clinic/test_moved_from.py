"""The appointment is on Thursday, 8 October 2026, at 14:40; it is spoken of on the Tuesday before."""

from datetime import date, datetime

import pytest

from clinic_bot.clinic.dates import resolve
from clinic_bot.clinic.moved_from import beside

START = datetime(2026, 10, 8, 14, 40)  # noqa: DTZ001 - local, as the clinic's file says it
NOW = datetime(2026, 10, 6, 10, 12)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "days", "spans"),
    [
        ("no mesmo dia mais tarde", [8], ["14:41-23:59"]),
        ("dá p ser no msm dia mais cedo?", [8], ["00:00-14:39"]),
        ("minha cardio de quinta\nno mesmo dia mais tarde", [8], ["14:41-23:59"]),
        ("quinta mais tarde", [8], ["14:41-23:59"]),
        ("sexta no mesmo horário", [9], ["14:40-14:40"]),
        ("a de quinta pra sexta, mesma hora", [9], ["14:40-14:40"]),
        ("a do dia 8 pra sexta", [9], []),
        ("muda de quinta pro dia 14", [14], []),
        ("a de quinta passa pra sexta às 9", [9], ["09:00-09:00"]),
        ("de quinta às 14h40 pra sexta às 10h", [9], ["10:00-10:00"]),
        ("quinta às 17h ou sexta às 17h", [8, 9], ["17:00-17:00"]),
        ("quinta ou sexta mais tarde", [8, 9], ["14:41-23:59"]),
        ("no mesmo dia depois das 16", [8], ["16:00-23:59"]),
        ("semana que vem", [12, 13, 14, 15, 16, 17, 18], []),
        ("sexta", [9], []),
        ("mais cedo", [], []),
        ("", [], []),
    ],
)
def test_what_is_moved_gives_the_day_and_the_hour_that_are_not_said(
    text: str, days: list[int], spans: list[str]
) -> None:
    when = beside(resolve(text, NOW), text, START)
    assert list(when.days) == [date(2026, 10, day) for day in days]
    assert [f"{one.earliest:%H:%M}-{one.latest:%H:%M}" for one in when.spans] == spans
