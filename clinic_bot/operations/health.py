"""Is it alive, may it get traffic, what does it count: for supervisors, balancers and operators.

``/health/live`` answers anybody. The other two tell about the clinic, so beyond loopback they want a token.
"""

import asyncio
import hmac
import ipaddress
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from clinic_bot.operations.metrics import CONTENT_TYPE, Metrics
from clinic_bot.settings import Mode

#: A request with one of these went through a proxy, so the peer's address says nothing about who asks.
FORWARDING_HEADERS = ("forwarded", "x-forwarded-for", "x-real-ip", "x-forwarded-host", "via")

#: A database that does not answer for this long counts as one that cannot be written.
PROBE_TIMEOUT_S = 3.0

_Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Readiness:
    """What the process knows about itself and its neighbours. Only the first two decide about traffic."""

    database_writable: bool
    draining: bool
    groq: str  #: one word: ``ok``, ``busy``, ``down``, ``refused``, ``unknown`` before the first call
    zapi: str  #: likewise, of the last send
    stuck_conversations: int  #: rule 9; anything but 0 is a fault of ours
    uncertain_sends: int
    dead_turns: int = 0  #: set aside, until an operator retries or discards them
    stopped_by: tuple[str, ...] = ()  #: the switches that keep every answer from leaving


class HealthProbe(Protocol):
    async def readiness(self) -> Readiness:
        """Ask the database for a write and the rest from memory. May raise: then it is not ready."""
        ...


def health_routes(probe: HealthProbe, metrics: Metrics, *, token: str | None, mode: Mode) -> list[Route]:
    async def live(_request: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def ready(_request: Request) -> Response:
        try:
            async with asyncio.timeout(PROBE_TIMEOUT_S):
                known = await probe.readiness()
        except Exception:  # whatever it is, the answer is 503, and the one who failed logs it
            known = None
        body = _unknown(mode) if known is None else _body(known, mode)
        return JSONResponse(body, status_code=200 if body["status"] == "ready" else 503)

    async def figures(_request: Request) -> Response:
        return Response(metrics.render(), media_type=CONTENT_TYPE)

    return [
        Route("/health/live", live),
        Route("/health/ready", _guarded(ready, token)),
        Route("/metrics", _guarded(figures, token)),
    ]


def is_from_loopback(request: Request) -> bool:
    """Whether the one who asks sits on this machine, as far as the request can prove it."""
    if request.client is None or any(name in request.headers for name in FORWARDING_HEADERS):
        return False
    try:
        address = ipaddress.ip_address(request.client.host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _guarded(endpoint: _Endpoint, token: str | None) -> _Endpoint:
    async def answer(request: Request) -> Response:
        if not is_from_loopback(request):
            if token is None:
                error = "open from this machine only: set CLINIC_BOT_HEALTH_TOKEN to allow others"
                return JSONResponse({"error": error}, status_code=403)
            given = request.headers.get("authorization", "")
            if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
                return JSONResponse(
                    {"error": "wants Authorization: Bearer and the health token"},
                    status_code=401,
                    headers={"WWW-Authenticate": "Bearer"},
                )
        return await endpoint(request)

    return answer


def _body(known: Readiness, mode: Mode) -> dict[str, object]:
    status = "draining" if known.draining else "ready" if known.database_writable else "not ready"
    return {
        "status": status,
        "mode": mode.value,
        "database": "ok" if known.database_writable else "cannot be written",
        "draining": known.draining,
        "groq": known.groq,
        "zapi": known.zapi,
        "rule_9": known.stuck_conversations,
        "uncertain_sends": known.uncertain_sends,
        "dead_turns": known.dead_turns,
        "stopped_by": list(known.stopped_by),
    }


def _unknown(mode: Mode) -> dict[str, object]:
    return {"status": "not ready", "mode": mode.value, "database": "does not answer"}
