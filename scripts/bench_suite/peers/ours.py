"""This project, over HTTP: a turn begins when its request reaches the model."""

import time

import aiohttp

from bench_suite import seed, seed_postgres
from bench_suite.bench import Bench
from bench_suite.bodies import Bodies, asking
from bench_suite.peers.workload import PHONES, PIECES, WINDOW_S, Played, play
from bench_suite.servers import bot, standins
from clinic_bot.store.places import Place

_SETTLE_S = 30.0


async def on_sqlite(bench: Bench, *, phones: int = PHONES) -> Played:
    database = bench.new_database()
    seed.create(database)
    seed.idle_phones(database, phones)
    return await _played(bench, database, phones)


async def on_postgres(bench: Bench, *, phones: int = PHONES) -> Played:
    database = await bench.postgres.new_database()
    await seed_postgres.idle_phones(database, range(phones))
    return await _played(bench, database, phones)


async def _played(bench: Bench, database: Place, phones: int) -> Played:
    bodies, at_ms = Bodies("B"), time.time_ns() // 1_000_000
    async with (
        standins(answer_s=0.0) as world,
        bot(world, bench.folder, database=database, quiet_s=WINDOW_S) as server,
        aiohttp.ClientSession() as session,
    ):
        url = f"http://127.0.0.1:{server.target.port}{server.target.path}"

        async def hand_over(phone: int, number: int) -> None:
            body = bodies.text(phone, asking(number), at_ms=at_ms)
            headers = {"content-type": "application/json"}
            async with session.post(url, data=body, headers=headers) as answer:
                answer.raise_for_status()

        handed_ns = await play(hand_over, phones=phones)
        await world.until_asked(phones, within_s=_SETTLE_S)
        notes = await world.notes()
    # A request is known by the last message in it; a phone's earlier turns are told by the ones before.
    turns = [(notes.asked[last], notes.read[last]) for last in sorted(notes.asked)]
    assert all(number < phones * PIECES for _, known in turns for number in known)
    return Played(handed_ns, turns)
