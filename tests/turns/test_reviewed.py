"""A reviewer inside the real service: what a patient gets, what is kept and counted of it, and who need not wait."""

import io
import re
from functools import partial
from zoneinfo import ZoneInfo

import pytest
import structlog.testing
from rich.console import Console

from clinic_bot.clinic.facts import example_clinic
from clinic_bot.commands import report
from clinic_bot.store import overview
from clinic_bot.store.billing import bills
from clinic_bot.store.places import Place
from tests.support.fixtures import ON_SQLITE
from tests.support.service import Clinic, clinic
from tests.support.waiting import until

pytestmark = ON_SQLITE

PHONE = "5511987650001"
BIG, READER = "openai/gpt-oss-120b", "openai/gpt-oss-safeguard-20b"
WIDE = "Sim, e o carro pode ficar lá o tempo todo. Sou a assistente virtual."
FAIR = "Sim, temos estacionamento. Sou a assistente virtual."
reviewed = partial(clinic, review_model=READER, quiet_s=1, thinks_s=0.1)


def reviews(it: Clinic) -> int:
    return sum(one.operation == "review" for one in it.stand_ins.groq.requests)


def counted(it: Clinic) -> dict[str, float]:
    """What the reviewer found, where it found any."""
    told = it.service.metrics.render().decode()
    found = re.findall(r'clinic_bot_reviews_total{found="(\w+)"} ([0-9.]+)', told)
    return {word: float(count) for word, count in found if float(count)}


async def said(it: Clinic) -> list[str | None]:
    return [turn.reply for turn in await it.turns()]


async def shown(it: Clinic) -> str:
    turn = (await it.turns())[-1]
    case = await it.read(partial(overview.case, turn_id=turn.id or 0, now_ms=it.service.clock.now_ms()))
    assert case is not None
    out = io.StringIO()
    style = report.Style(ZoneInfo("America/Sao_Paulo"), full=False)
    report.show_case(Console(file=out, width=200), case, style)
    return out.getvalue()


async def test_what_was_objected_to_is_written_again_and_its_cost_is_kept_apart(place: Place) -> None:
    async with reviewed(place, says=(WIDE, FAIR)) as it:
        it.groq_fault(kind="objects", to="o tempo todo")
        await it.patient(phone=PHONE, text="tem estacionamento?")
        await it.until_states("sent")
        assert await said(it) == [FAIR]
        assert counted(it) == {"objected": 1, "sendable": 1}
        (turn,) = await it.turns()
        (bill,) = await it.read(bills)
        logged = [one for one in it.stand_ins.groq.requests if one.operation == "review"]
        assert bill.reviews == tuple(
            (READER, found, one.prompt_tokens, one.completion_tokens)
            for found, one in zip(("objected", "sendable"), logged, strict=True)
        )
        assert (turn.calls, turn.model, bill.outcomes) == (4, BIG, ("ok",) * 4)
        every = it.stand_ins.groq.requests
        assert turn.prompt_tokens == sum(one.prompt_tokens for one in every)
        assert turn.completion_tokens == sum(one.completion_tokens for one in every)
        assert f"{READER}: ok, review: objected (" in await shown(it)


async def test_after_two_objections_the_clinic_s_own_sentence_hands_over(place: Place) -> None:
    async with reviewed(place, says=(WIDE,)) as it:
        it.groq_fault(kind="objects", to="o tempo todo")
        await it.patient(phone=PHONE, text="tem estacionamento?")
        await it.until_states("sent")
        (turn,) = await it.turns()
        assert example_clinic().texts.hand_over in str(turn.reply)
        assert "o tempo todo" not in str(turn.reply)
        assert turn.hand_over
        assert turn.model == BIG
        assert turn.thrown_tokens == sum(
            one.prompt_tokens + one.completion_tokens for one in it.stand_ins.groq.requests
        )


async def test_a_reviewer_that_is_away_costs_no_answer_and_is_told_in_the_log_without_words(
    place: Place,
) -> None:
    with structlog.testing.capture_logs() as logs:
        async with reviewed(place, says=(FAIR,)) as it:
            it.groq_fault(kind="status", name="over_capacity_503", model=READER)
            await it.patient(phone=PHONE, text="tem estacionamento?")
            await it.until_states("sent")
            assert await said(it) == [FAIR]
            assert counted(it) == {"down": 1}
    (told,) = [one for one in logs if one["event"] == "reply not reviewed"]
    assert {**told, "turn": 1} == {
        "event": "reply not reviewed",
        "log_level": "warning",
        "turn": 1,
        "why": "down",
    }


async def test_a_message_during_the_review_joins_the_turn_and_gets_the_one_reply(place: Place) -> None:
    async with reviewed(place, says=(WIDE, FAIR), rate=2) as it:
        it.groq_fault(kind="hang", operation="review", count=1)
        await it.patient(phone=PHONE, text="tem estacionamento?")
        await until(lambda: reviews(it) == 1)
        await it.patient(phone=PHONE, text="e é pago?")
        await it.until_states("sent")
        assert await said(it) == [FAIR]
        (turn,) = await it.turns()
        assert turn.question == "tem estacionamento?\ne é pago?"
        assert turn.thrown_tokens > 0
        assert counted(it) == {"sendable": 1}, "the first was never said"
        assert "review: no verdict" in await shown(it)


@pytest.mark.parametrize("model", [READER, BIG])
async def test_what_is_asked_ahead_is_reviewed_ahead_and_counted_once(place: Place, model: str) -> None:
    async with clinic(
        place,
        says=(FAIR,),
        quiet_s=6,
        thinks_s=1,
        rate=8,
        speculate=True,
        groq_tokens_per_minute=1_000_000,
        review_model=model,
    ) as it:
        await it.patient(phone=PHONE, text="tem estacionamento?")
        await until(lambda: reviews(it) == 1)
        assert await it.turns() == []
        await it.until_states("sent")
        (turn,) = await it.turns()
        assert (turn.calls, turn.thrown_tokens, len(it.stand_ins.groq.requests)) == (2, 0, 2)
        assert counted(it) == {"sendable": 1}


async def test_without_a_review_model_nobody_reads(place: Place) -> None:
    async with clinic(place, says=(FAIR,), quiet_s=1) as it:
        await it.patient(phone=PHONE, text="tem estacionamento?")
        await it.until_states("sent")
        assert (reviews(it), counted(it)) == (0, {})
