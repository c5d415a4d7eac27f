"""Resident memory of a server that has much to remember on disk, and little in itself."""

import asyncio
import time
from pathlib import Path

from bench_suite import seed
from bench_suite.bench import Bench, Measured
from bench_suite.bodies import Arrival, Bodies
from bench_suite.load import open_load
from bench_suite.machine import rss_mb
from bench_suite.servers import Bot, bot, standins

_WINDOWS = 100_000
_AHEAD_S = 14  # under the dispatcher's horizon: all of them are due so soon that it holds them in memory
_PHONES = 1_000_000
_RATE = 300
_LOOK_S = 8


async def rss_100000_windows_mb(bench: Bench) -> Measured:
    windows = bench.pick(_WINDOWS, _WINDOWS // 10)
    database = bench.new_database()
    seed.create(database)
    seed.open_windows(database, [0] * windows, quiet_ms=0)
    due_ms = seed.rearm(database, in_ms=bench.pick(_AHEAD_S, 6) * 1000)
    async with standins() as world, bot(world, bench.folder, database=database) as server:
        await asyncio.sleep(due_ms / 1000 - time.time() - 2)
        asked = len((await world.notes()).asked)
        now_mb, peak_mb = rss_mb(server.pid), rss_mb(server.pid, "VmHWM")
    return Measured(
        value=peak_mb,
        samples=1,
        note=f"the peak; {now_mb:.0f} MB two seconds before all {windows:,} are due at once; {asked} turns had begun",
    )


async def rss_growth_mb(bench: Bench) -> Measured:
    phones = bench.pick(_PHONES, _PHONES // 10)
    small, large = bench.new_database(), bench.new_database()
    for database, count in ((small, _RATE), (large, phones)):
        seed.create(database)
        seed.idle_phones(database, count)
    few_mb = await _serving(bench, small, range(_RATE))
    many_mb = await _serving(bench, large, range(0, phones, phones // 5_000))
    return Measured(
        value=many_mb - few_mb,
        samples=2,
        note=f"{many_mb:.0f} MB with {phones:,} idle phones, {few_mb:.0f} MB with {_RATE}, "
        f"after {bench.pick(_LOOK_S, 2)} s of {_RATE} webhooks/s; it includes SQLite's page cache",
    )


async def _serving(bench: Bench, database: Path, phones: range) -> float:
    async with standins() as world, bot(world, bench.folder, database=database, quiet_s=30) as server:
        await _traffic(server, phones, bench.pick(_LOOK_S, 2))
        return rss_mb(server.pid)


async def _traffic(server: Bot, phones: range, seconds: int) -> None:
    bodies, at_ms = Bodies("M"), time.time_ns() // 1_000_000
    plan = [
        Arrival(n / _RATE, bodies.text(phones[n * 7 % len(phones)], "bom dia", at_ms=at_ms))
        for n in range(seconds * _RATE)
    ]
    await open_load(server.target, plan)
