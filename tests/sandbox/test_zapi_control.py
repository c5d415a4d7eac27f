"""The patients' phones and the clinic's own."""

from typing import Any

import pytest

from clinic_bot.sandbox.payloads import lid_of

from .conftest import INSTANCE, PHONE, Capture, Zapi


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"audio": {"seconds": 7}}, {"audio"}),
        ({"image": {"caption": "meu pedido"}}, {"image"}),
        ({"document": {"file_name": "pedido.pdf"}}, {"document"}),
        ({"edit": {"of": "3A00", "text": "sábado"}}, {"text"}),
        ({"delete": {"of": "3A00"}}, {"notification"}),
        ({"group": "Família", "text": "oi"}, {"text"}),
        ({"content": {"sticker": {"stickerUrl": "https://x/s.webp", "mimeType": "image/webp"}}}, {"sticker"}),
        ({"text": "oi", "raw": {"waitingMessage": True}}, {"text"}),
    ],
    ids=["audio", "image", "document", "edit", "deletion", "group", "any content", "raw keys"],
)
async def test_a_patient_can_do_everything(
    zapi: Zapi, capture: Capture, body: dict[str, Any], expected: set[str]
) -> None:
    await zapi.patient(**body)
    (event,) = capture.events
    assert event["type"] == "ReceivedCallback"
    assert event["instanceId"] == INSTANCE
    assert expected <= set(event)
    assert all(event[key] == value for key, value in body.get("raw", {}).items())


async def test_presence_is_the_whole_payload(zapi: Zapi, capture: Capture) -> None:
    await zapi.patient(presence="COMPOSING")
    assert capture.events == [
        {
            "type": "PresenceChatCallback", "phone": PHONE, "status": "COMPOSING", "lastSeen": None,
            "instanceId": INSTANCE,
        }
    ]  # fmt: skip


async def test_staff_writes_by_hand(zapi: Zapi, capture: Capture) -> None:
    body = {"phone": PHONE, "text": "Oi, aqui é a Ana"}
    await zapi.http.post(f"{zapi.base}/control/staff", json=body)
    (event,) = capture.events
    assert (event["fromMe"], event["fromApi"], event["chatLid"]) == (True, False, lid_of(PHONE))


async def test_the_lid_of_phone_exists_is_that_of_the_webhooks(zapi: Zapi, capture: Capture) -> None:
    await zapi.patient(text="oi")
    known = (await zapi.call("GET", f"phone-exists/{PHONE}")).json()
    assert capture.events[0]["chatLid"] == known[0]["lid"]


async def test_the_front_page_shows_how(zapi: Zapi) -> None:
    page = await zapi.http.get(zapi.base)
    assert page.headers["content-type"].startswith("text/html")
    assert "curl" in page.text
    assert zapi.base in page.text
    assert (await zapi.http.get(f"{zapi.base}/control")).json()["connected"] is True
