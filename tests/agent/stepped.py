"""An agent and Groq's stand-in on one clock that the test steps, over real HTTP."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from clinic_bot.agent.answer import AgentAnswer, AgentRequest
from clinic_bot.agent.chat import CallRecord, Outcome
from clinic_bot.agent.groq import GroqModel
from clinic_bot.agent.loop import Agent
from clinic_bot.agent.toolbox import Booking, Tool
from clinic_bot.clinic.facts import example_clinic
from clinic_bot.errors import ProviderBusy, ProviderDown
from clinic_bot.events import Said, Speaker
from clinic_bot.sandbox.groq import build_groq, groq_state
from clinic_bot.sandbox.groq_limits import Plan
from clinic_bot.sandbox.groq_state import GroqState
from clinic_bot.sandbox.receptionist import Brain, Scripted
from clinic_bot.sandbox.serving import serving
from tests.support.clock import FakeClock
from tests.support.waiting import until

BIG, SMALL = "openai/gpt-oss-120b", "openai/gpt-oss-20b"
GREETED = (Said(Speaker.BOT, "Olá! Sou a Bia, assistente virtual.", 0),)
NOW = datetime.fromisoformat("2026-10-06T10:12:00-03:00")
DEADLINE_MS = 20_000


class SteppedClock(FakeClock):
    """Short timers fire at once and look at the clock, as FakeClock's do; a call's deadline is the machine's."""

    def real_s(self, duration_ms: float) -> float:
        return duration_ms / 1000 if duration_ms >= DEADLINE_MS else super().real_s(duration_ms)

    @property
    def asleep(self) -> int:
        """How many wait for this clock to move on: the stand-in, while it plays a slow answer."""
        return len(self._time.sleepers)

    def jump(self, by_ms: int) -> None:
        """Somebody set the machine's clock, and the service follows."""
        self.follow(by_ms)
        self._time.now_ms += by_ms

    async def sleep(self, duration_ms: float) -> None:
        if duration_ms > 0:
            await super().sleep(duration_ms)


@dataclass
class Stage:
    clock: SteppedClock
    model: GroqModel
    agent: Agent
    groq: GroqState
    url: str
    alerts: list[tuple[str, str]]
    calls: list[CallRecord]
    answers: dict[str, list[AgentAnswer]] = field(default_factory=dict)
    given_back: int = 0

    def request(self, user: str = "hash", text: str = "vcs abrem sabado?") -> AgentRequest:
        return AgentRequest(user, text, GREETED, NOW)

    async def turn(self, user: str, times: int = 1) -> None:
        """A patient's turns, one after the other, each asked as the runner asks: what may be retried comes back."""
        for _ in range(times):
            while True:
                try:
                    answer = await self.agent.answer(self.request(user))
                    break
                except (ProviderBusy, ProviderDown) as exc:
                    self.given_back += 1
                    wait_s = exc.retry_after_s or 0
                    await self.clock.sleep(max(250.0, wait_s * 1000))
            self.answers.setdefault(user, []).append(answer)

    async def step(self, ms: int) -> None:
        """Move time on, and let everything happen that is due."""
        self.clock.advance(ms)
        for _ in range(3):  # who was woken sends; who was answered goes on
            await asyncio.sleep(0.001)
            await until(lambda: self.groq.running == 0)

    @property
    def outcomes(self) -> list[Outcome]:
        return [call.outcome for call in self.calls]

    @property
    def statuses(self) -> list[int | None]:
        return [logged.status for logged in self.groq.requests]


@asynccontextmanager
async def stage(
    *,
    plan: Plan | None = None,
    brain: Brain | None = None,
    models: Sequence[str] = (BIG, SMALL),
    max_tokens: int = 900,
    key: str = "gsk_test",
    tools: Sequence[Tool] = (),
    booking: Booking | None = None,
) -> AsyncIterator[Stage]:
    clock = SteppedClock()
    app = build_groq(clock=clock, api_key="gsk_test", brain=brain or Scripted(["Abrimos às 8h."]), plan=plan)
    state = groq_state(app)
    state.latency_s = state.per_token_s = 0
    alerts: list[tuple[str, str]] = []
    calls: list[CallRecord] = []
    async with serving(app) as base_url:
        model = GroqModel(
            key,
            base_url=base_url,
            models=models,
            max_tokens=max_tokens,
            clock=clock,
            alert=lambda kind, text: alerts.append((kind, text)),
            called=calls.append,
        )
        agent = Agent(
            model, example_clinic(), max_steps=5, timeout_s=90, clock=clock, tools=tools, booking=booking
        )
        try:
            yield Stage(clock, model, agent, state, base_url, alerts, calls)
        finally:
            await model.close()
