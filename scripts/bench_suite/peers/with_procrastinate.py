"""Procrastinate: a job in a second, and one waiting job a phone. ``python -m bench_suite.peers.with_procrastinate URL
PHONES``.
"""

import asyncio
import contextlib
import sys
import time

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued

from bench_suite.peers.workload import ENDS_AFTER_S, WINDOW_S, Played, play

_CONCURRENCY = 50


async def _run(app: App, phones: int) -> Played:
    played = Played()

    @app.task(name="answer")
    async def answer(phone: int, number: int) -> None:
        played.turns.append((time.time_ns(), [number]))

    async def hand_over(phone: int, number: int) -> None:
        configured = answer.configure(
            schedule_in={"seconds": round(WINDOW_S)}, lock=str(phone), queueing_lock=str(phone)
        )
        with contextlib.suppress(
            AlreadyEnqueued
        ):  # an earlier message of the phone waits, and this one is dropped
            await configured.defer_async(phone=phone, number=number)

    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        worker = asyncio.create_task(
            app.run_worker_async(concurrency=_CONCURRENCY, install_signal_handlers=False)
        )
        played.handed_ns = await play(hand_over, phones=phones)
        await asyncio.sleep(ENDS_AFTER_S)
        worker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await worker
    return played


def main() -> None:
    app = App(connector=PsycopgConnector(conninfo=sys.argv[1]))
    print(asyncio.run(_run(app, int(sys.argv[2]))).as_json(), flush=True)


if __name__ == "__main__":
    main()
