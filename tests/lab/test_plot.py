"""The picture of the trade-off."""

import sys
from pathlib import Path

import pytest

from clinic_bot.errors import Misconfigured
from clinic_bot.lab.plot import check_can_draw, curve, draw
from clinic_bot.lab.replay import Row


def row(policy: str, wait_s: float, early: float, *, presence: bool = False) -> Row:
    return Row("a.jsonl", policy, presence, 60, early, wait_s, wait_s, 1.0, None)


ROWS = [
    row("fixed-1", 1, 40),
    row("fixed-20", 20, 10),
    row("care-3", 2, 35),
    row("care-300", 25, 5),
    row("default", 6, 25),
    row("default", 6, 15, presence=True),
]


def test_a_curve_goes_by_the_wait() -> None:
    assert curve(ROWS, is_fixed=False, presence=False) == [(2, 35), (6, 25), (25, 5)]
    assert curve(ROWS, is_fixed=True, presence=True) == []


def test_the_same_rows_give_the_same_picture(tmp_path: Path) -> None:
    from PIL import Image

    for name in ("one.png", "two.png"):
        draw(ROWS, tmp_path / name, title="a.jsonl")
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    with Image.open(tmp_path / "one.png") as picture:
        assert picture.format == "PNG"
        colours = picture.convert("RGB").getcolors(1 << 20)
    assert colours is not None
    assert len(colours) > 10
    draw(ROWS[:2], tmp_path / "other.png", title="a.jsonl")
    assert (tmp_path / "other.png").read_bytes() != (tmp_path / "one.png").read_bytes()


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL.ImageDraw", None)
    with pytest.raises(Misconfigured, match=r"pip install 'clinic-bot\[lab\]'"):
        check_can_draw()


def test_a_picture_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="cannot write"):
        draw(ROWS, tmp_path / "nowhere" / "a.png", title="a.jsonl")
