"""The process under test: ``clinic-bot serve``, which may be killed, frozen and started again on the same file."""

import asyncio
import os
import signal
import socket
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from clinic_bot.clock import Clock
from clinic_bot.sandbox.standins import StandIns

_START_WITHIN_S = 60.0
_STOP_WITHIN_S = 25.0
_SECRET = "chaos-secret-0123456789"
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR")


class ServerFailed(Exception):
    """It did not start, or ended by itself; the text is the end of its log."""


class Server:
    """Starts it again and again on one port and one database; its log is one file.

    Args:
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
        **settings: object,
    ) -> None:
        self.port = _free_port()
        self.log = folder / "server.log"
        self.starts = 0
        self._folder = folder
        self._clock = clock
        self._process: Process | None = None
        self._next: Process | None = None  #: has imported everything, and waits
        self._speed = speed
        self._environment: Mapping[str, str] = {
            **{name: os.environ[name] for name in _KEPT if name in os.environ},
            "PYTHONPATH": os.pathsep.join(sys.path),
            "CLINIC_BOT_MODE": "sandbox",
            "CLINIC_BOT_PORT": str(self.port),
            "CLINIC_BOT_WEBHOOK_SECRET": _SECRET,
            "CLINIC_BOT_DATABASE_URL": database_url,
            "CLINIC_BOT_SANDBOX_SPEED": f"{speed:g}",
            "GROQ_BASE_URL": pair.groq_url,
            "ZAPI_BASE_URL": pair.zapi_url,
            **{f"CLINIC_BOT_{name.upper()}": str(value) for name, value in settings.items()},
        }

    @property
    def webhook(self) -> str:
        return f"http://127.0.0.1:{self.port}/webhook/zapi/{_SECRET}"

    async def start(self) -> None:
        """Return once it listens. Raises ServerFailed."""
        await self.spawn()
        await self.until_listening()

    async def spawn(self) -> None:
        """Let one begin; see ``standby`` for what is waiting for that."""
        self.starts += 1
        self._process, self._next = self._next or await self._prepared(), None
        assert self._process.stdin is not None
        self._process.stdin.write(b"\n")

    async def _prepared(self) -> Process:
        now = datetime.fromtimestamp(self._clock.now_ms() / 1000, UTC)
        environment = {
            **self._environment,
            "CLINIC_BOT_SANDBOX_CLOCK": f"{now.isoformat()}@{time.time():.6f}",
        }
        with self.log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable, "-m", "chaos_suite.standby", cwd=self._folder, env=environment, stdin=PIPE, stdout=PIPE,
                stderr=log, start_new_session=True,  # Ctrl-C in the terminal is for us; we end it
            )  # fmt: skip

    async def until_listening(self) -> None:
        process = self._process
        assert process is not None
        assert process.stdout is not None
        try:
            async with asyncio.timeout(_START_WITHIN_S):
                while line := await process.stdout.readline():
                    if line.startswith(b"listening on "):
                        self._next = await self._prepared()
                        return
        except TimeoutError:
            pass
        raise ServerFailed(f"the server did not start:\n{self._last_words()}")

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def kill(self) -> None:
        """As a power cut would: nothing of it runs any more."""
        await self._end(signal.SIGKILL)

    async def freeze(self, seconds: float) -> None:
        """Let no thread of it run for a while."""
        process = self._process
        assert process is not None
        process.send_signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGCONT)

    async def stop(self) -> int | None:
        """End it as a supervisor would; its exit status, None when it had to be killed."""
        process = self._process
        if process is None:
            return 0
        try:
            async with asyncio.timeout(_STOP_WITHIN_S):
                return await self._end(signal.SIGTERM)
        except TimeoutError:
            await self._end(signal.SIGKILL)
            return None

    async def close(self) -> None:
        """Nothing is left running."""
        await self.kill()
        if self._next is not None:
            self._next.kill()
            await self._next.wait()

    def complaints(self, *, since: int = 0) -> dict[str, int]:
        """What the log says that points to a fault of the server's own, from byte ``since`` on."""
        found: dict[str, int] = {}
        with self.log.open("rb") as log:
            log.seek(since)
            for line in log:
                for words in _OURS:
                    if words in line:
                        found[words.decode()] = found.get(words.decode(), 0) + 1
        return found

    async def _end(self, number: signal.Signals) -> int | None:
        process = self._process
        if process is None:
            return None
        if process.returncode is None:
            process.send_signal(number)
            if process.stdout is not None:
                await process.stdout.read()
        return await process.wait()

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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
