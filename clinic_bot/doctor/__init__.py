"""``clinic-bot doctor``: is everything ready for patients? Each finding names what to do about it."""

import contextlib
from collections.abc import AsyncIterator

from clinic_bot.agent.groq import GroqModel
from clinic_bot.assembly.ground import Credentials
from clinic_bot.clock import Clock
from clinic_bot.doctor import groq, here, zapi
from clinic_bot.doctor.finding import Finding, Mark, summary
from clinic_bot.errors import Misconfigured
from clinic_bot.reply.zapi import ZapiClient
from clinic_bot.sandbox.standins import stand_ins
from clinic_bot.serve import account, check, stand_in_credentials
from clinic_bot.settings import Mode, Settings

__all__ = ["Finding", "Mark", "examine", "summary"]


async def examine(
    settings: Settings, *, webhook_url: str | None = None, clock: Clock | None = None
) -> AsyncIterator[Finding]:
    """Look at one thing after the other, as far as the settings go; nothing here writes to a patient.

    Args:
        webhook_url: https address to give Z-API for all of its webhooks; None changes nothing there.
        clock: this machine's.
    """
    clock = clock or Clock()
    usable = here.settings(settings, check)
    yield usable
    for finding in (*here.secret(settings), *here.clinic(settings)):
        yield finding
    yield await here.database(settings, clock)
    for finding in (*here.disk(settings), *await here.port(settings)):
        yield finding
    async with contextlib.AsyncExitStack() as stack:
        if settings.mode is Mode.SANDBOX:
            pair = await stack.enter_async_context(stand_ins(clock))
            credentials = stand_in_credentials(pair.groq_url, pair.zapi_url, None)
        elif usable.good:
            credentials = account(settings, None)
        else:
            key = settings.groq_api_key.get_secret_value() if settings.groq_api_key else ""
            if key:
                async for finding in _groq(settings, key, settings.groq_base_url, clock, stack):
                    yield finding
            yield Finding("Z-API", Mark.NO, "not asked before the settings are right")
            return
        async for finding in _groq(settings, credentials.groq_key, credentials.groq_url, clock, stack):
            yield finding
        async for finding in _zapi(settings, credentials, clock, stack, webhook_url):
            yield finding


async def _groq(
    settings: Settings, key: str, url: str, clock: Clock, stack: contextlib.AsyncExitStack
) -> AsyncIterator[Finding]:
    for finding in await here.clock(url, clock):
        yield finding
    try:
        model = GroqModel(
            key,
            base_url=url,
            models=settings.groq_models,
            max_tokens=settings.agent_max_tokens,
            clock=clock,
        )
    except Misconfigured as exc:
        yield Finding("Groq", Mark.NO, str(exc))
        return
    stack.push_async_callback(model.close)
    for finding in await groq.examine(model, settings):
        yield finding


async def _zapi(
    settings: Settings,
    credentials: Credentials,
    clock: Clock,
    stack: contextlib.AsyncExitStack,
    webhook_url: str | None,
) -> AsyncIterator[Finding]:
    def client(client_token: str | None) -> ZapiClient:
        opened = ZapiClient(
            credentials.zapi_url,
            credentials.zapi_instance,
            credentials.zapi_token,
            client_token,
            settings.zapi_timeout_s,
            clock,
        )
        stack.push_async_callback(opened.close)
        return opened

    async for finding in zapi.examine(client(credentials.zapi_client_token), client(None), clock):
        yield finding
    if settings.mode is not Mode.SANDBOX:
        async for finding in zapi.webhooks(client(credentials.zapi_client_token), settings, webhook_url):
            yield finding
