"""A process that leaves by ``os._exit`` before and after every commit of one turn: a fork of this one for each.

Run as ``python -m tests.faults.crash_child FOLDER``; an empty database lies there, and each death leaves its own.
"""

import os
import shutil
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event

from clinic_bot.store import commit as store_commit
from clinic_bot.store import sqlite
from tests.faults.crash import CalmClock, Life, live
from tests.faults.crash_outside import Outside
from tests.support import builders as b
from tests.support.clock import FakeClock

EMPTY = "empty.sqlite"
#: Looking back at the start, two messages, claim, intent, outcome.
COMMITS = 6
_DIED = 9

Begin = Callable[[Path, Outside, FakeClock], Life]


def outside_of(path: Path) -> Outside:
    who = b.contact(lid=b.LID)
    events = [b.message("oi", id="m1", who=who), b.message("queria remarcar", id="m2", who=who)]
    return Outside(events, ledger=path.with_suffix(".said"))


async def one_turn(life: Life) -> None:
    for posted in life.outside.events:
        await life.receive(posted)
    await life.settle()


def _live(path: Path, begin: Begin) -> None:
    live(path, outside_of(path), CalmClock(), one_turn, begin=begin)


def _empty(path: Path) -> Path:
    shutil.copy(path.with_name(EMPTY), path)
    return path


def _die_at(commit: int, when: str) -> None:
    commits = count(1)

    def counted(connection: Connection, jobs: list[Any]) -> list[object]:
        mine = next(commits) == commit
        if mine and when == "before":
            event.listen(connection, "commit", lambda _connection: os._exit(_DIED))
        outcomes = store_commit.commit_together(connection, jobs)
        if mine:
            os._exit(_DIED)
        return outcomes

    vars(sqlite)["commit_together"] = counted


def main(folder: Path, begin: Begin = Life) -> None:
    # What is done only once in a process is not done again in each fork.
    _live(_empty(folder / "nobody.sqlite"), begin)
    for commit in count(1):
        for when in ("before", "after"):
            path = _empty(folder / f"{commit}.{when}.sqlite")
            child = os.fork()
            if child == 0:
                _die_at(commit, when)
                _live(path, begin)
                os._exit(0)
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            if status == 0:  # there are not so many commits
                path.unlink()
                return
            assert status == _DIED, status


if __name__ == "__main__":
    main(Path(sys.argv[1]))
