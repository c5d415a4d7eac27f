"""The gate: who is let in, and which trouble strikes a call."""

from typing import Any

import httpx
import pytest

from clinic_bot.sandbox.zapi_refusals import REFUSALS

from .conftest import CLIENT_TOKEN, INSTANCE, PHONE, TOKEN, Zapi, until


@pytest.mark.parametrize(
    ("headers", "status", "body"),
    [
        pytest.param({}, 400, {"error": "your client-token is not configured"}, id="missing"),
        pytest.param({"Client-Token": "x"}, 403, {"error": "Client-Token x not allowed"}, id="wrong, echoed"),
    ],
)
async def test_the_client_token_is_checked(zapi: Zapi, headers: Any, status: int, body: Any) -> None:
    answer = await zapi.http.post(
        f"{zapi.path}/send-text", json={"phone": PHONE, "message": "x"}, headers=headers
    )
    assert (answer.status_code, answer.json()) == (status, body)


@pytest.mark.parametrize(
    "path",
    [
        f"/instances/{INSTANCE}/token/{TOKEN}/send-telegram",
        f"/instances/{'0' * 32}/token/{TOKEN}/send-text",
        f"/instances/{INSTANCE}/token/wrong/send-text",
        "/send-text",
    ],
    ids=["unknown operation", "another instance", "wrong token", "no instance"],
)
async def test_a_wrong_path_is_not_found(zapi: Zapi, path: str) -> None:
    headers = {"Client-Token": CLIENT_TOKEN}
    answer = await zapi.http.post(
        f"{zapi.base}{path}", json={"phone": PHONE, "message": "x"}, headers=headers
    )
    assert answer.status_code == 404
    assert answer.json() == {
        "error": "NOT_FOUND",
        "message": "Unable to find matching target resource method",
    }


async def test_method_and_content_type_are_checked(zapi: Zapi) -> None:
    assert (await zapi.call("GET", "send-text")).status_code == 405
    headers = {"Client-Token": CLIENT_TOKEN}
    answer = await zapi.http.post(f"{zapi.path}/send-text", content=b"{}", headers=headers)
    assert answer.status_code == 415


@pytest.mark.parametrize("named", list(REFUSALS))
async def test_refusals_answer_as_they_were_seen(zapi: Zapi, named: str) -> None:
    await zapi.fault(kind="refuse", named=named, count=1)
    answer = await zapi.send()
    assert (answer.status_code, answer.json()) == REFUSALS[named]
    assert not zapi.state.queue
    assert (await zapi.send()).status_code == 200, "one strike only"


async def test_a_refusal_can_be_spelled_out(zapi: Zapi) -> None:
    await zapi.fault(kind="refuse", status=418, body={"error": "tea"}, count=1)
    answer = await zapi.send()
    assert (answer.status_code, answer.json()) == (418, {"error": "tea"})
    await zapi.fault(kind="fail", status=502, body="<html>", count=1)
    assert (await zapi.send()).status_code == 502
    assert (await zapi.fault(kind="fire")).status_code == 400


async def test_a_fault_strikes_the_named_operation(zapi: Zapi) -> None:
    await zapi.fault(kind="fail", operation="status")
    assert (await zapi.send()).status_code == 200
    assert (await zapi.call("GET", "status")).status_code == 500


@pytest.mark.parametrize(("when", "queued"), [("before", 0), ("after", 1)])
async def test_a_cut_connection_may_or_may_not_have_queued(zapi: Zapi, when: str, queued: int) -> None:
    zapi.state.spacing_s = (600, 600)
    await zapi.fault(kind="cut", when=when, count=1)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await zapi.send()
    assert len(zapi.state.queue) == queued


async def test_a_slow_answer_queues_after_the_caller_gave_up(zapi: Zapi) -> None:
    await zapi.fault(kind="slow", seconds=20, count=1)
    with pytest.raises(httpx.ReadTimeout):
        await zapi.http.post(
            f"{zapi.path}/send-text", json={"phone": PHONE, "message": "x"}, timeout=0.1,
            headers={"Client-Token": CLIENT_TOKEN},
        )  # fmt: skip
    await until(lambda: bool(zapi.state.sent))
