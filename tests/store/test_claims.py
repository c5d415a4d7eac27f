"""Claims: one at a time, fenced by their epoch (rules 6 and 7)."""

from dataclasses import replace

from clinic_bot.store.claims import Later
from clinic_bot.store.closing import STALE
from clinic_bot.store.gate import Gate
from clinic_bot.store.lease import Claim
from tests.support import builders as b
from tests.support.clock import START_MS
from tests.support.fixtures import ON_POSTGRES
from tests.support.store import Store


def test_a_claim_takes_everything_that_is_pending(store: Store) -> None:
    store.take(b.message("oi", id="m1"))
    store.at(3_000).take(b.message("quero marcar", id="m2"))
    claim = store.at(9_000).claim()
    assert (claim.low, claim.high, claim.epoch, claim.closed_by) == (1, 2, 1, "quiet")
    assert [m.text for m in claim.messages] == ["oi", "quero marcar"]
    assert claim.due_ms == START_MS + 9_000
    assert store.wake_ms == 9_000 + b.LEASE_MS  # who vanishes is noticed by the same index


def test_a_window_that_is_not_due_is_not_claimed(store: Store) -> None:
    store.take(b.message())
    assert store.at(b.QUIET_MS - 1).try_claim() == Later(START_MS + b.QUIET_MS)


def test_a_second_taker_is_refused(store: Store) -> None:
    store.take(b.message())
    store.claim_when_due(owner="p1")
    refused = store.later(1_000).try_claim(owner="p2")
    assert refused == Later(START_MS + b.QUIET_MS + b.LEASE_MS)
    assert store.conversation().epoch == 1


def test_what_comes_while_a_turn_is_open_does_not_move_its_lease(store: Store) -> None:
    store.take(b.message(id="m1"))
    store.claim_when_due()
    lease_ms = store.wake_ms
    taken = store.later(1_000).take(b.message("mais uma", id="m2"))
    assert taken.wake_at_ms is None
    assert store.wake_ms == lease_ms


def test_after_its_lease_somebody_else_may_take_it(store: Store) -> None:
    store.take(b.message())
    store.claim_when_due(owner="p1")
    assert isinstance(store.later(b.LEASE_MS).try_claim(owner="p2"), Later)  # the dead lease is ended first
    assert store.claim(owner="p2").epoch == 2


def test_a_leftover_of_our_own_is_taken_back_at_once(store: Store) -> None:
    store.take(b.message())
    store.claim_when_due(owner="p1")
    store.try_claim(owner="p1")
    assert store.claim(owner="p1").epoch == 2


def _stale_claims(store: Store) -> tuple[Claim, Claim]:
    """One that was lost and the one that came after it."""
    store.take(b.message())
    lost = store.claim_when_due(owner="p1")
    store.later(b.LEASE_MS).try_claim(owner="p2")
    return lost, store.claim(owner="p2")


def test_of_a_lost_claim_intent_outcome_and_return_change_nothing(store: Store) -> None:
    lost, current = _stale_claims(store)
    before = store.conversation(), store.turns()
    assert store.intent(lost) is Gate.STALE
    assert store.outcome(lost) == STALE
    assert store.give_back(lost) == STALE
    assert (store.conversation(), store.turns()) == before
    assert store.intent(current) is Gate.OPEN


def test_the_owner_alone_is_not_enough(store: Store) -> None:
    store.take(b.message())
    current = store.claim_when_due(owner="p1")
    assert store.intent(replace(current, epoch=current.epoch - 1)) is Gate.STALE
    assert store.intent(replace(current, owner="p2")) is Gate.STALE
    assert store.intent(current) is Gate.OPEN


def test_every_claim_raises_the_epoch(store: Store) -> None:
    epochs = []
    for n in range(4):
        store.later(100_000).take(b.message(id=f"m{n}"))
        epochs.append(store.answer().epoch)
    assert epochs == [1, 2, 3, 4]


@ON_POSTGRES
def test_of_turns_that_may_end_their_processes_replicas_run_one_at_a_time(store: Store) -> None:
    """Else those that were only open beside it would be set aside with the one that is to blame."""
    for n in (1, 2, 3):
        store.take(b.message(id=f"m{n}", who=b.contact(f"551198765000{n}")))
    for _ in range(2):
        for n in (1, 2):
            store.claim_when_due(n, owner="died")
        store.later(b.LEASE_MS)
        assert [type(store.try_claim(n, owner="found")) for n in (1, 2)] == [Later, Later]
    blamed = store.claim(1, owner="a")
    waits = store.try_claim(2, owner="b")
    assert isinstance(waits, Later)
    assert waits.wake_at_ms == store.now_ms + 1_000
    store.claim(3, owner="b")  # of whom nobody suspects anything
    store.intent(blamed)
    store.outcome(blamed)
    store.claim(2, owner="b")
