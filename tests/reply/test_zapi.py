"""What the client asks, and what it makes of the answers."""

import pytest

from clinic_bot.errors import SendRefused
from clinic_bot.reply.zapi import recipient
from clinic_bot.sandbox.serving import serving
from tests.reply.zapi_clients import PHONE, TEXT, Scripted, client_of, stand_in


async def test_a_text_is_queued_once_with_the_delays_asked_for() -> None:
    async with stand_in() as (client, state):
        sent = await client.send_text(PHONE, TEXT, delay_typing_s=2, delay_s=1)
        (item,) = state.queue.values()
    assert (sent.zaap_id, sent.message_id) == (item.zaap_id, item.message_id)
    assert (item.phone, item.text) == (PHONE, TEXT)
    assert (item.delay_typing_s, item.delay_message_s) == (2, 1)


async def test_no_delay_is_named_unless_asked_for() -> None:
    server = Scripted(200, {"zaapId": "Z", "messageId": "M", "id": "M"})
    async with serving(server.app()) as base_url, client_of(base_url) as client:
        await client.send_text(PHONE, TEXT, delay_typing_s=0.4)
        await client.send_text(PHONE, TEXT, delay_typing_s=99, delay_s=0)
    bodies = [body for _, _, body in server.asked]
    assert bodies[0] == {"phone": PHONE, "message": TEXT}
    assert (bodies[1]["delayTyping"], bodies[1]["delayMessage"]) == (15, 1)


@pytest.mark.parametrize(
    ("phone", "lid", "expected"),
    [(PHONE, "100", PHONE), (None, "100000000000004", "100000000000004@lid"), (None, None, None)],
    ids=["number first", "LID when that is all", "nobody"],
)
def test_the_recipient_is_the_number_or_else_the_lid(
    phone: str | None, lid: str | None, expected: str | None
) -> None:
    assert recipient(phone, lid) == expected


async def test_a_lid_is_sent_to_as_it_is() -> None:
    async with stand_in() as (client, state):
        await client.send_text("100000000000004@lid", TEXT)
        assert [item.phone for item in state.queue.values()] == ["100000000000004@lid"]


async def test_something_that_is_no_recipient_never_leaves() -> None:
    async with stand_in() as (client, state):
        with pytest.raises(SendRefused):
            await client.send_text("120363000000000001-group", TEXT)
        assert state.calls == [] or not list(state.calls)


async def test_the_queue_is_listed_page_by_page_and_an_item_can_be_taken_out() -> None:
    async with stand_in() as (client, state):
        for number in range(65):
            state.enqueue(PHONE, f"texto {number}", delay_s=None, typing_s=0)
        waiting = await client.queue()
        assert [item.message for item in waiting] == [f"texto {number}" for number in range(65)]
        assert waiting[0].phone == PHONE
        assert waiting[0].created_ms is not None
        assert await client.delete_queued(waiting[7].zaap_id)
        assert waiting[7].zaap_id not in state.queue
        assert not await client.delete_queued("../restart")


async def test_a_number_that_exists_comes_with_its_lid() -> None:
    async with stand_in() as (client, state):
        found = await client.phone_exists("5581912345678")
        state.add_fault({"kind": "unknown_phone"})
        unknown = await client.phone_exists(PHONE)
        nonsense = await client.phone_exists("12")
    assert found is not None
    assert found.exists
    assert found.phone == "558112345678"  # without the ninth digit, as WhatsApp keeps it there
    assert found.lid
    assert found.lid.isdigit()
    assert unknown is not None
    assert not unknown.exists
    assert nonsense is None


@pytest.mark.parametrize(
    ("body", "expected"),
    [([], None), ({}, None), ("<html>", None), ([{"exists": "true", "phone": PHONE}], True)],
    ids=["no row", "an empty object", "HTML", "a row without LID, its flag a text"],
)
async def test_odd_answers_about_a_number_say_nothing(body: object, expected: bool | None) -> None:
    async with serving(Scripted(200, body).app()) as base_url, client_of(base_url) as client:
        found = await client.phone_exists(PHONE)
    assert (found.exists if found else None) is expected


async def test_the_status_is_read_from_the_flags_and_not_from_the_error() -> None:
    async with stand_in() as (client, state):
        assert (await client.status()).healthy
        state.connected = False
        assert not (await client.status()).healthy


async def test_every_event_is_pointed_at_one_url() -> None:
    async with stand_in() as (client, state):
        await client.set_webhooks("https://clinic.example/webhook/zapi/secret")
        assert set(state.webhooks.urls.values()) == {"https://clinic.example/webhook/zapi/secret"}
        assert state.notify_sent_by_me
