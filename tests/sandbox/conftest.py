"""The stand-ins, served, on a clock that runs fifty times as fast."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from clinic_bot.clock import Clock
from clinic_bot.sandbox.groq import build_groq, groq_state
from clinic_bot.sandbox.serving import serving
from clinic_bot.sandbox.zapi import build_zapi, zapi_state
from clinic_bot.sandbox.zapi_state import ZapiState

from .groq_api import KEY, Api, Switch

INSTANCE = "3D000000000000000000000000000001"
TOKEN = "A" * 24
CLIENT_TOKEN = "F" + "0" * 31 + "SX"
PHONE = "5511900000001"
DEADLINE_S = 20.0


async def until(done: Callable[[], bool]) -> None:
    """Poll until it holds, or fail."""
    async with asyncio.timeout(DEADLINE_S):
        while not done():  # noqa: ASYNC110  # the event to wait for lies in a server
            await asyncio.sleep(0.005)


@dataclass
class Capture:
    """The clinic's webhook: keeps what arrives, and answers with ``status``."""

    url: str = ""
    status: int = 200
    headers: list[dict[str, str]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)

    async def receive(self, request: Request) -> Response:
        self.headers.append(dict(request.headers))
        self.events.append(await request.json())
        return JSONResponse({"status": "queued"}, status_code=self.status)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == kind]


@dataclass
class Zapi:
    """A served Z-API and a client that knows its way."""

    state: ZapiState
    base: str
    http: httpx.AsyncClient

    @property
    def path(self) -> str:
        return f"{self.base}/instances/{INSTANCE}/token/{TOKEN}"

    async def call(self, method: str, operation: str, body: Any = None, **headers: str) -> httpx.Response:
        given = {"Client-Token": CLIENT_TOKEN, **headers}
        return await self.http.request(method, f"{self.path}/{operation}", json=body, headers=given)

    async def send(self, message: str = "oi", phone: str = PHONE, **fields: Any) -> httpx.Response:
        return await self.call("POST", "send-text", {"phone": phone, "message": message, **fields})

    async def fault(self, **description: Any) -> httpx.Response:
        return await self.http.post(f"{self.base}/control/faults", json=description)

    async def patient(self, **body: Any) -> dict[str, Any]:
        answer = await self.http.post(f"{self.base}/control/patient", json={"phone": PHONE, **body})
        assert answer.status_code == 200, answer.text
        result: dict[str, Any] = answer.json()
        return result


@pytest.fixture
def clock() -> Clock:
    return Clock(start_ms=1_790_000_000_000, rate=50)


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=DEADLINE_S) as client:
        yield client


@pytest.fixture
async def capture() -> AsyncIterator[Capture]:
    capture = Capture()
    async with serving(Starlette(routes=[Route("/hook", capture.receive, methods=["POST"])])) as base:
        capture.url = f"{base}/hook"
        yield capture


@pytest.fixture
async def zapi(clock: Clock, http: httpx.AsyncClient, capture: Capture) -> AsyncIterator[Zapi]:
    app = build_zapi(
        clock=clock, instance_id=INSTANCE, token=TOKEN, client_token=CLIENT_TOKEN, webhook_url=capture.url
    )
    async with serving(app) as base:
        yield Zapi(zapi_state(app), base, http)


@pytest.fixture
async def api(clock: Clock, http: httpx.AsyncClient) -> AsyncIterator[Api]:
    switch = Switch()
    app = build_groq(clock=clock, api_key=KEY, brain=switch)
    async with serving(app) as base:
        yield Api(groq_state(app), base, http, switch)
