"""A command is read strictly: what is not whole is refused by the name of the part."""

from collections.abc import Callable
from typing import Any

import pytest

from clinic_bot.turns.asked import Body, NotUnderstood, number, period, text, text_or_none


@pytest.mark.parametrize(
    ("read", "asked", "part"),
    [
        pytest.param(lambda it: number(it, "id"), {}, "id", id="no number"),
        pytest.param(lambda it: number(it, "id"), {"id": "1"}, "id", id="a number as a text"),
        pytest.param(lambda it: number(it, "id"), {"id": True}, "id", id="a flag"),
        pytest.param(lambda it: text(it, "patient"), {"patient": ""}, "patient", id="an empty text"),
        pytest.param(lambda it: text_or_none(it, "born"), {"born": 1980}, "born", id="a year as a number"),
        pytest.param(period, {"start_ms": 1}, "end_ms", id="no end"),
        pytest.param(period, {"start_ms": 2, "end_ms": 2}, "end_ms", id="over before it begins"),
    ],
)
def test_what_is_not_whole_is_refused_by_name(read: Callable[[Body], Any], asked: Body, part: str) -> None:
    with pytest.raises(NotUnderstood, match=part):
        read(asked)


def test_what_is_whole_is_read() -> None:
    asked = {"id": 12, "patient": "Ana", "start_ms": 1, "end_ms": 2}
    assert (number(asked, "id"), text(asked, "patient"), period(asked)) == (12, "Ana", (1, 2))
    assert text_or_none(asked, "born") is None
