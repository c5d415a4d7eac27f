"""Several replicas on one PostgreSQL: how late turns begin, how many a second, and who goes on after a kill."""

import asyncio
import os
import random
import signal
import time
from collections.abc import Awaitable, Callable
from functools import partial

from bench_suite import seed_postgres
from bench_suite.bench import Bench, Measured
from bench_suite.bodies import Arrival, Bodies, asking
from bench_suite.load import Load, open_load
from bench_suite.machine import quantile
from bench_suite.pace import FIRST_TALKER, QUIET_S, WRITERS, known_talkers, late_ms, over_rounds, steady_plan
from bench_suite.postgres import SAID
from bench_suite.servers import Bot, StandIns, bot, bots, standins

_REPLICAS, _TURNS_A_SECOND = 3, 20
_TAKEN_OVER_WITHIN_S = 60.0
_START_S = 8  # from seeding to the first deadline, with three processes to start


async def lateness_p99_ms(bench: Bench) -> Measured:
    rounds = [await _paced(bench) for _ in range(bench.pick(3, 1))]
    acks_ms = [ms for _, loads in rounds for load in loads for ms in load.latencies_ms]
    refused = sum(load.refused for _, loads in rounds for load in loads)
    return over_rounds(
        [late for late, _ in rounds],
        f"{_TURNS_A_SECOND} turns/s and 300 webhooks/s spread over {_REPLICAS} replicas, acknowledged within "
        f"{quantile(acks_ms, 0.99):.1f} ms (p99)" + (f"; REFUSED {refused}" if refused else "") + f"; {SAID}",
    )


async def _paced(bench: Bench) -> tuple[list[float], list[Load]]:
    seconds = bench.pick(30, 7)
    bursts = (seconds - QUIET_S - 2) * _TURNS_A_SECOND
    database = await bench.postgres.new_database()
    await seed_postgres.idle_phones(database, [*range(WRITERS), *known_talkers(bursts)])
    settings = {"quiet_s": QUIET_S, "max_wait_s": 3_000}
    async with (
        standins(answer_s=0.3) as world,
        bots(_REPLICAS, world, bench.folder, database=database, **settings) as replicas,
    ):
        plan = steady_plan(seconds, bursts, turns_a_second=_TURNS_A_SECOND)
        loads = await _spread(replicas, plan)
        await asyncio.sleep(1)
        notes = await world.notes()
    due_ms = await seed_postgres.deadlines_ms(database, quiet_ms=QUIET_S * 1000)
    return late_ms(notes, due_ms, bursts), loads


async def _spread(replicas: list[Bot], plan: list[Arrival]) -> list[Load]:
    """Each delivery reaches any of them."""
    rng = random.Random(1)
    shares: list[list[Arrival]] = [[] for _ in replicas]
    for arrival in plan:
        rng.choice(shares).append(arrival)
    loads = (open_load(replica.target, share) for replica, share in zip(replicas, shares, strict=True))
    return await asyncio.gather(*loads)


async def takeover_s(bench: Bench) -> Measured:
    rounds = [await _taken_over(bench) for _ in range(bench.pick(3, 1))]
    everything = [seconds for one in rounds for seconds in one]
    return Measured(
        value=max(everything),
        samples=len(everything),
        note=f"the last of {len(rounds)} times {len(rounds[0])} turns, from the kill to the next request to the "
        f"model; median {quantile(everything, 0.5):.1f}; two replicas, the dead one had every turn",
    )


async def _taken_over(bench: Bench) -> list[float]:
    """Seconds from the death of the replica that thinks until the other one has asked the model again, per turn."""
    turns = bench.pick(50, 10)
    database = await bench.postgres.new_database()
    one = partial(bot, folder=bench.folder, database=database, quiet_s=1)
    async with standins(hold=True) as world, one(world) as dead:
        bodies, at_ms = Bodies("K"), time.time_ns() // 1_000_000
        plan = [Arrival(n / 50, bodies.text(FIRST_TALKER + n, asking(n), at_ms=at_ms)) for n in range(turns)]
        await open_load(dead.target, plan)
        await world.until_asked(turns, within_s=20)
        async with one(world):  # had it been there before, it would have taken some of them
            killed_ns = time.time_ns()
            os.kill(dead.pid, signal.SIGKILL)
            again_ns = await _all_asked_again(world, killed_ns)
    return [(ns - killed_ns) / 1e9 for ns in again_ns]


async def _all_asked_again(world: StandIns, after_ns: int) -> list[int]:
    """Raises TimeoutError."""
    async with asyncio.timeout(_TAKEN_OVER_WITHIN_S):
        while min(again_ns := list((await world.notes()).asked_last.values())) < after_ns:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.2)
    return again_ns


def turns_per_s(replicas: int) -> Callable[[Bench], Awaitable[Measured]]:
    """The figure for so many replicas."""

    async def measure(bench: Bench) -> Measured:
        windows = bench.pick(2_000, 200)
        database = await bench.postgres.new_database()
        due_ms = time.time_ns() // 1_000_000 + _START_S * 1000
        await seed_postgres.open_windows(database, [due_ms] * windows, quiet_ms=2_000)
        async with standins(answer_s=0.05) as world, bots(replicas, world, bench.folder, database=database):
            sent_ns = await world.until_sent(windows, within_s=120)
        last_ns = max(sent_ns.values())
        return Measured(
            value=windows / (last_ns / 1e9 - due_ms / 1000),
            samples=windows,
            note=f"{windows:,} windows due at once, until the last reply left; the stand-ins, PostgreSQL and all "
            "replicas share these cores",
        )

    return measure
