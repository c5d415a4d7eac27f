"""Where a scenario plays: the stand-ins in this process, and beside them a real server with its own database.

All of them share one clock. It is set to pass the scenario's ``now`` a little later, when the server is expected
to be ready, and the server is told which instant it was at which Unix time; so start-up takes nothing away.
"""

import asyncio
import contextlib
import json
import os
import secrets
import shutil
import sys
import time
import tomllib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from clinic_bot.clinic.facts import ClinicFacts, load_clinic
from clinic_bot.clock import Clock
from clinic_bot.debounce.window import Timing
from clinic_bot.errors import ClinicBotError, Misconfigured
from clinic_bot.events import Contact
from clinic_bot.intake.identity import phone_key
from clinic_bot.sandbox.agenda import RecordedAgenda, recorded_agenda
from clinic_bot.sandbox.effects import Kept
from clinic_bot.sandbox.external import External
from clinic_bot.sandbox.groq_state import GroqState
from clinic_bot.sandbox.receptionist import Scripted
from clinic_bot.sandbox.standins import INSTANCE_ID, StandIns, stand_ins
from clinic_bot.settings import Settings
from clinic_bot.store import seed
from clinic_bot.store.migrations import migrate
from clinic_bot.store.policy import Policy
from clinic_bot.store.sqlite import SqliteDatabase, reader_engine, writer_engine

#: How long a server may take to listen before it counts as broken. Machine seconds.
_START_WITHIN_S = 30.0
_STOP_WITHIN_S = 3.0
_FIRST_LEAD_S = 1.6
#: When the last message of the bot, or the take-over by a person, was. Long enough ago to be another turn.
_BEFORE_MS = 600_000
_LOG_TAIL = 12

#: What of this process's environment a server may see: nothing that configures it or leads it off the machine.
_NOT_FOR_SERVERS = ("CLINIC_BOT_", "GROQ_", "ZAPI_")


@dataclass(frozen=True, slots=True)
class ClinicFile:
    """A clinic's file: as the service understands it, and as it was written."""

    facts: ClinicFacts
    data: Mapping[str, Any]


def clinic_file(path: Path | None) -> ClinicFile | None:
    """None where it cannot be used: the server says why when it does not start."""
    if path is None:
        return None
    try:
        text = path.read_text("utf-8-sig")
        data = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
        return ClinicFile(load_clinic(path), data)
    except (Misconfigured, OSError, ValueError):
        return None


class ServerFailed(ClinicBotError):
    """The server under test did not start; the text is the end of what it said."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A running server and everything around it."""

    clock: Clock
    pair: StandIns
    now_ms: int  #: the scenario's ``now`` on this clock
    database: Path
    clinic: ClinicFile | None = None
    agenda: RecordedAgenda | None = None
    appointment_ids: Mapping[int, str] = field(default_factory=dict)  #: the scenario's, by the record's
    others: set[int] = field(default_factory=set)  #: appointments that were made beside the bot

    async def appointments(self) -> list[Kept]:
        """Every appointment as it stands, read beside the running server; none where the clinic has no records."""
        return await asyncio.to_thread(self._read_appointments)

    def _read_appointments(self) -> list[Kept]:
        if self.agenda is None:
            return []
        engine = reader_engine(self.database)
        try:
            with engine.connect() as connection:
                found = self.agenda.read(connection, INSTANCE_ID, dict(self.appointment_ids))
                return [one for one in found if one.row not in self.others]
        finally:
            engine.dispose()

    async def book_for_others(self, one: External) -> None:
        """What the reception books beside the running server; it is no effect of the bot's."""
        row = await asyncio.to_thread(self._book_for_others, one)
        if row is not None:
            self.others.add(row)

    def _book_for_others(self, one: External) -> int | None:
        if self.agenda is None:
            return None
        engine = writer_engine(self.database)
        try:
            with engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_autocheckpoint=0")  # the server's alone
                connection.rollback()
                row = self.agenda.book_for_others(connection, one, INSTANCE_ID, at_ms=self.clock.now_ms())
                connection.commit()
                return row
        finally:
            engine.dispose()

    async def tally(self, *, since_ms: int = 0) -> list[seed.Tally]:
        """What the records say, read beside the running server."""
        return await asyncio.to_thread(_read_tally, self.database, since_ms)


def _read_tally(path: Path, since_ms: int) -> list[seed.Tally]:
    engine = reader_engine(path)
    try:
        with engine.connect() as connection:
            return seed.tally(connection, since_ms=since_ms)
    finally:
        engine.dispose()


class Theatre:
    """Builds stages. One for a whole run.

    Args:
        folder: where databases and logs go; the caller removes it.
        clinic: the clinic's file; None takes the example clinic.
        speed: divides every duration, ours and the stand-ins'.
    """

    def __init__(self, folder: Path, *, clinic: Path | None, speed: float) -> None:
        self._folder = folder
        self._clinic = clinic.absolute() if clinic is not None else None
        self._speed = speed
        self._agenda = recorded_agenda(self._clinic, _policy())
        self._file = clinic_file(self._clinic)
        self._empty = folder / "empty.sqlite"
        # Starting costs a processor for a second; two at a time would make those that play late.
        self._starting = asyncio.Semaphore(1)
        self._lead_s = _FIRST_LEAD_S
        self._count = 0

    async def prepare(self) -> None:
        """Bring one empty database up to date, of which every stage gets a copy."""
        database = SqliteDatabase(self._empty)
        await database.write(migrate)
        await database.close()

    @contextlib.asynccontextmanager
    async def stage(self, now: datetime, *, phone: str, state: Mapping[str, Any]) -> AsyncIterator[Stage]:
        """A server of its own, ready at ``now`` (or a little later, when the machine is slow).

        Raises:
            ServerFailed: it did not start.
        """
        self._count += 1
        folder = self._folder / f"stage{self._count}"
        folder.mkdir()
        now_ms = round(now.timestamp() * 1000)
        async with contextlib.AsyncExitStack() as stack:
            async with self._starting:
                database = folder / "clinic_bot.sqlite"
                ids = await self._seed(database, now_ms, phone, state)
                clock = Clock(start_ms=now_ms - round(self._lead_s * 1000 * self._speed), rate=self._speed)
                pair = await stack.enter_async_context(stand_ins(clock, seed=self._count))
                set_mind(pair.groq, state.get("llm"))
                secret = secrets.token_urlsafe(24)
                began_s = time.monotonic()
                server = _Server(folder, self._environment(clock, pair, database, secret))
                stack.push_async_callback(server.stop)
                url = await server.start()
                self._lead_s = (self._lead_s + 1.1 * (time.monotonic() - began_s)) / 2
            pair.zapi.webhooks.set_all(f"{url}/webhook/zapi/{secret}")
            await clock.sleep(now_ms - clock.now_ms())
            yield Stage(clock, pair, now_ms, database, self._file, self._agenda, ids)

    async def _seed(self, path: Path, now_ms: int, phone: str, state: Mapping[str, Any]) -> Mapping[int, str]:
        """Write what is true before the first event; the scenario's ids of the appointments among it."""
        shutil.copyfile(self._empty, path)
        said, has_person = state.get("last_bot_message"), state.get("handoff_active") is True
        ids: Mapping[int, str] = {}
        if not said and not has_person and self._agenda is None:
            return ids
        database = SqliteDatabase(path)
        try:
            contact = Contact(INSTANCE_ID, phone, phone_key(phone), None)
            at_ms, policy = now_ms - _BEFORE_MS, _policy()
            if self._agenda is not None:
                ids = await self._agenda.write(database, INSTANCE_ID, at_ms=at_ms)
            if said:
                job = partial(seed.bot_said, contact=contact, text=str(said), at_ms=at_ms, policy=policy)
                await database.write(job)
            if has_person:
                await database.write(partial(seed.person_has_it, contact=contact, at_ms=at_ms, policy=policy))
        finally:
            await database.close()
        return ids

    def _environment(self, clock: Clock, pair: StandIns, database: Path, secret: str) -> dict[str, str]:
        instant = datetime.fromtimestamp(clock.now_ms() / 1000, UTC).isoformat()
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.upper().startswith(_NOT_FOR_SERVERS) and not name.lower().endswith("_proxy")
        }
        environment |= {
            "CLINIC_BOT_SANDBOX_CLOCK": f"{instant}@{time.time():.4f}",
            "CLINIC_BOT_SANDBOX_SPEED": f"{self._speed:g}",
            "CLINIC_BOT_DATABASE_URL": f"sqlite:///{database}",
            "CLINIC_BOT_WEBHOOK_SECRET": secret,
            "GROQ_BASE_URL": pair.groq_url,
            "ZAPI_BASE_URL": pair.zapi_url,
            "PYTHONUNBUFFERED": "1",
        }
        if self._clinic is not None:
            environment["CLINIC_BOT_CLINIC_FILE"] = str(self._clinic)
        return environment


def window_timing() -> Timing:
    """The window of a server with nothing set: what the servers under test have."""
    fields = Settings.model_fields
    quiet_s, cap_s, hold_s = (fields[name].default for name in ("quiet_s", "max_wait_s", "typing_hold_s"))
    return Timing(quiet_ms=round(quiet_s * 1000), cap_ms=round(cap_s * 1000), hold_ms=round(hold_s * 1000))


def _policy() -> Policy:
    """For seeding, where no message comes and nothing is due."""
    return Policy(
        timing=window_timing(),
        human_ms=round(Settings.model_fields["human_mode_s"].default * 1000),
        alert_ms=round(Settings.model_fields["human_alert_s"].default * 1000),
        horizon_ms=round(Settings.model_fields["inbox_days"].default * 86_400_000),
        may_be_emergency=lambda _text: False,
        is_emergency=lambda _texts: False,
        is_listed=lambda _phone_key, _lid: False,
        is_automatic=lambda _text: False,
    )


class _Server:
    """``clinic-bot serve --sandbox`` as a process of its own, with its log in a file."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = environment
        self._log = folder / "server.log"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> str:
        """Its URL, once it listens. Raises ServerFailed."""
        command = (sys.executable, "-m", "clinic_bot", "serve", "--sandbox", "--port", "0")
        with self._log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                *command,
                cwd=self._folder,  # no .env there
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                start_new_session=True,  # Ctrl-C in the terminal is for us; we end it
            )
        output = self._process.stdout
        assert output is not None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_START_WITHIN_S):
                async for line in output:
                    if line.startswith(b"listening on "):
                        return line.decode().removeprefix("listening on ").strip()
        raise ServerFailed(f"the server did not start:\n{self._last_words()}")

    def _last_words(self) -> str:
        lines = self._log.read_text("utf-8", errors="replace").splitlines()
        return "\n".join(lines[-_LOG_TAIL:]) or "(it said nothing)"

    async def stop(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(_STOP_WITHIN_S):
                await process.wait()
        except (TimeoutError, asyncio.CancelledError):
            process.kill()
            await process.wait()


# The stand-in model, as a scenario's ``state.llm`` describes it.


def set_mind(groq: GroqState, llm: object) -> None:
    """Make the stand-in model slow, broken or scripted.

    A text names a mood (slow, down, busy, silent); an object may say ``latency_ms`` or ``latency_s``, ``replies``
    (what it says, one a call), ``fault`` or ``faults`` (as its control endpoint takes them), or a ``mode``.
    """
    if isinstance(llm, str):
        _set_mood(groq, llm.casefold())
    if not isinstance(llm, Mapping):
        return
    for name, unit in (("latency_ms", 1000), ("delay_ms", 1000), ("latency_s", 1), ("delay_s", 1)):
        if isinstance(value := llm.get(name), int | float):
            groq.latency_s = float(value) / unit
    if isinstance(replies := llm.get("replies") or llm.get("script"), list) and replies:
        groq.brain = Scripted([str(one) for one in replies])
    faults = llm.get("faults") or llm.get("fault") or []
    for fault in faults if isinstance(faults, list) else [faults]:
        if isinstance(fault, Mapping):
            groq.add_fault(dict(fault))
    _set_mood(groq, str(llm.get("mode") or llm.get("status") or llm.get("error") or "").casefold())


def _set_mood(groq: GroqState, mood: str) -> None:
    if any(word in mood for word in ("slow", "lent")):
        groq.latency_s = 8.0
    elif any(word in mood for word in ("busy", "rate", "limit", "429")):
        groq.add_fault({"kind": "storm", "seconds": 20, "wait_s": 5})
    elif any(word in mood for word in ("timeout", "hang", "silent")):
        groq.add_fault({"kind": "hang"})
    elif any(
        word in mood for word in ("down", "unavailable", "error", "fail", "outage", "500", "503", "fora")
    ):
        groq.add_fault({"kind": "status", "name": "over_capacity_503"})
