"""DBOS: a debounced workflow, whose last input counts. ``python -m bench_suite.peers.with_dbos URL PHONES``."""

import asyncio
import sys
import time

from dbos import DBOS, DBOSConfig, Debouncer

from bench_suite.peers.workload import ENDS_AFTER_S, WINDOW_S, Played, play

_played = Played()


@DBOS.workflow()
async def answer(_phone: int, number: int) -> None:
    _played.turns.append((time.time_ns(), [number]))


async def _run(phones: int) -> None:
    debouncer = Debouncer.create_async(answer)

    async def hand_over(phone: int, number: int) -> None:
        await debouncer.debounce_async(str(phone), WINDOW_S, phone, number)

    _played.handed_ns = await play(hand_over, phones=phones)
    await asyncio.sleep(ENDS_AFTER_S)


def main() -> None:
    url, phones = sys.argv[1], int(sys.argv[2])
    config: DBOSConfig = {"name": "peers", "system_database_url": url}
    DBOS(config=config)
    DBOS.launch()
    asyncio.run(_run(phones))
    print(_played.as_json(), flush=True)
    DBOS.destroy()


if __name__ == "__main__":
    main()
