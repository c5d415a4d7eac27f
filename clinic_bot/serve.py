"""Runs the service in its mode until it is told to stop."""

import asyncio
import contextlib
import faulthandler
import gc
import secrets
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from pydantic import SecretStr, ValidationError
from starlette.applications import Starlette

from clinic_bot.app import running
from clinic_bot.assembly.ground import Credentials
from clinic_bot.clinic.facts import ClinicFacts, example_clinic, load_clinic
from clinic_bot.clock import Clock, start_at
from clinic_bot.errors import Misconfigured
from clinic_bot.misspelt import misspelt
from clinic_bot.operations.logs import configure_logging, secrets_of
from clinic_bot.sandbox import standins
from clinic_bot.settings import ENV_FILE, Mode, Settings, variable_of, variables_given
from clinic_bot.store.places import place_of
from clinic_bot.web import http_app

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_BACKLOG = 4096
#: Objects made since the last look for cycles; the interpreter's own 700 are those of thirty webhooks.
_GARBAGE = 20_000
_GRACE_S = 5
#: After the first signal, whatever hangs: before the 25 s are over after which a supervisor kills.
_LEAVE_WITHIN_S = 24.0

#: What ``live`` and ``watch`` cannot do without, by the variable a person sets.
_LIVE_NEEDS = {
    "groq_api_key": "GROQ_API_KEY",
    "zapi_instance_id": "ZAPI_INSTANCE_ID",
    "zapi_token": "ZAPI_TOKEN",
    "zapi_client_token": "ZAPI_CLIENT_TOKEN",
    "clinic_file": "CLINIC_BOT_CLINIC_FILE",
}
_REAL_KEYS = ("groq_api_key", "zapi_instance_id", "zapi_token", "zapi_client_token")


def load_settings(**given: object) -> Settings:
    """Settings from the environment, with a command's options above them.

    Raises:
        Misconfigured: naming every variable that is wrong, never its value.
    """
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
        wrong = misspelt(variables_given(), {variable_of(name) for name in Settings.model_fields})
    except ValidationError as exc:
        problems = [_problem(error) for error in exc.errors(include_input=False)]
    except UnicodeDecodeError:
        raise Misconfigured(f"{ENV_FILE} is not UTF-8; save it as UTF-8") from None
    except OSError as exc:
        raise Misconfigured(f"{ENV_FILE} cannot be read: {exc.strerror}") from None
    else:
        problems = [f"{name}: no such setting; did you mean {meant}?" for name, meant in wrong]
    if problems:
        raise Misconfigured("\n  ".join(("these settings cannot be used:", *problems)))
    return settings


def _problem(error: Any) -> str:
    """What is wrong with a variable; a rule about several names them itself."""
    says = error["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
    if not error["loc"]:
        return str(says)
    name = str(error["loc"][0])
    return f"{name if name.isupper() else f'CLINIC_BOT_{name.upper()}'}: {says}"


def check(settings: Settings) -> None:
    """Refuse, before anything starts, what cannot work or would be dangerous. Raises Misconfigured."""
    if settings.mode is Mode.SANDBOX:
        real = [_LIVE_NEEDS[name] for name in _REAL_KEYS if getattr(settings, name) is not None]
        if real:
            raise Misconfigured(
                f"the sandbox does not start beside real keys: unset {', '.join(real)}, or use CLINIC_BOT_MODE=live"
            )
        return
    missing = [variable for name, variable in _LIVE_NEEDS.items() if not _given(getattr(settings, name))]
    if missing:
        here = "" if Path(ENV_FILE).exists() else f" There is no {ENV_FILE} in {Path.cwd()}."
        raise Misconfigured(
            f"CLINIC_BOT_MODE={settings.mode.value} needs {', '.join(missing)}.{here} "
            "CLINIC_BOT_MODE=sandbox (or serve --sandbox) needs no keys."
        )
    if (
        settings.zapi_base_url.startswith("http://")
        and urlsplit(settings.zapi_base_url).hostname not in _LOOPBACK
    ):
        raise Misconfigured("ZAPI_BASE_URL must be https: the token stands in every address")
    if settings.webhook_secret is None and settings.host not in _LOOPBACK:
        raise Misconfigured(
            f"listening on {settings.host} needs CLINIC_BOT_WEBHOOK_SECRET (at least 16 characters); "
            "without it only 127.0.0.1 is allowed"
        )


def _given(value: object) -> bool:
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    return bool(str(text).strip()) if text is not None else False


def serve(settings: Settings, say: Callable[[str], None]) -> None:
    """Serve until SIGTERM or Ctrl-C.

    Args:
        say: where the lines for the person at the terminal go.

    Raises:
        Misconfigured: with a sentence that names what to change.
    """
    check(settings)
    place_of(settings.database_url)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_serve(settings, say))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # Windows and others; the standard loop serves as well, slower
        return None
    return uvloop.new_event_loop


async def _serve(settings: Settings, say: Callable[[str], None]) -> None:
    listener = listen(settings)
    port = listener.getsockname()[1]
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(listener.close)
        facts, clock = load_facts(settings), clock_of(settings)
        secret = settings.webhook_secret.get_secret_value() if settings.webhook_secret else None
        patients: Starlette | None = None
        if settings.mode is Mode.SANDBOX:
            secret = secret or secrets.token_urlsafe(24)
            webhook_url = f"http://127.0.0.1:{port}/webhook/zapi/{secret}"
            credentials, patients = await stack.enter_async_context(
                _sandbox(settings, clock, secret, webhook_url, port, say)
            )
        else:
            credentials = account(settings, secret)
        if settings.mode is Mode.WATCH:
            say("watch: replies are drafted and kept, and nothing is sent to anybody, emergencies included")
        configure_logging(
            settings.log_format,
            mode=settings.mode,
            secrets=(*secrets_of(settings), *([secret] if secret else [])),
        )
        service = await stack.enter_async_context(running(settings, credentials, facts, clock))
        _collect_rarely()
        config = uvicorn.Config(
            http_app(service, patients=patients),
            access_log=False,
            log_config=None,
            lifespan="off",
            server_header=False,
            proxy_headers=False,  # nothing here asks who the client is
            timeout_graceful_shutdown=_GRACE_S,
            backlog=_BACKLOG,
        )
        say(f"listening on http://{settings.host}:{port}")
        await _Server(config, service.drain).serve(sockets=[listener])


def _collect_rarely() -> None:
    """What is there by now stays, and a webhook leaves few cycles behind: looking for them took a tenth of its time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GARBAGE)


class _Server(uvicorn.Server):
    """uvicorn's server, with signals that end it without ending the process before the service is stopped.

    uvicorn raises the signal again after serving, which would kill us before turns are given back. The second
    signal is the kernel's matter, and the last deadline a thread's that needs no interpreter: neither a loop that
    is stuck nor a disk that does not answer keeps the process. What is committed is safe in each of these ways.
    """

    def __init__(self, config: uvicorn.Config, on_stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_stop = on_stop

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop)
        yield

    def _stop(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL)
        faulthandler.dump_traceback_later(_LEAVE_WITHIN_S, exit=True)
        self._on_stop()
        self.should_exit = True


def listen(settings: Settings) -> socket.socket:
    """Take the port. Raises Misconfigured."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(_BACKLOG)
    except OSError as exc:
        listener.close()
        raise Misconfigured(
            f"cannot listen on {settings.host}:{settings.port}: {exc.strerror}; "
            "see CLINIC_BOT_HOST and CLINIC_BOT_PORT"
        ) from exc
    return listener


def load_facts(settings: Settings) -> ClinicFacts:
    return load_clinic(settings.clinic_file) if settings.clinic_file else example_clinic()


def clock_of(settings: Settings) -> Clock:
    if settings.sandbox_clock is None:
        return (
            Clock(rate=1.0)
            if settings.sandbox_speed == 1
            else Clock(Clock().now_ms(), settings.sandbox_speed)
        )
    said, _, since = settings.sandbox_clock.partition("@")
    try:
        instant, since_s = datetime.fromisoformat(said), float(since or time.time())
    except ValueError as exc:
        raise Misconfigured("CLINIC_BOT_SANDBOX_CLOCK must look like 2026-10-06T10:12:00-03:00") from exc
    if instant.tzinfo is None:
        raise Misconfigured("CLINIC_BOT_SANDBOX_CLOCK needs a zone, such as -03:00")
    gone = timedelta(seconds=(time.time() - since_s) * settings.sandbox_speed)
    return start_at(instant + gone, rate=settings.sandbox_speed)


def account(settings: Settings, secret: str | None) -> Credentials:
    assert settings.groq_api_key
    assert settings.zapi_instance_id
    assert settings.zapi_token
    assert settings.zapi_client_token
    return Credentials(
        groq_url=settings.groq_base_url,
        groq_key=settings.groq_api_key.get_secret_value().strip(),
        zapi_url=settings.zapi_base_url,
        zapi_instance=settings.zapi_instance_id,
        zapi_token=settings.zapi_token.get_secret_value().strip(),
        zapi_client_token=settings.zapi_client_token.get_secret_value().strip(),
        webhook_secret=secret,
    )


@contextlib.asynccontextmanager
async def _sandbox(
    settings: Settings, clock: Clock, secret: str, webhook_url: str, port: int, say: Callable[[str], None]
) -> AsyncIterator[tuple[Credentials, Starlette | None]]:
    """Credentials of the stand-ins a player already serves on this machine, or of our own pair and its page."""
    given = {"groq_base_url", "zapi_base_url"} & settings.model_fields_set
    if len(given) == 2:
        key = settings.sandbox_groq_key
        for url in (settings.zapi_base_url, *(() if key else (settings.groq_base_url,))):
            if not url.startswith(("http://127.0.0.1:", "http://localhost:")):
                raise Misconfigured("in the sandbox GROQ_BASE_URL and ZAPI_BASE_URL must be on this machine")
        credentials = stand_in_credentials(settings.groq_base_url, settings.zapi_base_url, secret)
        yield (replace(credentials, groq_key=key.get_secret_value().strip()) if key else credentials), None
        return
    async with standins.stand_ins(clock) as pair:
        pair.zapi.webhooks.set_all(webhook_url)
        say("sandbox: no account is used and nothing leaves this machine")
        say(f"  webhook  {webhook_url}")
        say(f"  play a patient: http://127.0.0.1:{port}/sandbox/ shows how")
        yield stand_in_credentials(pair.groq_url, pair.zapi_url, secret), pair.zapi_app


def stand_in_credentials(groq_url: str, zapi_url: str, secret: str | None) -> Credentials:
    return Credentials(
        groq_url=groq_url,
        groq_key=standins.GROQ_KEY,
        zapi_url=zapi_url,
        zapi_instance=standins.INSTANCE_ID,
        zapi_token=standins.TOKEN,
        zapi_client_token=standins.CLIENT_TOKEN,
        webhook_secret=secret,
    )
