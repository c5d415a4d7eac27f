"""The way to Z-API and back: one HTTP exchange at a time, and what each failure means for who asked.

The instance token stands in the URL, and error bodies echo tokens: no URL and no body leaves this file in an error or
in a log. What an error says is one of the fixed words below.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from clinic_bot.clock import Clock
from clinic_bot.errors import AccountRefused, ClinicBotError, NotSent, ProviderDown, SendRefused, Uncertain
from clinic_bot.events import Verdict
from clinic_bot.reply import outcomes

PROVIDER = "Z-API"
_CONNECTIONS = 32  # Z-API answers in well under a second
_KEEP_ALIVE_S = 20
# Z-API answers 415 without it, also where there is no body.
_HEADERS = {"Content-Type": "application/json"}


class ZapiHttp:
    """One session with one instance for the life of the process; build it inside the running loop and close it."""

    def __init__(
        self,
        base_url: str,
        instance_id: str,
        token: str,
        client_token: str | None,
        timeout_s: float,
        clock: Clock,
    ) -> None:
        self.instance_id = instance_id
        self._timeout_s = clock.real_s(timeout_s * 1000)
        # aiohttp, which costs a fifth of httpx's time a send and a twentieth when many are under way.
        self._session = aiohttp.ClientSession(
            base_url=f"{base_url.rstrip('/')}/instances/{instance_id}/token/{token}/",
            headers=_HEADERS | ({"Client-Token": client_token} if client_token else {}),
            connector=aiohttp.TCPConnector(limit=_CONNECTIONS, keepalive_timeout=_KEEP_ALIVE_S),
            cookie_jar=aiohttp.DummyCookieJar(),
            # The deadline of a whole exchange is in _exchange; connecting and the TLS handshake end well before it.
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._timeout_s / 3),
            trace_configs=[_tracing()],
            trust_env=True,
        )

    async def close(self) -> None:
        await self._session.close()

    async def _exchange(
        self, what: str, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> tuple[int, object]:
        """One HTTP exchange within the deadline: status and decoded body (None when it is not JSON).

        Raises NotSent when no byte of the request was written, Uncertain when some may have been.
        """
        progress = _Progress()
        try:
            async with asyncio.timeout(self._timeout_s):
                response = await self._session.request(
                    method, path, json=body, allow_redirects=False, trace_request_ctx=progress
                )
                async with response:
                    status, content = response.status, await response.read()
        except (aiohttp.ClientError, OSError) as exc:  # a TimeoutError is an OSError
            name = type(exc).__name__
            # Without the cause: aiohttp names the URL in some of its errors, and ours holds the token.
            if not progress.connected:
                raise NotSent(f"{PROVIDER} {what}: no connection ({name})") from None
            problem = "no answer in time" if isinstance(exc, TimeoutError) else "broken off"
            raise Uncertain(f"{PROVIDER} {what}: {problem} ({name})") from None
        try:
            return status, json.loads(content)
        except ValueError:  # not JSON, or not even text
            return status, None

    async def _ask(
        self, what: str, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> tuple[int, object]:
        """An exchange that is safe to repeat: no answer means only that Z-API is down."""
        try:
            return await self._exchange(what, method, path, body)
        except (NotSent, Uncertain) as exc:
            raise ProviderDown(PROVIDER, f"{what}: no answer") from exc

    async def _read(self, what: str, method: str, path: str, body: Mapping[str, Any] | None = None) -> object:
        """The same, and a success for sure: what goes wrong is either the account or passing."""
        status, answer = await self._ask(what, method, path, body)
        # `status` carries an error text even when all is well.
        failed = isinstance(answer, dict) and bool(answer.get("error")) and "connected" not in answer
        if not 200 <= status < 300 or failed:
            raise read_error(what, status, answer)
        return answer


@dataclass(slots=True)
class _Progress:
    """How far a request came. From the connection on it counts as begun: what of it was written nobody knows."""

    connected: bool = False


def _tracing() -> aiohttp.TraceConfig:
    async def connected(_session: aiohttp.ClientSession, context: Any, _params: object) -> None:
        context.trace_request_ctx.connected = True

    tracing = aiohttp.TraceConfig()
    tracing.on_connection_create_end.append(connected)  # after the TLS handshake
    tracing.on_connection_reuseconn.append(connected)
    return tracing


def send_error(status: int, answer: object) -> ClinicBotError:
    """What an answer that is no success means for the message it was about."""
    failure = outcomes.of_answer(status, _error_text(answer))
    word = outcomes.WORDS[failure.trouble]
    if failure.verdict is Verdict.INSTANCE:
        return AccountRefused(PROVIDER, f"{word} (HTTP {status})", trouble=failure.trouble)
    what = f"{PROVIDER} send-text: HTTP {status}: {word}"
    if failure.verdict is Verdict.NOT_SENT:
        return NotSent(what, trouble=failure.trouble)
    return Uncertain(what) if failure.verdict is Verdict.UNKNOWN else SendRefused(what)


def read_error(what: str, status: int, answer: object) -> ClinicBotError:
    """The same for a call that changes nothing: all but the account's matters may be tried again."""
    text = _error_text(answer)
    failure = outcomes.of_answer(status, text)
    if failure.verdict is Verdict.INSTANCE:
        word = f"{outcomes.WORDS[failure.trouble]} (HTTP {status})"
        return AccountRefused(PROVIDER, word, trouble=failure.trouble)
    known = outcomes.of_text(text) if status < 500 else None
    if known and known.verdict is Verdict.REFUSED:
        return SendRefused(f"{PROVIDER} {what}: {outcomes.WORDS[known.trouble]}")
    word = f", {outcomes.WORDS[known.trouble]}" if known else ""
    return ProviderDown(PROVIDER, f"{what}: HTTP {status}{word}")


def _error_text(answer: object) -> str:
    return f"{answer.get('error') or ''} {answer.get('message') or ''}" if isinstance(answer, dict) else ""
