"""From the lock to a server that is ready and has claimed its first turn, on a file full of open windows."""

import asyncio
import statistics
import time
from dataclasses import dataclass

import httpx

from bench_suite import seed
from bench_suite.bench import Bench, Measured
from bench_suite.servers import bot, standins

_WINDOWS = 10_000
_SPREAD_S = 30  # deadlines lie this far on both sides of the start: half came due while nobody ran


@dataclass(frozen=True, slots=True)
class _Restart:
    """Seconds from the process being made."""

    locked_s: float
    ready_s: float
    claimed_s: float
    asked_s: float

    @property
    def from_lock_s(self) -> float:
        return max(self.ready_s, self.claimed_s) - self.locked_s


async def restart_s(bench: Bench) -> Measured:
    restarts = [await _restart(bench) for _ in range(bench.pick(3, 1))]
    last = restarts[-1]
    from_exec_s = statistics.median(max(one.ready_s, one.claimed_s) for one in restarts)
    return Measured(
        value=statistics.median(one.from_lock_s for one in restarts),
        samples=len(restarts),
        note=f"{from_exec_s:.2f} s from exec (bar 4); the last one: lock {last.locked_s:.2f}, "
        f"ready {last.ready_s:.2f}, first claim {last.claimed_s:.2f}, "
        f"first request to the model {last.asked_s:.2f}; half the windows overdue",
    )


async def _restart(bench: Bench) -> _Restart:
    database = bench.new_database()
    seed.create(database)
    now_ms = time.time_ns() // 1_000_000
    due_ms = [now_ms + round((n / _WINDOWS * 2 - 1) * _SPREAD_S * 1000) for n in range(_WINDOWS)]
    seed.open_windows(database, due_ms, quiet_ms=2_000)
    lock = database.with_name(database.name + ".lock")
    async with (
        standins(answer_s=0.3) as world,
        bot(world, bench.folder, database=database, quiet_s=2) as server,
    ):
        # It is made by whoever takes it, so its change time is when it was taken.
        locked_ns = lock.stat().st_ctime_ns
        async with httpx.AsyncClient(timeout=20) as client:
            ready = f"http://127.0.0.1:{server.target.port}/health/ready"
            while (await client.get(ready)).status_code != 200:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.01)
        ready_ns = time.time_ns()
        await world.until_asked(1, within_s=60)
        asked_ns = min((await world.notes()).asked.values())
    claimed_ms = seed.first_claim_ms(database)
    return _Restart(
        *((ns - server.spawned_ns) / 1e9 for ns in (locked_ns, ready_ns, claimed_ms * 1_000_000, asked_ns))
    )
