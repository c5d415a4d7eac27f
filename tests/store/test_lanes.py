"""Which of what waits goes into a transaction together, and what stays behind for whom."""

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy import Connection

from clinic_bot.store.database import Grouped
from clinic_bot.store.lanes import Queue, Waiting

BUSY = "busy"


def _nothing(_connection: Connection, items: Sequence[str]) -> Sequence[str]:
    return items


def waiting(name: str, key: str | None = None, *, weight: int = 1) -> Waiting:
    future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    return Waiting(Grouped(name, _nothing, key, weight, busy=BUSY), future)


def names(batch: Sequence[Waiting]) -> str:
    return " ".join(one.job.item for one in batch if isinstance(one.job, Grouped))


@pytest.mark.parametrize(
    ("weights", "batches"),
    [
        pytest.param([1] * 5, ["0 1 2 3", "4"], id="plain ones go together"),
        pytest.param([1, 2, 2, 1], ["0 1 2", "3"], id="what takes long leaves room for fewer"),
        pytest.param([9, 1], ["0", "1"], id="what is too much goes by itself"),
    ],
)
async def test_a_transaction_takes_so_much_and_no_more(weights: list[int], batches: list[str]) -> None:
    queue = Queue(4)
    for n, weight in enumerate(weights):
        queue.add(waiting(str(n), weight=weight))
    assert len(queue) == len(weights)
    assert [names(queue.take()) for _ in batches] == batches
    assert queue.take() == []
    assert len(queue) == 0


async def test_what_is_somebody_elses_waits_in_its_order_and_nothing_else_does() -> None:
    queue = Queue(3)
    for name in ("a1", "b1", "a2"):
        queue.add(waiting(name, name[0]))
    batch = queue.take()
    busy = [one for one in batch if one.key == "a"]
    assert [one.is_busy(BUSY) for one in busy] == [True, True]
    queue.put_back(busy)
    for name in ("a3", "c1", "b2"):
        queue.add(waiting(name, name[0]))
    batch = queue.take()
    assert names(batch) == "a1 c1 b2"
    queue.put_back([one for one in batch if one.key == "a"])
    assert len(queue) == 3
    assert names(queue.take()) == "a1 a2 a3"


async def test_new_ones_of_a_busy_conversation_do_not_pass_those_that_found_no_room() -> None:
    queue = Queue(2)
    for name in ("a1", "a2", "a3"):
        queue.add(waiting(name, "a"))
    first = queue.take()
    queue.put_back(first)
    queue.add(waiting("b1", "b"))
    assert [names(queue.take()) for _ in range(3)] == ["a1 b1", "a2 a3", ""]


async def test_whose_caller_has_gone_runs_no_more() -> None:
    queue = Queue(4)
    jobs = [waiting(name, "a") for name in ("a1", "a2", "a3")]
    queue.put_back(jobs[:2])
    queue.add(jobs[2])
    for gone in (jobs[0], jobs[2]):
        gone.future.cancel()
    assert names(queue.take()) == "a2"
    assert queue.take() == []


async def test_what_fills_a_transaction_and_is_somebody_elses_leaves_half_of_it_to_others() -> None:
    """Sixteen signals of typing in chats of a replica that stood still were all that was asked for, again and again."""
    queue = Queue(256)
    queue.put_back([waiting(f"a{n}", f"a{n}", weight=16) for n in range(40)])
    queue.add(waiting("b1", "b"))
    batch = queue.take()
    assert names(batch) == "a0 a1 a2 a3 a4 a5 a6 a7 b1"
    queue.put_back(batch[:-1])
    queue.add(waiting("b2", "b"))
    assert names(queue.take()) == "a8 a9 a10 a11 a12 a13 a14 a15 b2"  # in turn


async def test_many_whose_callers_have_gone_keep_nobody_waiting() -> None:
    queue = Queue(4)
    jobs = [waiting(f"a{n}", f"a{n}") for n in range(40)]
    queue.put_back(jobs)
    for gone in jobs[:-1]:
        gone.future.cancel()
    assert names(queue.take()) == "a39"
