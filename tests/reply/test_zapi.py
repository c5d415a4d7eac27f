"""The client against the stand-in, and against servers that answer whatever the reference has seen."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from clinic_bot.clock import Clock
from clinic_bot.errors import AccountRefused, ClinicBotError, NotSent, ProviderDown, SendRefused, Uncertain
from clinic_bot.reply.zapi import ZapiClient, recipient
from clinic_bot.sandbox.serving import serving
from clinic_bot.sandbox.zapi import build_zapi, zapi_state
from clinic_bot.sandbox.zapi_state import ZapiState

INSTANCE = "3D000000000000000000000000000001"
TOKEN = "A1B2C3D4E5F60718293A4B5C"
CLIENT_TOKEN = "F0000000000000000000000000000000S1"
PHONE = "5511900000001"
TEXT = "Abrimos das 8h às 12h no sábado."


@asynccontextmanager
async def client_of(base_url: str, *, timeout_s: float = 5) -> AsyncIterator[ZapiClient]:
    client = ZapiClient(base_url, INSTANCE, TOKEN, CLIENT_TOKEN, timeout_s, Clock())
    try:
        yield client
    finally:
        await client.close()


@asynccontextmanager
async def stand_in(*, timeout_s: float = 5) -> AsyncIterator[tuple[ZapiClient, ZapiState]]:
    clock = Clock()
    app = build_zapi(
        clock=clock, instance_id=INSTANCE, token=TOKEN, client_token=CLIENT_TOKEN, spacing_s=(60, 60)
    )
    async with serving(app) as base_url, client_of(base_url, timeout_s=timeout_s) as client:
        yield client, zapi_state(app)


@dataclass
class Scripted:
    """A server that gives one answer to everything and remembers what it was asked."""

    status: int
    body: object
    asked: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)

    async def answer(self, request: Request) -> Response:
        body = await request.json() if await request.body() else {}
        self.asked.append((request.method, request.url.path, body))
        if isinstance(self.body, str):
            return Response(self.body, self.status, media_type="text/html")
        return JSONResponse(self.body, self.status)

    def app(self) -> Starlette:
        methods = ["GET", "POST", "PUT", "DELETE"]
        return Starlette(routes=[Route("/{path:path}", self.answer, methods=methods)])


def assert_discreet(exc: ClinicBotError) -> None:
    """Neither the token, the security token, the phone nor the text stands in the error."""
    for secret in (TOKEN, CLIENT_TOKEN, PHONE, TEXT, "http://", "instances"):
        assert secret not in str(exc)


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


NOT_FOUND = {"error": "NOT_FOUND", "message": "Unable to find matching target resource method"}
LAPSED = {"error": "To continue sending a message, you must subscribe to this instance again"}


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        pytest.param(400, {"error": "Invalid phone"}, SendRefused, id="invalid phone"),
        pytest.param(400, {"error": "something new"}, SendRefused, id="an unknown definite no"),
        pytest.param(422, "nope", SendRefused, id="a no without JSON"),
        pytest.param(200, {"error": "Phone number does not exist"}, SendRefused, id="no as a 200"),
        pytest.param(400, {"error": "your client-token is not configured"}, AccountRefused, id="no token"),
        pytest.param(403, {"error": f"Client-Token {CLIENT_TOKEN} not allowed"}, AccountRefused, id="wrong"),
        pytest.param(200, {"error": "null not allowed"}, AccountRefused, id="missing token as a 200"),
        pytest.param(403, {"error": "[203.0.113.7] not allowed"}, AccountRefused, id="IP list"),
        pytest.param(400, LAPSED, AccountRefused, id="lapsed subscription"),
        pytest.param(404, NOT_FOUND, AccountRefused, id="wrong path or instance"),
        pytest.param(401, {"error": "unauthorized"}, AccountRefused, id="unauthorized"),
        pytest.param(405, "", AccountRefused, id="wrong method"),
        pytest.param(415, "", AccountRefused, id="wrong content type"),
        pytest.param(302, "", AccountRefused, id="redirected"),
        pytest.param(400, {"error": "the smartphone is not responding"}, NotSent, id="phone offline"),
        pytest.param(400, {"error": "You are not connected"}, NotSent, id="session lost"),
        pytest.param(429, {"error": "slow down"}, NotSent, id="too many"),
        pytest.param(
            200,
            {"error": "It was not possible to send message to queue due to request error."},
            NotSent,
            id="never queued",
        ),
        pytest.param(200, {}, Uncertain, id="200 without ids"),
        pytest.param(200, [], Uncertain, id="200 with a list"),
        pytest.param(200, "<html>hello</html>", Uncertain, id="200 with HTML"),
        pytest.param(200, {"zaapId": "Z"}, Uncertain, id="200 without messageId"),
        pytest.param(200, {"error": "odd", "messageId": "M"}, Uncertain, id="200 with an error and an id"),
        pytest.param(204, {}, Uncertain, id="another success"),
        pytest.param(408, {}, Uncertain, id="request timeout"),
        pytest.param(500, {"error": "Invalid phone"}, Uncertain, id="a fault, whatever it says"),
        pytest.param(502, "<html>Bad Gateway</html>", Uncertain, id="gateway"),
        pytest.param(503, {}, Uncertain, id="unavailable"),
    ],
)
async def test_each_answer_to_a_send_has_its_class(
    status: int, body: object, expected: type[ClinicBotError]
) -> None:
    server = Scripted(status, body)
    async with serving(server.app()) as base_url, client_of(base_url) as client:
        with pytest.raises(ClinicBotError) as caught:
            await client.send_text(PHONE, TEXT)
    assert type(caught.value) is expected
    assert_discreet(caught.value)
    assert len(server.asked) == 1  # never repeated by the client itself


async def test_a_closed_port_means_not_sent() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound and not listening: refused, and nobody else takes it
        async with client_of(f"http://127.0.0.1:{held.getsockname()[1]}") as client:
            with pytest.raises(NotSent) as caught:
                await client.send_text(PHONE, TEXT)
    assert_discreet(caught.value)


async def test_a_failed_tls_handshake_means_not_sent() -> None:
    server = Scripted(200, {"messageId": "M"})
    async with serving(server.app()) as base_url, client_of(base_url.replace("http:", "https:")) as client:
        with pytest.raises(NotSent) as caught:
            await client.send_text(PHONE, TEXT)
    assert server.asked == []
    assert_discreet(caught.value)


async def test_a_handshake_that_never_ends_means_not_sent() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, client_of(f"https://127.0.0.1:{port}", timeout_s=0.2) as client:
        with pytest.raises(NotSent):
            await client.send_text(PHONE, TEXT)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"kind": "hang", "when": "before"}, id="silence"),
        pytest.param({"kind": "hang", "when": "after"}, id="queued, then silence"),
        pytest.param({"kind": "cut", "when": "before"}, id="reset"),
        pytest.param({"kind": "cut", "when": "after"}, id="queued, then reset"),
        pytest.param({"kind": "fail"}, id="fault on their side"),
    ],
)
async def test_what_may_have_left_is_uncertain(fault: dict[str, Any]) -> None:
    async with stand_in(timeout_s=0.3) as (client, state):
        state.add_fault({**fault, "operation": "send-text"})
        with pytest.raises(Uncertain) as caught:
            await client.send_text(PHONE, TEXT)
    assert_discreet(caught.value)


async def test_a_kept_connection_that_is_cut_does_not_send_twice() -> None:
    """The library repeats some requests on a connection that turns out to be dead; a send is none of them."""
    asked = 0

    async def answer_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        body = b'{"zaapId": "Z", "messageId": "M"}'
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        while data := await reader.read(65_536):
            asked += data.count(b"POST ")
            if asked > 1:
                break
            writer.write(head.encode() + body)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer_once, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, client_of(f"http://127.0.0.1:{port}") as client:
        await client.send_text(PHONE, TEXT)
        with pytest.raises(Uncertain) as caught:
            await client.send_text(PHONE, TEXT)
    assert asked == 2
    assert_discreet(caught.value)


@pytest.mark.parametrize("named", ["client_token_wrong", "ip", "subscription", "not_found", "token_null"])
async def test_what_the_stand_in_refuses_for_the_account_pauses_the_account(named: str) -> None:
    async with stand_in() as (client, state):
        state.add_fault({"kind": "refuse", "named": named, "operation": "send-text"})
        with pytest.raises(AccountRefused) as caught:
            await client.send_text(PHONE, TEXT)
    assert_discreet(caught.value)


async def test_a_wrong_security_token_is_the_account_s_matter_everywhere() -> None:
    clock = Clock()
    app = build_zapi(clock=clock, instance_id=INSTANCE, token=TOKEN, client_token="another")
    async with serving(app) as base_url, client_of(base_url) as client:
        for call in (
            client.send_text(PHONE, TEXT),
            client.status(),
            client.queue(),
            client.phone_exists(PHONE),
        ):
            with pytest.raises(AccountRefused) as caught:
                await call
            assert_discreet(caught.value)


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


@pytest.mark.parametrize(
    ("status", "body"), [(500, {}), (200, {"error": "odd"}), (200, "<html>"), (400, {"error": "odd"})]
)
async def test_reading_calls_that_fail_may_be_tried_later(status: int, body: object) -> None:
    async with serving(Scripted(status, body).app()) as base_url, client_of(base_url) as client:
        for call in (client.status(), client.queue(), client.set_webhooks("https://a.example")):
            with pytest.raises(ProviderDown) as caught:
                await call
            assert_discreet(caught.value)


async def test_nothing_is_logged_that_holds_the_token(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with stand_in(timeout_s=0.3) as (client, state):
        await client.send_text(PHONE, TEXT)
        state.add_fault({"kind": "hang", "when": "after", "operation": "send-text"})
        with pytest.raises(Uncertain):
            await client.send_text(PHONE, TEXT)
    for secret in (TOKEN, CLIENT_TOKEN, PHONE, TEXT):
        assert secret not in caplog.text
