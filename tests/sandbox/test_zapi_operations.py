"""What each call does and answers."""

from typing import Any

import pytest

from clinic_bot.sandbox.payloads import lid_of

from .conftest import PHONE, Capture, Zapi


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"phone": "abc", "message": "x"}, id="no number"),
        pytest.param({"message": "x"}, id="no phone"),
        pytest.param({"phone": PHONE}, id="no message"),
        pytest.param({"phone": PHONE, "message": "x", "delayTyping": 16}, id="typing too long"),
        pytest.param({"phone": PHONE, "message": "x", "delayMessage": 0}, id="delay too short"),
    ],
)
async def test_a_bad_send_is_refused_and_not_queued(zapi: Zapi, body: dict[str, Any]) -> None:
    answer = await zapi.call("POST", "send-text", body)
    assert answer.status_code == 400
    assert not zapi.state.queue
    if body.get("message") and "delay" not in str(body):
        assert answer.json() == {"error": "Invalid phone"}


@pytest.mark.parametrize("phone", ["558190000002", "144000000000000@lid", "120363000000000001-group"])
async def test_every_kind_of_recipient_is_taken(zapi: Zapi, phone: str) -> None:
    assert (await zapi.send(phone=phone)).status_code == 200


async def test_the_queue_lists_pages_counts_and_deletes(zapi: Zapi) -> None:
    zapi.state.spacing_s = (600, 600)
    ids = [(await zapi.send(f"m{n}")).json()["zaapId"] for n in range(5)]
    page = (await zapi.call("POST", "queue", {"pageSize": 3})).json()
    assert [one["ZaapId"] for one in page["messages"]] == ids[:3]
    assert set(page["messages"][0]) == {
        "_id", "ZaapId", "MessageId", "Phone", "Message", "DelayMessage", "DelayTyping", "Created", "CreatedAt",
        "InstanceId", "Beta", "IsTrial",
    }  # fmt: skip
    assert page["hasMore"] is True
    rest = (await zapi.call("POST", "queue", {"pageSize": 3, "pagingState": page["pagingState"]})).json()
    assert [one["ZaapId"] for one in rest["messages"]] == ids[3:]
    assert rest["hasMore"] is False
    assert (await zapi.call("DELETE", f"queue/{ids[1]}")).status_code == 200
    assert (await zapi.call("DELETE", f"queue/{ids[1]}")).status_code == 404
    assert (await zapi.call("GET", "queue/count")).json() == {"count": 4}
    await zapi.call("DELETE", "queue")
    assert (await zapi.call("GET", "queue/count")).json() == {"count": 0}


async def test_a_disconnected_queue_holds_a_thousand_or_nothing(zapi: Zapi) -> None:
    await zapi.fault(kind="disconnect")
    for n in range(1000):
        zapi.state.enqueue(PHONE, f"m{n}", delay_s=None, typing_s=0)
    assert (await zapi.send("mais uma")).status_code == 400
    await zapi.call("DELETE", "queue")
    await zapi.call("PUT", "update-queue-settings", {"disableEnqueueWhenDisconnected": True})
    assert (await zapi.send("nem esta")).status_code == 400


async def test_phone_exists_knows_the_own_spelling_and_a_stable_lid(zapi: Zapi) -> None:
    answers = [
        (await zapi.call("GET", f"phone-exists/{phone}")).json()
        for phone in ("5581990000002", "558190000002", "551190000001", "551130000000")
    ]
    assert [one[0]["phone"] for one in answers] == [
        "558190000002", "558190000002", "5511990000001", "551130000000",
    ]  # fmt: skip
    assert (
        answers[0] == answers[1] == [{"exists": True, "phone": "558190000002", "lid": lid_of("558190000002")}]
    )
    await zapi.fault(kind="unknown_phone", phone=PHONE)
    assert (await zapi.call("GET", f"phone-exists/{PHONE}")).json()[0]["exists"] is False


async def test_small_operations_answer_as_documented(zapi: Zapi) -> None:
    read = await zapi.call("POST", "read-message", {"phone": PHONE, "messageId": "3A00"})
    assert (read.status_code, read.content) == (204, b"")
    assert (await zapi.call("GET", "status")).json() == {
        "connected": True, "error": "You are already connected", "smartphoneConnected": True,
    }  # fmt: skip
    await zapi.patient(text="oi")
    (chat,) = (await zapi.call("GET", "chats?page=1&pageSize=10")).json()
    assert (chat["phone"], chat["unread"]) == (PHONE, "0")
    assert len(chat["lastMessageTime"]) == 10, "a string of seconds"
    assert (await zapi.call("GET", f"chat-messages/{PHONE}")).status_code == 400


async def test_webhooks_are_configured_and_shown(zapi: Zapi, capture: Capture) -> None:
    url = capture.url + "?one"
    for purpose in ("received", "delivery", "message-status", "chat-presence", "connected", "disconnected"):
        answer = await zapi.call("PUT", f"update-webhook-{purpose}", {"value": url})
        assert answer.json() == {"value": True}
    me = (await zapi.call("GET", "me")).json()
    assert me["receivedCallbackUrl"] == me["presenceChatCallbackUrl"] == url
    assert (await zapi.call("PUT", "update-every-webhooks", {"value": capture.url})).json() == {"value": True}
    assert (await zapi.call("GET", "me")).json()["deliveryCallbackUrl"] == capture.url
    refused = await zapi.call("PUT", "update-every-webhooks", {"value": "http://clinic.example/hook"})
    assert refused.status_code == 400, "https only, beyond loopback"
    assert (await zapi.call("PUT", "update-webhook-nothing", {"value": url})).status_code == 404
