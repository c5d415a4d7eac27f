"""The stand-in as a reviewer: asked and told over HTTP, it answers as Groq does where JSON is asked for."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from clinic_bot.agent import review
from clinic_bot.agent.guards.objections import Situation
from clinic_bot.agent.json_format import response_format
from clinic_bot.clinic.facts import example_clinic
from clinic_bot.clock import Clock
from clinic_bot.sandbox.groq import build_groq
from clinic_bot.sandbox.serving import serving

KEY, MODEL = "gsk_test", "openai/gpt-oss-20b"
DESK = review.Desk(example_clinic(), books=True)


@dataclass
class Groq:
    base: str
    http: httpx.AsyncClient

    async def fault(self, **fault: Any) -> None:
        answer = await self.http.post(f"{self.base}/control/faults", json=fault)
        assert answer.status_code == 200, answer.text

    async def ask(self, reply: str, *results: str, said: str = "oi") -> httpx.Response:
        form = review.form(MODEL)
        body = {
            "model": MODEL,
            "messages": DESK.messages(reply, Situation((), False, results, [said])),
            "response_format": response_format(MODEL, form.name, form.schema),
            "max_completion_tokens": form.max_tokens,
            "temperature": 0,
        }
        headers = {"Authorization": f"Bearer {KEY}"}
        return await self.http.post(f"{self.base}/openai/v1/chat/completions", json=body, headers=headers)

    async def verdict(self, reply: str, *results: str, said: str = "oi") -> tuple[bool, str]:
        answer = await self.ask(reply, *results, said=said)
        assert answer.status_code == 200, answer.text
        found = json.loads(answer.json()["choices"][0]["message"]["content"])
        return found["sendable"], found["problem"]


@pytest.fixture
async def groq(clock: Clock, http: httpx.AsyncClient) -> AsyncIterator[Groq]:
    async with serving(build_groq(clock=clock, api_key=KEY)) as base:
        yield Groq(base, http)


async def test_figures_have_to_stand_in_what_came_with_the_reply(groq: Groq) -> None:
    assert await groq.verdict("Olá! Como posso ajudar?") == (True, "")
    assert await groq.verdict("Tem às 16h40.", "Livres: terça 06/10: 16h40") == (True, "")
    assert await groq.verdict("Tem às 16h40.") == (False, "ninguém informou 16")
    assert await groq.verdict("Anotei: 16h40.", said="pode ser 16h40?") == (True, "")


async def test_it_answers_as_groq_does_and_is_no_brain_s_turn(groq: Groq) -> None:
    answer = await groq.ask("Olá!")
    usage = answer.json()["usage"]
    assert usage["prompt_tokens"] > 1_000
    assert 0 < usage["completion_tokens"] < 60
    assert "x-ratelimit-remaining-tokens" in answer.headers
    log = (await groq.http.get(f"{groq.base}/control/requests")).json()
    assert [one["operation"] for one in log] == ["review"]


async def test_it_objects_as_it_is_told_once_or_always(groq: Groq) -> None:
    await groq.fault(kind="objects", to="manobrista", problem="não há", count=1)
    assert await groq.verdict("Temos vaga.") == (True, ""), "of another reply it says nothing"
    assert await groq.verdict("Temos manobrista.") == (False, "não há")
    assert await groq.verdict("Temos manobrista.") == (True, "")
    await groq.fault(kind="objects", to="vaga")
    for _ in range(3):
        assert not (await groq.verdict("Temos vaga."))[0]


async def test_what_is_no_json_is_refused_as_groq_refuses_it(groq: Groq) -> None:
    await groq.fault(kind="babbles", text="Tudo certo!", count=1)
    answer = await groq.ask("Olá!")
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["code"], error["failed_generation"]) == ("json_validate_failed", "Tudo certo!")
    await groq.fault(kind="babbles", text='{"ok": 1}', count=1)
    assert (await groq.ask("Olá!")).json()["choices"][0]["message"]["content"] == '{"ok": 1}'


async def test_a_fault_may_be_for_reviews_alone(groq: Groq) -> None:
    await groq.fault(kind="status", name="over_capacity_503", operation="review")
    assert (await groq.ask("Olá!")).status_code == 503
    body = {"model": MODEL, "messages": [{"role": "user", "content": "oi"}]}
    headers = {"Authorization": f"Bearer {KEY}"}
    chat = await groq.http.post(f"{groq.base}/openai/v1/chat/completions", json=body, headers=headers)
    assert chat.status_code == 200
