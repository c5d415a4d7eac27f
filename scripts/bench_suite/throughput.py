"""How many durable webhooks a second, against an endpoint that stores nothing."""

import itertools
import statistics
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import replace

from bench_suite import seed, seed_postgres
from bench_suite.bench import Bench, Measured, cost_of
from bench_suite.bodies import Bodies
from bench_suite.load import Load, closed_load
from bench_suite.postgres import SAID
from bench_suite.servers import bare, bot, standins
from clinic_bot.store.places import Place

_PHONES = 2_000
#: Enough that neither server ever waits for a request: with 64 the file was measured, not what it can take.
_CONNECTIONS = 128
_WINDOW_S = 3_000  # longer than the run: no turn begins


async def ack_throughput_ratio(bench: Bench) -> Measured:
    database = bench.new_database()
    seed.create(database)
    seed.idle_phones(database, _PHONES)
    return await _ratio(bench, database)


async def ack_throughput_ratio_postgres(bench: Bench) -> Measured:
    database = await bench.postgres.new_database()
    await seed_postgres.idle_phones(database, range(_PHONES))
    measured = await _ratio(bench, database)
    return replace(measured, note=f"{measured.note}; {SAID}")


async def _ratio(bench: Bench, database: Place) -> Measured:
    rounds, seconds = bench.pick(5, 2), bench.pick(4, 1)
    stored: list[Load] = []
    plain: list[Load] = []
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(standins())
        yardstick = await stack.enter_async_context(bare())
        server = await stack.enter_async_context(
            bot(world, bench.folder, database=database, quiet_s=_WINDOW_S, max_wait_s=_WINDOW_S)
        )
        bodies = _bodies()
        for target in (yardstick, server.target):
            await closed_load(target, bodies, connections=_CONNECTIONS, seconds=1)
        for _ in range(rounds):
            for target, loads in ((yardstick, plain), (server.target, stored)):
                loads.append(await closed_load(target, bodies, connections=_CONNECTIONS, seconds=seconds))
    refused = sum([load.refused for load in (*stored, *plain)])
    return Measured(
        value=statistics.median(ours.rate / theirs.rate for ours, theirs in zip(stored, plain, strict=True)),
        samples=sum(len(load.latencies_ms) for load in stored),
        note=f"{statistics.median(load.rate for load in stored):,.0f}/s against "
        f"{statistics.median(load.rate for load in plain):,.0f}/s, {_CONNECTIONS} connections, {_PHONES:,} "
        f"known phones; "
        f"{cost_of(stored[-1])}, {plain[-1].share:.0%} on the bare endpoint"
        + (f"; REFUSED {refused}" if refused else ""),
    )


def _bodies() -> Iterator[bytes]:
    bodies, at_ms = Bodies("T"), time.time_ns() // 1_000_000
    for number in itertools.cycle(range(_PHONES)):
        yield bodies.text(number, "bom dia, queria saber o preço da consulta", at_ms=at_ms)
