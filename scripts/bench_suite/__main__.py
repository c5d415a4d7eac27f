"""``scripts/bench [NAME ...] [--json FILE] [--quick] [--strict]``, and ``scripts/bench peers``"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from bench_suite.bench import Bench, Measured
from bench_suite.figures import FIGURES
from bench_suite.machine import fsync_ms, timer_p99_ms
from bench_suite.peers.compare import PEERS, compare
from bench_suite.servers import new_loop


@dataclass(frozen=True, slots=True)
class Entry:
    """What the JSON says of one figure. ``value`` is None when it could not be measured; then it does not hold."""

    value: float | None
    bar: float | None  #: None: as measured, nothing to keep
    unit: str
    samples: int
    holds: bool
    fsync_ms: float  #: of the disk, right before
    timer_p99_ms: float  #: how late a sleep of 1 ms ended, right before: the machine's own noise
    note: str


async def _measure(bench: Bench, name: str) -> Entry:
    figure = FIGURES[name]
    fsync, timer = fsync_ms(bench.folder), timer_p99_ms()
    try:
        measured = await figure.measure(bench)
    except Exception as exc:  # one figure that cannot be measured must not hide the others
        measured = Measured(value=None, samples=0, note=f"{type(exc).__name__}: {exc}")
    value = measured.value
    return Entry(
        value=None if value is None else round(value, 3),
        bar=figure.bar_at(fsync),
        unit=figure.unit,
        samples=measured.samples,
        holds=value is not None and figure.holds(value, fsync),
        fsync_ms=round(fsync, 3),
        timer_p99_ms=round(timer, 3),
        note=measured.note,
    )


def _run(names: list[str], folder: Path, *, quick: bool, console: Console) -> dict[str, Entry]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    entries: dict[str, Entry] = {}
    with (
        Progress(*columns, console=console) as progress,
        tempfile.TemporaryDirectory(prefix="clinic-bot-bench-", dir=folder) as place,
        asyncio.Runner(loop_factory=new_loop) as runner,
        ExitStack() as stack,
    ):
        bench = Bench(Path(place), quick)
        stack.callback(bench.close)
        task = progress.add_task("", total=len(names))
        for name in names:
            progress.update(task, description=name)
            entries[name] = runner.run(_measure(bench, name))
            progress.console.print(_line(name, entries[name]), highlight=False)
            progress.advance(task)
    return entries


def _compare(folder: Path, *, quick: bool, console: Console) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="clinic-bot-bench-", dir=folder) as place,
        asyncio.Runner(loop_factory=new_loop) as runner,
        closing(Bench(Path(place), quick)) as bench,
    ):
        runner.run(compare(bench, console))


def _line(name: str, entry: Entry) -> str:
    return f"{'ok    ' if entry.holds else 'MISSED'} {name}: {_value(entry)}"


def _value(entry: Entry) -> str:
    return "not measured" if entry.value is None else f"{entry.value:g} {entry.unit}"


def _table(entries: dict[str, Entry]) -> Table:
    table = Table(
        title=f"clinic-bot on {os.cpu_count()} cores, Python {sys.version.split()[0]}", show_lines=True
    )
    for heading in ("figure", "value", "bar", "samples", "fsync", "beside it"):
        table.add_column(heading, overflow="fold", ratio=3 if heading == "beside it" else None)
    for name, entry in entries.items():
        sign = "≥" if FIGURES[name].at_least else "≤"
        value = f"{_value(entry)}{'' if entry.holds else '  MISSED'}"
        fsync = f"{entry.fsync_ms:.2f} ms"
        bar = "as measured" if entry.bar is None else f"{sign} {entry.bar:g}"
        table.add_row(name, value, bar, f"{entry.samples:,}", fsync, entry.note)
    return table


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/bench", description="Measures the figures the project holds itself to."
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help=f"of {', '.join(FIGURES)} (default: all); or {PEERS}: the "
        "same bursts through this project, DBOS and Procrastinate, side by side",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    parser.add_argument(
        "--quick", action="store_true", help="under a minute, with few samples: a sanity check, no figure"
    )
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a bar is missed")
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path(tempfile.gettempdir()),
        help="where the databases stand while it runs",
    )
    arguments = parser.parse_args()
    if PEERS in arguments.names and len(arguments.names) > 1:
        parser.error(f"{PEERS} stands alone")
    unknown = [] if arguments.names == [PEERS] else [name for name in arguments.names if name not in FIGURES]
    if unknown:
        parser.error(f"no such figure: {', '.join(unknown)}; there are {', '.join(FIGURES)}")
    return arguments


def main() -> int:
    arguments = _arguments()
    console = Console(width=None if sys.stdout.isatty() else 150)
    if arguments.names == [PEERS]:
        _compare(arguments.folder, quick=arguments.quick, console=console)
        return 0
    names = arguments.names or list(FIGURES)
    entries = _run(names, arguments.folder, quick=arguments.quick, console=console)
    console.print(_table(entries))
    if arguments.json:
        content = {name: asdict(entry) for name, entry in entries.items()}
        arguments.json.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", "utf-8")
    return int(arguments.strict and not all(entry.holds for entry in entries.values()))


if __name__ == "__main__":
    sys.exit(main())
