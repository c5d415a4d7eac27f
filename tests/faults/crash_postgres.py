"""A replica on PostgreSQL that leaves by ``os._exit`` before and after every commit, and its successor: forks of this.

Run as ``python -m tests.faults.crash_postgres URL FOLDER WHAT NAME``. Prints as JSON, a line for the life without a
death and one for each death: what was wrong, and how the turns ended.
"""

import asyncio
import json
import logging
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import TypeVar, cast

import structlog
from sqlalchemy import URL, Connection, event, make_url
from sqlmodel import SQLModel

from clinic_bot.store.database import Database
from clinic_bot.store.places import Place, open_database
from clinic_bot.store.postgres import PostgresDatabase
from tests.faults import test_crash_change, test_crash_points, test_crash_recall
from tests.faults.crash import CalmClock, Life, Play
from tests.faults.crash_change import BookingLife
from tests.faults.crash_outside import Outside
from tests.faults.test_crash_recall import RecallingLife
from tests.support.clock import FakeClock
from tests.support.diary import create_diary
from tests.support.invariants import Records, read_records

_DIED = 9
Begin = Callable[[Place, Outside, FakeClock], Life]
T = TypeVar("T")


@dataclass(frozen=True)
class Scenario:
    begin: Begin
    play: Play
    outside: Callable[[], Outside]

    def known_to(self, ledger: Path) -> Outside:
        """The world around a process, with what happened before it."""
        return replace(self.outside(), ledger=ledger)


def scenario_of(what: str, name: str) -> Scenario:
    """One of those that run on SQLite, by the module of its tests."""
    if what == "change":
        change = test_crash_change.SCENARIOS[name]
        return Scenario(BookingLife, change.play, lambda: Outside(change.events, not_sent=change.not_sent))
    if what == "recall":
        recall = test_crash_recall.SCENARIOS[name]
        return Scenario(RecallingLife, recall.play, recall.outside)
    point = test_crash_points.SCENARIOS[name]
    return Scenario(Life, point.play, point.outside)


def _live(
    url: URL,
    scenario: Scenario,
    ledger: Path,
    *,
    late: bool = False,
    commits: Callable[[str], None] | None = None,
) -> None:
    """One process from its start to its end, in a loop of its own.

    Args:
        late: whether it is the successor, which comes a minute later and takes all to its end.
        commits: told of every commit, ``before`` and ``after`` it.
    """
    clock = CalmClock()
    clock.advance(60_000 if late else 0)

    async def main() -> None:
        life = scenario.begin(url, scenario.known_to(ledger), clock)
        if commits is not None:
            made = cast(PostgresDatabase, life.database)._engine.sync_engine
            event.listen(made, "commit", lambda _connection: commits("before"), insert=True)
            event.listen(made, "commit", lambda _connection: commits("after"))
        await life.start()
        await (Life.finish if late else scenario.play)(life)
        await life.others()
        await life.database.close()

    asyncio.run(main())


def _deaths(url: URL, scenario: Scenario, ledger: Path) -> list[tuple[int, str]]:
    """The commits at which a death differs from the one before it, counted from 1, by a life without any.

    To die after one is to die before the next, unless something happened outside in between.
    """
    happened: list[int] = []

    def committing(when: str) -> None:
        if when == "before":
            happened.append(ledger.stat().st_size if ledger.exists() else 0)

    _live(url, scenario, ledger, commits=committing)
    happened.append(-1)
    found = [(n, "before") for n in range(1, len(happened))]
    return found + [(n, "after") for n in range(1, len(happened)) if happened[n] != happened[n - 1]]


def _leaving_at(commit: int, when: str) -> Callable[[str], None]:
    """``before``: the server was not told to commit; ``after``: it did, and nobody here acts on it any more."""
    commits = count(1)

    def committing(now: str) -> None:
        if now == when and next(commits) == commit:
            os._exit(_DIED)

    return committing


def _fork(work: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            import traceback

            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _ask(url: URL, job: Callable[[Connection], T]) -> T:
    async def main() -> T:
        database: Database = open_database(url)
        try:
            return await database.write(job)
        finally:
            await database.close()

    return asyncio.run(main())


def _empty(connection: Connection) -> None:
    """By DELETE: to truncate gives every table and index a new file."""
    create_diary(connection)
    for table in (*(table.name for table in SQLModel.metadata.sorted_tables), "diary"):
        connection.exec_driver_sql(f"DELETE FROM {table}")


def _records(connection: Connection) -> tuple[Records, int]:
    return read_records(connection), connection.exec_driver_sql("SELECT count(*) FROM diary").scalar_one()


def main(url: URL, folder: Path, what: str, name: str) -> None:
    scenario = scenario_of(what, name)
    _ask(url, _empty)
    deaths = _deaths(url, scenario, folder / "alive")
    # What is done only once in a process is not done again in each fork.
    _live(url, scenario, folder / "alive", late=True)
    _tell(None, [], scenario.known_to(folder / "alive"), *_ask(url, _records))
    for commit, when in deaths:
        ledger = folder / f"{commit}.{when}"
        _ask(url, _empty)
        status = _fork(partial(_live, url, scenario, ledger, commits=_leaving_at(commit, when)))
        assert status == _DIED, status
        left, _ = _ask(url, _records)
        assert _fork(partial(_live, url, scenario, ledger, late=True)) == 0
        now, changes = _ask(url, _records)
        outside, changed = scenario.known_to(ledger), test_crash_change.changed_turns(now)
        found = test_crash_points.judge(left, now, outside)
        if changes != len(changed):
            found.append(f"{changes} changes, and {len(changed)} in the journal")
        _tell(f"{when} commit {commit}", found, outside, now, changes)


def _tell(died: str | None, found: list[str], outside: Outside, now: Records, changes: int) -> None:
    ends = [str(turn.state) for turn in now.turns], len(outside.accepted), changes
    print(json.dumps({"died": died, "found": found, "ends": ends}), flush=True)


if __name__ == "__main__":
    logging.disable()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    main(make_url(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4])
