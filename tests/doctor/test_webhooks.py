"""Where Z-API posts, and whether that is reached."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from clinic_bot.doctor import Mark
from clinic_bot.sandbox.serving import serving
from tests.doctor.surgery import HOOK, SECRET, Surgery, says
from tests.support.ports import free_port


async def test_a_z_api_that_posts_nowhere_is_told_with_the_command(surgery: Surgery) -> None:
    surgery.pair.zapi.webhooks.set_all(None)
    command = "clinic-bot doctor --set-webhooks https://YOUR-HOST/webhook/zapi/YOUR-SECRET"
    assert says(await surgery.one("webhooks"), Mark.NO, command)


@pytest.mark.parametrize(
    ("purpose", "url", "parts"),
    [
        pytest.param("chat-presence", None, ["typing signals"], id="one is not set"),
        pytest.param(
            "delivery", "https://clinic.example/webhook/zapi/antigo-segredo", ["end in"], id="old secret"
        ),
        pytest.param(
            "disconnected", f"https://old.example/webhook/zapi/{SECRET}", ["old.example"], id="another host"
        ),
        pytest.param("received-delivery", "https://n8n.example/hook", ["end in"], id="one that has the say"),
    ],
)
async def test_a_webhook_that_would_not_come_is_told(
    surgery: Surgery, purpose: str, url: str | None, parts: Sequence[str]
) -> None:
    surgery.pair.zapi.webhooks.urls[purpose] = url
    finding = await surgery.one("webhooks")
    assert says(finding, Mark.NO, "--set-webhooks", *parts)
    assert SECRET not in finding.says
    assert "antigo-segredo" not in finding.says


async def test_a_z_api_that_does_not_say_where_it_posts_is_no_fault(surgery: Surgery) -> None:
    surgery.pair.zapi.add_fault({"kind": "refuse", "status": 200, "body": {}, "operation": "me"})
    assert says(await surgery.one("webhooks"), Mark.LOOK, "does not say where it posts", "--set-webhooks")


async def test_hand_written_answers_have_to_come_too(surgery: Surgery) -> None:
    surgery.pair.zapi.notify_sent_by_me = False
    assert says(await surgery.one("webhooks"), Mark.NO, "talk over them")
    assert (await surgery.one("webhooks", webhook_url=HOOK)).mark is Mark.OK
    assert surgery.pair.zapi.notify_sent_by_me


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        pytest.param("http://clinic.example", ["https"], id="not https"),
        pytest.param(
            "https://clinic.example/webhook/zapi/outro-segredo-123",
            ["CLINIC_BOT_WEBHOOK_SECRET"],
            id="another",
        ),
        pytest.param("https://clinic.example/", ["/webhook/zapi/"], id="no path"),
    ],
)
async def test_an_address_that_the_service_would_refuse_is_not_set(
    surgery: Surgery, url: str, parts: Sequence[str]
) -> None:
    surgery.pair.zapi.webhooks.set_all(None)
    assert says(await surgery.one("webhooks", webhook_url=url), Mark.NO, *parts)
    assert set(surgery.pair.zapi.webhooks.urls.values()) == {None}


async def test_an_address_that_z_api_does_not_take_is_told(surgery: Surgery) -> None:
    surgery.pair.zapi.add_fault({"kind": "refuse", "named": "empty", "operation": "update-every-webhooks"})
    assert says(await surgery.one("webhooks", webhook_url=HOOK), Mark.NO, "does not confirm")


@asynccontextmanager
async def proxy(status: int, said: object) -> AsyncIterator[str]:
    async def answer(_request: Request) -> Response:
        return JSONResponse(said, status_code=status)

    async with serving(Starlette(routes=[Route("/{path:path}", answer)])) as url:
        yield f"{url}/webhook/zapi/{SECRET}"


@pytest.mark.parametrize(
    ("status", "said", "mark", "part"),
    [
        pytest.param(405, {"error": "Z-API posts here"}, Mark.OK, "a clinic-bot answers", id="ours"),
        pytest.param(502, "bad gateway", Mark.LOOK, "start it", id="a proxy with nothing behind it"),
        pytest.param(
            404, "not found", Mark.NO, "must pass on /webhook/zapi/", id="a proxy that passes on nothing"
        ),
        pytest.param(200, "hello", Mark.NO, "something else", id="somebody else's page"),
    ],
)
async def test_the_address_is_tried_from_here(
    surgery: Surgery, status: int, said: object, mark: Mark, part: str
) -> None:
    async with proxy(status, said) as url:
        surgery.pair.zapi.webhooks.set_all(url)
        finding = await surgery.one("address")
    assert says(finding, mark, part)
    assert SECRET not in finding.says


async def test_an_address_that_is_not_there_is_told(surgery: Surgery) -> None:
    surgery.pair.zapi.webhooks.set_all(f"http://127.0.0.1:{free_port()}/webhook/zapi/{SECRET}")
    assert says(await surgery.one("address"), Mark.LOOK, "not reached from here", "DNS")


@pytest.fixture
def self_signed(tmp_path: Path) -> ssl.SSLContext:
    """Made here: a key does not belong into a repository."""
    made = "req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -keyout key.pem -out cert.pem"
    subprocess.run(["openssl", *made.split()], cwd=tmp_path, check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    return context


async def test_a_certificate_that_nobody_knows_is_told(surgery: Surgery, self_signed: ssl.SSLContext) -> None:
    server = await asyncio.start_server(
        lambda _reader, writer: writer.close(), "127.0.0.1", 0, ssl=self_signed
    )
    async with server:
        port = server.sockets[0].getsockname()[1]
        surgery.pair.zapi.webhooks.set_all(f"https://localhost:{port}/webhook/zapi/{SECRET}")
        assert says(await surgery.one("address"), Mark.NO, "no valid certificate")
