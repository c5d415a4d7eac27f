"""The real server as a process of its own, which may be killed and started again on the same file and port."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from tests.support.ports import free_port

SECRET = "a-secret-for-tests-only"
_READY_WITHIN_S = 60.0


class Server:
    def __init__(self, folder: Path, *, groq_url: str, zapi_url: str, **settings: str) -> None:
        self.port = free_port()
        self.database = folder / "clinic_bot.sqlite"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._environment: Mapping[str, str] = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join(sys.path),
            "CLINIC_BOT_MODE": "sandbox",
            "CLINIC_BOT_DATABASE_URL": f"sqlite:///{self.database}",
            "CLINIC_BOT_PORT": str(self.port),
            "CLINIC_BOT_WEBHOOK_SECRET": SECRET,
            "GROQ_BASE_URL": groq_url,
            "ZAPI_BASE_URL": zapi_url,
        } | {f"CLINIC_BOT_{name.upper()}": value for name, value in settings.items()}

    @property
    def webhook(self) -> str:
        return f"http://127.0.0.1:{self.port}/webhook/zapi/{SECRET}"

    def start(self) -> None:
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "clinic_bot", "serve"],
                cwd=self._folder,
                env=dict(self._environment),
                stdout=log,
                stderr=log,
            )

    def wait_until_ready(self) -> None:
        deadline_s = time.monotonic() + _READY_WITHIN_S
        while time.monotonic() < deadline_s:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/live", timeout=1):
                    return
            except OSError:
                time.sleep(0.05)  # polling, with the deadline above
        raise AssertionError(f"no server after {_READY_WITHIN_S} s:\n{self.log()[-2000:]}")

    def kill(self) -> None:
        """As a power cut would: nothing of it runs any more."""
        self._signal(signal.SIGKILL)

    def stop(self) -> int:
        return self._signal(signal.SIGTERM)

    def log(self) -> str:
        return (self._folder / "server.log").read_text("utf-8")

    def _signal(self, number: signal.Signals) -> int:
        if self._process is None:
            return 0
        self._process.send_signal(number)
        status = self._process.wait(timeout=40)
        self._process = None
        return status
