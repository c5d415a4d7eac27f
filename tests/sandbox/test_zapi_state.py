"""What becomes of a message once it is queued."""

from itertools import pairwise

import pytest

from clinic_bot.sandbox.zapi_state import DELIVERY_ERRORS

from .conftest import PHONE, Capture, Zapi, until


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


async def test_a_deleted_message_does_not_leave(zapi: Zapi) -> None:
    first = (await zapi.send("não", delayMessage=10)).json()
    await zapi.send("sim")
    await zapi.call("DELETE", f"queue/{first['zaapId']}")
    await until(lambda: bool(zapi.state.sent))
    assert [one.text for one in zapi.state.sent] == ["sim"]


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


async def test_without_notify_sent_by_me_no_echo_comes(zapi: Zapi, capture: Capture) -> None:
    await zapi.call("PUT", "update-notify-sent-by-me", {"notifySentByMe": False})
    await zapi.send()
    await until(lambda: len(capture.of("MessageStatusCallback")) == 3)
    assert capture.of("ReceivedCallback") == []


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
