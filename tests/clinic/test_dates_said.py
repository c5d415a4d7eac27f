"""Phrases that were written before anybody looked at what the readers of dates know (``tests/data/dates_said.jsonl``).

``days`` and ``hours`` are what the phrase names, a run of days as ``first..last``; ``not_weekdays`` what it rules out.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from clinic_bot.clinic.dates import resolve

DATA = Path(__file__).parent.parent / "data" / "dates_said.jsonl"
PARTS = ("blind_1", "blind_2", "blind_3")
LEAST_RIGHT = 0.95


@dataclass(frozen=True)
class Case:
    text: str
    now: datetime
    days: tuple[date, ...]
    hours: tuple[str, ...]
    not_weekdays: frozenset[int]
    part: str


def days_in(written: list[str]) -> Iterator[date]:
    for one in written:
        first, _, last = one.partition("..")
        day = date.fromisoformat(first)
        while day <= date.fromisoformat(last or first):
            yield day
            day += timedelta(days=1)


@cache
def cases() -> tuple[Case, ...]:
    rows = map(json.loads, DATA.read_text(encoding="utf-8").splitlines())
    return tuple(
        Case(
            row["text"],
            datetime.fromisoformat(row["now"]),
            tuple(days_in(row["days"])),
            tuple(row["hours"]),
            frozenset(row.get("not_weekdays", ())),
            row["part"],
        )
        for row in rows
    )


def is_right(case: Case) -> bool:
    when = resolve(case.text, case.now)
    hours = tuple(f"{span.earliest:%H:%M}-{span.latest:%H:%M}" for span in when.spans)
    return (when.days, hours, when.barred_weekdays) == (case.days, case.hours, case.not_weekdays)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("names_one", [True, False], ids=["names a day or an hour", "names none"])
def test_phrases_are_read_as_they_are_meant(part: str, names_one: bool) -> None:
    wanted = [
        case
        for case in cases()
        if case.part == part and bool(case.days or case.hours or case.not_weekdays) == names_one
    ]
    assert len(wanted) >= 20
    wrong = [case.text for case in wanted if not is_right(case)]
    assert 1 - len(wrong) / len(wanted) >= LEAST_RIGHT, wrong
