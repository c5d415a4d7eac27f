"""docs/growing.md, step by step: its own commands, up to the container engine, on a real file and a real PostgreSQL.

A patient has a history and another one is in the middle of a burst when the service stops. On the replicas the first
one is known, and the second one is answered, once.
"""

import asyncio
import re
import shlex
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from sqlalchemy import URL, Connection, text

from clinic_bot.clock import Clock
from clinic_bot.sandbox.receptionist import Scripted
from clinic_bot.sandbox.standins import StandIns, stand_ins
from clinic_bot.store.database import Job
from clinic_bot.store.postgres import PostgresDatabase
from tests.support.invariants import violations
from tests.support.postgres import Server
from tests.support.process import started, url_of
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(240)

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "growing.md").read_text("utf-8")
WAYS = ("With containers", "With a server of your own")
#: A minute of reading, at the pace of somebody who wants to get it right.
WORDS_A_MINUTE = 220

SECRET = "a-secret-for-tests-only"
KNOWN, WRITING = "5511987650001", "5511987650002"
T = TypeVar("T")
#: Long enough for a burst to be open still when the service stops.
QUIET_S = 5


def section(title: str) -> str:
    """From a heading to the next one; the page's own heading and introduction have none."""
    (found,) = re.findall(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)
    return str(found)


def commands(title: str) -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```", section(title), re.DOTALL | re.MULTILINE)
    return [line for block in blocks for line in block.splitlines()]


@pytest.mark.parametrize("way", WAYS)
def test_what_to_do_is_read_in_a_minute(way: str) -> None:
    introduction = PAGE.partition("\n## ")[0]
    assert len((introduction + section(way)).split()) <= WORDS_A_MINUTE


def test_what_is_written_into_the_environment_is_what_the_compose_file_reads() -> None:
    named = {line.partition("=")[0] for line in commands(WAYS[0]) if re.match(r"[A-Z_]+=", line)}
    read = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text("utf-8")))
    assert named
    assert named <= read


class Operator:
    """Types what the page says, and is the container engine where it asks for one."""

    def __init__(self, folder: Path, url: URL, stack: AsyncExitStack, settings: dict[str, str]) -> None:
        self.file = folder / "clinic_bot.sqlite"
        self.url = url
        self.servers: list[tuple[str, asyncio.subprocess.Process]] = []
        self._folder = folder
        self._stack = stack
        self._environment = {"CLINIC_BOT_DATABASE_URL": f"sqlite:///{self.file}", **settings}

    async def types(self, line: str) -> str:
        """Run one line of the page; what a command printed."""
        words = shlex.split(self._here(line))
        if words[:2] == ["docker", "compose"]:
            return await self._engine(words[2:])
        if words[0] == "clinic-bot":
            return await self._command(words[1:])
        for word in words if words[0] != "export" else words[1:]:
            name, _, value = word.partition("=")
            self._environment[name] = value
        return ""

    async def serve(self) -> None:
        process = await self._stack.enter_async_context(
            started(self._folder, "serve", "--port", "0", **self._environment)
        )
        self.servers.append((await url_of(process), process))

    async def stop(self) -> None:
        for _, process in self.servers:
            process.terminate()
            await process.communicate()
            assert process.returncode == 0
        self.servers.clear()

    async def _engine(self, words: list[str]) -> str:
        match words:
            case ["stop", "clinic-bot"]:
                await self.stop()
            case ["run", "--rm", "clinic-bot", *arguments]:
                return await self._command(arguments)
            case ["up", "--detach", "--wait"]:
                for _ in range(2):  # tests/test_compose.py holds that there are two
                    await self.serve()
            case _:
                raise AssertionError(f"a command that no test knows: {words}")
        return ""

    async def _command(self, arguments: list[str]) -> str:
        if arguments[0] == "serve":
            await self.serve()
            return ""
        async with started(self._folder, *arguments, **self._environment) as process:
            out, err = await process.communicate()
            assert process.returncode == 0, err.decode()
            return out.decode()

    def _here(self, line: str) -> str:
        """The line with this test's database and file for the page's."""
        url = self.url.render_as_string(hide_password=False)
        line = re.sub(r"postgresql://clinic_bot@[\w.]+/clinic_bot", lambda _: url, line)
        return line.replace("sqlite:////data/clinic_bot.sqlite", f"sqlite:///{self.file}")


@pytest.fixture
def url(postgres_server: Server) -> Iterator[URL]:
    with postgres_server.database() as url:
        yield url


@asynccontextmanager
async def clinic(
    folder: Path, url: URL, brain: Scripted
) -> AsyncIterator[tuple[Operator, StandIns, httpx.AsyncClient]]:
    async with AsyncExitStack() as stack:
        pair = await stack.enter_async_context(stand_ins(Clock(), brain=brain))
        pair.zapi.spacing_s = (0.0, 0.0)
        settings = {
            "CLINIC_BOT_MODE": "sandbox",
            "CLINIC_BOT_WEBHOOK_SECRET": SECRET,
            "CLINIC_BOT_QUIET_S": str(QUIET_S),
            "CLINIC_BOT_PATIENCE_FLOOR_S": str(QUIET_S),
            "CLINIC_BOT_PATIENCE_CEILING_S": str(QUIET_S),
            "CLINIC_BOT_TYPING_DELAY_S": "0",
            "GROQ_BASE_URL": pair.groq_url,
            "ZAPI_BASE_URL": pair.zapi_url,
        }
        http = await stack.enter_async_context(httpx.AsyncClient(timeout=20))
        yield Operator(folder, url, stack, settings), pair, http


async def there(url: URL, sql: str) -> list[Any]:
    def ask(connection: Connection) -> list[Any]:
        return [tuple(row) for row in connection.execute(text(sql))]

    return await at(url, ask)


async def at(url: URL, job: Job[T]) -> T:
    database = PostgresDatabase(url)
    try:
        return await database.read(job)
    finally:
        await database.close()


@pytest.mark.parametrize("way", WAYS)
async def test_the_steps_take_a_clinic_from_one_process_to_replicas(
    way: str, tmp_path: Path, url: URL
) -> None:
    brain = Scripted(["Abrimos das 8h às 12h. Sou a assistente virtual."])
    async with clinic(tmp_path, url, brain) as (operator, pair, http):

        async def writes(phone: str, words: str, *, to: int = 0) -> None:
            pair.zapi.webhooks.set_all(f"{operator.servers[to][0]}/webhook/zapi/{SECRET}")
            told = await http.post(f"{pair.zapi_url}/control/patient", json={"phone": phone, "text": words})
            assert told.status_code == 200, told.text

        def replies() -> Counter[str]:
            return Counter(left.phone for left in pair.zapi.sent if left.went_out)

        await operator.serve()
        await writes(KNOWN, "vcs abrem sabado?")
        await until(lambda: replies() == {KNOWN: 1}, within_s=60)
        await writes(WRITING, "oi")
        await writes(WRITING, "queria remarcar")
        if way == WAYS[1]:
            assert "Stop the service with SIGTERM" in section(way)
            await operator.stop()

        for line in commands(way):
            said = await operator.types(line)
            if " db copy " in line:
                assert operator.servers == []
                assert re.search(r"^message +3 +3 ", said, re.MULTILINE)
                assert await there(
                    url, "SELECT phone, wake_at_ms IS NOT NULL FROM conversation ORDER BY id"
                ) == [(KNOWN, False), (WRITING, True)]

        assert len(operator.servers) == 2
        pair.zapi.webhooks.set_all(f"{operator.servers[1][0]}/webhook/zapi/{SECRET}")
        await until(lambda: replies() == {KNOWN: 1, WRITING: 1}, within_s=60)
        assert "oi\nqueria remarcar" in str(brain.asked[-1]["messages"][-1]["content"])

        await writes(KNOWN, "e domingo?", to=0)
        await writes(KNOWN, "e feriado?", to=1)
        await until(lambda: replies() == {KNOWN: 2, WRITING: 1}, within_s=60)
        asked = str(brain.asked[-1]["messages"])
        assert all(
            piece in asked for piece in ("vcs abrem sabado?", "das 8h às 12h", "e domingo?", "e feriado?")
        )
        await operator.stop()

    assert len(brain.asked) == 3
    assert await there(url, "SELECT DISTINCT state FROM turn") == [("sent",)]
    assert await at(url, violations) == []
