"""A stand-in for Z-API, over HTTP: the app, and the gate that every call of the clinic's comes through.

The gate finds the operation (``zapi_operations.py``), asks whether the caller may use it, and lets the faults strike.
The patients behind it are played by ``zapi_control.py``.

Statuses, bodies and delays follow the public documentation and captures. Where nothing is published, this is
the guess: a text or a delay out of range, a full queue and a send while queueing is off are refused with 400;
401, 405, 415 and 429 carry a body like the documented ones; the count of the queue is ``{"count": n}``; deleting
from the queue answers ``{"value": true}``, or 404 for a message that is not there any more; a lapsed subscription
shows in ``/me`` as a ``due`` in the past.
"""

import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from clinic_bot.clock import Clock
from clinic_bot.events import Json
from clinic_bot.sandbox.faults import Fault
from clinic_bot.sandbox.files import file_routes
from clinic_bot.sandbox.payloads import Line
from clinic_bot.sandbox.serving import Cut, Hang
from clinic_bot.sandbox.zapi_control import control_routes
from clinic_bot.sandbox.zapi_operations import Operation, operations
from clinic_bot.sandbox.zapi_refusals import REFUSALS, Refusal, no_such_path
from clinic_bot.sandbox.zapi_state import Call, ZapiState


def build_zapi(
    *,
    clock: Clock,
    instance_id: str,
    token: str,
    client_token: str | None,
    webhook_url: str | None = None,
    seed: int = 0,
    connected_phone: str = "551140000001",
    spacing_s: tuple[float, float] = (1.0, 3.0),
) -> Starlette:
    """The stand-in as an app; serve it with its lifespan, which works the queue. ``zapi_state`` looks inside.

    Args:
        client_token: what ``Client-Token`` must say; None leaves the account's token inactive.
        webhook_url: where every event goes; it can be set later, by PUT or ``state.webhooks.set_all``.
        seed: same seed, same ids and same waits.
        spacing_s: shortest and longest wait before a message leaves the queue.
    """
    state = ZapiState(
        clock,
        Line(instance_id, connected_phone),
        token=token,
        client_token=client_token,
        webhook_url=webhook_url,
        seed=seed,
        spacing_s=spacing_s,
    )

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with state.running():
            yield

    files = file_routes(state.files, state.faults, clock)
    app = Starlette(routes=[*control_routes(state), *files, _Gate(state)], lifespan=lifespan)
    app.state.zapi = state
    return app


def zapi_state(app: Starlette) -> ZapiState:
    """The state behind an app made by ``build_zapi``."""
    state = app.state.zapi
    assert isinstance(state, ZapiState)
    return state


class _Gate(BaseRoute):
    """Everything under /instances, and every path nobody knows: an unknown path and a wrong instance answer
    alike, so this matches all that is left."""

    def __init__(self, state: ZapiState) -> None:
        self._state = state

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        return (Match.FULL if scope["type"] == "http" else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await _answer(self._state, Request(scope, receive))
        await response(scope, receive, send)


async def _answer(state: ZapiState, request: Request) -> Response:
    operation, rest = "", ""
    parts = request.url.path.strip("/").split("/")
    if len(parts) >= 5 and parts[0] == "instances" and parts[2] == "token":
        operation, rest = parts[4], "/".join(parts[5:])
    response = _fallen_silent(state, operation, "before")
    phone = ""
    if response is None:
        await request.body()  # so that a caller who gives up during a slow answer has said everything
        if (slow := state.faults.take("slow", operation=operation)) is not None:
            await state.clock.sleep(slow.number("seconds", 5.0) * 1000)
        try:
            handler = _find(state, request, parts, operation, rest)
            body = await _read_body(request)
            phone = str(body.get("phone", ""))
            response = _refused(state, operation, phone) or await handler(state, request, body)
            response = _fallen_silent(state, operation, "after") or response
        except Refusal as refusal:
            response = refusal.response
    status = None if isinstance(response, Cut | Hang) else response.status_code
    state.calls.append(Call(operation, phone, status, state.clock.now_ms()))
    return response


def _fallen_silent(state: ZapiState, operation: str, when: str) -> Response | None:
    """``before``: no byte of the request was read, nothing is queued. ``after``: it is, and the caller cannot know."""
    for kind, silent in (("cut", Cut), ("hang", Hang)):
        if state.faults.take(kind, operation=operation, when=when) is not None:
            return silent()
    return None


def _refused(state: ZapiState, operation: str, phone: str) -> Response | None:
    fault = state.faults.take("refuse", operation=operation, phone=phone)
    if fault is not None:
        status, body = REFUSALS.get(fault.text("named"), REFUSALS["invalid_phone"])
        return _as_told(fault, status, body)
    fault = state.faults.take("fail", operation=operation, phone=phone)
    if fault is not None:
        return _as_told(fault, 500, {"error": "Internal Server Error"})
    return None


def _as_told(fault: Fault, status: int, body: Json) -> Response:
    body = fault.options.get("body", body)
    status = int(fault.number("status", status))
    if isinstance(body, str):
        return Response(body, status_code=status, media_type="text/html")
    return JSONResponse(body, status_code=status)


def _find(state: ZapiState, request: Request, parts: list[str], operation: str, rest: str) -> Operation:
    """The operation behind method and path, once the caller may use it. Routing comes before the token, as in
    the service: a wrong method tells nothing about who asks."""
    methods = operations(operation, bool(rest))
    if not methods or parts[1] != state.line.instance_id or not _same(parts[3], state.token):
        raise no_such_path()
    handler = methods.get(request.method)
    if handler is None:
        raise Refusal(405, "METHOD_NOT_ALLOWED", "RESTEASY003650: No resource method found, return 405")
    if request.method in ("POST", "PUT"):
        content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if content_type != "application/json":
            raise Refusal(415, "UNSUPPORTED_MEDIA_TYPE", "Cannot consume content type")
    if state.client_token is not None:
        given = request.headers.get("client-token")
        if not given:
            raise Refusal(400, "your client-token is not configured")
        if not _same(given, state.client_token):
            raise Refusal(403, f"Client-Token {given} not allowed")
    return handler


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())


async def _read_body(request: Request) -> dict[str, Json]:
    raw = await request.body()
    if not raw:
        return {}
    try:
        body = json.loads(raw)
    except ValueError:
        raise Refusal(400, "Invalid JSON") from None
    if not isinstance(body, dict):
        raise Refusal(400, "Invalid JSON")
    return body
