"""How a command reaches the database: reading beside the server, changing through it, or alone when none runs."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from clinic_bot.errors import Misconfigured
from clinic_bot.operations.admin import NoServer, ServerSilent, ask
from clinic_bot.operations.logs import configure_logging, secrets_of
from clinic_bot.policies import policy_of, screening_lists
from clinic_bot.sandbox import standins
from clinic_bot.serve import clock_of, load_facts, load_settings
from clinic_bot.settings import Mode, Settings
from clinic_bot.store.beside import existing, read_beside
from clinic_bot.store.database import Job
from clinic_bot.store.migrations import is_current, migrate
from clinic_bot.store.places import Place, open_database, place_of
from clinic_bot.store.sqlite import FileInUse, sole_process
from clinic_bot.turns import office
from clinic_bot.turns.desk import Desk

T = TypeVar("T")

#: A server that starts has the file before it listens, and another command has it for a moment.
_WAIT_FOR_SERVER_S = 5.0
_LOOK_EVERY_S = 0.05
_ANSWERS_WITHIN_S = 10.0


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a change."""

    said: dict[str, Any]  #: as ``Desk.answer`` gives it
    by_server: bool  #: else no server runs


def settings() -> Settings:
    """Those of the environment, with the log quiet: what a command did it says itself."""
    found = load_settings()
    configure_logging("console", mode=found.mode, secrets=secrets_of(found))
    logging.getLogger().setLevel(logging.WARNING)
    return found


def zone(settings: Settings) -> ZoneInfo:
    return load_facts(settings).timezone


def now_ms(settings: Settings) -> int:
    return clock_of(settings).now_ms()


def read(settings: Settings, job: Job[T]) -> T:
    """Beside the server, if one runs. Raises Misconfigured or StorageUnavailable."""
    place = place_of(settings.database_url)
    return read_beside(place, job) if isinstance(place, Path) else asyncio.run(_read_there(place, job))


def change(
    settings: Settings,
    request: dict[str, Any],
    *,
    sleep: Callable[[float], None] = time.sleep,
    within_s: float = _ANSWERS_WITHIN_S,
    on_stop: Callable[[], None] = lambda: None,
) -> Done:
    """Have the running server do it, or do it here when none runs.

    What was begun is done to its end, also when it is asked to stop (Ctrl-C): half of it would help nobody. Asked
    twice, it stops, and KeyboardInterrupt is raised.

    Args:
        within_s: how long the server may take for it.
        on_stop: told that it was asked to stop, and goes on.

    Raises:
        ServerSilent: some process has the database and does not answer.
        Misconfigured: there is no database, or the settings cannot be used.
        StorageUnavailable: it cannot be written.
    """
    place = place_of(settings.database_url)
    if not isinstance(
        place, Path
    ):  # the rows' own locks keep it apart from the servers, which notice by themselves
        return Done(asyncio.run(_to_its_end(_here(settings, place, request), on_stop)), by_server=False)
    path = existing(place)
    until_s = time.monotonic() + _WAIT_FOR_SERVER_S
    while True:
        try:
            return Done(ask(path, request, timeout_s=within_s), by_server=True)
        except NoServer:
            pass
        try:
            with sole_process(path):
                return Done(
                    asyncio.run(_to_its_end(_here(settings, path, request), on_stop)), by_server=False
                )
        except FileInUse:
            if time.monotonic() > until_s:
                raise ServerSilent(
                    f"a clinic-bot runs on {path}, and nothing answers on its socket; it may be starting or stopping"
                ) from None
        sleep(_LOOK_EVERY_S)


async def _to_its_end(work: Coroutine[Any, Any, T], on_stop: Callable[[], None]) -> T:
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        on_stop()
        return await task


async def _read_there(place: Place, job: Job[T]) -> T:
    database = open_database(place)
    try:
        if not await database.read(is_current):
            raise Misconfigured(
                "the database is not of this version: start this version's server on it, or use the one that wrote it"
            )
        return await database.read(job)
    finally:
        await database.close()


async def _here(settings: Settings, place: Place, request: dict[str, Any]) -> dict[str, Any]:
    facts = load_facts(settings)
    database = open_database(place)
    try:
        await database.write(migrate)
        policy, instance = policy_of(settings, screening_lists(facts)), instance_of(settings, request)
        desk = Desk(
            database,
            clock_of(settings),
            policy,
            instance=instance,
            notice=lambda _conversation_id, _wake_at_ms: None,  # the next server looks by itself
            more=office.commands(database, policy, instance=instance),
        )
        return await desk.answer(request)
    finally:
        await database.close()


def instance_of(settings: Settings, request: dict[str, Any]) -> str:
    """Whose records are meant. Raises Misconfigured."""
    if request.get("command") in office.OF_ALL_INSTANCES:
        return ""
    if settings.mode is Mode.SANDBOX:
        return standins.INSTANCE_ID
    if settings.zapi_instance_id is None:
        raise Misconfigured("no server runs here, so this needs ZAPI_INSTANCE_ID, or CLINIC_BOT_MODE=sandbox")
    return settings.zapi_instance_id
