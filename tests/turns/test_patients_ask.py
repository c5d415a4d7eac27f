"""What patients ask of the clinic, in sentences written before anybody looked at what code knows of them.

``tests/data/patients_ask.jsonl`` says what each ``asks``; those that only look like it ask for nothing.
"""

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from clinic_bot.clinic.facts import example_clinic
from clinic_bot.clinic.opt_out import Wish as ReminderWish
from clinic_bot.clinic.opt_out import wish_of
from clinic_bot.events import Said, Speaker
from clinic_bot.turns import data_requests, misunderstanding, money
from clinic_bot.turns.wishes import Wish, wishes

DATA = Path(__file__).parent.parent / "data" / "patients_ask.jsonl"
FACTS = example_clinic()
LEAST_HEARD = 0.93


def is_about_money(text: str) -> bool:
    return money.is_asked([text]) or money.unanswered([text], FACTS)


def is_complaint(text: str) -> bool:
    return bool({Wish.COMPLAINT, Wish.ANGER} & set(wishes([text])))


def is_misunderstood(text: str) -> bool:
    said_before = [
        Said(Speaker.PATIENT, "quero marcar", 0),
        Said(Speaker.BOT, "Temos vaga na sexta. Pode ser?", 1),
    ]
    return misunderstanding.signs(said_before, [text]) > 0


HEARD: dict[str, tuple[str, Callable[[str], bool]]] = {
    "stop": ("opt_out", lambda text: wish_of(text) is ReminderWish.STOP),
    "person": ("wishes", lambda text: Wish.PERSON in wishes([text])),
    "complaint": ("wishes", is_complaint),
    "money": ("wishes", is_about_money),
    "misunderstood": ("talk", is_misunderstood),
    "data": ("data", lambda text: bool(data_requests.found([text]))),
}


@cache
def rows() -> tuple[dict[str, str | None], ...]:
    return tuple(map(json.loads, DATA.read_text(encoding="utf-8").splitlines()))


def said(room: str, asks: str | None, part: str) -> Iterator[str]:
    for row in rows():
        if (row["room"], row["asks"], row["part"]) == (room, asks, part):
            yield str(row["text"])


def parts_of(room: str) -> list[str]:
    return sorted({str(row["part"]) for row in rows() if row["room"] == room})


@pytest.mark.parametrize(
    ("asks", "part"), [(asks, part) for asks, (room, _) in HEARD.items() for part in parts_of(room)]
)
def test_what_is_asked_is_heard_and_nothing_else(asks: str, part: str) -> None:
    room, hears = HEARD[asks]
    asking = list(said(room, asks, part))
    unheard = [text for text in asking if not hears(text)]
    assert 1 - len(unheard) / len(asking) >= LEAST_HEARD, unheard
    assert [text for text in said(room, None, part) if hears(text)] == []
