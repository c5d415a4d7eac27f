"""The clinic's hook over real HTTP: what it gets, and that its faults stay its own."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from clinic_bot.clock import Clock
from clinic_bot.operations.alert_hook import Hook
from clinic_bot.operations.alerts import Alert
from clinic_bot.operations.metrics import Metrics
from clinic_bot.sandbox.serving import Cut, Hang, serving
from tests.operations.test_alerts import total

PATH = "/services/T00/B00/a-secret-in-the-path"
ALERT = Alert("turn_dead", "Uma conversa ficou sem resposta.", 1_790_000_000_123, 4)


@dataclass
class Receiver:
    """The clinic's side: answers as told, the last answer for ever."""

    answers: list[Response | int] = field(default_factory=lambda: [200])
    got: list[dict[str, Any]] = field(default_factory=list)

    async def __call__(self, request: Request) -> Response:
        self.got.append(await request.json())
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return Response(status_code=answer) if isinstance(answer, int) else answer


@asynccontextmanager
async def hook_to(
    receiver: Receiver, metrics: Metrics, *, deadline_s: float = 5
) -> AsyncIterator[tuple[Hook, str]]:
    async def receive(request: Request) -> Response:
        return await receiver(request)

    app = Starlette(routes=[Route(PATH, receive, methods=["POST"])])
    async with serving(app) as url:
        hook = Hook(url + PATH, "3D01", Clock(0, rate=1_000), metrics, deadline_s=deadline_s)
        yield hook, url
        await hook.close()


def outcomes(metrics: Metrics) -> tuple[float, float]:
    return (
        total(metrics, "alert_deliveries_total", channel="hook", outcome="delivered"),
        total(metrics, "alert_deliveries_total", channel="hook", outcome="failed"),
    )


async def test_the_hook_gets_what_is_documented() -> None:
    receiver, metrics = Receiver([204]), Metrics()
    async with hook_to(receiver, metrics) as (hook, _):
        await hook.deliver(ALERT)
    assert receiver.got == [
        {
            "kind": "turn_dead",
            "text": "Uma conversa ficou sem resposta.",
            "at": "2026-09-21T14:13:20.123Z",
            "instance": "3D01",
            "suppressed": 4,
        }
    ]
    assert outcomes(metrics) == (1, 0)


async def test_a_fault_that_passes_is_tried_again() -> None:
    receiver, metrics = Receiver([503, Cut(), 429, 200]), Metrics()
    async with hook_to(receiver, metrics) as (hook, _):
        await hook.deliver(ALERT)
    assert len(receiver.got) == 4
    assert outcomes(metrics) == (1, 0)


async def test_a_definite_no_is_not_repeated() -> None:
    receiver, metrics = Receiver([404]), Metrics()
    async with hook_to(receiver, metrics) as (hook, _):
        await hook.deliver(ALERT)
    assert len(receiver.got) == 1
    assert outcomes(metrics) == (0, 1)


async def test_a_redirect_is_not_followed() -> None:
    receiver = Receiver([Response(status_code=307, headers={"location": "http://127.0.0.1:1/"})])
    metrics = Metrics()
    async with hook_to(receiver, metrics) as (hook, _):
        await hook.deliver(ALERT)
    assert outcomes(metrics) == (0, 1)


async def test_a_hook_that_hangs_is_given_up_within_its_deadline() -> None:
    receiver, metrics = Receiver([Hang()]), Metrics()
    async with hook_to(receiver, metrics, deadline_s=0.05) as (hook, _), asyncio.timeout(10):
        await hook.deliver(ALERT)
    assert len(receiver.got) == 4
    assert outcomes(metrics) == (0, 1)


async def test_a_failing_hook_is_logged_once_and_without_its_address(written_log: io.StringIO) -> None:
    receiver, metrics = Receiver([500]), Metrics()
    async with hook_to(receiver, metrics) as (hook, url):
        for _ in range(3):
            await hook.deliver(ALERT)
        receiver.answers = [200]
        await hook.deliver(ALERT)
    logged = written_log.getvalue()
    assert logged.count("alert hook fails") == 1
    assert logged.count("alert hook works again") == 1
    assert url not in logged
    assert "a-secret-in-the-path" not in logged
    assert outcomes(metrics) == (1, 3)


async def test_a_hook_that_nobody_serves_fails_quietly() -> None:
    metrics = Metrics()
    hook = Hook("http://127.0.0.1:1/", "3D01", Clock(0, rate=1_000), metrics)
    await hook.deliver(ALERT)
    await hook.close()
    assert outcomes(metrics) == (0, 1)
