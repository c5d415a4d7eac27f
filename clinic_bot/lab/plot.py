"""The trade-off as a picture: early cuts against the mean wait, ours beside fixed windows."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from clinic_bot.errors import Misconfigured
from clinic_bot.lab.replay import Row

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

#: Drawn so much larger, then made small: that smooths the lines.
_SCALE = 2
_WIDTH, _HEIGHT = 900, 560
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 25, 50, 60
_MOST_WAIT_S = 20
_INK, _GRID, _PAPER = "#222222", "#dddddd", "#ffffff"
#: (fixed, presence): name, colour.
_CURVES = {
    (True, False): ("fixed window", "#9a9a9a"),
    (True, True): ("fixed window, with typing signals", "#c08a3e"),
    (False, False): ("clinic_bot", "#2f6fb0"),
    (False, True): ("clinic_bot, with typing signals", "#2b8a57"),
}
_MISSING = "--plot draws with Pillow, which is not installed: pip install 'clinic-bot[lab]'"

Curve = Sequence[tuple[float, float]]


def check_can_draw() -> None:
    """Raises Misconfigured when the library is not there."""
    try:
        import PIL.ImageDraw  # noqa: F401 - only whether it is there
    except ImportError as exc:
        raise Misconfigured(_MISSING) from exc


def draw(rows: Sequence[Row], path: Path, *, title: str) -> None:
    """Write a PNG. The same rows give the same bytes.

    Raises:
        Misconfigured: Pillow is not installed, or the file cannot be written.
    """
    check_can_draw()
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (_WIDTH * _SCALE, _HEIGHT * _SCALE), _PAPER)
    chart = _Chart(ImageDraw.Draw(picture), _most(rows))
    chart.frame(title)
    drawn = {
        which: points for which in _CURVES if (points := curve(rows, is_fixed=which[0], presence=which[1]))
    }
    for at, ((is_fixed, presence), points) in enumerate(drawn.items()):
        name, colour = _CURVES[is_fixed, presence]
        default = next((row for row in rows if row.policy == "default" and row.presence is presence), None)
        chart.curve(points, colour)
        chart.legend(at, name, colour)
        if default is not None and not is_fixed:
            chart.mark(default.mean_wait_s, default.early_per_100, colour)
    small = picture.resize((_WIDTH, _HEIGHT), Image.Resampling.LANCZOS)
    try:
        small.quantize(64, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
            path, "PNG", optimize=True
        )
    except OSError as exc:
        raise Misconfigured(f"cannot write {path}: {exc.strerror or exc}") from exc


def curve(rows: Sequence[Row], *, is_fixed: bool, presence: bool) -> Curve:
    """(mean wait, early cuts in 100 turns), by wait."""
    return sorted(
        (row.mean_wait_s, row.early_per_100)
        for row in rows
        if row.is_fixed is is_fixed and row.presence is presence
    )


def _most(rows: Sequence[Row]) -> int:
    highest = max((row.early_per_100 for row in rows), default=0.0)
    return 10 * (int(highest / 10) + 1)


class _Chart:
    """Lines and words in the units of the axes."""

    def __init__(self, draw: "ImageDraw", most_early: int) -> None:
        from PIL import ImageFont

        self._draw = draw
        self._most_early = most_early
        self._font = ImageFont.load_default(14 * _SCALE)
        self._large = ImageFont.load_default(17 * _SCALE)

    def _at(self, wait_s: float, early: float) -> tuple[float, float]:
        x = _LEFT + (_WIDTH - _LEFT - _RIGHT) * wait_s / _MOST_WAIT_S
        y = _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * early / self._most_early
        return x * _SCALE, y * _SCALE

    def frame(self, title: str) -> None:
        for wait_s in range(0, _MOST_WAIT_S + 1, 2):
            self._draw.line([self._at(wait_s, 0), self._at(wait_s, self._most_early)], _GRID, _SCALE)
            x, y = self._at(wait_s, 0)
            self._draw.text((x, y + 6 * _SCALE), str(wait_s), _INK, self._font, anchor="ma")
        for early in range(0, self._most_early + 1, 10):
            self._draw.line([self._at(0, early), self._at(_MOST_WAIT_S, early)], _GRID, _SCALE)
            x, y = self._at(0, early)
            self._draw.text((x - 8 * _SCALE, y), str(early), _INK, self._font, anchor="rm")
        x, y = self._at(_MOST_WAIT_S / 2, 0)
        self._draw.text(
            (x, y + 30 * _SCALE),
            "mean wait after the last message of a turn, seconds",
            _INK,
            self._font,
            anchor="ma",
        )
        x, y = self._at(0, self._most_early)
        heading = f"early answers in 100 turns: {title}"
        self._draw.text((x, y - 14 * _SCALE), heading, _INK, self._large, anchor="ls")

    def curve(self, points: Curve, colour: str) -> None:
        inside = [self._at(wait_s, early) for wait_s, early in points if wait_s <= _MOST_WAIT_S]
        self._draw.line(inside, colour, 3 * _SCALE, joint="curve")
        for x, y in inside:
            self._dot(x, y, 3.5, colour)

    def mark(self, wait_s: float, early: float, colour: str) -> None:
        x, y = self._at(wait_s, early)
        self._dot(x, y, 8, colour)
        self._dot(x, y, 4.5, _PAPER)
        self._draw.text((x + 11 * _SCALE, y - 9 * _SCALE), "default", colour, self._font, anchor="lm")

    def legend(self, at: int, name: str, colour: str) -> None:
        x = (_WIDTH - 290) * _SCALE
        y = (_TOP + 18 + 24 * at) * _SCALE
        self._draw.line([(x, y), (x + 28 * _SCALE, y)], colour, 3 * _SCALE)
        self._draw.text((x + 36 * _SCALE, y), name, _INK, self._font, anchor="lm")

    def _dot(self, x: float, y: float, radius: float, colour: str) -> None:
        reach = radius * _SCALE
        self._draw.ellipse([x - reach, y - reach, x + reach, y + reach], fill=colour)
