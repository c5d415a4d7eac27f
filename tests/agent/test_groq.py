"""The client over HTTP: every refusal the reference knows, and what it asks for."""

import json
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from clinic_bot.agent.chat import BadGeneration, CallRecord, Completion, Message, Outcome, RequestTooLarge
from clinic_bot.agent.groq import GroqModel
from clinic_bot.agent.tools import TOOLS
from clinic_bot.clock import Clock
from clinic_bot.errors import AccountRefused, Misconfigured, ModelUnusable, ProviderBusy, ProviderDown
from clinic_bot.sandbox.groq_bodies import refusals
from clinic_bot.sandbox.serving import Cut, Hang, serving

SAMPLES: dict[str, Any] = json.loads(
    (Path(__file__).parent.parent / "data" / "groq-samples.json").read_text(encoding="utf-8")
)
REFUSALS = refusals()
BIG, SMALL = "openai/gpt-oss-120b", "openai/gpt-oss-20b"
TEXT = "quero saber o preço da consulta"
MESSAGES: list[Message] = [{"role": "system", "content": "regras"}, {"role": "user", "content": TEXT}]


@dataclass
class FakeGroq:
    """Gives its answers in order, the last one for ever, and keeps what it was asked."""

    answers: Sequence[Response]
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    async def answer(self, request: Request) -> Response:
        self.asked.append(json.loads(await request.body()))
        self.keys.append(request.headers["authorization"])
        return self.answers[min(len(self.asked), len(self.answers)) - 1]

    @property
    def models(self) -> list[str]:
        return [body["model"] for body in self.asked]


@asynccontextmanager
async def asking(fake: FakeGroq, *, models: Sequence[str] = (BIG, SMALL)) -> AsyncIterator[GroqModel]:
    app = Starlette(routes=[Route("/openai/v1/chat/completions", fake.answer, methods=["POST"])])
    async with serving(app) as base_url:
        model = GroqModel("gsk_test", base_url=base_url, models=models, max_tokens=900, clock=Clock())
        try:
            yield model
        finally:
            await model.close()


def sample(name: str, **headers: str) -> Response:
    found = SAMPLES.get(name) or REFUSALS[name]
    given = found.get("headers", {})
    kept = {key: value for key, value in given.items() if key != "content-type"} | headers
    body = found["body"]
    text = body if isinstance(body, str) else json.dumps(body)
    return Response(text, found["status"], kept, media_type=given.get("content-type", "application/json"))


def answer(body: object, status: int = 200, **headers: str) -> Response:
    return Response(json.dumps(body), status, headers, media_type="application/json")


def error(status: int, message: str, code: str | None = None, **headers: str) -> Response:
    return answer({"error": {"message": message, "type": "x", "code": code}}, status, **headers)


async def ask(model: GroqModel, **options: Any) -> Completion:
    return await model.complete(
        MESSAGES, TOOLS, user="hash", timeout_s=options.pop("timeout_s", 5.0), **options
    )


async def test_a_plain_completion_is_read() -> None:
    fake = FakeGroq([sample("plain_completion")])
    async with asking(fake) as model:
        completion = await ask(model)
    assert completion == Completion("4", (), False, BIG, 84, 105)
    (body,) = fake.asked
    assert body["model"] == BIG
    assert body["max_completion_tokens"] == 900
    assert body["reasoning_effort"] == "low"
    assert body["user"] == "hash"
    assert [tool["function"]["name"] for tool in body["tools"]] == [
        "consultar_informacoes",
        "chamar_recepcao",
    ]
    assert fake.keys == ["Bearer gsk_test"]


async def test_a_tool_call_without_content_is_read() -> None:
    async with asking(FakeGroq([sample("tool_call_completion")])) as model:
        completion = await ask(model)
    (call,) = completion.tool_calls
    assert (call.name, call.arguments) == ("get_something_by_name", '{"name":"test"}')
    assert completion.text == ""


async def test_several_calls_in_one_answer_are_read() -> None:
    call = {"type": "function", "function": {"name": "consultar_informacoes", "arguments": "{}"}}
    message = {"role": "assistant", "tool_calls": [call | {"id": "a1"}, call | {"id": "a2"}]}
    body = {"choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]}
    async with asking(FakeGroq([answer(body)])) as model:
        assert len((await ask(model)).tool_calls) == 2


async def test_an_answer_that_the_limit_ended_is_marked() -> None:
    async with asking(FakeGroq([sample("truncated_by_reasoning")])) as model:
        completion = await ask(model)
    assert completion.cut
    assert completion.text == ""


async def test_parameters_fit_the_model() -> None:
    fake = FakeGroq([sample("plain_completion_no_reasoning")])
    async with asking(fake, models=["qwen/qwen3.8-27b"]) as model:
        await ask(model)
    async with asking(fake, models=["some/other"]) as model:
        await ask(model)
    assert fake.asked[0]["reasoning_effort"] == "none"
    assert "reasoning_effort" not in fake.asked[1]


async def test_only_allowed_keys_of_a_message_are_sent() -> None:
    fake = FakeGroq([sample("plain_completion")])
    odd: list[Message] = [
        {"role": "assistant", "content": None, "reasoning_content": "x", "channel": "final", "tool_calls": []}
    ]
    async with asking(fake) as model:
        await model.complete(odd, TOOLS, user="hash", timeout_s=5)
    assert fake.asked[0]["messages"] == [{"role": "assistant", "tool_calls": []}]


@pytest.mark.parametrize(
    ("name", "wait_s"),
    [("rate_limit_429_tpm", 5.0), ("rate_limit_429_rpm", 2.0)],
)
async def test_a_limit_of_the_minute_is_waited_for(name: str, wait_s: float) -> None:
    fake = FakeGroq([sample(name)])
    async with asking(fake) as model:
        with pytest.raises(ProviderBusy) as caught:
            await ask(model)
    assert caught.value.retry_after_s == wait_s
    assert fake.models == [BIG]


@pytest.mark.parametrize(
    ("headers", "text", "wait_s"),
    [
        ({}, "Please try again in 4.897s. Need more", 4.897),
        ({}, "on tokens per minute (TPM). Please try again in 1m2.5s. Need", 62.5),
        ({"retry-after": "0"}, "Please try again in 644ms. Need", 0.644),
        ({"retry-after": "2m3s"}, "Please try again in 2m3s.", 123.0),
        ({"x-ratelimit-reset-tokens": "7.66s"}, "no hint", 7.66),
        ({}, "no hint at all", 5.0),
    ],
    ids=[
        "text",
        "minutes in the text",
        "a header of 0",
        "a header that is no number",
        "bucket reset",
        "nothing",
    ],
)
async def test_the_wait_is_read_wherever_it_stands(headers: dict[str, str], text: str, wait_s: float) -> None:
    async with asking(FakeGroq([error(429, text, "rate_limit_exceeded", **headers)])) as model:
        with pytest.raises(ProviderBusy) as caught:
            await ask(model)
    assert caught.value.retry_after_s == pytest.approx(wait_s)


@pytest.mark.parametrize(
    "name",
    [
        "rate_limit_429_tpd",
        "model_not_found_404",
        "model_decommissioned_400",
        "over_capacity_503",
        "flex_capacity_498",
    ],
)
async def test_the_next_model_is_asked_when_the_first_one_cannot(name: str) -> None:
    fake = FakeGroq([sample(name), sample("plain_completion")])
    async with asking(fake) as model:
        assert (await ask(model)).model == SMALL
        assert (await ask(model)).model == SMALL
    assert fake.models == [BIG, SMALL, SMALL]  # and the first one rests


async def test_daily_limits_of_all_models_name_the_shorter_wait() -> None:
    daily = "on tokens per day (TPD): Limit 200000. Please try again in "
    fake = FakeGroq(
        [
            error(429, daily + "9m38.016s.", "rate_limit_exceeded"),
            error(429, daily + "5m0s.", "rate_limit_exceeded"),
        ]
    )
    async with asking(fake) as model:
        for _ in range(2):  # the second time nobody is asked
            with pytest.raises(ProviderBusy) as caught:
                await ask(model)
            assert caught.value.retry_after_s == pytest.approx(300, abs=5)
    assert len(fake.asked) == 2


async def test_no_model_there_is_for_the_operator_and_is_asked_again() -> None:
    fake = FakeGroq(
        [sample("model_not_found_404"), sample("model_not_found_404"), sample("plain_completion")]
    )
    async with asking(fake) as model:
        with pytest.raises(AccountRefused, match="none of the models"):
            await ask(model)
        assert (await ask(model)).model == BIG


async def test_every_model_over_capacity_is_an_outage() -> None:
    async with asking(FakeGroq([sample("over_capacity_503")])) as model:
        with pytest.raises(ProviderDown):
            await ask(model)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("unauthorized_401", AccountRefused),
        ("network_blocked_403", AccountRefused),
        ("spend_limit_400", AccountRefused),
        ("request_too_large_413_tpm", RequestTooLarge),
        ("request_too_large_413_body", RequestTooLarge),
        ("otpm_refused", RequestTooLarge),
        ("internal_500", ProviderDown),
        ("bad_gateway_502_html", ProviderDown),
        ("unprocessable_422", BadGeneration),
        ("unsupported_message_property_400", ModelUnusable),
        ("max_completion_tokens_too_big_400", ModelUnusable),
        ("tool_use_failed_bad_json", BadGeneration),
        ("tool_use_failed_generic", BadGeneration),
        ("tool_use_failed_none_but_called", BadGeneration),
        ("tool_use_failed_required_not_called", BadGeneration),
        ("json_validate_failed", BadGeneration),
    ],
)
async def test_each_refusal_has_its_class(name: str, expected: type[Exception]) -> None:
    fake = FakeGroq([sample(name)])
    async with asking(fake) as model:
        with pytest.raises(expected) as caught:
            await ask(model)
    assert len(fake.asked) == 1
    said = str(caught.value)
    for secret in ("org_", "gsk_", "console.groq.com", TEXT, "repo_browser", "brave_search"):
        assert secret not in said
    assert caught.value.__cause__ is None  # a traceback would print the SDK's error with its body


async def test_a_model_this_account_may_not_use_gives_way() -> None:
    blocked = error(403, "blocked", "model_permission_blocked_org")
    async with asking(FakeGroq([blocked, sample("plain_completion")])) as model:
        assert (await ask(model)).model == SMALL


async def test_a_spend_code_of_another_name_is_the_account_s_matter() -> None:
    async with asking(FakeGroq([error(400, "no", "spend_alert_reached")])) as model:
        with pytest.raises(AccountRefused):
            await ask(model)


async def test_a_wrong_base_url_is_the_operator_s_matter() -> None:
    async with serving(Starlette()) as base_url:
        model = GroqModel("gsk_test", base_url=base_url, models=[BIG], max_tokens=900, clock=Clock())
        with pytest.raises(AccountRefused, match="GROQ_BASE_URL"):
            await ask(model)
        await model.close()


async def test_a_refused_call_comes_back_to_be_repaired() -> None:
    async with asking(FakeGroq([sample("tool_use_failed_schema")])) as model:
        with pytest.raises(BadGeneration) as caught:
            await ask(model)
    assert caught.value.call is not None
    assert caught.value.call.name == "get_something_by_name"
    assert json.loads(caught.value.call.arguments) == {"foo": "bar"}
    assert "missing properties" in caught.value.problem


@pytest.mark.parametrize(
    "response",
    [
        answer({}),
        answer({"choices": []}),
        answer({"choices": [{"index": 0}]}),
        answer([]),
        Response("<html>hello</html>", media_type="text/html"),
        Response('{"choices": [', media_type="application/json"),
        Response("", 200, media_type="application/json"),
        answer({}, 302, location="https://elsewhere.example/"),
        Cut(),
        Cut(b'{"choices": ['),
    ],
    ids=["{}", "no choice", "no message", "list", "HTML", "broken", "empty", "redirect", "reset", "cut body"],
)
async def test_what_is_no_completion_is_an_outage(response: Response) -> None:
    async with asking(FakeGroq([response])) as model:
        with pytest.raises(ProviderDown):
            await ask(model)


async def test_silence_ends_at_the_deadline() -> None:
    async with asking(FakeGroq([Hang()])) as model:
        with pytest.raises(ProviderDown, match="in time"):
            await ask(model, timeout_s=0.1)


async def test_one_call_has_its_own_deadline_within_the_turn_s() -> None:
    ended: list[CallRecord] = []
    app = Starlette(
        routes=[Route("/openai/v1/chat/completions", FakeGroq([Hang()]).answer, methods=["POST"])]
    )
    async with serving(app) as base_url:
        model = GroqModel(
            "gsk_test", base_url=base_url, models=[BIG], max_tokens=900, clock=Clock(rate=10),
            call_timeout_s=1, called=ended.append,
        )  # fmt: skip
        with pytest.raises(ProviderDown, match="in time") as caught:
            await ask(model, timeout_s=30.0)
        await model.close()
    (record,) = ended
    assert record.outcome is Outcome.TIMEOUT
    assert record.prompt_tokens > 0, "it may have run, and be billed"
    assert caught.value.retry_after_s is not None


async def test_a_closed_port_is_an_outage() -> None:
    model = GroqModel("gsk_test", base_url="http://127.0.0.1:9", models=[BIG], max_tokens=900, clock=Clock())
    with pytest.raises(ProviderDown):
        await ask(model)
    await model.close()


async def test_the_second_model_can_be_asked_first() -> None:
    fake = FakeGroq([sample("plain_completion")])
    async with asking(fake) as model:
        await ask(model, fallback=True)
    async with asking(fake, models=[BIG]) as model:
        with pytest.raises(ModelUnusable):  # it would be a third repair
            await ask(model, fallback=True)
    assert fake.models == [SMALL]


@pytest.mark.parametrize("key", ["", "   ", "\n", "gsk_ção", "gsk a", "gsk_\x00"])
async def test_a_key_that_cannot_be_one_is_noticed_at_start(key: str) -> None:
    with pytest.raises(Misconfigured, match="GROQ_API_KEY"):
        GroqModel(key, base_url="https://api.groq.com", models=[BIG], max_tokens=900, clock=Clock())


async def test_no_models_is_noticed_at_start() -> None:
    with pytest.raises(Misconfigured, match="GROQ_MODELS"):
        GroqModel("gsk_test", base_url="https://api.groq.com", models=[], max_tokens=900, clock=Clock())


async def test_a_newline_behind_the_key_does_no_harm() -> None:
    fake = FakeGroq([sample("plain_completion")])
    app = Starlette(routes=[Route("/openai/v1/chat/completions", fake.answer, methods=["POST"])])
    async with serving(app) as base_url:
        model = GroqModel(" gsk_test\n", base_url=base_url, models=[BIG], max_tokens=900, clock=Clock())
        await ask(model)
        await model.close()
    assert fake.keys == ["Bearer gsk_test"]


async def test_nothing_a_patient_wrote_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with asking(FakeGroq([sample("plain_completion"), sample("rate_limit_429_tpm")])) as model:
        await ask(model)
        with pytest.raises(ProviderBusy):
            await ask(model)
    for secret in ("gsk_test", TEXT, "org_"):
        assert secret not in caplog.text
