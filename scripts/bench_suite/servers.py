"""The processes that are measured, and those that stand in for the world."""

import asyncio
import os
import signal
import sys
import tempfile
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import httpx

from bench_suite.load import Target
from clinic_bot.store.places import Place

_START_S = 60.0
_SCRIPTS = Path(__file__).parent.parent  # where Python finds this package
_KEPT = ("PATH", "PYTHONPATH", "HOME", "LANG", "TMPDIR")
_SECRET = "bench-secret-0123456789"
_PATH = f"/webhook/zapi/{_SECRET}"


def new_loop() -> asyncio.AbstractEventLoop:
    """The loop that the service itself takes."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


class StandIns:
    """The stand-ins' process, seen from here."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    async def configure(self, **config: Any) -> None:
        async with httpx.AsyncClient() as client:
            (await client.post(f"{self.url}/config", json=config)).raise_for_status()

    async def notes(self) -> "Notes":
        async with httpx.AsyncClient(timeout=60) as client:
            found = (await client.get(f"{self.url}/notes")).json()
        times = ("asked", "asked_last", "answered", "sent", "read")
        return Notes(*({int(key): value for key, value in found[kind].items()} for kind in times))

    async def until_asked(self, count: int, *, within_s: float) -> None:
        """Wait until the model was asked for so many turns. Raises TimeoutError."""
        async with asyncio.timeout(within_s):
            while len((await self.notes()).asked) < count:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.1)

    async def until_sent(self, count: int, *, within_s: float) -> dict[int, int]:
        """When each reply came, once so many have. Raises TimeoutError."""
        async with asyncio.timeout(within_s):
            while len(sent := (await self.notes()).sent) < count:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.1)
        return sent


@dataclass(frozen=True, slots=True)
class Notes:
    """When what happened for each reference, in nanoseconds of the machine's clock."""

    asked: dict[int, int]  #: the first time
    asked_last: dict[int, int]
    answered: dict[int, int]
    sent: dict[int, int]
    read: dict[int, list[int]]  #: no instants: all references that the model was asked with, in their order


@dataclass(frozen=True, slots=True)
class Bot:
    """A running clinic-bot on ``database``."""

    target: Target
    pid: int
    database: Place
    spawned_ns: int  #: just before its process was made


@asynccontextmanager
async def standins(**config: Any) -> AsyncIterator[StandIns]:
    async with _process("-m", "bench_suite.standins", environment={}) as (_, port):
        running = StandIns(port)
        await running.configure(**config)
        yield running


@asynccontextmanager
async def bare() -> AsyncIterator[Target]:
    async with _process("-m", "bench_suite.bare", environment={}) as (_, port):
        yield Target(port, _PATH)


@asynccontextmanager
async def bot(
    world: StandIns, folder: Path, *, database: Place | None = None, **settings: object
) -> AsyncIterator[Bot]:
    """A real server in sandbox mode on real time, with ``settings`` such as ``quiet_s=1``; killed at the end.

    Every message's patience is decided as it is at a clinic, between two limits a millisecond apart: so it costs what
    it costs, and a window still ends ``quiet_s`` after its last message.
    """
    if "quiet_s" in settings:
        quiet_s = float(str(settings["quiet_s"]))
        settings = {"patience_floor_s": quiet_s, "patience_ceiling_s": quiet_s + 0.001, **settings}
    with tempfile.TemporaryDirectory(dir=folder) as place:
        database = database or Path(place) / "bench.sqlite"
        environment = {
            "CLINIC_BOT_MODE": "sandbox",
            "CLINIC_BOT_WEBHOOK_SECRET": _SECRET,
            "CLINIC_BOT_DATABASE_URL": _url(database),
            "GROQ_BASE_URL": world.url,
            "ZAPI_BASE_URL": world.url,
            **{f"CLINIC_BOT_{name.upper()}": str(value) for name, value in settings.items()},
        }
        spawned_ns = time.time_ns()
        command = ("-m", "clinic_bot", "serve", "--port", "0")
        async with _process(*command, environment=environment, cwd=Path(place)) as (process, port):
            yield Bot(Target(port, _PATH), process.pid, database, spawned_ns)


@asynccontextmanager
async def bots(
    count: int, world: StandIns, folder: Path, *, database: Place, **settings: object
) -> AsyncIterator[list[Bot]]:
    """Replicas on one database, all at once."""
    async with AsyncExitStack() as stack:
        starting = [
            stack.enter_async_context(bot(world, folder, database=database, **settings)) for _ in range(count)
        ]
        yield [await one for one in starting]


@asynccontextmanager
async def _process(
    *command: str, environment: Mapping[str, str], cwd: Path = _SCRIPTS
) -> AsyncIterator[tuple[Process, int]]:
    """A Python process in a clean environment, once it says where it listens. Raises RuntimeError if it never does."""
    with tempfile.TemporaryFile() as errors:
        kept = {
            name: os.environ[name]
            for name in ("PATH", "PYTHONPATH", "HOME", "LANG", "TMPDIR")
            if name in os.environ
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, *command, env={**kept, **environment}, cwd=cwd, stdout=PIPE, stderr=errors
        )
        try:
            async with asyncio.timeout(_START_S):
                port = await _port(process)
            if port is None:
                raise RuntimeError(f"{command[1]} did not start:\n{_end_of(errors)}")
            yield process, port
            if process.returncode not in (None, -signal.SIGKILL):  # some figures kill one
                raise RuntimeError(f"{command[1]} ended by itself:\n{_end_of(errors)}")
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGKILL)
            await process.wait()


def _url(place: Place) -> str:
    return f"sqlite:///{place}" if isinstance(place, Path) else place.render_as_string(hide_password=False)


def _end_of(errors: IO[bytes]) -> str:
    errors.seek(0)
    return errors.read().decode(errors="replace")[-400:].strip()


async def _port(process: Process) -> int | None:
    assert process.stdout is not None
    while line := await process.stdout.readline():
        if line.startswith(b"listening on "):
            return int(line.rpartition(b":")[2])
    return None
