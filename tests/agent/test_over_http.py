"""The whole agent against the Groq stand-in: loop, client, tools and facts, over HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from clinic_bot.agent.answer import AgentRequest
from clinic_bot.agent.groq import GroqModel
from clinic_bot.agent.loop import Agent
from clinic_bot.agent.tools import HAND_OVER, LOOK_UP
from clinic_bot.clinic.facts import ClinicFacts, example_clinic, load_clinic
from clinic_bot.clock import Clock
from clinic_bot.errors import AccountRefused, ProviderBusy, ProviderDown
from clinic_bot.events import Said, Speaker
from clinic_bot.sandbox.groq import build_groq, groq_state
from clinic_bot.sandbox.groq_limits import FREE, Plan
from clinic_bot.sandbox.groq_state import GroqState
from clinic_bot.sandbox.receptionist import Brain, BrainCall, BrainTurn, Scripted
from clinic_bot.sandbox.serving import serving

DATA = Path(__file__).parent.parent / "data"
MODELS = ("openai/gpt-oss-120b", "openai/gpt-oss-20b")
GREETED = (Said(Speaker.BOT, "Olá! Sou a Bia, assistente virtual.", 0),)


@asynccontextmanager
async def agent_with(
    *,
    facts: ClinicFacts | None = None,
    brain: Brain | None = None,
    plan: Plan | None = None,
    key: str = "gsk_test",
    models: Sequence[str] = MODELS,
    timeout_s: float = 30,
    latency_s: float = 0,
) -> AsyncIterator[tuple[Agent, GroqState]]:
    clock = Clock()
    app = build_groq(clock=clock, api_key="gsk_test", brain=brain, plan=plan)
    state = groq_state(app)
    state.latency_s, state.per_token_s = latency_s, 0
    async with serving(app) as base_url:
        model = GroqModel(key, base_url=base_url, models=models, max_tokens=900, clock=clock)
        agent = Agent(model, facts or example_clinic(), max_steps=5, timeout_s=timeout_s, clock=clock)
        try:
            yield agent, state
        finally:
            await model.close()


def request(
    text: str, *, now: str = "2026-10-06T10:12:00-03:00", history: Sequence[Said] = GREETED
) -> AgentRequest:
    return AgentRequest("hash", text, history, datetime.fromisoformat(now))


async def test_a_question_is_looked_up_and_answered() -> None:
    async with agent_with() as (agent, _):
        answer = await agent.answer(request("oi\nbom diaa\ntem estacionamento?"))
    assert "R$ 12" in answer.text
    assert [step.tool for step in answer.steps] == [LOOK_UP]
    assert answer.calls == 2
    assert answer.model == MODELS[0]
    assert answer.hand_over is None


async def test_asking_for_a_person_hands_over() -> None:
    async with agent_with() as (agent, _):
        answer = await agent.answer(request("quero falar com uma pessoa\né sobre a nota fiscal"))
    assert answer.hand_over
    assert [step.tool for step in answer.steps] == [HAND_OVER]
    assert "recepção" in answer.text


def scenario_turns() -> list[tuple[str, str, str]]:
    turns = []
    for line in (DATA / "scenarios.jsonl").read_text(encoding="utf-8").splitlines():
        scenario: dict[str, Any] = json.loads(line)
        for number, phase in enumerate(scenario["phases"]):
            text = "\n".join(event["text"] for event in phase["events"] if event["type"] == "text")
            if text:
                turns.append((f"{scenario['id']}-{number}", scenario["now"], text))
    return turns


async def test_every_recorded_turn_gets_one_answer_and_no_request_is_refused() -> None:
    turns = scenario_turns()
    assert len(turns) > 20
    async with agent_with(facts=load_clinic(DATA / "clinic_fixture.json")) as (agent, state):
        for name, now, text in turns:
            answer = await agent.answer(request(text, now=now))
            assert 0 < len(answer.text) <= 1500, name
            assert answer.prompt_tokens / answer.calls + 900 <= 3_500, name
            assert not any(tool in answer.text for tool in (LOOK_UP, HAND_OVER)), name
        assert {logged.status for logged in state.requests} == {200}


async def test_a_call_that_the_provider_refuses_is_repaired() -> None:
    script = Scripted(
        [
            BrainTurn(tool_call=BrainCall(LOOK_UP, {"topico": "preço"})),
            BrainTurn(tool_call=BrainCall("listFiles", {})),
            BrainTurn(tool_call=BrainCall(LOOK_UP, {"assunto": "preço"})),
            "A consulta de cardiologia custa R$ 390.",
        ]
    )
    async with agent_with(brain=script) as (agent, _):
        answer = await agent.answer(request("quanto é a cardio?"))
    assert answer.text == "A consulta de cardiologia custa R$ 390."
    assert [step.tool for step in answer.steps] == [LOOK_UP]
    assert answer.calls == 4


async def test_what_the_free_plan_does_not_carry_at_once_is_told_to_wait() -> None:
    async with agent_with(brain=Scripted(["Abrimos às 8h."]), plan=FREE, latency_s=0.2) as (agent, state):
        turns = (agent.answer(request("vcs abrem sabado?")) for _ in range(4))
        outcomes = await asyncio.gather(*turns, return_exceptions=True)
    busy = [outcome for outcome in outcomes if isinstance(outcome, ProviderBusy)]
    assert len(busy) == 1  # three reserve at most 3,500 each, and together less than 8,000
    assert 0 < busy[0].retry_after_s <= 60
    assert sorted(logged.status or 0 for logged in state.requests) == [200, 200, 200, 429]


async def test_a_wrong_key_is_the_operator_s_matter() -> None:
    async with agent_with(key="gsk_other") as (agent, _):
        with pytest.raises(AccountRefused):
            await agent.answer(request("oi"))


async def test_a_retired_model_gives_way_to_the_next() -> None:
    async with agent_with(models=("llama-3.3-70b-versatile", MODELS[1])) as (agent, _):
        assert (await agent.answer(request("oi"))).model == MODELS[1]


async def test_a_turn_that_takes_too_long_may_be_asked_again() -> None:
    async with agent_with(timeout_s=0.2) as (agent, state):
        state.faults.add({"kind": "slow", "seconds": 5, "count": 1})
        with pytest.raises(ProviderDown):
            await agent.answer(request("oi"))
        assert (await agent.answer(request("oi"))).text
