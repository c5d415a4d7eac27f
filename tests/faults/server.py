"""The real server as a process of its own between two stand-ins, to be broken from outside."""

import asyncio
import json
import signal
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from clinic_bot.clock import Clock
from clinic_bot.sandbox import payloads, standins
from clinic_bot.sandbox.payloads import Line
from clinic_bot.sandbox.receptionist import Scripted
from clinic_bot.sandbox.standins import StandIns, stand_ins
from clinic_bot.store.places import Place
from tests.faults.disk import Disk
from tests.support.process import STARTED_WITHIN_S, environment, url_of
from tests.support.store import Store
from tests.support.store import url_of as records_at

SECRET = "a-secret-of-the-tests-0001"
PHONE = "5511987650001"
LINE = Line(standins.INSTANCE_ID, "551133330000")


@dataclass
class Server:
    """A process that serves, and what a test does to it."""

    process: asyncio.subprocess.Process
    url: str
    folder: Path
    stand_ins: StandIns
    http: httpx.AsyncClient
    place: Place

    async def receive(self, text: str, *, id: str = "M1", phone: str = PHONE) -> httpx.Response:
        """A patient's message, as Z-API posts it."""
        payload = payloads.received_text(LINE, phone, text, message_id=id, at_ms=self.now_ms())
        return await self.http.post(f"{self.url}/webhook/zapi/{SECRET}", json=payload)

    def now_ms(self) -> int:
        """What the stand-ins' clock says."""
        return self.stand_ins.zapi.clock.now_ms()

    async def ready(self) -> int:
        """The status of ``/health/ready``; 0 when nobody answers."""
        try:
            return (await self.http.get(f"{self.url}/health/ready")).status_code
        except httpx.TransportError:
            return 0

    def listens(self) -> bool:
        """Whether new connections are taken."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", int(self.url.rpartition(":")[2]))) == 0

    async def left(self) -> int:
        """Wait until the process has ended by itself."""
        return await asyncio.wait_for(self.process.wait(), 30)

    async def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return await self.left()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        if not isinstance(self.place, Path):
            store = Store(self.place)
            try:
                return [tuple(row) for row in store.run(lambda c: c.exec_driver_sql(query).all())]
            finally:
                store.close()
        with sqlite3.connect(f"file:{self.place}?mode=ro", uri=True) as connection:
            return connection.execute(query).fetchall()

    def states(self) -> list[str]:
        return [row[0] for row in self.rows("SELECT state FROM turn ORDER BY id")]

    def logged(self) -> list[dict[str, Any]]:
        lines = (self.folder / "server.log").read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    @property
    def calls(self) -> int:
        """How often a reply was handed to Z-API, whatever came of it."""
        return sum(call.operation == "send-text" for call in self.stand_ins.zapi.calls)


@asynccontextmanager
async def neighbours(*says: str, speed: float = 1) -> AsyncIterator[StandIns]:
    """Groq and Z-API, quick and quiet."""
    clock = Clock() if speed == 1 else Clock(Clock().now_ms(), speed)
    async with stand_ins(clock, brain=Scripted(says or ["Abrimos às 8h. Sou a assistente virtual."])) as pair:
        pair.zapi.spacing_s = (0.0, 0.0)
        yield pair


@asynccontextmanager
async def server(
    folder: Path,
    pair: StandIns,
    *,
    disk: Disk | None = None,
    command: Sequence[str] = (),
    place: Place | None = None,
    **settings: str,
) -> AsyncIterator[Server]:
    """Serve until the block ends; what still runs then is killed.

    Args:
        command: what Python runs instead of the package.
        place: where the records are; a file in the folder if nothing is said.
    """
    place = place or folder / "clinic_bot.sqlite"
    arguments = [*(command or ("-m", "clinic_bot")), "serve", "--port", "0"]
    quiet_s = settings.get("quiet_s", "0.2")
    given = {
        "mode": "sandbox",
        "webhook_secret": SECRET,
        "quiet_s": quiet_s,
        "patience_floor_s": quiet_s,  # every wait is the same: how long it is, is not what these tests are about
        "patience_ceiling_s": quiet_s,
        "typing_delay_s": "0",
        "log_format": "json",
        "database_url": records_at(place),
        **settings,
    }
    names = {f"CLINIC_BOT_{name.upper()}": value for name, value in given.items()}
    with (folder / "server.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *(disk.command(*arguments) if disk else [sys.executable, *arguments]),
            cwd=folder,
            env=environment(GROQ_BASE_URL=pair.groq_url, ZAPI_BASE_URL=pair.zapi_url, **names),
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            pass_fds=disk.inherited if disk else (),
        )
    try:
        url = await asyncio.wait_for(url_of(process), STARTED_WITHIN_S)
        pair.zapi.webhooks.set_all(f"{url}/webhook/zapi/{SECRET}")
        async with httpx.AsyncClient(timeout=20) as http:
            yield Server(process, url, folder, pair, http, place)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
