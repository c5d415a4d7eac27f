"""Clients of the stand-in, and of servers that answer whatever the reference has seen."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from clinic_bot.clock import Clock
from clinic_bot.errors import ClinicBotError
from clinic_bot.reply.zapi import ZapiClient
from clinic_bot.sandbox.serving import serving
from clinic_bot.sandbox.zapi import build_zapi, zapi_state
from clinic_bot.sandbox.zapi_state import ZapiState

INSTANCE = "3D000000000000000000000000000001"
TOKEN = "A1B2C3D4E5F60718293A4B5C"
CLIENT_TOKEN = "F0000000000000000000000000000000S1"
PHONE = "5511900000001"
TEXT = "Abrimos das 8h às 12h no sábado."


@asynccontextmanager
async def client_of(base_url: str, *, timeout_s: float = 5) -> AsyncIterator[ZapiClient]:
    client = ZapiClient(base_url, INSTANCE, TOKEN, CLIENT_TOKEN, timeout_s, Clock())
    try:
        yield client
    finally:
        await client.close()


@asynccontextmanager
async def stand_in(*, timeout_s: float = 5) -> AsyncIterator[tuple[ZapiClient, ZapiState]]:
    clock = Clock()
    app = build_zapi(
        clock=clock, instance_id=INSTANCE, token=TOKEN, client_token=CLIENT_TOKEN, spacing_s=(60, 60)
    )
    async with serving(app) as base_url, client_of(base_url, timeout_s=timeout_s) as client:
        yield client, zapi_state(app)


@dataclass
class Scripted:
    """A server that gives one answer to everything and remembers what it was asked."""

    status: int
    body: object
    asked: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)

    async def answer(self, request: Request) -> Response:
        body = await request.json() if await request.body() else {}
        self.asked.append((request.method, request.url.path, body))
        if isinstance(self.body, str):
            return Response(self.body, self.status, media_type="text/html")
        return JSONResponse(self.body, self.status)

    def app(self) -> Starlette:
        methods = ["GET", "POST", "PUT", "DELETE"]
        return Starlette(routes=[Route("/{path:path}", self.answer, methods=methods)])


def assert_discreet(exc: ClinicBotError) -> None:
    """Neither the token, the security token, the phone nor the text stands in the error."""
    for secret in (TOKEN, CLIENT_TOKEN, PHONE, TEXT, "http://", "instances"):
        assert secret not in str(exc)
