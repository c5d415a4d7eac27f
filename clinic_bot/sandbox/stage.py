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
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection

from clinic_bot.clinic.facts import ClinicFacts, load_clinic
from clinic_bot.clock import Clock
from clinic_bot.debounce.window import Timing
from clinic_bot.errors import ClinicBotError, Misconfigured
from clinic_bot.events import Contact
from clinic_bot.intake.identity import phone_key
from clinic_bot.sandbox.agenda import RecordedAgenda, recorded_agenda
from clinic_bot.sandbox.effects import Kept
from clinic_bot.sandbox.external import External
from clinic_bot.sandbox.mind import set_mind
from clinic_bot.sandbox.standins import INSTANCE_ID, StandIns, stand_ins
from clinic_bot.settings import Settings
from clinic_bot.store import seed
from clinic_bot.store.billing import TurnBill, bills
from clinic_bot.store.migrations import migrate
from clinic_bot.store.policy import Policy
from clinic_bot.store.sqlite import SqliteDatabase, reader_engine, writer_engine

T = TypeVar("T")

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


@dataclass(slots=True)
class Doing:
    """What the service does just now, where the stand-in for Groq cannot tell."""

    thinks: bool = False


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
    asks_account: bool = False  #: a real Groq plays the model, and the stand-in sees nothing of it
    doing: Doing = field(default_factory=Doing)

    async def appointments(self) -> list[Kept]:
        """Every appointment as it stands, read beside the running server; none where the clinic has no records."""
        return await asyncio.to_thread(self._read_appointments)

    def _read_appointments(self) -> list[Kept]:
        if self.agenda is None:
            return []
        read = partial(self.agenda.read, instance=INSTANCE_ID, ids=dict(self.appointment_ids))
        return [one for one in _reads(self.database, read) if one.row not in self.others]

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

    @property
    def model_runs(self) -> bool:
        """Whether the model has been asked and has not answered."""
        return self.pair.groq.running > 0 or self.doing.thinks

    async def look(self) -> None:
        """See what the service does, where nothing else shows it."""
        if self.asks_account:
            self.doing.thinks = await asyncio.to_thread(_reads, self.database, seed.is_thinking)

    async def bills(self) -> list[TurnBill]:
        """What each turn asked of the model and of the tools, read beside the running server."""
        return await asyncio.to_thread(_reads, self.database, bills)

    async def tally(self, *, since_ms: int = 0) -> list[seed.Tally]:
        """What the records say, read beside the running server."""
        return await asyncio.to_thread(_reads, self.database, partial(seed.tally, since_ms=since_ms))


def _reads(path: Path, job: Callable[[Connection], T]) -> T:
    engine = reader_engine(path)
    try:
        with engine.connect() as connection:
            return job(connection)
    finally:
        engine.dispose()


@dataclass(frozen=True, slots=True)
class Account:
    """A real Groq, or whatever speaks as it does, to play the model in the stand-in's place."""

    url: str
    key: str = field(repr=False)
    models: tuple[str, ...] = ()  #: those to ask, best first; the service's own without any
    review_model: str | None = None


class Theatre:
    """Builds stages. One for a whole run.

    Args:
        folder: where databases and logs go; the caller removes it.
        clinic: the clinic's file; None takes the example clinic.
        speed: divides every duration, ours and the stand-ins'.
        account: plays the model; None: the stand-in.
        composed: replies are put together from the clinic's own words.
    """

    def __init__(
        self,
        folder: Path,
        *,
        clinic: Path | None,
        speed: float,
        account: Account | None = None,
        composed: bool = False,
    ) -> None:
        self._composed = composed
        self._account = account
        self._folder = folder
        self._clinic = clinic.absolute() if clinic is not None else None
        self.speed = speed
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
                clock = Clock(start_ms=now_ms - round(self._lead_s * 1000 * self.speed), rate=self.speed)
                pair = await stack.enter_async_context(stand_ins(clock, seed=self._count))
                set_mind(pair.groq, state.get("llm"), composed=self._composed)
                secret = secrets.token_urlsafe(24)
                began_s = time.monotonic()
                server = _Server(folder, self._environment(clock, pair, database, secret))
                stack.push_async_callback(server.stop)
                url = await server.start()
                self._lead_s = (self._lead_s + 1.1 * (time.monotonic() - began_s)) / 2
            pair.zapi.webhooks.set_all(f"{url}/webhook/zapi/{secret}")
            await clock.sleep(now_ms - clock.now_ms())
            asks_account = self._account is not None
            yield Stage(
                clock, pair, now_ms, database, self._file, self._agenda, ids, asks_account=asks_account
            )

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
            reminded = next((row for row, name in ids.items() if name == state.get("reminder_for")), None)
            if said and reminded is not None:
                job = partial(seed.was_reminded, appointment_id=reminded, text=str(said), at_ms=at_ms)
                await database.write(job)
            elif said:
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
            "CLINIC_BOT_SANDBOX_SPEED": f"{self.speed:g}",
            "CLINIC_BOT_DATABASE_URL": f"sqlite:///{database}",
            "CLINIC_BOT_WEBHOOK_SECRET": secret,
            "GROQ_BASE_URL": pair.groq_url,
            "ZAPI_BASE_URL": pair.zapi_url,
            "PYTHONUNBUFFERED": "1",
        }
        if self._composed:
            environment["CLINIC_BOT_REPLIES"] = "composed"
        if (account := self._account) is not None:
            environment |= {"GROQ_BASE_URL": account.url, "CLINIC_BOT_SANDBOX_GROQ_KEY": account.key}
            if account.models:
                environment["CLINIC_BOT_GROQ_MODELS"] = ",".join(account.models)
            if account.review_model:
                environment["CLINIC_BOT_REVIEW_MODEL"] = account.review_model
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
