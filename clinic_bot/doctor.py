"""``clinic-bot doctor``: is everything ready for patients? Each finding names what to do about it."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from clinic_bot.agent.groq import GroqModel
from clinic_bot.clinic import team
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clock import Clock
from clinic_bot.errors import ClinicBotError, Misconfigured
from clinic_bot.media.building import models_of
from clinic_bot.reply.zapi import ZapiClient
from clinic_bot.sandbox.standins import stand_ins
from clinic_bot.serve import account, check, load_facts, stand_in_credentials
from clinic_bot.settings import Mode, Settings
from clinic_bot.store import fitness, sqlite
from clinic_bot.store.places import Place, open_database, place_of


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    good: bool
    says: str


async def examine(settings: Settings, *, webhook_url: str | None = None) -> AsyncIterator[Finding]:
    """Look at one thing after the other; nothing here writes to a patient.

    Args:
        webhook_url: https address to give Z-API for all of its webhooks; None changes nothing there.

    Raises:
        Misconfigured: the settings themselves cannot be used, so nothing else could be looked at.
    """
    check(settings)
    facts = load_facts(settings)
    yield Finding("clinic file", True, f"{facts.name}, {len(facts.services)} services")
    yield _agenda(facts)
    yield await _database(place_of(settings.database_url))
    async with contextlib.AsyncExitStack() as stack:
        clock = Clock()
        if settings.mode is Mode.SANDBOX:
            pair = await stack.enter_async_context(stand_ins(clock))
            credentials = stand_in_credentials(pair.groq_url, pair.zapi_url, None)
        else:
            credentials = account(settings, None)
        model = GroqModel(
            credentials.groq_key,
            base_url=credentials.groq_url,
            models=settings.groq_models,
            max_tokens=settings.agent_max_tokens,
            clock=clock,
        )
        stack.push_async_callback(model.close)
        yield await _asked("Groq", lambda: _groq(model, settings))
        zapi = ZapiClient(
            credentials.zapi_url,
            credentials.zapi_instance,
            credentials.zapi_token,
            credentials.zapi_client_token,
            settings.zapi_timeout_s,
            clock,
        )
        stack.push_async_callback(zapi.close)
        yield await _asked("Z-API", lambda: _zapi(zapi))
        if webhook_url is not None:
            yield await _asked("webhooks", lambda: _webhooks(zapi, webhook_url))


def _agenda(facts: ClinicFacts) -> Finding:
    """Hours that lead to no appointment are a fact that the clinic wrote for nothing, and nobody would notice."""
    idle = [one.name for one in facts.professionals if one.has_agenda and not team.attended_by(facts, one)]
    if idle:
        says = f"{', '.join(idle)}: hours, and no service to book; name one with minutes in their services"
        return Finding("agenda", False, says)
    booked = team.bookable(facts)
    if not booked:
        return Finding("agenda", True, "nobody has hours in the clinic file, so bookings go to the reception")
    people = {one.key for attending in booked.values() for one in attending}
    return Finding("agenda", True, f"books {len(booked)} services, professionals: {len(people)}")


async def _asked(what: str, look: Callable[[], Awaitable[Finding]]) -> Finding:
    try:
        return await look()
    except ClinicBotError as exc:
        return Finding(what, False, str(exc))


async def _database(place: Place) -> Finding:
    if not isinstance(place, Path):
        return await _asked("database", lambda: _server(place))
    library = sqlite.library_version()
    try:
        with sqlite.sole_process(place):
            pass
    except sqlite.FileInUse:
        return Finding("database", True, f"SQLite {library}, in use by a clinic-bot that runs")
    except Misconfigured as exc:
        return Finding("database", False, str(exc))
    if sqlite.has_wal_reset_bug():
        return Finding("database", True, f"SQLite {library}: works, but 3.51.3 and later are safer")
    return Finding("database", True, f"SQLite {library}, one file that no other process holds")


async def _server(place: Place) -> Finding:
    database = open_database(place)
    try:
        fit = await database.read(partial(fitness.examine, now_ms=Clock().now_ms))
    finally:
        await database.close()
    return Finding("database", not fit.to_do, "; ".join((fit.found, *fit.to_do)))


async def _groq(model: GroqModel, settings: Settings) -> Finding:
    reading = {name: kind.value for kind, name in models_of(settings).items()}
    missing = await model.missing_models(also=tuple(reading))
    if unread := [f"{name} ({reading[name]})" for name in missing if name in reading]:
        says = (
            f"this account has no {', '.join(unread)}; see CLINIC_BOT_WHISPER_MODEL, CLINIC_BOT_VISION_MODEL"
        )
        return Finding("Groq", False, says)
    if not missing:
        return Finding("Groq", True, f"key accepted; {', '.join(settings.groq_models)}")
    says = f"this account has no {', '.join(missing)}; see CLINIC_BOT_GROQ_MODELS"
    return Finding("Groq", len(missing) < len(settings.groq_models), says)


async def _zapi(zapi: ZapiClient) -> Finding:
    status = await zapi.status()
    if status.healthy:
        return Finding("Z-API", True, "token accepted, WhatsApp connected")
    says = "token accepted, but WhatsApp is not connected: read the QR code in Z-API's panel"
    if status.connected:
        says = "the clinic's phone does not answer Z-API: it needs battery and network"
    return Finding("Z-API", False, says)


async def _webhooks(zapi: ZapiClient, url: str) -> Finding:
    if not url.startswith("https://"):
        return Finding("webhooks", False, "Z-API takes an https address only")
    await zapi.set_webhooks(url)
    return Finding(
        "webhooks", True, "Z-API posts every event to that address now, hand-written answers included"
    )
