"""Replicas go by PostgreSQL's clock."""

import time

import pytest

from clinic_bot.clock import Clock
from clinic_bot.store import server_clock
from clinic_bot.store.database import Database
from clinic_bot.store.server_clock import best_look
from tests.support.clock import FakeClock
from tests.support.fixtures import ON_POSTGRES
from tests.support.store import Store

pytestmark = ON_POSTGRES
HOUR_MS = 3_600_000


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def test_what_the_question_took_is_halved(store: Store) -> None:
    """A clock that says 200 ms have passed since it was asked last: the server's answer is of 100 ms ago."""
    ours = iter(range(now_ms(), now_ms() + HOUR_MS, 200))
    found = store.run(lambda connection: best_look(connection, lambda: next(ours)))
    assert found.within_ms == 100


@pytest.mark.parametrize(
    "by_ms", [-HOUR_MS, 300, HOUR_MS], ids=["an hour behind", "a little ahead", "an hour ahead"]
)
async def test_a_clock_that_is_wrong_is_set_by_the_servers(database: Database, by_ms: int) -> None:
    clock = Clock()
    clock.follow(by_ms)
    found = await server_clock.follow(database, clock, first=True)
    assert found is not None
    assert abs(clock.now_ms() - now_ms()) <= found.within_ms + 100  # the server runs on this machine


async def test_a_clock_that_was_given_its_start_keeps_it(database: Database) -> None:
    clock = FakeClock()
    before_ms = clock.now_ms()
    assert await server_clock.follow(database, clock, first=True) is None
    assert clock.now_ms() == before_ms
