"""What of a text from outside can be kept."""

import pytest

from clinic_bot.storable import mark, storable


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("às 15h, ok?", "às 15h, ok?"),
        ("a\0b", "ab"),
        ("meia \ud83d face", "meia  face"),
        ("inteira \U0001f600", "inteira \U0001f600"),
        ("linha\r\noutra\rterceira\n\tquarta", "linha\noutra\nterceira\n\tquarta"),
        ("\x1b[31mvermelho\x7f", "[31mvermelho"),
        ("\0", ""),
    ],
    ids=["plain", "NUL", "half an emoji", "an emoji", "line ends", "terminal codes", "nothing left"],
)
def test_what_no_database_takes_is_left_out(text: str, kept: str) -> None:
    assert storable(text) == kept
    storable(text).encode()


def test_a_mark_tells_phones_apart_and_names_none() -> None:
    marks = {mark(f"55119{n:08}") for n in range(1_000)}
    assert len(marks) > 990
    assert {len(one) for one in marks} == {6}
