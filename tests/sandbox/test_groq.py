import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import groq
import httpx
import pytest
from groq.types.chat import ChatCompletion

from clinic_bot.clock import Clock
from clinic_bot.sandbox.groq import build_groq, groq_state
from clinic_bot.sandbox.groq_limits import FREE
from clinic_bot.sandbox.groq_state import GroqState
from clinic_bot.sandbox.receptionist import Brain, BrainCall, BrainTurn, Receptionist, Scripted
from clinic_bot.sandbox.serving import serving

from .conftest import DEADLINE_S

KEY = "gsk_test"
MODEL = "openai/gpt-oss-120b"
SAMPLES: dict[str, Any] = json.loads(
    (Path(__file__).parent.parent / "data" / "groq-samples.json").read_text(encoding="utf-8")
)
TOOL = {
    "type": "function",
    "function": {
        "name": "consultar_informacoes",
        "description": "Consulta a ficha.",
        "parameters": {
            "type": "object",
            "properties": {"assunto": {"type": "string"}},
            "required": ["assunto"],
            "additionalProperties": False,
        },
    },
}
CALL = BrainTurn(tool_call=BrainCall("consultar_informacoes", {"assunto": "horário"}))


class Switch:
    """A brain that tests exchange."""

    def __init__(self) -> None:
        self.brain: Brain = Receptionist()

    def reply(self, request: Any) -> BrainTurn:
        return self.brain.reply(request)


class Api:
    def __init__(self, state: GroqState, base: str, http: httpx.AsyncClient, switch: Switch) -> None:
        self.state, self.base, self.http, self.switch = state, base, http, switch

    def says(self, *turns: BrainTurn | str) -> None:
        self.switch.brain = Scripted(turns)

    async def post(self, body: Any, *, path: str = "chat/completions", key: str = KEY) -> httpx.Response:
        headers = {"Authorization": f"Bearer {key}"}
        return await self.http.post(f"{self.base}/openai/v1/{path}", json=body, headers=headers)

    async def chat(self, text: str = "oi", **fields: Any) -> httpx.Response:
        body = {"model": MODEL, "messages": [{"role": "user", "content": text}], **fields}
        return await self.post(body)

    async def fault(self, **description: Any) -> None:
        answer = await self.http.post(f"{self.base}/control/faults", json=description)
        assert answer.status_code == 200, answer.text


@pytest.fixture
async def api(clock: Clock, http: httpx.AsyncClient) -> AsyncIterator[Api]:
    switch = Switch()
    app = build_groq(clock=clock, api_key=KEY, brain=switch)
    async with serving(app) as base:
        yield Api(groq_state(app), base, http, switch)


def shape(value: Any, *, at: str = "") -> set[str]:
    """The paths of all keys, lists taken as one element."""
    if isinstance(value, dict):
        below = (shape(inner, at=f"{at}.{key}") for key, inner in value.items())
        return {f"{at}.{key}" for key in value}.union(*below)
    if isinstance(value, list):
        return set[str]().union(*(shape(inner, at=f"{at}[]") for inner in value))
    return set()


async def test_a_plain_answer_has_the_recorded_keys(api: Api) -> None:
    api.says("4")
    answer = await api.chat()
    assert answer.status_code == 200
    assert shape(answer.json()) == shape(SAMPLES["plain_completion"]["body"])
    assert answer.json()["choices"][0]["finish_reason"] == "stop"


async def test_a_model_that_does_not_reason_has_no_reasoning(api: Api) -> None:
    api.says("4")
    answer = (await api.chat(model="qwen/qwen3.8-27b")).json()
    assert shape(answer) == shape(SAMPLES["plain_completion_no_reasoning"]["body"])


async def test_a_tool_call_has_no_content_key(api: Api) -> None:
    api.says(CALL)
    answer = (await api.chat(tools=[TOOL])).json()
    assert shape(answer) == shape(SAMPLES["tool_call_completion"]["body"])
    (call,) = answer["choices"][0]["message"]["tool_calls"]
    assert re.fullmatch(r"fc_[0-9a-f-]{36}", call["id"])
    assert json.loads(call["function"]["arguments"]) == {"assunto": "horário"}


async def test_a_repeated_system_prompt_hits_the_cache(api: Api) -> None:
    api.says("sim")
    messages = [{"role": "system", "content": "regra " * 400}, {"role": "user", "content": "oi"}]
    answers = [(await api.chat(messages=messages)).json() for _ in range(2)]
    assert "prompt_tokens_details" not in answers[0]["usage"]
    assert shape(answers[1]) == shape(SAMPLES["completion_with_cache_hit"]["body"])
    assert answers[1]["usage"]["prompt_tokens_details"]["cached_tokens"] % 128 == 0


async def test_headers_show_the_day_of_requests_and_the_minute_of_tokens(api: Api) -> None:
    api.state.set_plan(FREE)
    headers = (await api.chat(max_completion_tokens=900)).headers
    assert set(SAMPLES["tool_call_completion_pt"]["headers"]) <= set(headers)
    assert (headers["x-ratelimit-limit-requests"], headers["x-ratelimit-limit-tokens"]) == ("1000", "8000")
    assert re.fullmatch(r"[0-9hms.]+", headers["x-ratelimit-reset-tokens"])
    assert re.fullmatch(r"req_[0-9a-z]{26}", headers["x-request-id"])


async def test_the_sdk_makes_a_round_trip_with_a_tool(api: Api) -> None:
    async with groq.AsyncGroq(
        api_key=KEY, base_url=api.base, max_retries=0, http_client=groq.DefaultAioHttpClient()
    ) as client:
        messages: list[Any] = [{"role": "user", "content": "que horas vocês abrem?"}]
        first = await client.chat.completions.create(model=MODEL, messages=messages, tools=[TOOL])  # type: ignore[list-item]
        (call,) = first.choices[0].message.tool_calls or []
        messages += [
            {"role": "assistant", "tool_calls": [call.model_dump()]},
            {"role": "tool", "tool_call_id": call.id, "content": "Horário: segunda a sexta das 7h às 19h."},
        ]
        body = {"model": MODEL, "messages": messages, "tools": [TOOL]}
        second = await client.post("/openai/v1/chat/completions", body=body, cast_to=ChatCompletion)
        assert "das 7h às 19h" in (second.choices[0].message.content or "")
        models = await client.models.list()
        assert MODEL in [one.id for one in models.data]
        with pytest.raises(groq.NotFoundError):
            await client.models.retrieve("llama-3.3-70b-versatile")
        heard = await client.audio.transcriptions.create(
            model="whisper-large-v3", file=("audio.ogg", b"\r\n--\x00" * 99, "audio/ogg"), language="pt"
        )
        assert heard.text.startswith(" ")


def message(**fields: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": "oi"}, fields]}


@pytest.mark.parametrize(
    ("fields", "part"),
    [
        pytest.param(
            message(role="assistant", content="a", reasoning_content="r"),
            "property 'reasoning_content' is unsupported",
            id="unknown message key",
        ),
        pytest.param(message(role="tool", content="a"), "tool_call_id", id="tool without its call"),
        pytest.param({"messages": []}, "minimum number of items", id="no messages"),
        pytest.param({"tool_choice": None}, "tool_choice", id="null tool choice"),
        pytest.param({"reasoning_effort": "none"}, "reasoning_effort", id="effort of another model"),
        pytest.param({"max_completion_tokens": 70_000}, "less than or equal to 65536", id="too many tokens"),
        pytest.param({"n": 2}, "'n'", id="two answers"),
        pytest.param({"logprobs": True}, "logprobs", id="unsupported field"),
        pytest.param({"stream": True}, "stream", id="stream"),
        pytest.param(
            {"tools": [TOOL], "response_format": {"type": "json_schema"}},
            "json_schema",
            id="schema and tools",
        ),
        pytest.param(
            {"include_reasoning": False, "reasoning_format": "hidden"},
            "include_reasoning",
            id="both reasoning switches",
        ),
    ],
)
async def test_what_groq_refuses_is_refused(api: Api, fields: dict[str, Any], part: str) -> None:
    answer = await api.chat(**fields)
    error = answer.json()["error"]
    assert (answer.status_code, error["type"]) == (400, "invalid_request_error")
    assert part in error["message"]


async def test_an_unsupported_property_is_refused_in_groqs_words(api: Api) -> None:
    fields = message(role="assistant", content="a", reasoning_content="r")
    assert (await api.chat(**fields)).json() == SAMPLES["unsupported_message_property_400"]["body"]


async def test_a_history_with_tools_and_reasoning_is_taken(api: Api) -> None:
    api.says("certo")
    function = {"name": "consultar_informacoes", "arguments": "{}"}
    call = {"id": "fc_1", "type": "function", "function": function}
    messages = [
        {"role": "system", "content": "regras"},
        {"role": "user", "content": "oi"},
        {"role": "assistant", "reasoning": "hm", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "fc_1", "content": "fatos"},
    ]
    assert (await api.chat(messages=messages, tools=[TOOL])).status_code == 200


async def test_json_that_was_asked_for_is_held_to(api: Api) -> None:
    api.says("Claro!", '{"n": 1}')
    body = {
        "model": MODEL,
        "messages": [{"role": "user", "content": "oi"}],
        "response_format": {"type": "json_object"},
    }
    refused = (await api.post(body)).json()["error"]
    assert (refused["code"], refused["failed_generation"]) == ("json_validate_failed", "Claro!")
    assert (await api.post(body)).json()["choices"][0]["message"]["content"] == '{"n": 1}'


@pytest.mark.parametrize("lacks", ["required", "additionalProperties"])
async def test_a_strict_schema_has_to_be_closed(api: Api, lacks: str) -> None:
    inner = {
        "type": "object",
        "properties": {"n": {"type": "integer"}},
        "required": ["n"],
        "additionalProperties": False,
    }
    schema = {"type": "object", "properties": {"all": {"type": "array", "items": inner}}, "required": ["all"]}
    asked = {"name": "all", "strict": True, "schema": schema | {"additionalProperties": False}}
    body = {
        "model": MODEL,
        "messages": [{"role": "user", "content": "oi"}],
        "response_format": {"type": "json_schema", "json_schema": asked},
    }
    api.says('{"all": []}')
    assert (await api.post(body)).status_code == 200
    del inner[lacks]
    assert "strict" in (await api.post(body)).json()["error"]["message"]


async def test_keys_and_models_are_checked(api: Api) -> None:
    refused = await api.post({"model": MODEL, "messages": []}, key="gsk_wrong")
    assert (refused.status_code, refused.json()) == (401, SAMPLES["unauthorized_401"]["body"])
    gone = await api.chat(model="llama-3.3-70b-versatlie")
    assert (gone.status_code, gone.json()) == (404, SAMPLES["model_not_found_404"]["body"])
    assert (await api.chat(model="whisper-large-v3")).status_code == 400
    doubled = await api.post({}, path="openai/v1/chat/completions")
    assert (doubled.status_code, doubled.json()["error"]["code"]) == (404, "unknown_url")


@pytest.mark.parametrize(
    ("turn", "fields", "sample"),
    [
        pytest.param(
            BrainTurn(tool_call=BrainCall("consultar_informacoes", {"foo": "bar"})),
            {"tools": [TOOL]},
            "tool_use_failed_schema",
            id="schema",
        ),
        pytest.param(
            BrainTurn(tool_call=BrainCall("listFiles", {})),
            {"tools": [TOOL]},
            "tool_use_failed_unknown_tool",
            id="unknown tool",
        ),
        pytest.param(
            "maybe",
            {"tools": [TOOL], "tool_choice": "required"},
            "tool_use_failed_required_not_called",
            id="required",
        ),
        pytest.param(CALL, {}, "tool_use_failed_none_but_called", id="none"),
    ],
)
async def test_bad_calls_of_the_model_are_hidden_behind_a_400(
    api: Api, turn: BrainTurn | str, fields: dict[str, Any], sample: str
) -> None:
    api.says(turn)
    answer = await api.chat(**fields)
    expected = SAMPLES[sample]["body"]["error"]
    error = answer.json()["error"]
    assert answer.status_code == 400
    assert set(error) == set(expected)
    assert error["code"] == "tool_use_failed"
    known = expected["message"].replace("get_something_by_name", "consultar_informacoes")
    assert error["message"] == known.replace("'name'", "'assunto'")


async def test_a_small_budget_cuts_the_answer(api: Api) -> None:
    api.says("palavra " * 200)
    answer = (await api.chat(max_completion_tokens=60)).json()
    assert answer["choices"][0]["finish_reason"] == "length"
    assert answer["usage"]["completion_tokens"] == 60


async def test_the_free_plan_refuses_when_its_minute_is_full(api: Api) -> None:
    api.state.set_plan(FREE)
    api.says("x")
    async with asyncio.TaskGroup() as group:
        calls = [group.create_task(api.chat(max_completion_tokens=3_500)) for _ in range(3)]
    refused = [call.result() for call in calls if call.result().status_code == 429]
    assert len(refused) == 1
    sample = SAMPLES["rate_limit_429_tpm"]
    assert shape(refused[0].json()) == shape(sample["body"])
    assert set(sample["headers"]) <= set(refused[0].headers)
    said = re.search(r"Limit 8000, Used (\d+), Requested (\d+)\.", refused[0].json()["error"]["message"])
    assert said is not None
    too_large = await api.chat(max_completion_tokens=9_000)
    assert too_large.status_code == 413
    assert shape(too_large.json()) == shape(SAMPLES["request_too_large_413_tpm"]["body"])


async def test_an_answer_takes_its_time(api: Api) -> None:
    api.says("palavra " * 600)
    await api.chat(max_completion_tokens=9_000)
    (logged,) = api.state.requests
    assert logged.out_ms is not None
    assert logged.out_ms - logged.in_ms >= 480 + logged.completion_tokens * 2


async def test_a_thousand_slow_calls_run_side_by_side(clock: Clock) -> None:
    app = build_groq(clock=clock, api_key=None, brain=Scripted(["ok"]))
    limits = httpx.Limits(max_connections=2000)
    async with (
        serving(app) as base,
        groq.AsyncGroq(
            api_key="any", base_url=base, max_retries=0, timeout=60,
            http_client=groq.DefaultAioHttpClient(limits=limits),
        ) as client,
    ):  # fmt: skip
        groq_state(app).add_fault({"kind": "slow", "seconds": 150})
        body = {"model": MODEL, "messages": [{"role": "user", "content": "oi"}]}

        async def ask() -> None:
            await client.post("/openai/v1/chat/completions", body=body, cast_to=ChatCompletion)

        async with asyncio.TaskGroup() as group:
            for _ in range(1000):
                group.create_task(ask())
        state = groq_state(app)
        assert all(one.status == 200 for one in state.requests)
        assert state.most_running == 1000


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("flex_capacity_498", 498), ("internal_500", 500), ("over_capacity_503", 503), ("network_blocked_403", 403),
        ("spend_limit_400", 400), ("model_decommissioned_400", 400), ("unprocessable_422", 422),
        ("rate_limit_429_tpd", 429),
    ],
)  # fmt: skip
async def test_refusals_come_by_name(api: Api, name: str, status: int) -> None:
    await api.fault(kind="status", name=name, count=1)
    answer = await api.chat()
    assert (answer.status_code, answer.json()) == (status, api.state.refusals[name]["body"])
    assert (await api.chat()).status_code == 200


async def test_html_and_free_answers_are_possible(api: Api) -> None:
    await api.fault(kind="status", name="bad_gateway_502_html", count=1)
    answer = await api.chat()
    assert answer.status_code == 502
    assert answer.headers["content-type"].startswith("text/html")
    await api.fault(kind="status", status=200, body={}, count=1)
    assert (await api.chat()).json() == {}


async def test_a_storm_blows_over(api: Api) -> None:
    await api.fault(kind="storm", seconds=20)
    answer = await api.chat()
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "5")
    async with asyncio.timeout(DEADLINE_S):
        while (await api.chat()).status_code != 200:
            pass


@pytest.mark.parametrize("when", ["before", "after", "within"])
async def test_connections_are_cut(api: Api, when: str) -> None:
    await api.fault(kind="cut", when=when, count=1)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await api.chat()
    assert (await api.chat()).status_code == 200


async def test_a_hang_and_a_slow_answer(api: Api) -> None:
    await api.fault(kind="hang", count=1)
    with pytest.raises(httpx.ReadTimeout):
        await api.http.post(
            f"{api.base}/openai/v1/chat/completions", json={"model": MODEL, "messages": []}, timeout=0.1,
            headers={"Authorization": f"Bearer {KEY}"},
        )  # fmt: skip
    await api.fault(kind="slow", seconds=30, count=1)
    await api.chat()
    slow = api.state.requests[-1]
    assert slow.out_ms is not None
    assert slow.out_ms - slow.in_ms >= 30_000


async def test_faults_of_the_model_itself(api: Api) -> None:
    await api.fault(kind="tool_use_failed", count=1)
    failed = (await api.chat(tools=[TOOL])).json()["error"]
    assert json.loads(failed["failed_generation"])["name"] == "consultar_informacoes"
    await api.fault(kind="tool_use_failed", variant="bad_json", count=1)
    assert "parse tool call" in (await api.chat()).json()["error"]["message"]
    await api.fault(kind="empty", count=1)
    assert (await api.chat()).json()["choices"][0]["message"]["content"] == ""
    await api.fault(kind="truncated", count=1)
    cut = (await api.chat(max_completion_tokens=32)).json()
    assert shape(cut) == shape(SAMPLES["truncated_by_reasoning"]["body"])
    assert cut["choices"][0]["finish_reason"] == "length"


async def test_a_fault_of_one_model_leaves_the_other(api: Api) -> None:
    await api.fault(kind="status", name="over_capacity_503", model=MODEL)
    assert (await api.chat()).status_code == 503
    assert (await api.chat(model="openai/gpt-oss-20b")).status_code == 200
    await api.http.delete(f"{api.base}/control/faults")
    assert (await api.chat()).status_code == 200


async def test_the_log_says_who_asked_what_and_when(api: Api) -> None:
    api.says(CALL)
    await api.chat("oi\nqueria saber o horário", tools=[TOOL], user="a1b2")
    (logged,) = (await api.http.get(f"{api.base}/control/requests")).json()
    assert (logged["model"], logged["user"], logged["status"]) == (MODEL, "a1b2", 200)
    assert logged["last_user_text"] == "oi\nqueria saber o horário"
    assert logged["tools"] == [logged["called"]] == ["consultar_informacoes"]
    assert logged["out_ms"] > logged["in_ms"]
    assert (await api.http.get(f"{api.base}/control/requests?after=1")).json() == []


async def hear(api: Api, name: str = "audio.ogg", **fields: str) -> httpx.Response:
    return await api.http.post(
        f"{api.base}/openai/v1/audio/transcriptions",
        data={"model": "whisper-large-v3-turbo", **fields},
        files={"file": (name, b"OggS\r\n\r\n--\x00\xff" * 100, "audio/ogg")},
        headers={"Authorization": f"Bearer {KEY}"},
    )


@pytest.mark.parametrize(
    ("response_format", "sample"),
    [("json", "transcription_json"), ("verbose_json", "transcription_verbose_json")],
)
async def test_voice_is_heard(api: Api, response_format: str, sample: str) -> None:
    await api.http.post(f"{api.base}/control/transcripts", json={"audio.ogg": "queria marcar"})
    answer = (await hear(api, response_format=response_format)).json()
    assert shape(answer) == shape(SAMPLES[sample]["body"])
    assert answer["text"] == " queria marcar"
    assert (await hear(api, response_format="text")).text == "queria marcar"


async def test_what_whisper_refuses(api: Api) -> None:
    oga = await hear(api, "audio.oga")
    assert (oga.status_code, oga.json()) == (400, SAMPLES["transcription_unsupported_format_400"]["body"])
    long = await hear(api, prompt="a" * 904)
    assert long.json() == SAMPLES["transcription_prompt_too_long_400"]["body"]


async def test_the_list_of_models_has_the_documented_keys(api: Api) -> None:
    answer = await api.http.get(f"{api.base}/openai/v1/models", headers={"Authorization": f"Bearer {KEY}"})
    assert shape(answer.json()) == shape(SAMPLES["models_list"]["body"])


async def test_the_front_page_shows_how(api: Api) -> None:
    page = await api.http.get(api.base)
    assert "curl" in page.text
    assert "over_capacity_503" in page.text
