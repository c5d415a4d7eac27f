from datetime import datetime
from io import StringIO

from rich.console import Console

from clinic_bot.sandbox.expectations import Failure, Kind, Reply
from clinic_bot.sandbox.outcome import PhaseOutcome
from clinic_bot.sandbox.replay_bursts import BurstOutcome, Replay
from clinic_bot.sandbox.scenario import Expect, Phase, Scenario
from clinic_bot.sandbox.scene import Now, Scene
from clinic_bot.sandbox.show import Show, summary

NOW = datetime.fromisoformat("2026-10-06T10:12:00-03:00")
PHONE = "5511900000001"
SCENARIO = Scenario("x-1", "Um teste", NOW, PHONE, {}, (Phase(False, 0, (), Expect()),))
REPLIED = PhaseOutcome("x-1", 1, (Reply(PHONE, 12_300, "Bom dia!"),), ())
TOO_LATE = PhaseOutcome("x-1", 2, (), (Failure(Kind.COUNT, "0 replies, expected 1"),))


def screen(*, terminal: bool) -> Console:
    return Console(file=StringIO(), force_terminal=terminal, width=100, height=40, color_system=None)


def shown(out: Console) -> str:
    assert isinstance(out.file, StringIO)
    return out.file.getvalue()


async def test_a_terminal_shows_the_pieces_the_window_and_the_reply() -> None:
    out = screen(terminal=True)
    scene = Scene(
        SCENARIO, Now.WINDOW, [(0, "patient", "oi"), (3_400, "patient", "(composing)")], 3_000, 6_000
    )
    show = Show(out, 2)
    show.begun(scene)
    async with show.running():
        scene.lines.append((12_300, "clinic", "Bom dia!"))
        await show.drawn()
    text = shown(out)
    for part in (
        PHONE,
        "Um teste",
        "0.0 s",
        "(composing)",
        "window ████████████",
        "3.0 s left",
        "→ Bom dia!",
    ):
        assert part in text


async def test_elsewhere_a_scenario_is_one_line_when_it_ends() -> None:
    out = screen(terminal=False)
    show = Show(out, 2)
    scene = Scene(SCENARIO)
    async with show.running():
        show.begun(scene)
        show.ended(scene, (REPLIED, TOO_LATE))
    assert shown(out).splitlines() == [
        "[ 1/2] ok     x-1  1 reply at 12.3 s  Um teste",
        "[ 1/2] MISSED x-1 phase 2  no reply  Um teste",
        "         count: 0 replies, expected 1",
    ]
    assert (show.done, len(show.outcomes)) == (1, 2)


def test_the_summary_says_what_happened_and_what_it_means() -> None:
    out = screen(terminal=False)
    result = Replay((BurstOutcome(3, 2, 0, False, 9_000), BurstOutcome(1, 1, 0, False, 11_000)))
    out.print(summary([REPLIED], result, took_s=12, speed=10, presence=True))
    text = shown(out)
    for part in (
        "1 of 1 went as expected",
        "2 bursts, 4 pieces, 3 replies",
        "1 of 1 bursts",
        "nothing is lost",
    ):
        assert part in text


def test_the_summary_names_what_was_missed() -> None:
    out = screen(terminal=False)
    out.print(summary([REPLIED, TOO_LATE], None, took_s=12, speed=1, presence=False))
    assert "missed" in shown(out)
    assert "x-1" in shown(out)
