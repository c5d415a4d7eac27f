"""docs/patience.md states what is measured."""

import re
from pathlib import Path

import pytest

from clinic_bot.lab.plot import curve
from tests.lab.test_figures import at, by_early, fixed_s, scored

TEXT = (Path(__file__).parents[2] / "docs" / "patience.md").read_text("utf-8")


def table(heading: str) -> list[list[str]]:
    """The rows of the table that begins so, each a list of cells."""
    begin = TEXT.index(heading)
    lines = TEXT[begin:].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def number(cell: str) -> float:
    found = re.search(r"[\d.]+", cell)
    assert found is not None, cell
    return float(found[0])


def test_the_gain_without_typing_signals() -> None:
    ours = by_early(curve(scored("chitchat"), is_fixed=False, presence=False))
    for row in table("| early answers in 100 turns | fixed window"):
        early, fixed, wait_s, shorter = map(number, row)
        assert fixed == pytest.approx(fixed_s("chitchat", early), abs=0.051)
        assert wait_s == pytest.approx(at(early, ours), abs=0.051)
        assert shorter == pytest.approx(100 * (1 - wait_s / fixed), abs=1)


def test_the_gain_with_typing_signals() -> None:
    for row in table("| mean wait | chitchat: fixed with signals"):
        wait_s = number(row[0])
        for name, cells in (("chitchat", row[1:4]), ("meetup", row[4:7])):
            fixed, ours, as_fixed = map(number, cells)
            early = at(wait_s, curve(scored(name), is_fixed=False, presence=True))
            assert ours == pytest.approx(early, abs=0.051)
            assert fixed == pytest.approx(
                at(wait_s, curve(scored(name), is_fixed=True, presence=True)), abs=0.051
            )
            assert as_fixed == pytest.approx(fixed_s(name, early), abs=0.051)


def test_the_default() -> None:
    for row in table("| | early answers in 100 turns"):
        name = "chitchat" if row[0].startswith("chitchat") else "meetup"
        presence = "no signals" not in row[0]
        (found,) = (one for one in scored(name) if one.policy == "default" and one.presence is presence)
        stated = [number(cell) for cell in row[1:]]
        measured = [found.early_per_100, found.mean_wait_s, found.median_wait_s, found.replies_per_turn]
        assert stated == pytest.approx(measured, abs=0.051)


def test_the_picture_is_there() -> None:
    assert "](patience.png)" in TEXT
    picture = (Path(__file__).parents[2] / "docs" / "patience.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) < 60_000


def test_the_default_while_the_model_takes_its_time() -> None:
    begin = TEXT.index("(`--answers-in 3`)")
    for line in TEXT[begin:].split("\n\n")[1].splitlines()[2:]:
        row = [cell.strip() for cell in line.strip("|").split("|")]
        name, presence = row[0].split(",")[0].rstrip("!").lower(), "no signals" not in row[0]
        (found,) = (one for one in scored(name, 3.0) if one.policy == "default" and one.presence is presence)
        measured = [found.early_per_100, found.mean_wait_s, found.replies_per_turn]
        assert [number(cell) for cell in row[1:]] == pytest.approx(measured, abs=0.051)
