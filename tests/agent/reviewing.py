"""An agent whose replies are read by a reviewer, against Groq's stand-in over real HTTP."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from clinic_bot.agent.answer import AgentAnswer, AgentRequest
from clinic_bot.agent.groq import GroqModel
from clinic_bot.agent.loop import Agent
from clinic_bot.agent.review import Found
from clinic_bot.agent.reviewer import Reviewer
from clinic_bot.clinic.facts import ClinicFacts, example_clinic
from clinic_bot.clock import Clock
from clinic_bot.events import Said, Speaker
from clinic_bot.sandbox.groq import build_groq, groq_state
from clinic_bot.sandbox.groq_limits import Plan
from clinic_bot.sandbox.groq_state import GroqState, Logged
from clinic_bot.sandbox.receptionist import Brain, BrainTurn, Scripted
from clinic_bot.sandbox.serving import serving

BIG, SMALL, READER = "openai/gpt-oss-120b", "openai/gpt-oss-20b", "openai/gpt-oss-safeguard-20b"
GREETED = (Said(Speaker.BOT, "Olá! Sou a Bia, assistente virtual.", 0),)


@dataclass
class Desk:
    agent: Agent
    model: GroqModel
    groq: GroqState
    brain: Brain
    alerts: list[tuple[str, str]] = field(default_factory=list)

    async def answer(self, text: str = "tem estacionamento?") -> tuple[AgentAnswer, list[Found]]:
        """The answer, and what the reviewer found."""
        request = self.request(text)
        return await self.agent.answer(request), request.reviews

    def request(
        self, text: str = "tem estacionamento?", now: str = "2026-10-06T10:12:00-03:00"
    ) -> AgentRequest:
        return AgentRequest("hash", text, GREETED, datetime.fromisoformat(now))

    def fault(self, **fault: Any) -> None:
        self.groq.add_fault(fault)

    @property
    def reviews(self) -> list[Logged]:
        return [one for one in self.groq.requests if one.operation == "review"]


@asynccontextmanager
async def desk(
    *says: BrainTurn | str,
    reader: str | None = READER,
    models: Sequence[str] = (BIG, SMALL),
    facts: ClinicFacts | None = None,
    brain: Brain | None = None,
    plan: Plan | None = None,
    timeout_s: float = 30,
) -> AsyncIterator[Desk]:
    clock, facts = Clock(), facts or example_clinic()
    brain = brain or Scripted(says or ("Sim, temos estacionamento.",))
    app = build_groq(clock=clock, api_key="gsk_test", brain=brain, plan=plan)
    state = groq_state(app)
    state.latency_s = state.per_token_s = 0
    alerts: list[tuple[str, str]] = []
    async with serving(app) as url:
        model = GroqModel(
            "gsk_test",
            base_url=url,
            models=models,
            max_tokens=900,
            clock=clock,
            alert=lambda kind, text: alerts.append((kind, text)),
            reviewer=reader,
        )
        reviewer = Reviewer(reader, facts, books=False, clock=clock) if reader else None
        agent = Agent(model, facts, max_steps=5, timeout_s=timeout_s, clock=clock, reviewer=reviewer)
        try:
            yield Desk(agent, model, state, brain, alerts)
        finally:
            await model.close()
