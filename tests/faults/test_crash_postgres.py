"""A replica that dies at a commit, on PostgreSQL: its successor takes up what its lease and its turn left.

On SQLite each suspension is a death of its own. Between two commits the records are the same wherever a process dies,
and the code that runs there is the same on both; so here each commit is a death before it, and one after it where
something happens outside before the next. The scenarios are those whose commits differ: superseded while the model
thinks; changed by a tool and followed by a second turn; taken back. The others make the same ones in another order.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL

from tests.faults import crash_postgres, test_crash_change, test_crash_points, test_crash_recall
from tests.faults.test_crash_points import ROOT
from tests.support.fixtures import ON_POSTGRES
from tests.support.process import environment
from tests.support.store import url_of

pytestmark = ON_POSTGRES
#: Before a message, a claim, an intent and an outcome, and after those that send and ask.
LEAST_DEATHS = 8
SCENARIOS = [
    ("points", "one that joins while the model thinks"),
    ("change", "one that comes after it"),
    ("recall", "the patient writes on"),
]


def ends_of(what: str, name: str) -> list[tuple[Any, ...]]:
    """How the same scenario ends on SQLite when nobody dies."""
    if what == "recall":
        return [(*end, 0) for end in test_crash_recall.SCENARIOS[name].ends]
    if what == "change":
        return [test_crash_change.SCENARIOS[name].ends]
    return [(*test_crash_points.SCENARIOS[name].ends, 0)]


@pytest.mark.parametrize(("what", "name"), SCENARIOS, ids=[name for _, name in SCENARIOS])
async def test_a_replica_that_dies_at_any_commit_loses_nothing_and_says_nothing_twice(
    place: URL, tmp_path: Path, what: str, name: str
) -> None:
    command = ["-m", crash_postgres.__name__, url_of(place), str(tmp_path), what, name]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, cwd=ROOT, env=environment(), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await asyncio.wait_for(process.communicate(), 100)
    assert process.returncode == 0
    alive, *deaths = map(json.loads, said.splitlines())
    assert [death for death in deaths if death["found"]] == []
    assert len(deaths) >= LEAST_DEATHS
    assert (alive["died"], alive["found"]) == (None, [])
    assert tuple(alive["ends"]) in ends_of(what, name)
