"""What every room stands on: built first, and given to whoever builds a room."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass

from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clock import Clock
from clinic_bot.operations.alerts import Alerts
from clinic_bot.operations.metrics import Metrics
from clinic_bot.operations.neighbours import Neighbours
from clinic_bot.settings import Settings
from clinic_bot.store.database import Database
from clinic_bot.store.leases import Leases
from clinic_bot.store.policy import Policy


@dataclass(frozen=True, slots=True)
class Credentials:
    """Where the providers are and how to speak to them: the account's, or the stand-ins'."""

    groq_url: str
    groq_key: str
    zapi_url: str
    zapi_instance: str
    zapi_token: str
    zapi_client_token: str | None
    webhook_secret: str | None


class Ending:
    """What ends with the service, the last that was begun first."""

    def __init__(self) -> None:
        self._stack = AsyncExitStack()

    def at_the_end(self, close: Callable[[], Awaitable[object]]) -> None:
        self._stack.push_async_callback(close)

    async def enter(self, context: contextlib.AbstractAsyncContextManager[Database]) -> Database:
        return await self._stack.enter_async_context(context)

    def background(self, work: Coroutine[None, None, None]) -> None:
        """Goes on until the service ends."""
        task = asyncio.create_task(work)

        async def cancel() -> None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

        self.at_the_end(cancel)

    async def end(self) -> None:
        await self._stack.aclose()


@dataclass(frozen=True, slots=True)
class Ground:
    """Of one running service.

    Args:
        on_duty: whether what one replica does for all is this one's.
        notice: tells the dispatcher when to look at a conversation; it may be called once the service has started.
    """

    settings: Settings
    credentials: Credentials
    facts: ClinicFacts
    clock: Clock
    policy: Policy
    metrics: Metrics
    alerts: Alerts
    neighbours: Neighbours
    database: Database
    leases: Leases
    on_duty: Callable[[], bool]
    notice: Callable[[int, int | None], None]
    ending: Ending
