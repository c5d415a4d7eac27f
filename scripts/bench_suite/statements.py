"""What PostgreSQL is asked for a message and for a turn, counted in the server's own log."""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import URL

from bench_suite import seed_postgres
from bench_suite.bench import Bench, Measured
from bench_suite.bodies import Arrival, Bodies, asking
from bench_suite.load import closed_load, open_load
from bench_suite.pace import FIRST_TALKER
from bench_suite.postgres import READING
from bench_suite.servers import bot, standins

_WINDOW_S = 3_000  # longer than the run: no turn begins
_PHONES, _CONNECTIONS = 2_000, 128


async def transactions_per_turn(bench: Bench) -> Measured:
    """Bursts of one message from known phones: taking in, claim, intent and outcome, and what else is asked."""
    turns, rate = bench.pick(200, 40), 20
    database = await bench.postgres.new_database(logs=True)
    await seed_postgres.idle_phones(database, range(FIRST_TALKER, FIRST_TALKER + turns))
    bodies, at_ms = Bodies("X"), time.time_ns() // 1_000_000
    plan = [Arrival(n / rate, bodies.text(FIRST_TALKER + n, asking(n), at_ms=at_ms)) for n in range(turns)]
    seconds = turns / rate + 4
    idle = await _said(bench, database, (), seconds)
    busy = await _said(bench, database, plan, seconds)
    writing, reading, statements = (
        busy["BEGIN"] - idle["BEGIN"], busy[READING] - idle[READING], busy.total() - idle.total()
    )  # fmt: skip
    return Measured(
        value=(writing + reading) / turns,
        samples=turns,
        note=f"{writing:,} transactions that write and {reading:,} that only read for {turns} bursts of one message, "
        f"{rate} a second, without tools, supersedes and receipts; {statements / turns:.1f} statements a turn (BEGIN "
        f"and COMMIT are two); what an idle replica does in the same {seconds:.0f} s ({idle['BEGIN']} and "
        f"{idle[READING]}) is taken off",
    )


async def _said(bench: Bench, database: URL, plan: Sequence[Arrival], seconds: float) -> Counter[str]:
    """What a replica said in its first ``seconds`` after its start, while ``plan`` was played and answered."""
    async with (
        standins(answer_s=0.1) as world,
        bot(world, bench.folder, database=database, quiet_s=1) as server,
    ):
        at = bench.postgres.log_size()
        ends_s = time.monotonic() + seconds
        await open_load(server.target, plan) if plan else None
        await world.until_sent(len(plan), within_s=30)
        await asyncio.sleep(max(0.0, ends_s - time.monotonic()))
        return bench.postgres.said_since(at)


async def statements_per_message(bench: Bench) -> Measured:
    """Under the load of the throughput figure, so that messages share transactions as they do there."""
    database = await bench.postgres.new_database(logs=True)
    await seed_postgres.idle_phones(database, range(_PHONES))
    settings = {"quiet_s": _WINDOW_S, "max_wait_s": _WINDOW_S}
    bodies, at_ms = Bodies("Y"), time.time_ns() // 1_000_000
    texts = (bodies.text(number, "bom dia", at_ms=at_ms) for number in itertools.cycle(range(_PHONES)))
    async with standins() as world, bot(world, bench.folder, database=database, **settings) as server:
        await closed_load(server.target, texts, connections=_CONNECTIONS, seconds=1)
        at = bench.postgres.log_size()
        load = await closed_load(server.target, texts, connections=_CONNECTIONS, seconds=bench.pick(5, 1))
        said = bench.postgres.said_since(at)
    stored = len(load.latencies_ms)
    return Measured(
        value=said.total() / stored,
        samples=stored,
        note=f"{said['COMMIT']:,} transactions for {stored:,} messages from {_CONNECTIONS} connections, "
        f"{stored / said['COMMIT']:.0f} messages and {said.total() / said['COMMIT']:.1f} statements each (BEGIN and "
        "COMMIT are two of them); every statement was logged meanwhile",
    )
