"""``scripts/chaos --turns N --kills K --seed S [--database postgres --replicas R] [--speed X] [--resume FILE] ...``"""

import argparse
import asyncio
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench_suite.servers import new_loop
from rich.console import Console

from chaos_suite.progress import shown
from chaos_suite.run import LEASE_S, OWN_POSTGRES, State, Unusable, default_state_file, load, run
from chaos_suite.server import ServerFailed
from chaos_suite.show import table

GOOD, BAD, USAGE, STOPPED = 0, 1, 2, 130
#: Fast enough that a turn takes half a second, slow enough that this machine's own delays are no minutes.
_SPEED = 20.0
#: A lease of 15 s then lasts 3 s of the machine, and a process that is merely late for a second keeps it.
_SHARED_SPEED = 5.0
_MOST_REPLICAS = 8


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/chaos",
        description="Breaks the server on purpose and counts what was lost or said twice.",
    )
    parser.add_argument("--turns", type=int, default=2_000, help="turns to play (default %(default)s)")
    parser.add_argument("--kills", type=int, default=50, help="SIGKILLs among them (default %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="decides the whole plan (default %(default)s)")
    parser.add_argument(
        "--speed",
        type=float,
        help=f"divides every duration, leases too, 1 to 100; default {_SPEED:g}, on PostgreSQL {_SHARED_SPEED:g}: a "
        f"lease of {LEASE_S:g} s lasts {LEASE_S / _SHARED_SPEED:g} s there, and {LEASE_S / _SPEED:.2f} s at "
        f"{_SPEED:g}, which a busy machine is late by",
    )
    parser.add_argument(
        "--replicas", type=int, default=1, help="processes, on PostgreSQL only (default %(default)s)"
    )
    parser.add_argument(
        "--resume",
        type=Path,
        metavar="FILE",
        help="keep the run there, and go on with it if it is there already",
    )
    parser.add_argument(
        "--database",
        metavar="URL",
        help=f"an empty one: {OWN_POSTGRES} for a PostgreSQL that is started, broken and removed, postgresql://... for "
        "one that is not restarted, or sqlite:///FILE; default: a file that is removed",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the counts there, too")
    parser.add_argument(
        "--add",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="play nothing: add up what --json wrote for several seeds",
    )
    parser.add_argument(
        "--keep", action="store_true", help="leave the database and the server's log where they are"
    )
    arguments = parser.parse_args(given)
    shared = arguments.database is not None and not arguments.database.startswith("sqlite:")
    if arguments.speed is None:
        arguments.speed = _SHARED_SPEED if shared else _SPEED
    if not 1 <= arguments.replicas <= (_MOST_REPLICAS if shared else 1):
        parser.error(f"one replica on a file, 1 to {_MOST_REPLICAS} with --database {OWN_POSTGRES}")
    if arguments.turns < 1 or arguments.kills < 0 or not 1 <= arguments.speed <= 100:
        parser.error("at least one turn, no kills below zero, a speed from 1 to 100")
    return arguments


def _added(files: list[Path]) -> State:
    total = State(seed=0, turns=0, kills=0, speed=0)
    for file in files:
        shard = load(file)
        total.turns, total.kills, total.speed = (
            total.turns + shard.turns,
            total.kills + shard.kills,
            shard.speed,
        )
        total.tally.add(shard.tally)
    return total


def _state(arguments: argparse.Namespace) -> State:
    """The run to go on with, or a new one. Raises Unusable."""
    if arguments.resume is not None and arguments.resume.exists():
        return load(arguments.resume)
    return State(
        arguments.seed, arguments.turns, arguments.kills, arguments.speed, replicas=arguments.replicas
    )


def _play(arguments: argparse.Namespace, state: State, console: Console) -> bool:
    kept = arguments.resume or default_state_file(state.seed)
    folder = Path(tempfile.mkdtemp(prefix="clinic-bot-chaos-"))
    with shown(console, state) as tell, asyncio.Runner(loop_factory=new_loop) as runner:
        try:
            done = runner.run(
                run(
                    state,
                    folder=folder,
                    database_url=arguments.database,
                    tell=tell,
                    judged=lambda it: it.save(kept),
                )
            )
        finally:
            if arguments.keep:
                console.print(f"kept: {folder}")
            else:
                shutil.rmtree(folder, ignore_errors=True)
    if not done:
        console.print(f"stopped; what was played is judged below. Go on with: scripts/chaos --resume {kept}")
    elif arguments.resume is None:
        kept.unlink(missing_ok=True)
    return done


def main(given: Sequence[str] | None = None) -> int:
    arguments = _arguments(given)
    console = Console(width=None if sys.stdout.isatty() else 120)
    done = True
    try:
        if arguments.add:
            state = _added(arguments.add)
        else:
            state = _state(arguments)
            done = _play(arguments, state, console)
    except (Unusable, ServerFailed) as exc:
        console.print(f"chaos: {exc}", markup=False)
        return USAGE
    except (KeyboardInterrupt, asyncio.CancelledError):
        console.print("left at once; the segment that was playing is not counted")
        return STOPPED
    tally = state.tally
    console.print(table(tally, seed=None if arguments.add else state.seed, speed=state.speed))
    for offender in tally.offenders:
        console.print(offender, markup=False)
    if arguments.json:
        state.save(arguments.json)
    if not tally.good:
        return BAD
    return GOOD if done else STOPPED


if __name__ == "__main__":
    sys.exit(main())
