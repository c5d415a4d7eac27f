"""How events reach the clinic, and how they fail to."""

import asyncio

from .conftest import TOKEN, Capture, Zapi


async def test_webhooks_carry_z_apis_headers(zapi: Zapi, capture: Capture) -> None:
    for n in range(8):
        await zapi.patient(text=f"m{n}")
    assert all(one["origin"] == "https://api.z-api.io" for one in capture.headers)
    assert all(one["server"] == "Z-API" and one["z-api-token"] == TOKEN for one in capture.headers)
    assert all(one["content-type"] == "application/json" for one in capture.headers)
    assert len({one["user-agent"] for one in capture.headers}) > 1, "the browser varies"


async def test_webhooks_can_come_twice_in_another_order_or_never(zapi: Zapi, capture: Capture) -> None:
    await zapi.fault(kind="webhook_duplicate", times=3, count=1)
    await zapi.patient(text="três vezes")
    assert len(capture.events) == 3
    assert len({event["messageId"] for event in capture.events}) == 1
    capture.events.clear()
    await zapi.fault(kind="webhook_lose", type="ReceivedCallback", count=1)
    assert (await zapi.patient(text="nunca"))["lost"] is True
    await zapi.fault(kind="webhook_reorder", spread_s=30)
    async with asyncio.TaskGroup() as group:
        for n in range(12):
            group.create_task(zapi.patient(text=f"m{n}", message_id=f"3A{n}"))
    arrived = [event["text"]["message"] for event in capture.events]
    assert sorted(arrived) == sorted(f"m{n}" for n in range(12))
    assert arrived != [f"m{n}" for n in range(12)]


async def test_webhooks_reach_any_of_those_behind_one_address(zapi: Zapi, capture: Capture) -> None:
    zapi.state.webhooks.set_all(capture.url, capture.url.replace("/hook", "/nobody-there"))
    for _ in range(20):
        await zapi.patient(text="oi")
    assert {posted.status for posted in zapi.state.webhooks.log} == {200, 404}
    assert 0 < len(capture.events) < 20


async def test_a_refused_webhook_is_recorded_and_redelivered_when_told(zapi: Zapi, capture: Capture) -> None:
    capture.status = 503
    answer = await zapi.patient(text="oi")
    assert answer["webhook"]["status"] == 503
    assert len(capture.events) == 1, "what was refused does not come again"
    await zapi.http.post(f"{zapi.base}/control/settings", json={"redeliver": 2, "redeliver_after_s": 1})
    await zapi.patient(text="oi")
    assert len(capture.events) == 4
    log = (await zapi.http.get(f"{zapi.base}/control/webhooks")).json()
    assert [one["status"] for one in log] == [503, 503, 503, 503]
