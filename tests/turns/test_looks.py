"""Looks that somebody else's transaction carries: of two of one conversation the later one counts."""

import asyncio
from dataclasses import dataclass, field

import pytest

from clinic_bot.errors import StorageUnavailable
from clinic_bot.turns.looks import Looks
from tests.support.waiting import until


@dataclass
class Told:
    found: list[tuple[int, int | None]] = field(default_factory=list)
    failed: list[tuple[int, bool]] = field(default_factory=list)

    def looks(self) -> Looks:
        return Looks(
            self.look,
            found=lambda conversation_id, due_ms: self.found.append((conversation_id, due_ms)),
            failed=lambda conversation_id, is_away: self.failed.append((conversation_id, is_away)),
        )

    async def look(self, conversation_id: int) -> int | None:
        return 1_000


def test_what_was_carried_is_told_once() -> None:
    told = Told()
    looks = told.looks()
    carrier = looks.carry([1, 2])
    assert 1 in looks
    carrier({1: 500, 2: None})
    assert 1 not in looks
    carrier({1: 501, 2: 502})
    assert told.found == [(1, 500), (2, None)]


async def test_what_is_begun_anew_is_not_told_by_who_carried_it_before() -> None:
    told = Told()
    looks = told.looks()
    carrier = looks.carry([1])
    looks.begin(1)
    carrier({1: 500})
    await until(lambda: told.found == [(1, 1_000)])


async def test_who_carries_it_later_tells_it() -> None:
    told = Told()
    looks = told.looks()
    first = looks.carry([1])
    looks.begin(2)
    second = looks.carry([1, 2])
    await asyncio.sleep(0)  # the one that was begun is cancelled
    first({1: 500})
    second({1: 600, 2: 700})
    assert told.found == [(1, 600), (2, 700)]


def test_what_is_dropped_or_comes_after_the_end_is_not_told() -> None:
    told = Told()
    looks = told.looks()
    carrier = looks.carry([1, 2])
    looks.drop(1)
    carrier({1: 500})
    looks.stop()
    carrier({2: 500})
    assert told.found == []


@pytest.mark.parametrize(
    ("failure", "is_away"), [(StorageUnavailable("gone"), True), (ZeroDivisionError(), False)]
)
def test_one_that_came_to_nothing_says_so(failure: Exception, is_away: bool) -> None:
    told = Told()
    told.looks().carry([1, 2])({1: failure, 2: 600})
    assert told.found == [(2, 600)]
    assert told.failed == [(1, is_away)]
