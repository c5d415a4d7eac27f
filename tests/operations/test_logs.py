"""One line a step, through one renderer, with nothing in it that may not be read."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
import uvicorn
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from clinic_bot.operations.logs import configure_logging, secrets_of
from clinic_bot.settings import Mode, Settings

SECRET = "a-secret-of-the-webhook"


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


class Log:
    """Configured logging that writes here."""

    def __init__(self, log_format: str = "json", mode: Mode = Mode.LIVE) -> None:
        self.stream = io.StringIO()
        configure_logging(log_format, mode=mode, secrets=[SECRET], stream=self.stream)

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


def test_a_line_says_when_how_grave_and_what() -> None:
    log = Log()
    structlog.get_logger("clinic_bot.turns").info("turn sent", turn=7, seconds=1.5)
    (line,) = log.lines
    assert list(line) == ["timestamp", "level", "event", "turn", "seconds"]
    assert line["timestamp"].endswith("Z")
    assert (line["level"], line["event"], line["turn"]) == ("info", "turn sent", 7)


def test_debug_is_not_said() -> None:
    log = Log()
    structlog.get_logger().debug("message stored")
    logging.getLogger("clinic_bot").debug("message stored")
    assert log.text == ""


def test_bound_values_stand_in_every_line() -> None:
    log = Log()
    with structlog.contextvars.bound_contextvars(conversation=3):
        structlog.get_logger().info("turn claimed")
    assert log.lines[0]["conversation"] == 3


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_every_line_of_a_sandbox_says_so_libraries_included(log_format: str) -> None:
    log = Log(log_format, Mode.SANDBOX)
    structlog.get_logger().info("ready")
    logging.getLogger("uvicorn.error").info("Application startup complete.")
    assert len(log.text.splitlines()) == 2
    assert all("sandbox" in line for line in log.text.splitlines())


def test_live_lines_carry_no_mode() -> None:
    log = Log()
    structlog.get_logger().info("ready")
    assert "mode" not in log.lines[0]


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_phones_words_and_secrets_never_appear(log_format: str) -> None:
    log = Log(log_format)
    structlog.get_logger().info(
        "turn sent", phone="5511987654321", text="quero marcar", url=f"/webhook/zapi/{SECRET}", extra=[SECRET]
    )
    logging.getLogger("some.library").warning("POST /webhook/zapi/%s from 5511987654321", SECRET)
    for hidden in ("5511987654321", "quero", SECRET):
        assert hidden not in log.text
    assert log.text.count("55119*****321") == 2
    assert "<12 characters>" in log.text


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_an_exception_shows_its_place_and_withholds_its_text(log_format: str) -> None:
    log = Log(log_format)
    try:
        int("quero marcar")
    except ValueError:
        structlog.get_logger().exception("turn failed", turn=7)
        logging.getLogger("some.library").exception("failed")
    assert log.text.count("test_logs.py") == 2
    assert "ValueError: (text withheld" in log.text
    assert "literal for int" not in log.text


def test_a_secret_in_an_exception_is_struck_out() -> None:
    log = Log()
    structlog.get_logger().error("send failed", exc_info=ConnectionError(f"https://host/token/{SECRET}/send"))
    assert log.lines[0]["exception"] == "ConnectionError: https://host/token/***/send"


def test_httpx_keeps_its_addresses_to_itself() -> None:
    log = Log()
    for name in ("httpx", "httpcore.http11", "groq._base_client", "sqlalchemy.engine.Engine"):
        logging.getLogger(name).info("HTTP Request: POST https://host/token/x")
        logging.getLogger(name).setLevel(logging.DEBUG)  # as groq's own variable does
        logging.getLogger(name).debug("Request options: ...")
        logging.getLogger(name).setLevel(logging.NOTSET)
    logging.getLogger("uvicorn.access").error("POST /webhook/zapi/x 200")
    assert log.text == ""
    logging.getLogger("httpx").warning("connection pool is full")
    assert log.lines[0]["logger"] == "httpx"


def test_asyncio_says_what_happened_without_the_repr_of_the_task() -> None:
    log = Log()
    error = ValueError("quero marcar")
    logging.getLogger("asyncio").error(
        "Task exception was never retrieved\nfuture: <Task exception=%r>", error, exc_info=error
    )
    assert log.lines[0]["event"] == "Task exception was never retrieved"
    assert "quero" not in log.text


@pytest.mark.parametrize("error", [ClientDisconnect(), ConnectionResetError(), BrokenPipeError()])
def test_a_client_that_hangs_up_makes_no_noise(error: Exception) -> None:
    log = Log()
    logging.getLogger("uvicorn.error").error("Exception in ASGI application\n", exc_info=error)
    assert log.text == ""
    logging.getLogger("uvicorn.error").error("Exception in ASGI application\n", exc_info=KeyError("x"))
    assert "KeyError" in log.text


def test_a_line_that_cannot_be_written_names_its_place_alone() -> None:
    log = Log()
    logging.getLogger("some.library").error("%d", "quero marcar")
    assert log.text.startswith("a log line of some.library:")
    assert "quero" not in log.text


def test_configuring_again_replaces() -> None:
    first, second = Log(), Log()
    structlog.get_logger().info("once")
    assert first.text == ""
    assert len(second.lines) == 1


def test_the_secrets_of_the_settings_are_all_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)  # no .env here
    settings = Settings(webhook_secret=SecretStr(SECRET), zapi_token=SecretStr("T"))
    assert set(secrets_of(settings)) >= {SECRET, "T"}


async def test_a_real_server_stays_quiet_about_requests_and_lost_clients() -> None:
    log = Log()
    reading = asyncio.Event()
    gone = asyncio.Event()

    async def read(request: Request) -> Response:
        reading.set()
        try:
            return Response(await request.body())
        finally:
            gone.set()

    config = uvicorn.Config(
        Starlette(routes=[Route("/{secret}", read, methods=["POST"])]),
        port=0,
        log_config=None,
        access_log=False,
        lifespan="off",
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:  # noqa: ASYNC110  # uvicorn has no event for it
            await asyncio.sleep(0.005)
        port = server.servers[0].sockets[0].getsockname()[1]
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"POST /{SECRET} HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhalf".encode())
        await reading.wait()
        writer.close()
        await gone.wait()
        server.should_exit = True
        await serving
    assert {line["level"] for line in log.lines} == {"info"}
    assert SECRET not in log.text
    assert "POST" not in log.text
