"""The line before a model, on a clock that stands still: who waits, who is sent away, and whose turn it is."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest

from clinic_bot.agent.breaker import Breaker, Why
from clinic_bot.agent.limits import ModelLimits
from clinic_bot.agent.pacing import BEGUN_PATIENCE_MS, PATIENCE_MS, Closed, Line, Pass
from clinic_bot.errors import ProviderBusy
from tests.support.clock import FakeClock
from tests.support.waiting import until

TOKENS = 2_500
#: At 150,000 tokens a minute one call of 2,500 drains in a second.
PER_MINUTE = 150_000


@dataclass
class Model:
    """A line, and what belongs to it."""

    clock: FakeClock = field(default_factory=FakeClock)
    limits: ModelLimits = field(default_factory=lambda: ModelLimits(tokens_per_minute=PER_MINUTE))
    breaker: Breaker = field(default_factory=Breaker)
    served: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.limits.tokens.learn(self.limits.tokens.limit, 0, self.clock.now_ms())
        self.line = Line("Groq", self.limits, self.breaker, self.clock)

    def fill(self) -> None:
        self.limits.tokens.learn(PER_MINUTE, PER_MINUTE, self.clock.now_ms())

    async def call(self, user: str, *, begun: bool = False) -> Pass:
        passed = await self.line.enter(user, TOKENS, begun=begun)
        self.served.append(user)
        self.breaker.succeeded(probe=passed.probe)
        self.line.left()
        return passed

    def waiting(self, users: Iterable[str], *, begun: bool = False) -> list[asyncio.Task[Pass]]:
        return [asyncio.create_task(self.call(user, begun=begun)) for user in users]

    async def away(self, user: str, *, begun: bool = False) -> float:
        """Seconds after which this patient was told to come back."""
        with pytest.raises(ProviderBusy) as caught:
            await self.call(user, begun=begun)
        return caught.value.retry_after_s


async def settled() -> None:
    """Let every task run until it waits for the clock; the clock's timers fire within a millisecond."""
    for _ in range(3):
        await asyncio.sleep(0.003)


async def test_with_room_for_all_nobody_waits() -> None:
    it = Model()
    for number in range(60):
        passed = await it.call(f"patient {number % 3}")
        assert passed.waited_ms == 0


async def test_a_call_that_fits_in_a_moment_waits_in_line() -> None:
    it = Model()
    it.fill()
    (call,) = it.waiting(["ana"])
    await settled()
    assert not call.done()
    it.clock.advance(999)
    await settled()
    assert not call.done()
    it.clock.advance(1)
    assert (await call).waited_ms == 1_000


async def test_a_longer_wait_gives_the_turn_back_with_the_instant_to_come_again() -> None:
    it = Model()
    it.fill()
    first, second = it.waiting(["ana", "bia"])
    await settled()
    waits = [await it.away(user) for user in ("caio", "davi", "eva")]
    assert waits == pytest.approx([3, 4, 5], abs=0.05)
    it.clock.advance(2_000)
    await asyncio.gather(first, second)
    for user in ("caio", "davi", "eva"):  # each comes back when told, and nobody took the room meanwhile
        it.clock.advance(1_050)
        (late,) = it.waiting([f"late {user}"])
        await settled()
        assert user not in it.served
        assert (await it.call(user)).waited_ms == 0
        late.cancel()
        await asyncio.gather(late, return_exceptions=True)
    assert it.served == ["ana", "bia", "caio", "davi", "eva"]


async def test_one_who_floods_waits_for_the_others_and_they_do_not_wait_for_him() -> None:
    it = Model()
    for _ in range(60):
        await it.call("flood")  # alone, he takes all there is
    it.limits.tokens.learn(PER_MINUTE, PER_MINUTE, it.clock.now_ms())
    others = [f"patient {number}" for number in range(9)]
    due = {user: it.clock.now_ms() for user in (*others, "flood")}
    for _ in range(100):  # a hundred seconds, a call a second; everybody asks again and again
        for user in sorted(due, key=lambda user: due[user]):
            if due[user] > it.clock.now_ms():
                continue
            task = asyncio.create_task(it.call(user))
            await asyncio.sleep(0)
            if task.done() and isinstance(task.exception(), ProviderBusy):
                busy = task.exception()
                assert isinstance(busy, ProviderBusy)
                due[user] = it.clock.now_ms() + round(busy.retry_after_s * 1000)
            else:
                task.add_done_callback(lambda task, user=user: due.update({user: it.clock.now_ms()}))  # type: ignore[misc]
                due[user] = 1 << 62
        it.clock.advance(1_000)
        await settled()
    counts = Counter(it.served[60:])
    assert sum(counts.values()) >= 90, "nothing of what there was is wasted"
    assert max(counts.values()) - min(counts.values()) <= 3, counts
    assert counts["flood"] >= 8, "and he is not starved either"


async def test_a_newcomer_goes_before_the_second_call_of_one_who_was_just_served() -> None:
    it = Model()
    it.fill()
    first = it.waiting(["flood", "ana"])
    await settled()
    it.clock.advance(1_000)
    await settled()
    again = it.waiting(["flood"])
    await settled()
    newcomer = it.waiting(["bia"])
    for _ in range(4):
        it.clock.advance(1_000)
        await settled()
    await asyncio.gather(*first, *newcomer)
    assert it.served[:3] == ["flood", "ana", "bia"]
    await asyncio.gather(*again, return_exceptions=True)


async def test_a_turn_that_has_begun_goes_first_and_waits_longer() -> None:
    it = Model()
    it.fill()
    new = it.waiting(["ana"])
    await settled()
    begun = it.waiting(["bia", "caio", "davi"], begun=True)
    await settled()
    assert isinstance((await asyncio.gather(*new, return_exceptions=True))[0], ProviderBusy)
    for _ in range(3):
        it.clock.advance(1_000)
        await settled()
    await asyncio.gather(*begun)
    assert it.served == ["bia", "caio", "davi"]
    assert BEGUN_PATIENCE_MS > PATIENCE_MS


async def test_a_place_that_nobody_comes_back_to_is_given_up() -> None:
    it = Model()
    it.fill()
    gone = it.waiting(["gone 1", "gone 2"])
    await settled()
    assert await it.away("gone 3") == pytest.approx(3, abs=0.05)
    for call in gone:
        call.cancel()
    await asyncio.gather(*gone, return_exceptions=True)
    assert await it.away("ana") == pytest.approx(4, abs=0.05), "their places are kept for a moment"
    it.clock.advance(8_001)
    await it.call("ana")
    assert it.served == ["ana"]


async def test_requests_a_minute_are_paced_too() -> None:
    it = Model(limits=ModelLimits(requests_per_minute=60))
    it.limits.requests.learn(60, 60, it.clock.now_ms())
    (call,) = it.waiting(["ana"])
    await settled()
    assert not call.done()
    it.clock.advance(1_000)
    await call


async def test_a_stated_wait_is_kept_by_everybody_and_then_one_tries() -> None:
    it = Model()
    it.breaker.rest(it.clock.now_ms(), 5_000, Why.LIMIT, probe=False)
    assert await it.away("ana") == pytest.approx(5, abs=0.05)
    it.clock.advance(5_000)
    probe = await it.line.enter("ana", TOKENS, begun=False)
    assert probe.probe
    others = it.waiting(["bia", "caio"])
    await settled()
    assert not any(call.done() for call in others)
    it.breaker.succeeded(probe=True)
    it.line.left()
    await asyncio.gather(*others)


async def test_those_who_wait_for_a_slow_try_are_sent_away_and_told_different_instants() -> None:
    it = Model()
    it.breaker.rest(it.clock.now_ms(), 5_000, Why.LIMIT, probe=False)
    it.clock.advance(5_000)
    await it.line.enter("ana", TOKENS, begun=False)
    others = it.waiting(["bia", "caio", "davi"])
    await settled()
    it.clock.advance(PATIENCE_MS)
    ends = await asyncio.gather(*others, return_exceptions=True)
    waits = [end.retry_after_s for end in ends if isinstance(end, ProviderBusy)]
    assert len(set(waits)) == 3
    assert min(waits) > PATIENCE_MS / 1000


async def test_a_refused_call_keeps_its_place() -> None:
    it = Model()
    passed = await it.line.enter("ana", TOKENS, begun=False)
    it.fill()
    it.breaker.rest(it.clock.now_ms(), 3_000, Why.LIMIT, probe=False)
    assert it.line.refused(passed, 3_000) == 3_000
    assert await it.away("bia") == pytest.approx(3, abs=0.05), (
        "bia's call would fit after two seconds, but all wait for three"
    )
    it.clock.advance(3_000)
    await it.call("ana")
    await it.call("bia")


async def test_who_waits_for_a_model_that_goes_away_is_sent_to_the_next() -> None:
    it = Model()
    it.fill()
    (call,) = it.waiting(["ana"])
    await settled()
    it.breaker.rest(it.clock.now_ms(), 60_000, Why.GONE, probe=False)
    it.line.left()
    with pytest.raises(Closed):
        await call


async def test_a_cancelled_try_leaves_the_next_one_to_try() -> None:
    it = Model()
    it.breaker.rest(it.clock.now_ms(), 1_000, Why.LIMIT, probe=False)
    waiting = it.waiting(["ana", "bia"])
    await asyncio.sleep(0)
    it.clock.advance(1_000)
    await until(lambda: not it.breaker.may_ask(it.clock.now_ms()) or bool(it.served))
    waiting[0].cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert "bia" in it.served


async def test_who_will_not_come_back_keeps_nobody_waiting() -> None:
    it = Model()
    passed = await it.line.enter("ana", TOKENS, begun=True)
    it.fill()
    it.line.refused(passed, 1_000)
    it.breaker.succeeded(probe=passed.probe)
    (bia,) = it.waiting(["bia"])
    await settled()
    it.clock.advance(1_000)  # room for one, which is kept for ana
    await settled()
    assert it.served == []
    it.line.forget("ana")
    await bia
    assert it.served == ["bia"]
    assert it.line.is_empty
    it.line.forget("nobody")
