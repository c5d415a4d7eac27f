"""What is seen while a run plays: a line that changes in a terminal, a line now and then anywhere else."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from chaos_suite import segment
from chaos_suite.run import State

Tell = Callable[[segment.Progress], None]
#: Between two lines where nothing can change: often at first, when somebody looks.
_SOON_S, _LATER_S, _LATER_AFTER_S = 5.0, 30.0, 120.0


@contextmanager
def shown(console: Console, state: State) -> Iterator[Tell]:
    """What it gives is told as often as one likes."""
    if not console.is_terminal:
        yield lines(console, state)
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    began_s, before = time.monotonic(), state.tally.turns
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("starting", total=state.turns)

        def tell(seen: segment.Progress) -> None:
            turns, words = _words(state, seen, time.monotonic() - began_s, before)
            progress.update(task, completed=turns, description=words)

        yield tell


def lines(console: Console, state: State, seconds: Callable[[], float] = time.monotonic) -> Tell:
    """``seconds`` is the machine's steady clock."""
    began_s, before = seconds(), state.tally.turns
    next_s = _SOON_S

    def tell(seen: segment.Progress) -> None:
        nonlocal next_s
        since_s = seconds() - began_s
        if since_s < next_s:
            return
        next_s = since_s + (_SOON_S if since_s < _LATER_AFTER_S else _LATER_S)
        _, words = _words(state, seen, since_s, before)
        clock = f"{int(since_s) // 60:3d}:{int(since_s) % 60:02d}"
        console.print(f"{clock}  {words}", markup=False, highlight=False, soft_wrap=True)

    return tell


def _words(state: State, seen: segment.Progress, since_s: float, before: int) -> tuple[int, str]:
    tally = state.tally
    turns, kills = tally.turns + seen.turns, tally.kills + seen.kills
    rate = (turns - before) / since_s if since_s else 0.0
    doing = f"settling, {seen.settling} open" if seen.settling is not None else seen.weather
    return turns, f"{turns:,} of {state.turns:,} turns, {kills:,} kills, {rate:.0f} turns/s, {doing}"
