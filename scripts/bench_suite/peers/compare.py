"""Plays the bursts through each of them, one after the other, and prints the table."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Awaitable, Callable
from importlib.util import find_spec

from rich.console import Console
from rich.table import Table

from bench_suite.bench import Bench
from bench_suite.peers import ours
from bench_suite.peers.workload import APART_S, ENDS_AFTER_S, GAP_S, PHONES, PIECES, WINDOW_S, Played
from bench_suite.postgres import SAID

PEERS = "peers"  # as scripts/bench is asked for it
INSTALL = ".venv/bin/python -m pip install -e '.[peers]'"
_LONGEST_S = 120.0
#: By name: the package that has to be there, and our module that uses it.
_PEERS = {"DBOS": ("dbos", "with_dbos"), "Procrastinate": ("procrastinate", "with_procrastinate")}


async def compare(bench: Bench, console: Console) -> None:
    phones = bench.pick(PHONES, 10)
    table = Table(
        title=f"{phones} phones, {PIECES} messages each {GAP_S:g} s apart, a phone every {APART_S:g} s, window "
        f"{WINDOW_S:g} s, no model time"
    )
    for heading in ("", "lateness p50", "p95", "messages kept", "turns a burst"):
        table.add_column(heading, justify="left" if not heading else "right")
    for name, play in _players(phones).items():
        console.print(f"{name} ...", highlight=False)
        table.add_row(name, *(await play(bench)).row())
    for name, (package, _) in _PEERS.items():
        if find_spec(package) is None:
            table.add_row(name, "not installed")
    console.print(table)
    console.print(
        "Lateness: from the end of the window of the last message that a turn knew until it began, here until its "
        f"request reached the model. DBOS keeps the last input, Procrastinate the first; both ran on {SAID}, too.",
        highlight=False,
    )
    if any(find_spec(package) is None for package, _ in _PEERS.values()):
        console.print(f"For those that are not installed: {INSTALL}", markup=False, highlight=False)


def _players(phones: int) -> dict[str, Callable[[Bench], Awaitable[Played]]]:
    found: dict[str, Callable[[Bench], Awaitable[Played]]] = {
        "clinic-bot, SQLite": lambda bench: ours.on_sqlite(bench, phones=phones),
        "clinic-bot, PostgreSQL": lambda bench: ours.on_postgres(bench, phones=phones),
    }
    for name, (package, module) in _PEERS.items():
        if find_spec(package) is not None:
            found[name] = _in_a_process(module, phones)
    return found


def _in_a_process(module: str, phones: int) -> Callable[[Bench], Awaitable[Played]]:
    async def play(bench: Bench) -> Played:
        url = await bench.postgres.new_database(empty=True)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", f"bench_suite.peers.{module}", url.render_as_string(hide_password=False), str(phones),
            stdin=DEVNULL, stdout=PIPE, stderr=PIPE, limit=2**24,
        )  # fmt: skip
        try:
            async with asyncio.timeout(_LONGEST_S + ENDS_AFTER_S):
                said, complained = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
        results = [line for line in said.splitlines() if line.startswith(b'{"handed_ns"')]
        if not results:
            raise RuntimeError(f"{module} gave no result:\n{complained.decode(errors='replace')[-800:]}")
        return Played.from_json(results[0])

    return play
