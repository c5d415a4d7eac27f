"""What a process that starts takes back: all of a file's leases, and of a server's only what ran out."""

from pathlib import Path

from clinic_bot.store.opening import opened, take_up
from clinic_bot.store.places import Place
from tests.support import builders as b
from tests.support.clock import FakeClock
from tests.support.store import Store


async def started(place: Place, at_ms: int) -> None:
    async with opened(place) as database:
        await take_up(database, place, FakeClock(at_ms), b.POLICY)


async def test_a_lease_that_lasts_is_another_replicas(place: Place) -> None:
    store = Store(place)
    store.take(b.message())
    claim = store.claim_when_due(owner="another")
    now_ms = store.now_ms
    store.close()
    await started(place, now_ms + 1_000)
    left = Store(place)
    owner = left.conversation(claim.conversation_id).owner
    left.close()
    assert owner == (None if isinstance(place, Path) else "another")
