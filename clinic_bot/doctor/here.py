"""What the doctor looks at on this machine: settings, clinic file, database, disk, port, clock."""

import shutil
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path

import aiohttp

from clinic_bot.clinic import team
from clinic_bot.clinic.facts import ClinicFacts, example_clinic
from clinic_bot.clock import Clock
from clinic_bot.doctor.finding import Finding, Mark
from clinic_bot.errors import ClinicBotError, Misconfigured
from clinic_bot.serve import listen, load_facts
from clinic_bot.settings import Mode, Settings
from clinic_bot.store import fitness, sqlite
from clinic_bot.store.places import Place, open_database, place_of

_ASK_S = 10.0
#: A photo a minute for a year is well below the second; below the first a bad day fills the disk.
_LITTLE_BYTES, _SOME_BYTES = 200 << 20, 2 << 30
#: By so much a reminder, an opening hour and a message's time may be wrong without anybody noticing.
_CLOCK_MS = 30_000


def settings(settings: Settings, check: Callable[[Settings], None]) -> Finding:
    try:
        check(settings)
    except Misconfigured as exc:
        return Finding("settings", Mark.NO, str(exc))
    says = f"CLINIC_BOT_MODE={settings.mode.value}, CLINIC_BOT_REPLIES={settings.replies}"
    return Finding("settings", Mark.OK, says)


def secret(settings: Settings) -> Iterator[Finding]:
    if settings.mode is not Mode.SANDBOX and settings.webhook_secret is None:
        says = (
            "CLINIC_BOT_WEBHOOK_SECRET is not set: without it every webhook that comes through a proxy is refused. "
            "Set 16 letters and digits or more, that nobody can guess"
        )
        yield Finding("settings", Mark.NO, says)


def clinic(settings: Settings) -> Iterator[Finding]:
    if settings.clinic_file is None and settings.mode is not Mode.SANDBOX:
        return  # the settings' finding names it
    try:
        facts = load_facts(settings)
    except Misconfigured as exc:
        yield Finding("clinic file", Mark.NO, str(exc))
        return
    yield Finding("clinic file", Mark.OK, f"{facts.name}, {len(facts.services)} services")
    if not any(facts.hours.periods()):
        yield Finding(
            "clinic file", Mark.NO, "[hours] opens on no day, so nobody is told when a person answers"
        )
    yield _agenda(facts)
    if settings.mode is Mode.SANDBOX:
        return
    if facts.name == example_clinic().name:
        yield Finding(
            "clinic file", Mark.LOOK, "it has the example's name: patients would hear the example's facts"
        )
    if facts.whatsapp.alerts_to is None and settings.alert_url is None:
        says = (
            "nobody is told of an emergency or a chat that was handed over: set alerts_to in the clinic file "
            "([whatsapp]), or CLINIC_BOT_ALERT_URL"
        )
        yield Finding("alerts", Mark.LOOK, says)


def _agenda(facts: ClinicFacts) -> Finding:
    """Hours that lead to no appointment are a fact that the clinic wrote for nothing, and nobody would notice."""
    idle = [one.name for one in facts.professionals if one.has_agenda and not team.attended_by(facts, one)]
    if idle:
        says = f"{', '.join(idle)}: hours, and no service to book; name one with minutes in their services"
        return Finding("agenda", Mark.NO, says)
    booked = team.bookable(facts)
    if not booked:
        return Finding(
            "agenda", Mark.OK, "nobody has hours in the clinic file, so bookings go to the reception"
        )
    people = {one.key for attending in booked.values() for one in attending}
    return Finding("agenda", Mark.OK, f"books {len(booked)} services, professionals: {len(people)}")


async def database(settings: Settings, clock: Clock) -> Finding:
    try:
        place = place_of(settings.database_url)
        return _file(place) if isinstance(place, Path) else await _server(place, clock)
    except ClinicBotError as exc:
        return Finding("database", Mark.NO, str(exc))


def _file(place: Path) -> Finding:
    library = f"SQLite {sqlite.library_version()}"
    try:
        with sqlite.sole_process(place):
            fit = fitness.examine_file(place)
        held = "one file that no other process holds"
    except sqlite.FileInUse:
        fit, held = fitness.examine_file(place), "in use by a clinic-bot that runs"
    if fit.to_do:
        return Finding("database", Mark.NO, "; ".join((fit.found, *fit.to_do)))
    old = "; it works, but 3.51.3 and later are safer" if sqlite.has_wal_reset_bug() else ""
    return Finding("database", Mark.OK, f"{library}, {held}, {fit.found}{old}")


async def _server(place: Place, clock: Clock) -> Finding:
    database = open_database(place)
    try:
        fit = await database.read(partial(fitness.examine, now_ms=clock.now_ms))
    finally:
        await database.close()
    return Finding("database", Mark.NO if fit.to_do else Mark.OK, "; ".join((fit.found, *fit.to_do)))


def disk(settings: Settings) -> Iterator[Finding]:
    """Of the folder of a SQLite file; a server's disk cannot be seen from here."""
    try:
        place = place_of(settings.database_url)
    except Misconfigured:
        return  # the database's finding says so
    if not isinstance(place, Path) or not place.parent.is_dir():
        return
    free = shutil.disk_usage(place.parent).free
    room = f"{free / (1 << 20):,.0f} MB are free in {place.parent}"
    if free >= _SOME_BYTES:
        yield Finding("disk", Mark.OK, room)
        return
    mark = Mark.NO if free < _LITTLE_BYTES else Mark.LOOK
    yield Finding("disk", mark, f"only {room}: make room, or move the file of CLINIC_BOT_DATABASE_URL")


async def port(settings: Settings) -> list[Finding]:
    where = f"{settings.host}:{settings.port}"
    try:
        listen(settings).close()
    except Misconfigured as exc:
        if await _is_ours(settings):
            return [Finding("port", Mark.OK, f"a clinic-bot listens on {where}")]
        return [Finding("port", Mark.NO, str(exc))]
    free = f"{where} is free" if settings.port else "any free one is taken"
    return [Finding("port", Mark.OK, free)]


async def _is_ours(settings: Settings) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(_ASK_S)) as http,
            http.get(f"http://{host}:{settings.port}/health/live") as answer,
        ):
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return False


async def clock(url: str, clock: Clock) -> list[Finding]:
    """Against the instant that stands in every HTTP answer, a refusal too, so no key is needed.

    Nothing where none comes: who is asked next says why.
    """
    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(_ASK_S), trust_env=True) as http:
            before_ms = clock.now_ms()
            async with http.get(f"{url}/openai/v1/models", allow_redirects=False) as answer:
                told = answer.headers.get("date", "")
        theirs_ms = round(parsedate_to_datetime(told).timestamp() * 1000)
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return []
    ahead_ms = (before_ms + clock.now_ms()) // 2 - theirs_ms
    if abs(ahead_ms) <= _CLOCK_MS:
        return [Finding("clock", Mark.OK, "agrees with Groq's")]
    side = "ahead of" if ahead_ms > 0 else "behind"
    says = (
        f"this machine's clock is {abs(ahead_ms) / 1000:.0f} s {side} Groq's: reminders and opening hours would be "
        "wrong by that. Turn NTP on (timedatectl set-ntp true)"
    )
    return [Finding("clock", Mark.NO, says)]
