import asyncio
from itertools import pairwise
from typing import Any

import httpx
import pytest

from clinic_bot.sandbox.payloads import lid_of
from clinic_bot.sandbox.zapi import REFUSALS
from clinic_bot.sandbox.zapi_state import DELIVERY_ERRORS

from .conftest import CLIENT_TOKEN, INSTANCE, PHONE, TOKEN, Capture, Zapi, until


async def test_a_send_is_queued_and_leaves_once(zapi: Zapi) -> None:
    answer = (await zapi.send("oi")).json()
    assert set(answer) == {"zaapId", "messageId", "id"}
    assert answer["id"] == answer["messageId"] != answer["zaapId"]
    await until(lambda: len(zapi.state.sent) == 1)
    sent = (await zapi.http.get(f"{zapi.base}/control/sent")).json()
    assert [(one["phone"], one["text"], one["messageId"]) for one in sent] == [(PHONE, "oi", answer["id"])]


async def test_messages_leave_in_order_one_to_three_seconds_apart(zapi: Zapi) -> None:
    for n in range(5):
        await zapi.send(f"m{n}")
    await until(lambda: len(zapi.state.sent) == 5)
    sent = list(zapi.state.sent)
    assert [one.text for one in sent] == [f"m{n}" for n in range(5)]
    gaps = [after.left_ms - before.left_ms for before, after in pairwise(sent)]
    assert min(gaps) >= 1000
    assert min(one.left_ms - one.accepted_ms for one in sent) >= 1000


@pytest.mark.alone
async def test_a_given_delay_and_typing_come_before_it_leaves(zapi: Zapi) -> None:
    await zapi.send("oi", delayMessage=5, delayTyping=4)
    await until(lambda: bool(zapi.state.sent))
    assert 9000 <= zapi.state.sent[0].left_ms - zapi.state.sent[0].accepted_ms < 14_000


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


async def test_the_callbacks_of_a_send_arrive(zapi: Zapi, capture: Capture) -> None:
    answer = (await zapi.send("Temos 15h ou 16h.")).json()
    await until(lambda: len(capture.events) == 5)
    (delivery,) = capture.of("DeliveryCallback")
    assert (delivery["messageId"], delivery["zaapId"]) == (answer["messageId"], answer["zaapId"])
    assert "error" not in delivery
    (echo,) = capture.of("ReceivedCallback")
    assert (echo["fromMe"], echo["fromApi"], echo["messageId"]) == (True, True, answer["messageId"])
    assert echo["text"] == {"message": "Temos 15h ou 16h."}
    receipts = capture.of("MessageStatusCallback")
    assert [one["status"] for one in receipts] == ["SENT", "RECEIVED", "READ"]
    assert all(one["ids"] == [answer["messageId"]] for one in receipts)


async def test_webhooks_carry_z_apis_headers(zapi: Zapi, capture: Capture) -> None:
    for n in range(8):
        await zapi.patient(text=f"m{n}")
    assert all(one["origin"] == "https://api.z-api.io" for one in capture.headers)
    assert all(one["server"] == "Z-API" and one["z-api-token"] == TOKEN for one in capture.headers)
    assert all(one["content-type"] == "application/json" for one in capture.headers)
    assert len({one["user-agent"] for one in capture.headers}) > 1, "the browser varies"


async def test_without_notify_sent_by_me_no_echo_comes(zapi: Zapi, capture: Capture) -> None:
    await zapi.call("PUT", "update-notify-sent-by-me", {"notifySentByMe": False})
    await zapi.send()
    await until(lambda: len(capture.of("MessageStatusCallback")) == 3)
    assert capture.of("ReceivedCallback") == []


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


async def test_a_deleted_message_does_not_leave(zapi: Zapi) -> None:
    first = (await zapi.send("não", delayMessage=10)).json()
    await zapi.send("sim")
    await zapi.call("DELETE", f"queue/{first['zaapId']}")
    await until(lambda: bool(zapi.state.sent))
    assert [one.text for one in zapi.state.sent] == ["sim"]


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


async def test_the_lid_of_phone_exists_is_that_of_the_webhooks(zapi: Zapi, capture: Capture) -> None:
    await zapi.patient(text="oi")
    known = (await zapi.call("GET", f"phone-exists/{PHONE}")).json()
    assert capture.events[0]["chatLid"] == known[0]["lid"]


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


async def test_while_disconnected_nothing_leaves_and_nothing_is_replayed(
    zapi: Zapi, capture: Capture
) -> None:
    await zapi.fault(kind="disconnect")
    await until(lambda: bool(capture.of("DisconnectedCallback")))
    assert (await zapi.call("GET", "status")).json()["error"] == "You are not connected"
    assert (await zapi.patient(text="alguém?"))["lost"] is True
    assert (await zapi.send("depois")).status_code == 200
    assert not zapi.state.sent
    await zapi.fault(kind="connect")
    await until(lambda: len(capture.of("MessageStatusCallback")) == 3)
    assert [one.text for one in zapi.state.sent] == ["depois"], "the queue flushes by itself"
    assert len(capture.of("ConnectedCallback")) == 1
    assert all("alguém" not in str(event) for event in capture.events), "the lost message stays lost"


async def test_a_disconnected_queue_holds_a_thousand_or_nothing(zapi: Zapi) -> None:
    await zapi.fault(kind="disconnect")
    for n in range(1000):
        zapi.state.enqueue(PHONE, f"m{n}", delay_s=None, typing_s=0)
    assert (await zapi.send("mais uma")).status_code == 400
    await zapi.call("DELETE", "queue")
    await zapi.call("PUT", "update-queue-settings", {"disableEnqueueWhenDisconnected": True})
    assert (await zapi.send("nem esta")).status_code == 400


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


@pytest.mark.parametrize("name", list(DELIVERY_ERRORS))
async def test_delivery_errors_of_every_class_arrive(zapi: Zapi, capture: Capture, name: str) -> None:
    await zapi.fault(kind="delivery_error", **{"class": name}, count=1)
    answer = (await zapi.send()).json()
    await until(lambda: bool(capture.of("DeliveryCallback")))
    (delivery,) = capture.of("DeliveryCallback")
    assert delivery["error"] == DELIVERY_ERRORS[name][0]
    assert delivery["messageId"] == delivery["zaapId"] == answer["zaapId"]
    assert delivery.get("errorCode") == ("SHADOW_BAN" if name == "restricted" else None)
    assert not zapi.state.sent[0].went_out
    assert capture.of("ReceivedCallback") == []


async def test_an_uncertain_delivery_may_have_gone_out(zapi: Zapi, capture: Capture) -> None:
    await zapi.fault(kind="delivery_error", **{"class": "uncertain"}, went_out=True, count=1)
    await zapi.send()
    await until(lambda: len(capture.of("MessageStatusCallback")) == 3)
    assert "error" in capture.of("DeliveryCallback")[0]
    assert zapi.state.sent[0].went_out


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


async def test_the_front_page_shows_how(zapi: Zapi) -> None:
    page = await zapi.http.get(zapi.base)
    assert page.headers["content-type"].startswith("text/html")
    assert "curl" in page.text
    assert zapi.base in page.text
    assert (await zapi.http.get(f"{zapi.base}/control")).json()["connected"] is True
