"""A reviewer beside the agent's model: what it keeps back, what it costs, and that it never keeps a reply for long."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from clinic_bot.agent import review
from clinic_bot.agent.chat import Outcome
from clinic_bot.agent.review import Found
from clinic_bot.agent.tools import RESPOND
from clinic_bot.clinic.facts import load_clinic
from clinic_bot.errors import AccountRefused, ModelUnusable
from clinic_bot.sandbox.groq_limits import FREE, Plan
from clinic_bot.sandbox.receptionist import BrainCall, BrainTurn, Receptionist, Scripted
from tests.agent.reviewing import BIG, READER, Desk, desk
from tests.agent.test_over_http import scenario_turns
from tests.support.waiting import until

DATA = Path(__file__).parent.parent / "data"
WIDE = "Sim, e o carro pode ficar lá o tempo todo, não precisa pagar nada."
FAIR = "Sim, temos estacionamento conveniado; a recepção informa os detalhes."
OBJECTS: Mapping[str, Any] = {"kind": "objects", "to": "o tempo todo", "problem": "a ficha diz outro valor"}


def asked_of(one: Desk) -> list[list[Mapping[str, Any]]]:
    assert isinstance(one.brain, Scripted)
    return [request["messages"] for request in one.brain.asked]


async def test_by_default_nobody_reads_and_nothing_more_is_asked() -> None:
    async with desk(reader=None) as it:
        answer, found = await it.answer()
        assert (answer.calls, found, len(it.groq.requests)) == (1, [], 1)


async def test_what_the_reviewer_has_nothing_against_is_sent_and_its_call_is_counted() -> None:
    async with desk(FAIR) as it:
        answer, found = await it.answer()
        assert (answer.text, answer.calls, answer.model) == (FAIR, 2, BIG)
        assert found == [Found.SENDABLE]
        first, second = answer.record
        assert (first.model, first.review) == (BIG, "")
        assert (second.model, second.outcome, second.review) == (READER, Outcome.OK, "sendable")
        assert answer.prompt_tokens == first.prompt_tokens + second.prompt_tokens
        assert answer.completion_tokens == first.completion_tokens + second.completion_tokens


async def test_it_is_asked_for_json_by_schema_coolly_and_without_tools() -> None:
    async with desk() as it:
        sent: list[dict[str, Any]] = []
        post = it.model._client.post

        async def noted(path: str, *, body: Any, **rest: Any) -> Any:
            sent.append(body)
            return await post(path, body=body, **rest)

        it.model._client.post = noted  # type: ignore[method-assign, assignment]
        await it.answer()
    _, body = sent
    assert "tools" not in body
    assert (body["temperature"], body["reasoning_effort"]) == (0, "low")
    assert body["max_completion_tokens"] == review.MOST_TOKENS
    assert body["response_format"]["json_schema"]["name"] == "review"
    assert not body["response_format"]["json_schema"]["strict"], "of this model it is the best effort"


async def test_what_it_objects_to_is_written_again_with_the_problem_told() -> None:
    async with desk(WIDE, FAIR) as it:
        it.fault(**OBJECTS)
        answer, found = await it.answer()
        assert answer.text == FAIR
        assert found == [Found.OBJECTED, Found.SENDABLE]
        told = asked_of(it)[1][-1]
        assert told["role"] == "user"
        assert told["content"].startswith("[contexto] Sua última saída não pode ser enviada")
        assert "a ficha diz outro valor" in told["content"]


async def test_what_it_objects_to_twice_is_not_said() -> None:
    async with desk(WIDE) as it:
        it.fault(**OBJECTS)
        request = it.request()
        with pytest.raises(ModelUnusable):
            await it.agent.answer(request)
        assert request.reviews == [Found.OBJECTED, Found.OBJECTED]
        assert [call.review for call in request.record] == ["", "objected", "", "objected"]


async def test_a_reply_put_together_from_the_clinic_s_own_words_is_not_read() -> None:
    parts = BrainTurn(tool_call=BrainCall(RESPOND, {"fatos": ["Estacionamento"]}))
    async with desk(WIDE, parts) as it:
        it.fault(**OBJECTS)
        answer, found = await it.answer()
        assert "R$ 12 por até 2 horas" in answer.text
        assert found == [Found.OBJECTED]


async def test_once_by_the_guards_and_once_by_the_reviewer_is_twice() -> None:
    async with desk("A consulta custa R$ 12345.", WIDE) as it:
        it.fault(**OBJECTS)
        with pytest.raises(ModelUnusable):
            await it.answer()
        assert len(it.reviews) == 1, "what the guards keep back is not read"


@pytest.mark.parametrize(
    "said",
    [
        pytest.param("Parece tudo certo!", id="no JSON, which Groq refuses"),
        pytest.param('{"verdict": "ok"}', id="another object"),
        pytest.param('{"sendable": "yes", "problem": ""}', id="another type"),
        pytest.param("[true]", id="no object"),
    ],
)
async def test_what_is_no_verdict_lets_the_reply_pass(said: str) -> None:
    async with desk(FAIR) as it:
        it.fault(kind="babbles", text=said)
        answer, found = await it.answer()
        assert (answer.text, found) == (FAIR, [Found.UNREADABLE])
        assert answer.record[-1].review == "unreadable"


async def test_a_reviewer_without_words_lets_the_reply_pass() -> None:
    async with desk(FAIR) as it:
        it.fault(kind="truncated", model=READER)
        assert (await it.answer())[1] == [Found.UNREADABLE]


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        pytest.param({"kind": "storm", "wait_s": 30}, Found.BUSY, id="its minute is full"),
        pytest.param({"kind": "storm", "wait_s": 900}, Found.DOWN, id="its day is full"),
        pytest.param({"kind": "status", "name": "over_capacity_503"}, Found.DOWN, id="over capacity"),
        pytest.param({"kind": "status", "status": 500}, Found.DOWN, id="broken"),
        pytest.param({"kind": "cut", "when": "after"}, Found.DOWN, id="cut off"),
        pytest.param({"kind": "status", "status": 413}, Found.REFUSED, id="too large"),
    ],
)
async def test_a_reviewer_that_does_not_serve_lets_the_reply_pass(
    fault: dict[str, Any], found: Found
) -> None:
    async with desk(FAIR) as it:
        it.fault(**fault, model=READER)
        answer, reviews = await it.answer()
        assert (answer.text, reviews) == (FAIR, [found])


async def test_a_slow_reviewer_keeps_a_reply_no_longer_than_its_share_of_the_turn() -> None:
    async with desk(FAIR, timeout_s=6) as it:
        it.fault(kind="slow", operation="review", seconds=30)
        began_s = asyncio.get_running_loop().time()
        answer, found = await it.answer()
        assert (answer.text, found) == (FAIR, [Found.LATE])
        assert asyncio.get_running_loop().time() - began_s < 6
        assert (answer.record[-1].outcome, answer.record[-1].review) == (Outcome.TIMEOUT, "late")
        assert answer.prompt_tokens > answer.record[0].prompt_tokens, "it ran, and is paid for"


async def test_a_reviewer_that_hangs_again_and_again_is_left_alone() -> None:
    async with desk(FAIR, timeout_s=3) as it:
        it.fault(kind="hang", operation="review")
        found = [(await it.answer())[1][0] for _ in range(7)]
        assert found == [Found.LATE] * 5 + [Found.DOWN] * 2
        assert len(it.reviews) == 5


async def test_a_slow_review_by_one_of_the_agent_s_models_says_nothing_about_it() -> None:
    async with desk(FAIR, timeout_s=3, reader=BIG) as it:
        it.fault(kind="hang", operation="review")
        for _ in range(6):
            answer, found = await it.answer()
            assert (answer.model, found) == (BIG, [Found.LATE])


async def test_a_review_that_was_held_back_keeps_no_place_in_line() -> None:
    one_a_minute = Plan(rpm=1, rpd=1_000, tpm=250_000, tpd=1_000_000)
    async with desk(FAIR, plan=one_a_minute, reader=BIG, timeout_s=6) as it:
        assert (await it.answer())[1] == [Found.BUSY]
        assert it.model._models._all[0].line.is_empty


async def test_a_call_under_way_ends_with_its_turn() -> None:
    async with desk(FAIR) as it:
        it.fault(kind="hang", operation="review")
        request = it.request()
        turn = asyncio.create_task(it.agent.answer(request))
        await until(lambda: len(it.reviews) == 1)
        turn.cancel()
        with pytest.raises(asyncio.CancelledError):
            await turn
        assert request.reviews == []
        assert [(call.model, call.outcome) for call in request.record] == [
            (BIG, Outcome.OK),
            (READER, Outcome.CANCELLED),
        ]
        assert request.record[-1].review == "no verdict"


async def test_a_reviewer_that_is_gone_is_told_once_and_asked_no_more() -> None:
    async with desk(FAIR, reader="llama-3.3-70b-versatile") as it:
        for _ in range(2):
            assert (await it.answer())[1] == [Found.DOWN]
        assert len(it.reviews) == 1
        ((kind, text),) = it.alerts
        assert kind == "groq_model_gone"
        assert "CLINIC_BOT_REVIEW_MODEL" in text
        assert "CLINIC_BOT_GROQ_MODELS" not in text


async def test_a_refused_account_is_the_operator_s_matter_as_for_the_agent() -> None:
    async with desk(FAIR) as it:
        it.fault(kind="status", name="unauthorized_401", operation="review")
        with pytest.raises(AccountRefused):
            await it.answer()
        assert [kind for kind, _ in it.alerts] == ["groq_account"]


async def test_a_model_that_takes_no_schema_is_asked_for_any_json_from_then_on() -> None:
    async with desk(FAIR) as it:
        said = {"error": {"message": "this model does not support response_format json_schema"}}
        it.fault(kind="status", status=400, body=said, operation="review", count=1)
        assert (await it.answer())[1] == [Found.REFUSED]
        assert not it.model._models._reviewer.takes_schema  # type: ignore[union-attr]
        assert (await it.answer())[1] == [Found.SENDABLE]


async def test_nothing_is_asked_ahead_that_would_keep_reviews_waiting() -> None:
    async with desk(FAIR, plan=FREE, reader=BIG) as it:
        assert not it.model.has_room(), "nobody knows the limits yet"
    async with desk(FAIR) as it:
        await it.answer()
        assert it.model.has_room()
        it.fault(kind="status", status=500, operation="review")
        await it.answer()
        assert not it.model.has_room()


async def test_the_stand_in_for_the_reviewer_has_nothing_against_the_stand_in_for_the_model() -> None:
    facts = load_clinic(DATA / "clinic_fixture.json")
    async with desk(facts=facts, brain=Receptionist()) as it:
        for name, now, text in scenario_turns():
            request = it.request(text, now)
            answer = await it.agent.answer(request)
            assert request.reviews == [Found.SENDABLE], (name, answer.text)
        assert {one.status for one in it.groq.requests} == {200}
        most = max(one.prompt_tokens for one in it.reviews)
        assert most <= review.PROMPT_TOKENS, json.dumps(most)
