"""What one of several replicas does for all."""

from functools import partial

from clinic_bot.store import duties
from clinic_bot.store.database import Database
from clinic_bot.store.duties import Chores
from tests.support.clock import FakeClock
from tests.support.store import Store

LASTS_MS = 10_000


def take(store: Store, owner: str, name: str = "chores") -> bool:
    job = partial(duties.take, name=name, owner=owner, now_ms=store.now_ms, lasts_ms=LASTS_MS)
    return store.run(job)


def test_a_duty_is_one_process_s_until_it_runs_out(store: Store) -> None:
    assert take(store, "a")
    assert not take(store, "b")
    assert take(store.later(LASTS_MS - 1), "a")  # kept: it lasts from now on
    assert not take(store.later(LASTS_MS - 1), "b")
    assert take(store.later(1), "b")
    assert not take(store, "a")


def test_duties_are_told_apart(store: Store) -> None:
    assert take(store, "a", "one")
    assert take(store, "b", "another")


def test_what_is_given_up_is_free_at_once(store: Store) -> None:
    assert take(store, "a")
    store.run(partial(duties.give_up, name="chores", owner="b"))  # not his to give
    assert not take(store, "b")
    store.run(partial(duties.give_up, name="chores", owner="a"))
    assert take(store, "b")


async def test_who_leaves_hands_the_chores_to_another(database: Database) -> None:
    clock = FakeClock()
    first, second = (Chores(database, clock, owner=owner) for owner in ("a", "b"))
    await first.keep()
    await second.keep()
    assert (first.are_ours(), second.are_ours()) == (True, False)
    await first.leave()
    await second.keep()
    assert (first.are_ours(), second.are_ours()) == (False, True)


async def test_who_could_not_keep_the_chores_has_them_no_more(database: Database) -> None:
    clock = FakeClock()
    chores = Chores(database, clock, owner="a")
    await chores.keep()
    clock.advance(15_000)
    assert not chores.are_ours()
