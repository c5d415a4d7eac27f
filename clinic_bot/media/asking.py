"""Groq, asked about what was fetched: its SDK, one deadline around each call, and errors by who must act.

Apart from the agent's calls, whose budget, line and models are others. The SDK's errors hold the whole body, so they
are never chained.
"""

import asyncio
import json
import math
from collections.abc import Awaitable, Callable
from typing import Any

import groq
import httpx

from clinic_bot.agent import reading
from clinic_bot.agent.chat import Outcome
from clinic_bot.agent.reading import PROVIDER, Refusal
from clinic_bot.clock import Clock
from clinic_bot.errors import AccountRefused, GiveUp, Operator, ProviderBusy, ProviderDown
from clinic_bot.media.allowed import Allowed, AllowedHere

#: Begins, or with None ends, what the reception is told once: that nothing is heard, or seen, and why.
Tell = Callable[[str | None], None]
#: One call with the SDK; its raw answer.
Call = Callable[[groq.AsyncGroq], Awaitable[httpx.Response]]

_CONNECTIONS = 20
_CONNECT_S = 10.0


class NotRead(GiveUp):
    """This file will never be read. ``reason`` is one word for logs and metrics."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"a file was not read: {reason}")


def client(api_key: str, base_url: str) -> groq.AsyncGroq:
    """Build it inside the running loop, and close it."""
    return groq.AsyncGroq(
        api_key=api_key.strip(),
        base_url=base_url,
        max_retries=0,
        timeout=httpx.Timeout(None, connect=_CONNECT_S),  # the deadline of a call is ours
        http_client=groq.DefaultAioHttpClient(limits=httpx.Limits(max_connections=_CONNECTIONS)),
    )


class NotAsked(ProviderBusy):
    """It was held back by what is known already, and is no try."""


class Asking:
    """Calls to one model.

    Args:
        allowed: what it is granted; None: as far as this process knows.
    """

    def __init__(
        self,
        sdk: groq.AsyncGroq,
        clock: Clock,
        *,
        timeout_s: float,
        tell: Tell,
        model: str,
        allowed: Allowed | None = None,
    ) -> None:
        self.model = model
        self._sdk = sdk
        self._clock = clock
        self._timeout_s = timeout_s
        self._tell = tell
        self._allowed = allowed or AllowedHere(clock)

    async def ask(self, call: Call, *, seconds: float = 0.0) -> dict[str, Any]:
        """The answer's JSON object.

        Args:
            seconds: of audio, as they are billed.

        Raises:
            NotAsked, ProviderBusy, ProviderDown: later.
            Operator: a person must act, and was told.
            NotRead: it will never work.
        """
        if (wait_ms := await self._allowed.take(seconds)) == math.inf:
            raise NotRead("too_large")
        if wait_ms > 0:
            raise NotAsked(PROVIDER, retry_after_s=wait_ms / 1000)
        try:
            async with asyncio.timeout(self._clock.real_s(self._timeout_s * 1000)):
                response = await call(self._sdk)
        except TimeoutError:
            raise ProviderDown(PROVIDER, "no answer in time") from None
        except groq.APIStatusError as exc:
            refusal = reading.refusal(exc.status_code, exc.response.headers, exc.body)
            raise await self._refused(refusal, seconds) from None
        except (groq.APIError, httpx.HTTPError) as exc:
            raise ProviderDown(PROVIDER, f"no answer ({type(exc).__name__})") from None
        answer = _object(response)
        if answer is None:
            raise ProviderDown(PROVIDER, "unreadable answer")
        self._tell(None)
        return answer

    async def _refused(self, refusal: Refusal, seconds: float) -> Exception:
        error = refusal.error
        if isinstance(error, ProviderBusy):
            await self._allowed.refused(refusal.said, seconds, refusal.wait_s * 1000)
            return error
        if isinstance(error, ProviderDown):
            return error
        if isinstance(error, Operator):
            gone = refusal.outcome is Outcome.MODEL_GONE
            self._tell(f"o modelo {self.model} não existe mais na Groq" if gone else refusal.reason)
            return AccountRefused(PROVIDER, refusal.what or f"the model {self.model} is not there")
        return NotRead(refusal.outcome.value)


def _object(response: httpx.Response) -> dict[str, Any] | None:
    try:
        data = json.loads(response.content)
    except ValueError:
        return None
    return data if isinstance(data, dict) else None
