"""A Groq on another port, with a key of its own, in the place of the real one; and the command that asks it."""

import asyncio
import json
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from clinic_bot import cli
from clinic_bot.clock import Clock
from clinic_bot.sandbox.brain import BrainTurn
from clinic_bot.sandbox.groq import build_groq, groq_state
from clinic_bot.sandbox.groq_state import GroqState
from clinic_bot.sandbox.receptionist import Receptionist
from clinic_bot.sandbox.serving import serving

KEY = "gsk_evaluated0123456789"
DATA = Path(__file__).parent.parent / "data"
SECOND = (str(DATA / "second_scenarios.jsonl"), "--clinic", str(DATA / "second_clinic.json"))


@dataclass
class JudgingBrain:
    """The receptionist, and a judge where JSON is asked for: what it answers is the test's."""

    verdicts: Callable[[Mapping[str, Any]], str] = lambda _request: "{}"
    asked: list[Mapping[str, Any]] = field(default_factory=list)
    receptionist: Receptionist = field(default_factory=Receptionist)

    def reply(self, request: Mapping[str, Any]) -> BrainTurn:
        if "response_format" not in request:
            return self.receptionist.reply(request)
        self.asked.append(request)
        return BrainTurn(text=self.verdicts(request))


@contextmanager
def groq_served(brain: JudgingBrain | None = None, *, rate: float = 20) -> Iterator[tuple[str, GroqState]]:
    """Served by a loop of its own, since the command runs its own."""
    app = build_groq(clock=Clock(rate=rate), api_key=KEY, brain=brain)
    ready: list[str] = []
    came, over = threading.Event(), threading.Event()

    async def serve() -> None:
        async with serving(app) as url:
            ready.append(url)
            came.set()
            await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        assert came.wait(20)
        yield ready[0], groq_state(app)
    finally:
        over.set()
        thread.join(20)


@dataclass
class Desk:
    """The command in a folder of its own, with the account of one Groq."""

    groq: GroqState
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    said: str = ""

    def run(self, *arguments: str, command: str = "evaluate") -> int:
        """The exit status; ``said`` holds everything it said."""
        self.monkeypatch.setattr(sys, "argv", ["clinic-bot", command, *arguments])
        with pytest.raises(SystemExit) as left:
            cli.main()
        captured = self.capsys.readouterr()
        self.said = captured.out + captured.err
        return int(left.value.code or 0)

    def evaluate(self, *arguments: str) -> int:
        return self.run(*SECOND, "--speed", "10", "--output", "out", *arguments)

    def results(self, folder: str = "out") -> dict[str, Any]:
        data: dict[str, Any] = json.loads(Path(folder, "results.json").read_text("utf-8"))
        return data

    @property
    def chats(self) -> int:
        return sum(request.operation == "chat" for request in self.groq.requests)
