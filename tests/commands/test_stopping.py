"""Ctrl-C in the middle of a command that changes something: nothing stays half done, and it says what it did."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL

from clinic_bot.store import erasing
from clinic_bot.store.database import Job
from clinic_bot.store.postgres import PostgresDatabase
from tests.support.fixtures import ON_POSTGRES
from tests.support.locks import held, waiting
from tests.support.personal import CANARY, RITA, RITAS_LID, places_of, write_everything
from tests.support.process import started
from tests.support.service import clinic
from tests.support.store import Store, url_of
from tests.support.waiting import until_async

GOES_ON = "clinic-bot: what was begun goes on to its end; a second Ctrl-C stops it in the middle\n"
ERASE = ("patient", "erase", RITA, "--yes")


@asynccontextmanager
async def erase(place: Path | URL, folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    given = {"CLINIC_BOT_DATABASE_URL": url_of(place), "CLINIC_BOT_MODE": "sandbox"}
    async with started(folder, *ERASE, **given) as process:
        yield process


@asynccontextmanager
async def somebody_else_s_lock(place: URL) -> AsyncIterator[None]:
    """Until the block ends it waits for its rows, with the bodies emptied; and the block begins when it does."""
    watching = PostgresDatabase(place)

    async def on_its_way() -> bool:
        return await watching.read(waiting) == 1

    async with held(place, "LOCK TABLE conversation IN SHARE MODE"):
        await until_async(on_its_way)
        yield
    await watching.close()


async def line(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    return (await asyncio.wait_for(process.stderr.readline(), 20)).decode()


def left(store: Store) -> set[str]:
    return store.run(lambda c: places_of(c, CANARY, RITA, RITAS_LID))


@ON_POSTGRES
async def test_erasing_goes_on_to_its_end_and_tells_what_it_did(
    place: URL, store: Store, tmp_path: Path
) -> None:
    write_everything(store)
    async with erase(place, tmp_path) as process:
        async with somebody_else_s_lock(place):
            process.send_signal(signal.SIGINT)
            assert await line(process) == GOES_ON
        out, err = await process.communicate()
    assert (process.returncode, err.decode()) == (0, "")
    assert "Erased: what was kept about 5511*****001." in out.decode()
    assert left(store) == set()


@ON_POSTGRES
async def test_stopped_twice_it_says_so_and_the_same_again_does_the_rest(
    place: URL, store: Store, tmp_path: Path
) -> None:
    write_everything(store)
    async with erase(place, tmp_path) as process, somebody_else_s_lock(place):
        process.send_signal(signal.SIGINT)
        assert await line(process) == GOES_ON
        process.send_signal(signal.SIGINT)
        out, err = await process.communicate()
    assert (process.returncode, out.decode()) == (1, "")
    assert err.decode().startswith("clinic-bot: stopped before it was done, or before it was told: ")
    assert "patient.name" in left(store)  # of the transaction nothing is there
    async with erase(place, tmp_path) as again:
        await again.communicate()
    assert left(store) == set()


async def test_who_stops_waiting_for_the_server_is_told_that_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "clinic.sqlite"
    async with clinic(path) as it:
        await it.patient(phone=RITA, text=CANARY)
        reached, goes_on = asyncio.Event(), asyncio.Event()
        write = it.service.database.write

        async def slow(job: Job[Any], *, urgent: bool = False) -> Any:
            if isinstance(job, partial) and job.func is erasing.forget:
                reached.set()
                await goes_on.wait()
            return await write(job, urgent=urgent)

        monkeypatch.setattr(it.service.database, "write", slow)
        async with erase(path, tmp_path) as process:
            await asyncio.wait_for(reached.wait(), 20)
            process.send_signal(signal.SIGINT)
            out, err = await process.communicate()
        assert (process.returncode, out.decode()) == (3, "")
        assert err.decode() == (
            "clinic-bot: you stopped waiting for it; the server was asked, and does it to its end all the same\n"
        )
        assert CANARY in await it.read(words)
        goes_on.set()

        async def erased() -> bool:
            return CANARY not in await it.read(words)

        await until_async(erased)


def words(connection: Any) -> str:
    return "".join(row[0] for row in connection.exec_driver_sql("SELECT text FROM message"))
