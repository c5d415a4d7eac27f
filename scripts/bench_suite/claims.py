"""What looking and claiming costs beside a million conversations that nobody has to look at."""

import statistics
import time
from functools import cache, partial

from sqlalchemy import URL

from bench_suite import seed_postgres
from bench_suite.bench import Bench, Measured
from bench_suite.postgres import SAID
from clinic_bot.clinic.facts import example_clinic
from clinic_bot.policies import policy_of, screening_lists
from clinic_bot.settings import Settings
from clinic_bot.store import claims, conversations
from clinic_bot.store.claims import Later
from clinic_bot.store.database import Job
from clinic_bot.store.lease import Claim
from clinic_bot.store.policy import Policy
from clinic_bot.store.postgres import PostgresDatabase

_IDLE = 1_000_000
_FIRST_IDLE = 10_000_000  # far from the phones whose windows are open
_LEASE_MS = 15_000


async def claim_ratio(bench: Bench) -> Measured:
    rounds, claimed, idle = bench.pick(6, 2), 200, bench.pick(_IDLE, _IDLE // 20)
    due_ms = time.time_ns() // 1_000_000 - 60_000
    full, empty = [await bench.postgres.new_database() for _ in range(2)]
    await seed_postgres.idle_phones(full, range(_FIRST_IDLE, _FIRST_IDLE + idle))
    for database in (full, empty):
        await seed_postgres.open_windows(
            database, [due_ms + n for n in range(rounds * claimed)], quiet_ms=2_000, first=0
        )
    took_ms: dict[URL, list[float]] = {full: [], empty: []}
    for n in range(rounds):  # one after the other, and each of them first in every other round
        for database in (full, empty) if n % 2 else (empty, full):
            took_ms[database] += await _claims(database, [due_ms + n * claimed + at for at in range(claimed)])
    beside, alone = (statistics.median(took_ms[database]) for database in (full, empty))
    return Measured(
        value=beside / alone,
        samples=len(took_ms[full]),
        note=f"reading the index up to a deadline and claiming what is due then, median {beside:.2f} ms beside "
        f"{idle:,} idle conversations, {alone:.2f} ms without; vacuumed and analysed after seeding; {SAID}",
    )


async def _claims(url: URL, due_ms: list[int]) -> list[float]:
    """How long each took, of an executor that has prepared its statements."""
    database, took_ms = PostgresDatabase(url), []
    try:
        for wake_ms in due_ms:
            started_s = time.perf_counter()
            found = await database.read(
                partial(conversations.due_before, until_ms=wake_ms, after=(wake_ms - 1, -1))
            )
            if isinstance(await database.write(claim_of(found[0][1]), urgent=True), Later):
                raise RuntimeError("nothing was claimed")
            took_ms.append((time.perf_counter() - started_s) * 1000)
    finally:
        await database.close()
    return took_ms[len(took_ms) // 10 :]  # the first ones connect and prepare


def claim_of(conversation_id: int) -> Job[Claim | Later]:
    """As the service would."""
    return partial(
        claims.claim, conversation_id=conversation_id, owner="bench", now_ms=time.time_ns() // 1_000_000,
        lease_ms=_LEASE_MS, policy=_policy(),
    )  # fmt: skip


@cache
def _policy() -> Policy:
    """A patience that is decided, and is always the shortest: the look that hears a burst is the one that claims it."""
    shortest_s = Settings().patience_floor_s
    settings = Settings(patience_floor_s=shortest_s, patience_ceiling_s=shortest_s + 0.001)
    return policy_of(settings, screening_lists(example_clinic()))
