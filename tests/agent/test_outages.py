"""The whole agent while Groq refuses, is silent or goes away: what is asked, what is waited for, what is told."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from clinic_bot.agent.answer import tokens_spent
from clinic_bot.agent.chat import Outcome
from clinic_bot.errors import AccountRefused, ModelUnusable, ProviderBusy, ProviderDown
from clinic_bot.events import Said, Speaker
from clinic_bot.sandbox.groq_limits import DEVELOPER, FREE, Plan
from clinic_bot.sandbox.receptionist import BrainCall, BrainTurn, Scripted
from tests.agent.stepped import BIG, SMALL, stage
from tests.support.waiting import until


async def test_three_minutes_of_429_lose_nothing_and_give_everybody_one_answer() -> None:
    async with stage(plan=DEVELOPER) as it:
        it.groq.add_fault({"kind": "storm", "seconds": 180, "wait_s": 5})
        patients = [asyncio.create_task(it.turn(f"patient {number}")) for number in range(40)]
        began_ms = it.clock.now_ms()
        while it.clock.now_ms() < began_ms + 180_000:
            await it.step(500)
            assert not it.answers
        during = len(it.groq.requests)
        while not all(patient.done() for patient in patients):
            await it.step(500)
            assert it.clock.now_ms() < began_ms + 230_000, "soon after it is over, everybody is answered"
        await asyncio.gather(*patients)
        assert {user: len(answers) for user, answers in it.answers.items()} == {
            f"patient {number}": 1 for number in range(40)
        }
        # The first moment's calls are refused together; from then on one call in five seconds tries.
        assert during <= 40 + 180 / 5 + 1
        assert Counter(it.outcomes)[Outcome.OK] == 40
        assert it.alerts == []


async def test_the_free_plan_is_paced_instead_of_run_into() -> None:
    async with stage(plan=FREE) as it:
        first = asyncio.create_task(it.turn("patient 0"))
        while not first.done():
            await it.step(100)
        patients = [asyncio.create_task(it.turn(f"patient {number}")) for number in range(1, 13)]
        began_ms = it.clock.now_ms()
        while not all(patient.done() for patient in patients):
            await it.step(500)
        took_s = (it.clock.now_ms() - began_ms) / 1000
        assert it.statuses.count(429) == 0, it.statuses
        assert len(it.answers) == 13
        spent = sum(logged.prompt_tokens + logged.completion_tokens for logged in it.groq.requests)
        assert took_s <= 60 * spent / FREE.tpm + 30, "and what the plan gives is used"


async def test_one_patient_who_floods_does_not_starve_the_others() -> None:
    plan = Plan(rpm=1_000, rpd=100_000, tpm=60_000, tpd=100_000_000)
    async with stage(plan=plan) as it:
        flood = [asyncio.create_task(it.turn("flood", times=200))]
        for _ in range(20):
            await it.step(500)
        others = [asyncio.create_task(it.turn(f"patient {number}", times=3)) for number in range(8)]
        before = len(it.answers["flood"])
        while not all(other.done() for other in others):
            await it.step(500)
        assert len(it.answers["flood"]) - before <= 3 * 3, "about as much as each of the others got"
        for task in flood:
            task.cancel()
        await asyncio.gather(*flood, return_exceptions=True)


async def test_a_stated_wait_is_kept_by_all_without_asking() -> None:
    async with stage() as it:
        it.groq.add_fault({"kind": "status", "name": "rate_limit_429_rpm", "count": 1})
        with pytest.raises(ProviderBusy) as caught:
            await it.agent.answer(it.request("ana"))
        assert caught.value.retry_after_s == pytest.approx(2, abs=0.1)
        with pytest.raises(ProviderBusy) as caught:
            await it.agent.answer(it.request("bia"))
        assert caught.value.retry_after_s == pytest.approx(4, abs=0.1), (
            "30 requests a minute, and ana's is first"
        )
        assert it.statuses == [429]
        assert it.outcomes == [Outcome.RATE_LIMITED, Outcome.HELD_BACK]
        it.clock.advance(2_000)
        await it.agent.answer(it.request("ana"))
        it.clock.advance(2_000)
        await it.agent.answer(it.request("bia"))
        assert it.statuses == [429, 200, 200]


@pytest.mark.parametrize("by_ms", [3_600_000, -3_600_000], ids=["an hour on", "an hour back"])
async def test_a_wait_is_as_long_whoever_sets_the_clock(by_ms: int) -> None:
    async with stage(models=[BIG]) as it:
        it.groq.add_fault({"kind": "status", "name": "rate_limit_429_tpd", "count": 1})
        with pytest.raises(ProviderBusy) as caught:
            await it.agent.answer(it.request())
        it.clock.jump(by_ms)
        with pytest.raises(ProviderBusy) as again:
            await it.agent.answer(it.request())
        assert again.value.retry_after_s == pytest.approx(caught.value.retry_after_s, abs=1.5)
        it.clock.advance(579_000)
        await it.agent.answer(it.request())


async def test_a_short_wait_in_the_middle_of_a_turn_does_not_throw_the_turn_away() -> None:
    look_up = BrainTurn(tool_call=BrainCall("consultar_informacoes", {"assunto": "preço"}))
    async with stage(brain=Scripted([look_up, "Custa R$ 390."])) as it:
        it.groq.latency_s = 1.0
        turn = asyncio.create_task(it.agent.answer(it.request()))
        await until(lambda: it.clock.asleep == 1)
        it.groq.add_fault({"kind": "status", "name": "rate_limit_429_rpm", "count": 1})
        it.clock.advance(2_000)
        await until(lambda: it.outcomes == [Outcome.OK, Outcome.RATE_LIMITED])
        it.groq.latency_s = 0
        it.clock.advance(2_000)
        answer = await turn
        assert answer.text.endswith("Custa R$ 390.")
        assert it.statuses == [200, 429, 200]
        assert [call.outcome for call in answer.record] == [Outcome.OK, Outcome.RATE_LIMITED, Outcome.OK]
        assert answer.record[-1].waited_ms == 2_000


async def test_a_breaker_opens_tries_with_one_call_and_closes() -> None:
    async with stage(models=[BIG]) as it:
        it.groq.add_fault({"kind": "cut", "when": "before"})
        for _ in range(5):
            with pytest.raises(ProviderDown) as caught:
                await it.agent.answer(it.request())
            assert caught.value.retry_after_s is not None
        asked = len(it.groq.requests)
        with pytest.raises(ProviderDown) as caught:
            await it.agent.answer(it.request())
        assert len(it.groq.requests) == asked, "open: nobody is asked"
        it.groq.clear_faults(None)
        assert caught.value.retry_after_s is not None
        it.clock.advance(round(caught.value.retry_after_s * 1000))
        it.groq.latency_s = 1.0
        probe = asyncio.create_task(it.agent.answer(it.request()))
        await until(lambda: it.clock.asleep == 1)
        with pytest.raises(ProviderDown):
            await it.agent.answer(it.request("another"))
        assert len(it.groq.requests) == asked + 1, "half open: one call alone"
        it.clock.advance(2_000)
        await probe
        it.groq.latency_s = 0
        answers = await asyncio.gather(*(it.agent.answer(it.request(str(number))) for number in range(5)))
        assert len(answers) == 5


async def test_a_model_that_fails_gives_way_to_the_next_once_its_breaker_is_open() -> None:
    async with stage() as it:
        it.groq.add_fault({"kind": "cut", "when": "after", "model": BIG})
        waits = []
        for _ in range(5):
            with pytest.raises(ProviderDown) as caught:
                await it.agent.answer(it.request())
            waits.append(caught.value.retry_after_s or 0)
        assert waits[-1] <= 1, "soon: the next one is asked instead"
        assert (await it.agent.answer(it.request())).model == SMALL
        assert Counter(it.outcomes) == {Outcome.NO_CONNECTION: 5, Outcome.OK: 1}


async def test_failures_are_retried_at_instants_that_spread() -> None:
    async with stage(models=[BIG]) as it:
        it.groq.add_fault({"kind": "status", "name": "internal_500"})
        ends: list[Any] = await asyncio.gather(
            *(it.agent.answer(it.request(str(number))) for number in range(20)), return_exceptions=True
        )
        waits = {end.retry_after_s for end in ends}
        assert len(waits) == 20
        assert all(0 < wait <= 60 for wait in waits)


@pytest.mark.parametrize(
    ("fault", "kind", "outcome"),
    [
        ("model_not_found_404", "groq_model_gone", Outcome.MODEL_GONE),
        ("rate_limit_429_tpd", "groq_day_exhausted", Outcome.DAY_EXHAUSTED),
    ],
)
async def test_a_model_that_cannot_be_asked_for_long_is_told_once(
    fault: str, kind: str, outcome: Outcome
) -> None:
    async with stage() as it:
        it.groq.add_fault({"kind": "status", "name": fault, "model": BIG})
        for _ in range(3):
            answer = await it.agent.answer(it.request())
            assert answer.model == SMALL
            it.clock.advance(1_000_000)
        assert [told for told, _ in it.alerts] == [kind]
        assert BIG in it.alerts[0][1]
        assert it.outcomes[:2] == [outcome, Outcome.OK]
        assert [call.outcome for call in answer.record][-1] is Outcome.OK


async def test_a_refused_account_is_told_once_and_again_after_it_was_in_order() -> None:
    async with stage(key="gsk_old") as it:
        for _ in range(3):
            with pytest.raises(AccountRefused, match="GROQ_API_KEY"):
                await it.agent.answer(it.request())
        assert len(it.groq.requests) == 1, "the queue stands still until a person has acted"
        it.groq.api_key = None
        it.clock.advance(30_000)
        await it.agent.answer(it.request())
        it.groq.add_fault({"kind": "status", "name": "network_blocked_403", "count": 1})
        with pytest.raises(AccountRefused, match="network"):
            await it.agent.answer(it.request())
        assert [kind for kind, _ in it.alerts] == ["groq_account", "groq_account"]
        assert "GROQ_API_KEY" in it.alerts[0][1]


async def test_an_outage_is_told_when_it_lasts_and_again_when_there_is_another() -> None:
    async with stage() as it:
        for _ in range(2):
            it.groq.add_fault({"kind": "status", "name": "over_capacity_503"})
            told = len(it.alerts)
            for _ in range(40):
                with pytest.raises(ProviderDown) as caught:
                    await it.agent.answer(it.request())
                it.clock.advance(round((caught.value.retry_after_s or 1) * 1000))
            assert [kind for kind, _ in it.alerts[told:]] == ["groq_out"]
            it.groq.clear_faults(None)
            it.clock.advance(60_000)
            await it.agent.answer(it.request())


async def test_a_request_too_large_for_the_minute_shrinks_and_is_asked_again_at_once() -> None:
    history = [Said(Speaker.PATIENT, "queria saber mais uma coisa " * 10, n) for n in range(12)]
    small = Plan(rpm=1_000, rpd=100_000, tpm=2_700, tpd=10_000_000)
    async with stage(plan=small) as it:
        request = it.request()
        object.__setattr__(request, "history", history)
        answer = await it.agent.answer(request)
        assert answer.text.endswith("Abrimos às 8h.")
        assert it.statuses[-1] == 200
        assert set(it.statuses[:-1]) == {413}
        assert len(it.statuses) <= 3
    async with stage(plan=Plan(rpm=1_000, rpd=100_000, tpm=1_000, tpd=10_000_000)) as it:
        with pytest.raises(ModelUnusable, match="without history"):
            await it.agent.answer(it.request())
        assert set(it.statuses) == {413}


async def test_a_limit_of_what_is_written_is_met_by_writing_less() -> None:
    async with stage(models=["qwen/qwen3.8-27b"], max_tokens=1_024) as it:
        it.groq.add_fault({"kind": "status", "name": "otpm_refused", "count": 1})
        brain = it.groq.brain
        assert isinstance(brain, Scripted)
        await it.agent.answer(it.request())
        assert [body["max_completion_tokens"] for body in brain.asked] == [1_000]


async def test_a_refused_call_is_repaired_twice_and_then_by_the_next_model_once() -> None:
    async with stage() as it:
        it.groq.add_fault({"kind": "tool_use_failed", "count": 3})
        answer = await it.agent.answer(it.request())
        assert [logged.model for logged in it.groq.requests] == [BIG, BIG, BIG, SMALL]
        assert answer.calls == 4
        assert [call.outcome for call in answer.record].count(Outcome.BAD_GENERATION) == 3
    async with stage(models=[BIG]) as it:
        it.groq.add_fault({"kind": "tool_use_failed"})
        with pytest.raises(ModelUnusable):
            await it.agent.answer(it.request())
        assert len(it.groq.requests) == 3, "asked, and repaired twice"


async def test_a_cancelled_call_leaves_its_record_and_what_it_cost() -> None:
    look_up = BrainTurn(tool_call=BrainCall("consultar_informacoes", {"assunto": "preço"}))
    async with stage(brain=Scripted([look_up, "Custa R$ 390."])) as it:
        request = it.request("ana")
        it.groq.add_fault({"kind": "slow", "seconds": 30, "count": 1})
        thinking = asyncio.create_task(it.agent.answer(request))
        await until(lambda: it.clock.asleep == 1)
        it.groq.add_fault({"kind": "slow", "seconds": 30, "count": 1})
        it.clock.advance(30_000)
        await until(lambda: len(it.groq.requests) == 2 and it.clock.asleep == 1)
        it.clock.advance(7_000)
        thinking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await thinking
        first, second = request.record
        assert (first.outcome, second.outcome) == (Outcome.OK, Outcome.CANCELLED)
        assert (first.took_ms, second.took_ms) == (30_000, 7_000)
        assert second.at_ms == first.at_ms + 30_000
        assert first.completion_tokens > 0
        assert second.prompt_tokens > 500, "it runs on and is paid for"
        assert tokens_spent(request.record) == first.tokens + second.tokens
        it.clock.advance(30_000)


async def test_a_turn_with_no_time_left_opens_no_breaker() -> None:
    async with stage(models=[BIG]) as it:
        it.groq.add_fault({"kind": "hang", "count": 6})
        for _ in range(6):
            with pytest.raises(ProviderDown):
                await it.model.complete([], [], user="ana", timeout_s=0.01)
        it.groq.clear_faults(None)  # a call may have been given up before it reached Groq
        assert (await it.agent.answer(it.request())).text == "Abrimos às 8h."
