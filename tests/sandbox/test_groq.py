"""What is around every request: key, headers, limits, faults and the log."""

import asyncio
import re

import groq
import httpx
import pytest
from groq.types.chat import ChatCompletion

from clinic_bot.clock import Clock
from clinic_bot.sandbox.groq import build_groq, groq_state
from clinic_bot.sandbox.groq_limits import FREE
from clinic_bot.sandbox.receptionist import Scripted
from clinic_bot.sandbox.serving import serving

from .conftest import DEADLINE_S
from .groq_api import CALL, KEY, MODEL, SAMPLES, TOOL, Api, shape


async def test_headers_show_the_day_of_requests_and_the_minute_of_tokens(api: Api) -> None:
    api.state.set_plan(FREE)
    headers = (await api.chat(max_completion_tokens=900)).headers
    assert set(SAMPLES["tool_call_completion_pt"]["headers"]) <= set(headers)
    assert (headers["x-ratelimit-limit-requests"], headers["x-ratelimit-limit-tokens"]) == ("1000", "8000")
    assert re.fullmatch(r"[0-9hms.]+", headers["x-ratelimit-reset-tokens"])
    assert re.fullmatch(r"req_[0-9a-z]{26}", headers["x-request-id"])


async def test_keys_and_models_are_checked(api: Api) -> None:
    refused = await api.post({"model": MODEL, "messages": []}, key="gsk_wrong")
    assert (refused.status_code, refused.json()) == (401, SAMPLES["unauthorized_401"]["body"])
    gone = await api.chat(model="llama-3.3-70b-versatlie")
    assert (gone.status_code, gone.json()) == (404, SAMPLES["model_not_found_404"]["body"])
    assert (await api.chat(model="whisper-large-v3")).status_code == 400
    doubled = await api.post({}, path="openai/v1/chat/completions")
    assert (doubled.status_code, doubled.json()["error"]["code"]) == (404, "unknown_url")


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


async def test_the_list_of_models_has_the_documented_keys(api: Api) -> None:
    answer = await api.http.get(f"{api.base}/openai/v1/models", headers={"Authorization": f"Bearer {KEY}"})
    assert shape(answer.json()) == shape(SAMPLES["models_list"]["body"])


async def test_the_front_page_shows_how(api: Api) -> None:
    page = await api.http.get(api.base)
    assert "curl" in page.text
    assert "over_capacity_503" in page.text
