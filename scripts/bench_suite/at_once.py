"""Fifty windows with one and the same deadline."""

import asyncio
import statistics
import time

from bench_suite import seed
from bench_suite.bench import Bench, Measured
from bench_suite.servers import bot, standins

_WINDOWS = 50
_START_S, _GAP_S = 6, 2  # from seeding to the first deadline, and between two


async def lateness_max_ms(bench: Bench) -> Measured:
    groups = bench.pick(8, 2)
    database = bench.new_database()
    seed.create(database)
    first_ms = time.time_ns() // 1_000_000 + _START_S * 1000
    due_ms = [first_ms + group * _GAP_S * 1000 for group in range(groups) for _ in range(_WINDOWS)]
    seed.open_windows(database, due_ms, quiet_ms=2_000)
    async with standins(answer_s=0.3) as world, bot(world, bench.folder, database=database, quiet_s=2):
        await asyncio.sleep(due_ms[-1] / 1000 - time.time() + 0.2)
        await world.until_asked(len(due_ms), within_s=30)
        asked_ns = (await world.notes()).asked
    late_ms = [asked_ns[n] / 1e6 - due_ms[n] for n in range(len(due_ms))]
    worst_ms = [max(late_ms[at : at + _WINDOWS]) for at in range(0, len(late_ms), _WINDOWS)]
    return Measured(
        value=max(worst_ms),
        samples=len(late_ms),
        note=f"the worst of {groups} times {_WINDOWS}; median of the worst {statistics.median(worst_ms):.0f}, "
        f"of all {statistics.median(late_ms):.0f}",
    )
