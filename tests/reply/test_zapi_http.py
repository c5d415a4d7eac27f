"""What goes wrong on the way to Z-API, and that no error tells a secret."""

import asyncio
import logging
import socket
from typing import Any

import pytest

from clinic_bot.clock import Clock
from clinic_bot.errors import AccountRefused, ClinicBotError, NotSent, ProviderDown, SendRefused, Uncertain
from clinic_bot.sandbox.serving import serving
from clinic_bot.sandbox.zapi import build_zapi
from tests.reply.zapi_clients import (
    CLIENT_TOKEN,
    INSTANCE,
    PHONE,
    TEXT,
    TOKEN,
    Scripted,
    assert_discreet,
    client_of,
    stand_in,
)

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
