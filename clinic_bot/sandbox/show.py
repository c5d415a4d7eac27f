"""What a person sees of a simulation: each phone as it happens in a terminal, plain lines elsewhere."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from clinic_bot.sandbox.expectations import Kind
from clinic_bot.sandbox.outcome import PhaseOutcome
from clinic_bot.sandbox.replay_bursts import Replay
from clinic_bot.sandbox.scene import Now, Scene

_FRAME_S = 0.15
_LINES = 7
_BAR = 24
_SHOWN_CHARS = 200
#: Without a terminal there is no width to ask for; a table that is cut helps nobody.
_PLAIN_WIDTH = 110

_STATUS = {
    Now.STARTING: "a server starts",
    Now.QUIET: "nothing open",
    Now.PERSON: "a person has the chat: the bot stays silent",
    Now.TURN: "the turn: the agent reads the whole burst and thinks",
    Now.SENDING: "the one reply is in Z-API's queue",
    Now.DONE: "done",
}


_FAILED = {
    Kind.COUNT: "how often",
    Kind.TIME: "when",
    Kind.EFFECT: "records",
    Kind.TEXT: "words missing",
    Kind.FORBIDDEN: "words that must not stand there",
    Kind.GROUND: "not as in the clinic's file",
}


def console(*, stderr: bool = False) -> Console:
    found = Console(stderr=stderr, highlight=False, soft_wrap=True)
    return found if found.is_terminal else Console(stderr=stderr, highlight=False, width=_PLAIN_WIDTH)


class Show:
    """The display of a run. ``done`` and ``outcomes`` are what it can tell when it is interrupted."""

    def __init__(self, out: Console, total: int) -> None:
        self._out = out
        self._total = total
        self._scenes: list[Scene] = []
        self._live: Live | None = None
        self._note = ""
        self._frames = asyncio.Event()
        self.done = 0
        self.outcomes: list[PhaseOutcome] = []

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Redraw until the block ends; without a terminal nothing is drawn."""
        if not self._out.is_terminal:
            yield
            return
        with Live(console=self._out, auto_refresh=False, transient=True) as live:
            self._live = live
            task = asyncio.create_task(self._draw())
            try:
                yield
            finally:
                task.cancel()
                self._live = None

    async def _draw(self) -> None:
        while self._live is not None:
            self._live.update(self._frame(), refresh=True)
            self._frames.set()
            await asyncio.sleep(_FRAME_S)

    async def drawn(self) -> None:
        """Wait for a frame that shows what is true now."""
        self._frames.clear()
        await self._frames.wait()

    def _frame(self) -> RenderableType:
        panels: list[RenderableType] = [_panel(scene) for scene in self._scenes]
        return Group(*panels, Text(self._note or f"{self.done} of {self._total} scenarios", style="bold"))

    def restart(self, total: int, *, done: int = 0) -> None:
        """Count anew, for another run or for one of which a part is done."""
        self._total, self.done = total, done

    def begun(self, scene: Scene) -> None:
        self._scenes.append(scene)

    def ended(self, scene: Scene, outcomes: Sequence[PhaseOutcome]) -> None:
        self._scenes.remove(scene)
        self.done += 1
        self.outcomes += outcomes
        for outcome in outcomes:
            self._out.print(self._line(outcome, scene.scenario.title), soft_wrap=True)

    def _line(self, outcome: PhaseOutcome, title: str) -> Text:
        word, style = _mark(outcome)
        line = Text(f"[{self.done:>2}/{self._total}] ")
        line.append(f"{word:<6}", style)
        line.append(f" {outcome.id}" + (f" phase {outcome.phase}" if outcome.phase > 1 else ""))
        line.append(f"  {_replies(outcome)}  {title}")
        for failure in outcome.failures:
            line.append(f"\n         {failure.kind.value}: {failure.detail}", "red")
        return line

    def say(self, text: str) -> None:
        self._out.print(text, markup=False, soft_wrap=True)

    def print(self, what: RenderableType) -> None:
        self._out.print(what)

    def note(self, text: str) -> None:
        """Progress that replaces itself; only a terminal shows it."""
        self._note = text


def _mark(outcome: PhaseOutcome) -> tuple[str, str]:
    if not outcome.passed:
        return "MISSED", "bold red"
    return ("cut", "yellow") if outcome.cuts else ("ok", "green")


def _replies(outcome: PhaseOutcome) -> str:
    count = len(outcome.replies)
    if count == 0:
        return "no reply"
    times = ", ".join(f"{reply.at_ms / 1000:.1f} s" for reply in outcome.replies)
    return f"{'1 reply' if count == 1 else f'{count} replies'} at {times}"


def _panel(scene: Scene) -> Panel:
    body = Text()
    for at_ms, who, what in scene.lines[-_LINES:]:
        style = "bold green" if who == "clinic" else "dim" if what.startswith("(") else ""
        shown = " ".join(what.split())
        shown = shown if len(shown) <= _SHOWN_CHARS else f"{shown[:_SHOWN_CHARS]}…"
        body.append(f"{at_ms / 1000:7.1f} s  {'→ ' if who == 'clinic' else '  '}{shown}\n", style)
    body.append(_status(scene), "bold")
    scenario = scene.scenario
    return Panel(body, title=f"{scenario.id}  {scenario.phone}  {scenario.title}", title_align="left")


def _status(scene: Scene) -> str:
    if scene.now is not Now.WINDOW:
        return f"           {_STATUS[scene.now]}"
    share = scene.left_ms / scene.window_ms if scene.window_ms else 0
    filled = round(min(1.0, share) * _BAR)
    return f"           window {'█' * filled}{'·' * (_BAR - filled)} {scene.left_ms / 1000:.1f} s left"


def summary(
    outcomes: Sequence[PhaseOutcome], replay: Replay | None, *, took_s: float, speed: float, presence: bool
) -> RenderableType:
    """The result as a person reads it: a table, and what it means."""
    table = Table(title="What happened", title_justify="left", show_header=False)
    table.add_column(style="bold")
    table.add_column()
    ids = {outcome.id for outcome in outcomes}
    missed = sorted({outcome.id for outcome in outcomes if not outcome.passed})
    table.add_row("scenarios", f"{len(ids) - len(missed)} of {len(ids)} went as expected")
    if missed:
        table.add_row("missed", ", ".join(missed))
    table.add_row("bursts", f"{len(outcomes)}, with {sum(len(one.replies) for one in outcomes)} replies")
    table.add_row("cut early", f"{sum(one.cuts > 0 for one in outcomes)} of {len(outcomes)} bursts")
    kinds = Counter(failure.kind for one in outcomes for failure in one.failures)
    if kinds:
        table.add_row(
            "held against them", ", ".join(f"{_FAILED[kind]} {count}" for kind, count in kinds.items())
        )
    if replay is not None:
        _add_replay(table, replay)
    table.add_row("time", f"{took_s:.0f} s, every duration divided by {speed:g}, {_signals(presence)}")
    return Group(table, Text(_meaning(outcomes, replay, missed=bool(missed), presence=presence)))


def _signals(presence: bool) -> str:
    return "with typing signals" if presence else "without typing signals"


def _add_replay(table: Table, replay: Replay) -> None:
    table.add_section()
    table.add_row("real timings", f"{replay.bursts} bursts, {replay.pieces} pieces, {replay.replies} replies")
    table.add_row("cut early", f"{replay.cut} of {replay.several} bursts that came in several pieces")
    table.add_row("lost pieces", str(replay.lost))
    if replay.odd:
        table.add_row("not one reply a turn", f"{replay.odd} bursts")
    table.add_row("wait", f"{replay.median_wait_ms / 1000:.1f} s from the last piece to the reply (median)")


def _meaning(outcomes: Sequence[PhaseOutcome], replay: Replay | None, *, missed: bool, presence: bool) -> str:
    lines = []
    if missed:
        lines.append(
            "Some bursts were not answered as they should have been, or left other records behind: see MISSED above."
        )
    else:
        lines.append("Patients who wrote in pieces got one answer each, and nobody waited too long.")
    if not presence and any(one.cuts for one in outcomes):
        lines.append(
            "Without typing signals some windows closed on a patient who went on; that is counted, not failed."
        )
    if replay is not None:
        lines.append(
            "In the real timings a burst is cut when its writer paused for longer than the window and went on: "
            "the rest then gets a reply of its own, and nothing is lost."
            if replay.good
            else "In the real timings pieces were lost, or a turn did not get exactly one reply: this is a fault."
        )
    return "\n".join(lines)
