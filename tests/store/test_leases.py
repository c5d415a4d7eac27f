"""Until when a process is sure of what it holds."""

from clinic_bot.clock import Clock
from clinic_bot.store.leases import Leases
from tests.support import builders as b
from tests.support.clock import FakeClock
from tests.support.store import Store

LEASE_MS, MARGIN_MS = 15_000, 2_000


def leases(clock: Clock, *, shared: bool = True) -> Leases:
    return Leases(clock, owner="p1", lease_ms=LEASE_MS, shared=shared)


def test_a_claim_is_sure_from_before_it_was_asked_for_until_short_of_its_end(store: Store) -> None:
    store.take(b.message())
    claim, clock = store.claim_when_due(), FakeClock()
    held = leases(clock)
    assert not held.is_sure(claim)
    asked_ms = clock.steady_ms()
    clock.advance(3_000)  # the transaction took its time
    held.hold(claim, asked_ms)
    assert held.is_sure(claim)
    clock.advance(LEASE_MS - MARGIN_MS - 3_000)
    assert not held.is_sure(claim)
    held.renewed([claim.conversation_id], clock.steady_ms() - 1)
    assert held.is_sure(claim)
    held.drop(claim)
    assert not held.is_sure(claim)


def test_an_older_claim_of_the_same_conversation_is_no_claim(store: Store) -> None:
    store.take(b.message())
    old = store.claim_when_due()
    store.give_back(old)
    new, held = store.claim_when_due(), leases(FakeClock())
    held.hold(new, 0)
    held.drop(old)
    assert held.all() == [new]
    assert held.get(old.conversation_id, old.epoch) is None


def test_a_jump_of_the_wall_clock_ends_no_lease(store: Store) -> None:
    store.take(b.message())
    claim, clock = store.claim_when_due(), Clock()
    held = leases(clock)
    held.hold(claim, clock.steady_ms())
    clock.follow(3_600_000)
    assert held.is_sure(claim)


def test_alone_a_process_is_always_sure(store: Store) -> None:
    store.take(b.message())
    assert leases(FakeClock(), shared=False).is_sure(store.claim_when_due())
