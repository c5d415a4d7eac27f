"""The executor of several replicas: jobs in transactions on one PostgreSQL, each replica with a few connections.

Jobs are the same functions as on SQLite. There the single writer puts everything in order; here the conversation's
row does: a job locks it before it reads what it will change, in READ COMMITTED, so what it reads after the lock is
what the one before it left. Whoever meets a deadlock, or a key that another replica wrote at the same moment, is run
again.

Lanes, so that nobody waits behind work of another kind: what the webhooks store, many in one transaction; what is
urgent, one by one on connections of its own; outcomes, for which nobody waits; what keeps the leases; everything else;
and what only reads.
"""

import asyncio
import contextlib
import math
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from sqlalchemy import URL, Connection, event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool
from sqlalchemy.util import await_only

from clinic_bot.errors import ClinicBotError, StorageUnavailable
from clinic_bot.store.commit import run_all
from clinic_bot.store.database import Grouped, Job
from clinic_bot.store.lanes import Queue, Waiting
from clinic_bot.store.postgres_faults import (
    NOBODY,
    is_connection_lost,
    is_database_fault,
    is_drivers,
    may_be_tried_again,
    problem_of,
)
from clinic_bot.store.session import postgres_driver_of

T = TypeVar("T")

#: Most weight of webhooks that share a transaction: its locks are held for all of them until the last one is stored.
BATCH = 256
#: A server that does not answer must not fill the memory: beyond this the webhook says 503 at once.
_MOST_WAITING = 20_000
#: Connections of a lane. A dozen of them with three replicas are far from the hundred that PostgreSQL allows.
_URGENT, _OUTCOMES, _OTHERS, _READERS = 4, 2, 2, 3
#: Longer than the server itself lets a statement wait for a lock: whoever hears nothing for so long hears nothing more,
#: and the machine would only notice after a quarter of an hour. A renewal that takes longer comes too late anyway.
_ENDS_WITHIN_S, _READS_WITHIN_S, _RENEWS_WITHIN_S = 15.0, 35.0, 4.0
#: A job that loses a race so often in a row is given up: then something else is wrong.
_TRIES = 6
_PAUSE_S = 0.005
#: Turns that end one after the other are recorded together: so much later, and so many at once. A process that is
#: killed in between leaves them uncertain, as one that is killed while they are sent.
_COMPANY_S, _OUTCOMES_TOGETHER = 0.06, 32
#: Where everything that waits is somebody else's just then: mostly for a few milliseconds.
_BUSY_S = 0.01
_CONNECT_S = 5.0

#: What the server itself puts an end to. A replica that was stopped in the middle of a transaction holds the rows of
#: patients who write to the others meanwhile: well below the 5 s after which their webhooks would be refused. Whoever
#: was only slow is run again. A lock or a statement that takes longer than the others will not end well. And who was
#: killed while his statement waits for a lock would wait on, with what he has, if the server did not ask for him.
_SETTINGS = {
    "application_name": "clinic_bot",
    "jit": "off",  # the server compiles what it takes for dear for 50 to 200 ms, and ours is never so
    "idle_in_transaction_session_timeout": "2000",
    "lock_timeout": "10000",
    "client_connection_check_interval": "1000",
    "statement_timeout": "30000",
}


#: In a connection's ``info``: whether the transaction has come to its COMMIT, after which nobody knows what a lost
#: connection stored; and when it began.
_SAID_COMMIT, _BEGAN_S = "said commit", "began"
#: Who took so long may have stood still for longer than the server allows, and not have heard of it yet.
_LONG_S, _HEARS_WITHIN_S = 1.0, 0.001


Run = Callable[[Connection, list[Job[Any]]], list[object]]


@dataclass(frozen=True, slots=True)
class _Session:
    """A connection, and what is known of it: SQLAlchemy takes that away from one that is lost."""

    connection: AsyncConnection
    info: Mapping[str, Any]
    drop: Callable[[], None]  #: lets go of the socket at once


@dataclass(slots=True)
class _Lane:
    """Jobs of one kind, and the connections they run on; a connection is opened when a job finds none free."""

    run: Run
    connections: int
    waiting: Queue
    within_s: float = math.inf  #: a transaction
    company_s: float = (
        0.0  #: for which the first job waits for others, where the one before it came not long ago
    )
    asked_s: float = -math.inf  #: when the newest job came
    waits_for_company: bool = False
    free: list[_Session] = field(default_factory=list)
    working: int = 0  #: connections that take what waits; one that found nothing is not among them any more
    tasks: set[asyncio.Task[None]] = field(default_factory=set)


class PostgresDatabase:
    """Implements ``Database`` on a PostgreSQL server. Build it inside the running loop; it connects when asked."""

    def __init__(self, url: URL) -> None:
        self._loop = asyncio.get_running_loop()
        self._engine = engine(url)
        self._reader_engine = engine(url, begin="BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        self._intake = _Lane(_write, 1, Queue(BATCH), _ENDS_WITHIN_S)
        self._urgent = _Lane(_write, _URGENT, Queue(1), _ENDS_WITHIN_S)
        self._outcomes = _Lane(_write, _OUTCOMES, Queue(_OUTCOMES_TOGETHER), _ENDS_WITHIN_S, _COMPANY_S)
        self._others = _Lane(_write, _OTHERS, Queue(1))  # migrations, which take as long as they take
        self._readers = _Lane(_read, _READERS, Queue(1), _READS_WITHIN_S)
        self._renewal = _Lane(_write, 1, Queue(1), _RENEWS_WITHIN_S)
        self._closed = False

    async def write(self, job: Job[T], *, urgent: bool = False) -> T:
        if isinstance(job, Grouped):
            return await self._ask(self._outcomes if urgent else self._intake, job)
        return await self._ask(self._urgent if urgent else self._others, job)

    async def read(self, job: Job[T]) -> T:
        """Everything that ``job`` reads is of one moment."""
        return await self._ask(self._readers, job)

    async def renew(self, job: Job[T]) -> T:
        """Write on a connection that nothing else uses, soon or not at all: what keeps the leases."""
        return await self._ask(self._renewal, job)

    async def reclaim(self, tables: Sequence[str]) -> str | None:
        """Remove the dead versions of rows, and give their room away. Nothing is locked for it."""
        try:
            async with self._engine.connect() as connection:
                raw = cast(Any, (await connection.get_raw_connection()).driver_connection)
                await raw.execute("SET statement_timeout = 0")
                for table in tables:
                    await raw.execute(f'VACUUM (INDEX_CLEANUP ON) "{table}"')
                await connection.invalidate()  # the setting was for this alone
        except Exception as exc:
            if is_drivers(exc) or is_database_fault(exc):
                return f"PostgreSQL did not clean up after it ({problem_of(exc)}): its autovacuum will, or do it again"
            raise
        return None

    async def close(self) -> None:
        """Finish what waits, then let go of the connections."""
        self._closed = True
        lanes = (self._intake, self._urgent, self._outcomes, self._others, self._readers, self._renewal)
        for lane in lanes:
            while lane.tasks:
                await asyncio.gather(*lane.tasks)
            for session in lane.free:
                await _discard(session.connection)
            lane.free.clear()
        await self._engine.dispose()
        await self._reader_engine.dispose()

    async def _ask(self, lane: _Lane, job: Job[T]) -> T:
        if self._closed:
            raise StorageUnavailable("the database is closed")
        if len(lane.waiting) >= _MOST_WAITING:
            raise StorageUnavailable("too many jobs wait for PostgreSQL")
        future: asyncio.Future[T] = self._loop.create_future()
        lane.waiting.add(Waiting(job, future))
        has_company = self._loop.time() - lane.asked_s < 2 * lane.company_s
        lane.asked_s = self._loop.time()
        if lane.working < lane.connections and not lane.waits_for_company:
            lane.working += 1
            lane.waits_for_company = has_company
            worker = self._loop.create_task(self._work(lane))
            lane.tasks.add(worker)
            worker.add_done_callback(lane.tasks.discard)
        # A caller that is cancelled lets its job run on: what was written stays written (rule 12).
        return await future

    async def _work(self, lane: _Lane) -> None:
        """Run what waits until nothing does."""
        if lane.waits_for_company:
            await asyncio.sleep(lane.company_s)
            lane.waits_for_company = False
        session = lane.free.pop() if lane.free else None
        while batch := lane.waiting.take():
            outcomes, session = await self._run(lane, session, [waiting.job for waiting in batch])
            busy = _resolve(batch, outcomes)
            lane.waiting.put_back(busy)
            if len(busy) == len(batch):
                await asyncio.sleep(_BUSY_S)
        # Not when the task is done, which is a moment later: what comes until then would wait for nobody.
        lane.working -= 1
        if session is not None:
            lane.free.append(session)

    async def _run(
        self, lane: _Lane, session: _Session | None, jobs: list[Job[Any]]
    ) -> tuple[list[object], _Session | None]:
        """The outcome of each job, and the connection if it may go on.

        One that was lost before COMMIT was said has stored nothing: the server was started anew, or ended a
        transaction that this process had left alone for too long. Then the jobs run once more, on a new connection.
        """
        for again in (False, True):
            try:
                session = session or await self._connect(lane)
                return await self._run_in_time(lane, session, jobs), session
            except Exception as exc:  # whatever it is: nobody else can answer them
                certain = session is not None and not session.info[_SAID_COMMIT]
                if session is not None:
                    await _discard(session.connection)
                session = None
                if again or not (certain and is_connection_lost(exc)):
                    return [_told(exc)] * len(jobs), None
        raise AssertionError("the second time returns")

    async def _run_in_time(self, lane: _Lane, session: _Session, jobs: list[Job[Any]]) -> list[object]:
        """Drops the connection under jobs that do not end. To cancel them would be to ask the server, and to wait."""
        if lane.within_s == math.inf:
            return await _run_together(session.connection, lane.run, jobs)
        ending = self._loop.call_later(lane.within_s, session.drop)
        try:
            return await _run_together(session.connection, lane.run, jobs)
        finally:
            ending.cancel()

    async def _connect(self, lane: _Lane) -> _Session:
        engine = self._reader_engine if lane is self._readers else self._engine
        try:
            async with asyncio.timeout(_CONNECT_S):
                connection = await engine.connect()
        except TimeoutError:
            raise StorageUnavailable(f"PostgreSQL: {NOBODY}") from None
        assert connection.sync_connection is not None
        raw = (await connection.get_raw_connection()).driver_connection
        assert raw is not None
        return _Session(connection, connection.sync_connection.info, raw.terminate)


def _resolve(batch: Sequence[Waiting], outcomes: Sequence[object]) -> list[Waiting]:
    """Tell each caller what became of its job; answers those jobs that have to be asked for again."""
    busy = []
    for waiting, outcome in zip(batch, outcomes, strict=True):
        if waiting.is_busy(outcome):
            busy.append(waiting)
        elif waiting.future.done():  # its caller gave up waiting
            continue
        elif isinstance(outcome, BaseException):
            waiting.future.set_exception(outcome)
        else:
            waiting.future.set_result(outcome)
    return busy


async def _run_together(connection: AsyncConnection, run: Run, jobs: list[Job[Any]]) -> list[object]:
    """All jobs in one transaction; if one of them fails, each in its own, so that it costs its neighbours nothing.

    Raises what is the database's fault, not a job's: all of them failed, and the connection is not to be trusted.
    """
    for trying in range(1, _TRIES + 1):
        try:
            return await connection.run_sync(run, jobs)
        except Exception as exc:
            if is_database_fault(exc):
                raise
            if may_be_tried_again(exc) and trying < _TRIES:
                await asyncio.sleep(_PAUSE_S * random.random() * 2**trying)
            elif len(jobs) == 1:
                return [_told(exc)]
            else:
                break
    return [outcome for job in jobs for outcome in await _run_together(connection, run, [job])]


def _write(connection: Connection, jobs: list[Job[Any]]) -> list[object]:
    with connection.begin():
        return run_all(connection, jobs)


def _read(connection: Connection, jobs: list[Job[Any]]) -> list[object]:
    with connection.begin():
        return [job(connection) for job in jobs]


def _told(exc: Exception) -> Exception:
    """What a job's caller hears: the driver's error in our words, without its text; a job's own as it is."""
    if isinstance(exc, ClinicBotError) or not (is_drivers(exc) or is_database_fault(exc)):
        return exc
    return StorageUnavailable(problem_of(exc))


async def _discard(connection: AsyncConnection) -> None:
    """Drop a connection whose transaction state is not known; the server rolls back."""
    with contextlib.suppress(Exception):
        await connection.invalidate()
    with contextlib.suppress(Exception):
        await connection.close()


def engine(url: URL, *, begin: str = "BEGIN") -> AsyncEngine:
    """Connections whose transactions begin and end by our own word.

    SQLAlchemy would begin one at its first statement, which ours at the driver may come before.
    """
    made = create_async_engine(
        url.set(drivername="postgresql+asyncpg"),
        isolation_level="AUTOCOMMIT",
        poolclass=NullPool,  # the lanes keep theirs
        connect_args={"timeout": _CONNECT_S, "server_settings": _SETTINGS},
        hide_parameters=True,
    )

    @event.listens_for(made.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.info.update({_SAID_COMMIT: False, _BEGAN_S: time.monotonic()})
        postgres_driver_of(connection).say(begin)

    @event.listens_for(made.sync_engine, "commit")
    def _commit(connection: Connection) -> None:
        driver = postgres_driver_of(connection)
        if time.monotonic() - connection.info[_BEGAN_S] > _LONG_S:
            await_only(asyncio.sleep(_HEARS_WITHIN_S))
        connection.info[_SAID_COMMIT] = not driver.is_closed()
        # The server answers the COMMIT of a transaction in which a statement failed with "ROLLBACK", and no error.
        if driver.say("COMMIT") != "COMMIT":
            raise StorageUnavailable("the transaction failed before its commit")

    @event.listens_for(made.sync_engine, "rollback")
    def _rollback(connection: Connection) -> None:
        # SQLAlchemy has taken the driver from one that was lost; asking for it would hide what was wrong.
        if not connection.invalidated:
            postgres_driver_of(connection).say("ROLLBACK")

    return made
