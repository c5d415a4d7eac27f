"""The process under test: ``clinic-bot serve``, which may be killed, frozen and started again on the same file."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from clinic_bot.clock import Clock
from clinic_bot.sandbox.standins import StandIns

#: What a process takes as the word to block its event loop.
BLOCK = signal.SIGUSR2
_START_WITHIN_S = 60.0
_STOP_WITHIN_S = 25.0
_SECRET = "chaos-secret-0123456789"
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR")


class ServerFailed(Exception):
    """It did not start, or ended by itself; the text is the end of its log."""


@dataclass(slots=True)
class _Life:
    """One process, from its first line to its last."""

    pid: int = 0
    status: int | None = None
    born: asyncio.Event = field(default_factory=asyncio.Event)
    listening: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class Server:
    """Starts it again and again on one port and one database; its log is one file.

    Args:
        name: of its log.
        block_real_s: how long ``block`` lasts.
        speculates: whether its n-th process, counted from 1, asks the model before windows close.
        settings: such as ``quiet_s=6``.
    """

    def __init__(
        self,
        folder: Path,
        database_url: str,
        clock: Clock,
        pair: StandIns,
        *,
        speed: float,
        name: str = "server",
        block_real_s: float = 0.0,
        speculates: Callable[[int], bool] = lambda _start: False,
        **settings: object,
    ) -> None:
        self.port = _free_port()
        self.log = folder / f"{name}.log"
        self.starts = 0
        self._has_outages = not database_url.startswith("sqlite:")
        self.troubled = asyncio.Lock()  #: held by whoever does something to it
        self.block_real_s = block_real_s
        self._folder = folder
        self._clock = clock
        self._speculates = speculates
        self._standby: Process | None = None  #: has imported everything, and makes the others
        self._hears: asyncio.Task[None] | None = None
        self._life: _Life | None = None
        self._environment: Mapping[str, str] = {
            "CLINIC_BOT_MODE": "sandbox",
            "CLINIC_BOT_PORT": str(self.port),
            "CLINIC_BOT_WEBHOOK_SECRET": _SECRET,
            "CLINIC_BOT_DATABASE_URL": database_url,
            "CLINIC_BOT_SANDBOX_SPEED": f"{speed:g}",
            "GROQ_BASE_URL": pair.groq_url,
            "ZAPI_BASE_URL": pair.zapi_url,
            **{f"CLINIC_BOT_{key.upper()}": str(value) for key, value in settings.items()},
        }

    @property
    def webhook(self) -> str:
        return f"http://127.0.0.1:{self.port}/webhook/zapi/{_SECRET}"

    async def start(self) -> None:
        """Return once it listens. Raises ServerFailed."""
        await self.spawn()
        await self.until_listening()

    async def spawn(self) -> None:
        """Let one begin, and return when its process is there; see ``standby`` for how. Raises ServerFailed."""
        assert not self.alive
        self.starts += 1
        standby = self._standby or await self._prepared()
        self._life = _Life()
        now = datetime.fromtimestamp(self._clock.now_ms() / 1000, UTC)
        own = {
            "CLINIC_BOT_SANDBOX_CLOCK": f"{now.isoformat()}@{time.time():.6f}",
            "CLINIC_BOT_SPECULATE": str(self._speculates(self.starts)),
        }
        assert standby.stdin is not None
        child = {"environment": {**own, **self._environment}, "block_s": self.block_real_s}
        standby.stdin.write(json.dumps(child).encode() + b"\n")
        await self._until(self._life.born)

    async def until_listening(self) -> None:
        """Raises ServerFailed."""
        assert self._life is not None
        await self._until(self._life.listening)
        if self._life.ended.is_set():
            raise ServerFailed(f"the server ended at once:\n{self._last_words()}")

    async def _prepared(self) -> Process:
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        with self.log.open("ab") as log:
            self._standby = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "chaos_suite.standby", cwd=self._folder, stdin=PIPE, stdout=PIPE, stderr=log,
                env={**kept, "PYTHONPATH": os.pathsep.join(sys.path)},
                start_new_session=True,  # Ctrl-C in the terminal is for us; we end it
            )  # fmt: skip
        self._hears = asyncio.create_task(self._hear(self._standby))
        return self._standby

    async def _hear(self, standby: Process) -> None:
        assert standby.stdout is not None
        while line := await standby.stdout.readline():
            life = self._life
            if life is None:
                continue
            match line.decode().split():
                case ["born", pid]:
                    life.pid = int(pid)
                    life.born.set()
                case ["listening", "on", *_]:
                    life.listening.set()
                case ["ended", status]:
                    life.status = int(status)
                    life.listening.set()  # nobody needs to wait for that any more
                    life.ended.set()
        if self._life is not None:  # neither lives any more, and nobody is left to say it
            self._life.listening.set()
            self._life.ended.set()

    async def _until(self, event: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(_START_WITHIN_S):
                await event.wait()
        except TimeoutError:
            raise ServerFailed(f"the server did not start:\n{self._last_words()}") from None

    @property
    def alive(self) -> bool:
        return self._life is not None and not self._life.ended.is_set()

    async def kill(self) -> None:
        """As a power cut would: nothing of it runs any more."""
        await self._end(signal.SIGKILL)

    async def freeze(self, seconds: float) -> None:
        """Let no thread of it run for a while."""
        assert self._life is not None
        self._signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            self._signal(signal.SIGCONT)

    async def block(self) -> None:
        """Let its event loop stand still for ``block_real_s``; see ``standby`` for how."""
        self._signal(BLOCK)
        await asyncio.sleep(self.block_real_s)

    async def stop(self) -> int | None:
        """End it as a supervisor would; its exit status, None when it had to be killed."""
        try:
            async with asyncio.timeout(_STOP_WITHIN_S):
                return await self._end(signal.SIGTERM)
        except TimeoutError:
            await self._end(signal.SIGKILL)
            return None

    async def close(self) -> None:
        """Nothing is left running."""
        await self.kill()
        if self._standby is not None and self._hears is not None:
            assert self._standby.stdin is not None
            self._standby.stdin.close()
            await self._hears
            await self._standby.wait()
            self._standby = None

    async def _end(self, number: signal.Signals) -> int | None:
        if self._life is None:
            return 0
        self._signal(number)
        await self._life.ended.wait()
        return self._life.status

    def _signal(self, number: signal.Signals) -> None:
        if self._life is not None and self.alive:
            with contextlib.suppress(ProcessLookupError):  # it has just ended by itself
                os.kill(self._life.pid, number)

    def complaints(self, *, since: int = 0) -> dict[str, int]:
        """What the log says that points to a fault of the server's own, from byte ``since`` on."""
        found: dict[str, int] = {}
        with self.log.open("rb") as log:
            log.seek(since)
            for line in log:
                if self._has_outages and _UNAVAILABLE in line:
                    continue
                for words in _OURS:
                    if words in line:
                        found[words.decode()] = found.get(words.decode(), 0) + 1
        return found

    def _last_words(self) -> str:
        return self.log.read_text("utf-8", errors="replace")[-1500:].strip() or "(it said nothing)"


#: Events of the log that no fault of the outside world explains.
_OURS = (
    b"turn failed",
    b"turn broke off",
    b"sweep failed",
    b"settling failed",
    b"detector failed",
    b"Traceback",
)
#: A PostgreSQL that is restarted is away for a while, and to say so is right.
_UNAVAILABLE = b'"problem": "StorageUnavailable"'


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
