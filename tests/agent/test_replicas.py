"""Several replicas take from one account's limits, and what Groq tells one of them holds for all."""

import asyncio

import pytest
from sqlalchemy import URL, text

from clinic_bot.agent import reviewer
from clinic_bot.agent.chat import Outcome
from clinic_bot.agent.together import Together
from clinic_bot.errors import AccountRefused, ProviderBusy
from clinic_bot.sandbox.groq_limits import FREE, Plan
from clinic_bot.store.places import Place
from clinic_bot.store.postgres import engine
from tests.agent.reviewing import READER
from tests.agent.several import KEY, Several, several
from tests.agent.stepped import BIG, DEADLINE_MS, SMALL
from tests.support.fixtures import ON_POSTGRES
from tests.support.waiting import until

pytestmark = ON_POSTGRES


async def test_three_replicas_are_paced_by_one_free_plan(place: Place) -> None:
    async with several(place, 3, plan=FREE) as it:
        took_s = await twelve_turns_at_once(it)
        spent = sum(logged.prompt_tokens + logged.completion_tokens for logged in it.groq.requests)
        assert it.statuses.count(429) == 0, it.statuses
        assert took_s <= 60 * spent / FREE.tpm + 30, "and what the plan gives is used"


async def test_three_replicas_that_each_go_by_their_own_count_run_into_it_and_get_through(
    place: Place,
) -> None:
    async with several(place, 3, plan=FREE) as it:
        for replica in it.replicas:
            replica.database.is_away = True
        await twelve_turns_at_once(it)
        assert it.statuses.count(429) > 0, "or the test above shows nothing"


async def twelve_turns_at_once(it: Several) -> float:
    """Answer twelve patients at three replicas, by a slow model. Returns how many seconds that took."""
    await it.replicas[0].ask("first")
    it.groq.latency_s = 2
    began_ms = it.clock.now_ms()
    turns = [asyncio.create_task(it.turn(it.replicas[n % 3], f"patient {n}")) for n in range(12)]
    await it.until_done(*turns)
    assert len(it.answered) == 12
    return (it.clock.now_ms() - began_ms) / 1000


async def test_neither_a_replica_with_one_patient_nor_one_with_many_is_starved(place: Place) -> None:
    plan = Plan(rpm=1_000, rpd=100_000, tpm=60_000, tpd=100_000_000)
    async with several(place, 2, plan=plan) as it:
        busy, quiet = it.replicas
        await busy.ask("first")
        it.groq.latency_s = 1
        many = [asyncio.create_task(it.turn(busy, f"many {n}", times=1_000)) for n in range(20)]
        for _ in range(30):
            await it.step(500)
        before, began_ms = len(it.groq.requests), it.clock.now_ms()
        await it.until_done(asyncio.create_task(it.turn(quiet, "one", times=20)))
        others = len(it.groq.requests) - before - 20
        assert it.clock.now_ms() - began_ms <= 40_000, "a second for each of its answers, and little more"
        assert others >= 20
        assert it.statuses.count(429) == 0
        for task in many:
            task.cancel()
        await asyncio.gather(*many, return_exceptions=True)


async def test_a_wait_that_groq_stated_to_one_is_kept_by_all(place: Place) -> None:
    async with several(place, 3) as it:
        it.groq.add_fault({"kind": "storm", "seconds": 1, "wait_s": 5})
        with pytest.raises(ProviderBusy):
            await it.replicas[0].ask("ana")
        await it.step(2_000)
        for replica in it.replicas[1:]:
            with pytest.raises(ProviderBusy) as caught:
                await replica.ask("bia")
            assert caught.value.retry_after_s == pytest.approx(3, abs=0.1)
            assert replica.outcomes == [Outcome.HELD_BACK]
        assert it.statuses == [429]
        turns = [asyncio.create_task(it.turn(one, f"patient {n}")) for n, one in enumerate(it.replicas)]
        await it.until_done(*turns)
        assert it.statuses == [429, 200, 200, 200]


async def test_a_reviewer_s_limits_are_common_ones_too(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reviewer, "MOST_MS", DEADLINE_MS)
    async with several(place, 0) as it:
        first, second = (it.start(reviewer=READER) for _ in range(2))
        it.groq.add_fault({"kind": "storm", "seconds": 600, "wait_s": 60, "model": READER})
        for replica in (first, second):
            assert await replica.ask() == BIG, "the reply leaves unread"
            await it.settle()
        assert [logged.model for logged in it.groq.requests] == [BIG, READER, BIG]
        assert first.outcomes == [Outcome.OK, Outcome.RATE_LIMITED]
        assert second.outcomes == [Outcome.OK, Outcome.HELD_BACK]


async def test_after_a_stated_wait_one_replica_tries_and_the_others_wait_for_it(place: Place) -> None:
    async with several(place, 3) as it:
        it.groq.add_fault({"kind": "storm", "seconds": 60, "wait_s": 5})
        turns = [asyncio.create_task(it.turn(it.replicas[n % 3], f"patient {n}")) for n in range(12)]
        await it.settle()
        first = len(it.statuses)
        for _ in range(100):
            await it.step(500)
        assert first <= 12
        assert len(it.statuses) - first <= 50 / 5 + 1, "one call in five seconds, of all replicas"
        await it.until_done(*turns)
        assert it.statuses.count(200) == 12


@pytest.mark.parametrize(
    ("fault", "kind"),
    [("model_not_found_404", "groq_model_gone"), ("rate_limit_429_tpd", "groq_day_exhausted")],
)
async def test_a_model_that_cannot_be_asked_is_found_out_and_told_once(
    place: Place, fault: str, kind: str
) -> None:
    async with several(place, 3) as it:
        it.groq.add_fault({"kind": "status", "name": fault, "model": BIG})
        for replica in it.replicas:
            assert await replica.ask() == SMALL
            await it.settle()
        assert [logged.model for logged in it.groq.requests] == [BIG, SMALL, SMALL, SMALL]
        assert it.alerts == [kind]
        assert await it.start().ask() == SMALL, "who starts later finds it out himself"
        await it.settle()
        it.clock.advance(10)
        late = it.start()
        await late.ask()
        await it.settle()
        assert [logged.model for logged in it.groq.requests][-2:] == [BIG, SMALL]
        assert it.alerts == [kind]
        it.groq.clear_faults(None)
        it.clock.advance(10)
        assert await it.start().ask() == BIG
        await it.settle()
        it.clock.advance(3_600_001)
        assert [await replica.ask() for replica in it.replicas] == [BIG] * len(it.replicas)


async def test_a_refused_account_is_asked_and_told_once_for_all(place: Place) -> None:
    async with several(place, 3) as it:
        for _ in range(2):
            it.clock.advance(2_001)  # who looked a moment ago asks Groq once himself
            told, asked = len(it.alerts), len(it.statuses)
            it.groq.api_key = "another"
            for replica in it.replicas:
                with pytest.raises(AccountRefused, match="GROQ_API_KEY"):
                    await replica.ask()
                await it.settle()
            assert it.statuses[asked:] == [401]
            assert it.alerts[told:] == ["groq_account"]
            it.groq.api_key = KEY
            it.clock.advance(31_000)
            for replica in it.replicas:
                await replica.ask()
                await it.settle()


async def test_a_network_that_groq_blocks_stops_only_the_replica_behind_it(place: Place) -> None:
    async with several(place, 2) as it:
        it.groq.add_fault({"kind": "status", "name": "network_blocked_403", "count": 1})
        with pytest.raises(AccountRefused, match="network"):
            await it.replicas[0].ask()
        await it.settle()
        await it.replicas[1].ask()


async def test_another_key_is_another_account(place: Place) -> None:
    async with several(place, 1) as it:
        it.groq.api_key = "gsk_new"
        with pytest.raises(AccountRefused):
            await it.replicas[0].ask()
        await it.settle()
        await it.start(key="gsk_new").ask()


async def test_a_replica_asks_once_in_a_while_as_long_as_there_is_plenty(place: Place) -> None:
    async with several(place, 2) as it:
        await it.replicas[0].ask()
        await it.settle()
        assert it.transactions == 2, "a limit that nobody knew is told at once"
        for number in range(20):
            await it.replicas[number % 2].ask(f"patient {number}")
            await it.step(100)
        assert it.transactions <= 2 + 2, "those of two seconds are told with the next question"
        await it.step(2_000)
        before = it.transactions
        await asyncio.gather(*(it.replicas[0].ask(f"patient {number}") for number in range(50)))
        await it.settle()
        assert it.transactions - before < 25, "those that wait together share one"
        await it.step(2_001)
        for replica in it.replicas:
            await replica.ask()
            await it.settle()
        kept = await it.replicas[0].database.read(
            lambda connection: str(connection.execute(text("SELECT state FROM common")).scalar_one())
        )
        assert Together.of_text(kept).model(BIG).requests.used(0) == 1 + 20 + 50 + 2, "and all of it is told"


async def test_while_the_database_is_away_each_goes_on_by_itself(place: Place) -> None:
    async with several(place, 2) as it:
        one = it.replicas[0]
        one.database.is_away = True
        await asyncio.gather(*(one.ask(f"patient {number}") for number in range(5)))
        assert it.statuses == [200] * 5
        assert one.database.transactions == 1, "and it is not asked again and again"
        it.groq.add_fault({"kind": "status", "name": "model_not_found_404", "model": BIG})
        assert await one.ask() == SMALL
        assert it.alerts == ["groq_model_gone"], "rather told twice than never"


async def test_a_database_that_hangs_holds_a_call_up_for_half_a_second(place: Place) -> None:
    async with several(place, 1) as it:
        (one,) = it.replicas
        one.database.hangs = asyncio.Event()
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        await one.ask()
        first_s, began_s = loop.time() - began_s, loop.time()
        await one.ask()
        assert 0.5 <= first_s < 1.5
        assert loop.time() - began_s < 0.4, "the next one does not try"
        began_s = loop.time()
        await one.model.close()
        assert loop.time() - began_s < 1.5


async def test_a_replica_that_was_stopped_with_the_row_in_its_hands_stops_nobody(place: Place) -> None:
    assert isinstance(place, URL)
    async with several(place, 1) as it:
        await it.replicas[0].ask()
        await it.settle()
        stopped = engine(place)
        async with stopped.begin() as connection:
            await connection.execute(text("SELECT state FROM common FOR UPDATE"))
            await it.replicas[0].ask()
        await stopped.dispose()
        assert it.statuses == [200, 200]


async def test_what_was_stated_while_the_database_was_away_is_told_later(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clinic_bot.agent.exchange._AWAY_S", 0.0)
    async with several(place, 2) as it:
        one, other = it.replicas
        one.database.is_away = True
        it.groq.add_fault({"kind": "status", "name": "rate_limit_429_tpd", "model": BIG, "count": 1})
        assert await one.ask() == SMALL
        one.database.is_away = False
        assert await one.ask() == SMALL
        await it.settle()
        assert await other.ask() == SMALL
        assert [logged.model for logged in it.groq.requests] == [BIG, SMALL, SMALL, SMALL]


async def test_a_call_that_is_cancelled_before_it_is_made_takes_nothing(place: Place) -> None:
    async with several(place, 2, plan=FREE) as it:
        one, other = it.replicas
        await one.ask("first")
        await it.step(60_000)
        one.database.hangs = asyncio.Event()
        cancelled = [asyncio.create_task(one.ask(f"patient {number}")) for number in range(3)]
        await until(lambda: one.database.transactions == 3)
        for task in cancelled:
            task.cancel()
        await asyncio.gather(*cancelled, return_exceptions=True)
        one.database.hangs.set()
        one.database.hangs = None
        await it.settle()
        await one.ask("last")  # tells the others too
        await it.settle()
        await other.ask("bia")
        await other.ask("caio")
        assert it.statuses == [200] * 4
