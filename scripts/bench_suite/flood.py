"""What one phone that writes a hundred times a second costs everybody else."""

import asyncio
import statistics
import time

from bench_suite import seed
from bench_suite.bench import Bench, Measured
from bench_suite.bodies import Arrival, Bodies, asking
from bench_suite.load import open_load
from bench_suite.machine import quantile
from bench_suite.servers import bot, standins

_NORMAL = 1_000
_FLOODER = 50_000
_RATE, _FLOOD_RATE = 25, 100  # of all normal phones together, so that each writes every 40 s
_QUIET_S, _CAP_S = 1, 4  # the flood's window never falls quiet: its turns begin at the cap


async def flood_lateness_ratio(bench: Bench) -> Measured:
    pairs, seconds = bench.pick(5, 1), bench.pick(12, 3)
    database = bench.new_database()
    seed.create(database)
    seed.idle_phones(database, _NORMAL)
    seed.idle_phones(database, 1, first=_FLOODER)
    bodies = Bodies("F")
    # A pair begins with either side in turn, so that what grows with the run falls on both.
    flooded = [flood for n in range(pairs) for flood in ((False, True) if n % 2 else (True, False))]
    settings = {"quiet_s": _QUIET_S, "max_wait_s": _CAP_S}
    async with (
        standins(answer_s=0.3) as world,
        bot(world, bench.folder, database=database, **settings) as server,
    ):
        for number, flood in enumerate(flooded):
            await open_load(server.target, _plan(bodies, number, seconds, flood=flood))
            await asyncio.sleep(_QUIET_S + 1)  # the last windows close, and the flood's last turn ends
        asked_ns = (await world.notes()).asked
    due_ms = seed.deadlines_ms(database, quiet_ms=_QUIET_S * 1000)
    count = seconds * _RATE
    late_ms: dict[bool, list[float]] = {False: [], True: []}
    for number, flood in enumerate(flooded):
        references = range(number * count + 1, (number + 1) * count + 1)
        late_ms[flood] += [asked_ns[n] / 1e6 - due_ms[n] for n in references]
    return _measured(late_ms[True], late_ms[False])


def _plan(bodies: Bodies, number: int, seconds: int, *, flood: bool) -> list[Arrival]:
    at_ms, count = time.time_ns() // 1_000_000, seconds * _RATE
    plan = []
    for n in range(number * count, (number + 1) * count):
        at_s = (n - number * count) / _RATE
        plan.append(Arrival(at_s, bodies.text(n % _NORMAL, asking(n + 1), at_ms=at_ms)))
    if flood:
        plan += [
            Arrival(n / _FLOOD_RATE, bodies.text(_FLOODER, f"oi {n} ref 0", at_ms=at_ms))
            for n in range(seconds * _FLOOD_RATE)
        ]
    return sorted(plan, key=lambda arrival: arrival.at_s)


def _measured(flooded: list[float], calm: list[float]) -> Measured:
    p99_ms = quantile(flooded, 0.99) - quantile(calm, 0.99)
    with_ms, without_ms = statistics.median(flooded), statistics.median(calm)
    return Measured(
        value=with_ms / without_ms,
        samples=len(flooded) + len(calm),
        note=f"p50 {with_ms:.1f} with and {without_ms:.1f} ms without; p99 "
        f"{quantile(flooded, 0.99):.1f} and {quantile(calm, 0.99):.1f} ms, {p99_ms:+.1f} (bar +5); "
        f"{_NORMAL:,} normal phones write {_RATE} times a second",
    )
