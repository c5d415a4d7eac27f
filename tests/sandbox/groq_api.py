"""A served Groq, a client that knows its way, and the recorded answers to compare with."""

import json
from pathlib import Path
from typing import Any

import httpx

from clinic_bot.sandbox.groq_state import GroqState
from clinic_bot.sandbox.receptionist import Brain, BrainCall, BrainTurn, Receptionist, Scripted

KEY = "gsk_test"
MODEL = "openai/gpt-oss-120b"
SAMPLES: dict[str, Any] = json.loads(
    (Path(__file__).parent.parent / "data" / "groq-samples.json").read_text(encoding="utf-8")
)
TOOL = {
    "type": "function",
    "function": {
        "name": "consultar_informacoes",
        "description": "Consulta a ficha.",
        "parameters": {
            "type": "object",
            "properties": {"assunto": {"type": "string"}},
            "required": ["assunto"],
            "additionalProperties": False,
        },
    },
}
CALL = BrainTurn(tool_call=BrainCall("consultar_informacoes", {"assunto": "horário"}))


class Switch:
    """A brain that tests exchange."""

    def __init__(self) -> None:
        self.brain: Brain = Receptionist()

    def reply(self, request: Any) -> BrainTurn:
        return self.brain.reply(request)


class Api:
    def __init__(self, state: GroqState, base: str, http: httpx.AsyncClient, switch: Switch) -> None:
        self.state, self.base, self.http, self.switch = state, base, http, switch

    def says(self, *turns: BrainTurn | str) -> None:
        self.switch.brain = Scripted(turns)

    async def post(self, body: Any, *, path: str = "chat/completions", key: str = KEY) -> httpx.Response:
        headers = {"Authorization": f"Bearer {key}"}
        return await self.http.post(f"{self.base}/openai/v1/{path}", json=body, headers=headers)

    async def chat(self, text: str = "oi", **fields: Any) -> httpx.Response:
        body = {"model": MODEL, "messages": [{"role": "user", "content": text}], **fields}
        return await self.post(body)

    async def fault(self, **description: Any) -> None:
        answer = await self.http.post(f"{self.base}/control/faults", json=description)
        assert answer.status_code == 200, answer.text


def shape(value: Any, *, at: str = "") -> set[str]:
    """The paths of all keys, lists taken as one element."""
    if isinstance(value, dict):
        below = (shape(inner, at=f"{at}.{key}") for key, inner in value.items())
        return {f"{at}.{key}" for key in value}.union(*below)
    if isinstance(value, list):
        return set[str]().union(*(shape(inner, at=f"{at}[]") for inner in value))
    return set()
