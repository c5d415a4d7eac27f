"""Completions: what is taken, what is refused, and what comes back."""

import json
import re
from typing import Any

import groq
import pytest
from groq.types.chat import ChatCompletion

from clinic_bot.sandbox.receptionist import BrainCall, BrainTurn

from .groq_api import CALL, KEY, MODEL, SAMPLES, TOOL, Api, shape


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


async def test_an_answer_takes_its_time(api: Api) -> None:
    api.says("palavra " * 600)
    await api.chat(max_completion_tokens=9_000)
    (logged,) = api.state.requests
    assert logged.out_ms is not None
    assert logged.out_ms - logged.in_ms >= 480 + logged.completion_tokens * 2


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
