"""PostgreSQL's clock was set back by an hour: nobody waits for it."""

import io
from functools import partial

import pytest

from clinic_bot.events import PresenceStatus
from clinic_bot.store import future, notices, patients
from clinic_bot.store.claims import Later
from clinic_bot.store.database import Database
from clinic_bot.store.evidence import HOLD_AFTER_MS
from clinic_bot.store.gate import Gate
from clinic_bot.store.tables import TurnState
from tests.store.test_proposals import HELD_MS, proposed, taken
from tests.support import builders as b
from tests.support.clock import START_MS, FakeClock
from tests.support.fixtures import ON_POSTGRES
from tests.support.reminding import ahead, book
from tests.support.store import Store

pytestmark = ON_POSTGRES
HOUR_MS = 3_600_000


def set_back(store: Store, by_ms: int = HOUR_MS) -> int:
    """Somebody sets the server's clock, and a replica sees it; how many chats it brought back."""
    store.later(-by_ms)
    assert store.run(partial(future.is_ahead, now_ms=store.now_ms))
    return brought_back(store)


def brought_back(store: Store) -> int:
    job = partial(future.bring_back, now_ms=store.now_ms, policy=store.policy, lease_ms=b.LEASE_MS)
    return store.run(job)


def waits_ms(store: Store) -> int:
    wake = store.conversation().wake_at_ms
    assert wake is not None
    return wake - store.now_ms


def test_a_window_begins_anew_and_is_brought_back_once(store: Store) -> None:
    store.take(b.message("oi"))
    store.later(2_000).take(b.message("bom dia", id="m2"))
    assert set_back(store) == 1
    assert waits_ms(store) == b.QUIET_MS
    assert not store.run(partial(future.is_ahead, now_ms=store.now_ms))
    assert brought_back(store) == 0  # another replica saw it too
    store.later(1_000).take(b.message("tudo bem?", id="m3"))
    assert waits_ms(store) == b.QUIET_MS
    claim = store.claim_when_due()
    assert (claim.high, claim.first_ms <= store.now_ms) == (3, True)


def test_a_row_that_a_replica_wrote_by_the_old_clock_meanwhile_is_brought_back_too(store: Store) -> None:
    store.take(b.message("oi"))
    set_back(store)
    store.later(HOUR_MS).take(b.message("bom dia", id="m2"))  # it has not seen the jump yet
    assert set_back(store) == 1
    assert waits_ms(store) == b.QUIET_MS


def test_typing_holds_no_longer_than_it_could(store: Store) -> None:
    store.take(b.message("oi"))
    store.take(b.presence(PresenceStatus.COMPOSING))
    set_back(store)
    assert store.conversation().hold_until_ms == store.now_ms + b.HOLD_MS


def test_a_person_has_the_chat_no_longer_than_she_could(store: Store) -> None:
    store.take(b.staff())
    store.take(b.message("obrigada"))
    set_back(store)
    assert store.conversation().human_until_ms == store.now_ms + b.HUMAN_MS
    assert waits_ms(store) == b.ALERT_MS


def test_a_lease_lasts_no_longer_than_one(store: Store) -> None:
    store.take(b.message("oi"))
    store.claim_when_due()
    set_back(store)
    assert waits_ms(store) == b.LEASE_MS
    assert isinstance(store.try_claim(owner="p2"), Later)


def test_an_uncertain_send_is_held_after_its_two_minutes(store: Store) -> None:
    store.take(b.message("oi"))
    claim = store.claim_when_due()
    assert store.intent(claim) is Gate.OPEN
    store.outcome(claim, TurnState.UNKNOWN)
    set_back(store)
    (turn,) = store.turns()
    assert (turn.intent_ms, turn.outcome_ms) == (store.now_ms, store.now_ms)
    assert HOLD_AFTER_MS == 120_000


def test_an_alert_waits_no_longer_than_between_two_tries(store: Store) -> None:
    store.take(b.message("oi"))
    store.run(partial(notices.add, kind="k", text="t", now_ms=store.now_ms))
    set_back(store)
    ((due_ms, _),) = store.run(notices.waiting)
    assert due_ms == store.now_ms + 300_000


@pytest.mark.parametrize("again", [False, True], ids=["asked once", "asked once more"])
def test_a_slot_is_held_no_longer_than_it_could(store: Store, again: bool) -> None:
    store.take(b.message("oi"))
    who = store.run(partial(patients.owner, conversation_id=1))
    if again:
        store.later(-2 * HOUR_MS)  # the first time well before the step
        assert proposed(store, who, now_ms=store.now_ms) is not None
        store.later(2 * HOUR_MS)
    assert proposed(store, who, now_ms=store.now_ms) is not None
    set_back(store)
    assert taken(store, now_ms=store.now_ms + HELD_MS - 1)
    assert not taken(store, now_ms=store.now_ms + HELD_MS)


def test_who_booked_before_the_step_did_not_book_in_the_future(store: Store) -> None:
    store.take(b.message("oi"))
    store.run(partial(book, at_ms=store.now_ms))
    set_back(store)
    assert [one.known_ms for one in ahead(store)] == [store.now_ms]


@pytest.mark.parametrize(
    "by_ms", [-1_000, 0, HOUR_MS], ids=["a small step back", "no step", "an hour forward"]
)
def test_nothing_else_is_taken_for_a_clock_that_was_set_back(store: Store, by_ms: int) -> None:
    store.take(b.message("oi"))
    assert not store.run(partial(future.is_ahead, now_ms=store.now_ms + by_ms))
    assert store.wake_ms == b.QUIET_MS


def test_what_is_at_rest_stays_as_it_was_written(store: Store) -> None:
    store.take(b.message("oi"))
    store.answer()
    store.later(2 * HOUR_MS)
    store.take(b.message("oi", id="m2", who=b.contact("5511987650002", lid="2")))
    written = store.conversation(1).last_ms, store.turns()[0].outcome_ms
    assert set_back(store) == 1
    assert (store.conversation(1).last_ms, store.turns()[0].outcome_ms) == written
    assert store.now_ms > START_MS


async def test_whoever_follows_the_clock_heals_it_and_says_so_once(
    store: Store, database: Database, written_log: io.StringIO
) -> None:
    store.take(b.message("oi"))
    clock = FakeClock(START_MS - HOUR_MS)
    for _ in range(2):
        await future.heal(database, clock, b.POLICY, lease_ms=b.LEASE_MS)
    assert store.conversation().wake_at_ms == clock.now_ms() + b.QUIET_MS
    assert written_log.getvalue().count("clock was set back") == 1
