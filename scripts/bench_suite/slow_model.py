"""Webhooks at 1,000/s while a thousand turns wait for a model that takes 40 s, and while all of them come back."""

import asyncio
import time

from bench_suite import seed
from bench_suite.bench import Bench, Measured, cost_of
from bench_suite.bodies import Arrival, Bodies
from bench_suite.load import Load, open_load
from bench_suite.machine import quantile
from bench_suite.servers import StandIns, bot, standins

_RATE = 1_000
_QUIET_S = 6  # the default; the writers write oftener, so that their windows stay open
_WRITERS, _FIRST_WRITER = 500, 10_000
_START_S = 4  # from seeding to the first deadline; a server needs about two


async def ack_p99_ms(bench: Bench) -> Measured:
    turns, call_s = bench.pick(1_000, 100), bench.pick(40, 4)
    before_s, return_s = bench.pick(12, 2), bench.pick(5, 1)
    database = bench.new_database()
    seed.create(database)
    seed.idle_phones(database, _WRITERS, first=_FIRST_WRITER)
    first_ms = time.time_ns() // 1_000_000 + _START_S * 1000
    due_ms = [first_ms + n * return_s * 1000 // turns for n in range(turns)]
    seed.open_windows(database, due_ms, quiet_ms=_QUIET_S * 1000)
    settings = {"quiet_s": _QUIET_S, "max_wait_s": 3_000}
    async with (
        standins(hold=True) as world,
        bot(world, bench.folder, database=database, **settings) as server,
    ):
        await world.until_asked(turns, within_s=60)
        first_ns = min((await world.notes()).asked.values())
        await asyncio.sleep(max(0.0, first_ns / 1e9 + call_s - before_s - time.time()))
        plan = _plan(before_s + return_s + bench.pick(3, 1))
        release = asyncio.create_task(_release(world, after_s=before_s, return_s=return_s))
        load = await open_load(server.target, plan)
        released_ns = await release
        replies = len((await world.notes()).sent)
    what = f"{turns:,} turns waited {call_s} s", f"all came back within {return_s} s"
    return _measured(load, released_ns, replies, *what)


async def _release(world: StandIns, *, after_s: float, return_s: float) -> int:
    await asyncio.sleep(after_s)
    released_ns = time.time_ns()
    await world.configure(hold=False, spread_s=return_s)
    return released_ns


def _plan(seconds: int) -> list[Arrival]:
    bodies, at_ms = Bodies("S"), time.time_ns() // 1_000_000
    return [
        Arrival(n / _RATE, bodies.text(_FIRST_WRITER + n % _WRITERS, "e mais uma coisa", at_ms=at_ms))
        for n in range(seconds * _RATE)
    ]


def _measured(load: Load, released_ns: int, replies: int, first: str, second: str) -> Measured:
    """The worse of the two phases: all turns waiting, and all of them coming back."""
    both = list(zip(load.sent_ns, load.latencies_ms, strict=True))
    waiting = [ms for sent_ns, ms in both if sent_ns < released_ns]
    returning = [ms for sent_ns, ms in both if sent_ns >= released_ns]
    return Measured(
        value=max(quantile(waiting, 0.99), quantile(returning, 0.99)),
        samples=len(both),
        note=f"p99 {quantile(waiting, 0.99):.1f} while {first}, {quantile(returning, 0.99):.1f} "
        f"(p50 {quantile(returning, 0.5):.1f}) while {second}; {replies:,} replies sent by the end; "
        f"{cost_of(load)}, sent late by p99 {quantile(load.lags_ms, 0.99):.1f} ms"
        + (f"; REFUSED {load.refused}" if load.refused else ""),
    )
