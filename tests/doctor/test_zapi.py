"""What the doctor finds at Z-API: refusals by variable, the connection, the subscription."""

from collections.abc import Sequence
from typing import Any

import pytest

from clinic_bot.clock import Clock
from clinic_bot.doctor import Mark
from clinic_bot.events import Json
from tests.doctor.surgery import Surgery, says


@pytest.mark.parametrize(
    ("given", "parts"),
    [
        pytest.param({"zapi_client_token": "F" * 34}, ["ZAPI_CLIENT_TOKEN", "Security"], id="security token"),
        pytest.param({"zapi_token": "B" * 24}, ["ZAPI_INSTANCE_ID and ZAPI_TOKEN"], id="instance token"),
        pytest.param(
            {"zapi_instance_id": "3D" + "0" * 30}, ["ZAPI_INSTANCE_ID and ZAPI_TOKEN"], id="instance"
        ),
        pytest.param({"zapi_base_url": "http://127.0.0.1:1"}, ["online", "ZAPI_BASE_URL"], id="no network"),
    ],
)
async def test_what_z_api_refuses_names_the_variable(
    surgery: Surgery, given: dict[str, Any], parts: Sequence[str]
) -> None:
    finding = await surgery.one("Z-API", **given)
    assert says(finding, Mark.NO, *parts)
    assert not any(value in finding.says for value in given.values())


@pytest.mark.parametrize(
    ("named", "parts"),
    [
        pytest.param("client_token_missing", ["ZAPI_CLIENT_TOKEN"], id="no security token"),
        pytest.param("token_null", ["ZAPI_CLIENT_TOKEN"], id="none, with a 200"),
        pytest.param("ip", ["IP list"], id="another address"),
        pytest.param("subscription", ["renew the instance"], id="not paid"),
        pytest.param("unauthorized", ["ZAPI_TOKEN"], id="401"),
    ],
)
async def test_refusals_that_were_seen_are_told_with_what_to_do(
    surgery: Surgery, named: str, parts: Sequence[str]
) -> None:
    surgery.pair.zapi.add_fault({"kind": "refuse", "named": named, "operation": "status"})
    finding = await surgery.one("Z-API")
    assert says(finding, Mark.NO, *parts)
    assert "203.0.113.7" not in finding.says


async def test_a_session_that_was_lost_wants_the_qr_code(surgery: Surgery) -> None:
    surgery.pair.zapi.connect(False)
    assert says(await surgery.one("Z-API"), Mark.NO, "QR code")


async def test_a_phone_that_is_off_is_told(surgery: Surgery) -> None:
    said: dict[str, Json] = {
        "connected": True,
        "smartphoneConnected": False,
        "error": "You are already connected",
    }
    surgery.pair.zapi.add_fault({"kind": "refuse", "status": 200, "body": said, "operation": "status"})
    assert says(await surgery.one("Z-API"), Mark.NO, "battery")


@pytest.mark.parametrize(
    ("in_days", "mark", "part"),
    [(-1, Mark.NO, "ended on"), (1, Mark.LOOK, "ends on"), (30, Mark.OK, "connected")],
)
async def test_an_instance_that_is_not_paid_for_is_told_before_it_stops(
    surgery: Surgery, in_days: int, mark: Mark, part: str
) -> None:
    due = Clock().now_ms() // 1000 + in_days * 86_400
    surgery.pair.zapi.add_fault({"kind": "refuse", "status": 200, "body": {"due": due}, "operation": "me"})
    assert says(await surgery.one("Z-API"), mark, part)


async def test_messages_that_would_leave_hours_late_are_told(surgery: Surgery) -> None:
    surgery.pair.zapi.connect(False)
    surgery.pair.zapi.enqueue("5511900000001", "Teste", delay_s=None, typing_s=0)
    assert "queue" not in {finding.what for finding in await surgery.all()}
    later = Clock(start_ms=Clock().now_ms() + 9_000_000)
    finding = await surgery.one("queue", clock=later)
    assert says(
        finding, Mark.LOOK, "1 messages wait in Z-API's queue, the oldest for 2.5 h", "empty the queue"
    )


async def test_an_account_whose_token_is_not_active_is_told(surgery: Surgery) -> None:
    surgery.pair.zapi.client_token = None
    assert says(await surgery.one("Client-Token"), Mark.LOOK, "activate it")
