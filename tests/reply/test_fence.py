"""A send of which nobody can say whether it may still be made."""

import pytest

from clinic_bot.errors import NotSent
from clinic_bot.reply.fence import Fence
from clinic_bot.store.leases import Leases
from tests.support import builders as b
from tests.support.clock import FakeClock
from tests.support.store import Store
from tests.turns.test_lookout import Lost


async def test_while_the_database_does_not_answer_nothing_leaves_and_it_may_be_tried_again(
    store: Store,
) -> None:
    store.take(b.message())
    claim, clock = store.claim_when_due(), FakeClock()
    leases = Leases(clock, owner="p1", lease_ms=15_000, shared=True)
    fence = Fence(Lost(), clock, b.POLICY, leases)
    leases.hold(claim, clock.steady_ms())
    await fence.pass_by(claim)
    clock.advance(15_000)
    with pytest.raises(NotSent):
        await fence.pass_by(claim)
