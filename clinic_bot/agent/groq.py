"""Groq, and the only file that knows its SDK.

The SDK's typed ``create`` costs about 6 ms of CPU a call, its ``post`` under 1 ms; its own retries sleep up
to a minute inside the call and are off. Error texts of Groq carry the organisation's id and what the model
wrote, so they are classified here and never passed on, nor chained: a traceback would print them.
"""

import asyncio
import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import groq
import httpx
from groq.types.chat import ChatCompletion

from clinic_bot.agent.chat import BadGeneration, Completion, Message, RequestTooLarge, ToolCall
from clinic_bot.errors import (
    AccountRefused,
    ClinicBotError,
    Misconfigured,
    ModelUnusable,
    ProviderBusy,
    ProviderDown,
)

PROVIDER = "Groq"
_PATH = "/openai/v1/chat/completions"
_CONNECTIONS = 4_000  # above the most turns that may think at once, so that no call waits for a socket
_CONNECT_S = 10.0
_GONE_S = 3_600.0  # how long a model that is gone is not asked again; it may be a mistake of an hour
_OVERLOADED_S = 5.0
_DEFAULT_WAIT_S = 5.0

# Groq refuses a message with any other key.
_MESSAGE_KEYS = ("role", "content", "tool_calls", "tool_call_id")
# What differs between models, by the beginning of the name.
_PARAMETERS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("openai/gpt-oss", {"reasoning_effort": "low", "include_reasoning": False, "temperature": 0.5}),
    ("qwen/qwen3", {"reasoning_effort": "none", "temperature": 0.5}),
    ("", {"temperature": 0.5}),
)


class _NextModel(Exception):  # not an error: a way on
    """This model cannot be asked now; another one may be.

    Args:
        wait_s: when it may be asked again.
        gone: nobody can tell when, because it does not exist for this account.
    """

    def __init__(self, wait_s: float, *, gone: bool = False, overloaded: bool = False) -> None:
        self.wait_s = wait_s
        self.gone = gone
        self.overloaded = overloaded
        super().__init__("next model")


class GroqModel:
    """One client for the life of the process; build it inside the running loop and close it.

    Args:
        models: best first. One that is gone, out of its daily tokens or over capacity gives way to the next.
        max_tokens: the most it may write in one call, reasoning included.

    Raises:
        Misconfigured: the key cannot be one, which the SDK would only notice at the first call, as a lost
            connection.
    """

    def __init__(self, api_key: str, *, base_url: str, models: Sequence[str], max_tokens: int) -> None:
        key = api_key.strip()
        if not key or not key.isascii() or not key.isprintable() or " " in key:
            raise Misconfigured("GROQ_API_KEY is empty or holds characters that no key has; copy it again")
        if not models:
            raise Misconfigured("CLINIC_BOT_GROQ_MODELS names no model")
        self._models = tuple(models)
        self._max_tokens = max_tokens
        self._resting: dict[str, tuple[float, bool]] = {}  # model -> (monotonic end, gone)
        limits = httpx.Limits(max_connections=_CONNECTIONS, keepalive_expiry=60)
        self._client = groq.AsyncGroq(
            api_key=key,
            base_url=base_url,
            max_retries=0,
            # The deadline of a call is the caller's, around everything; these would only cut it short.
            timeout=httpx.Timeout(None, connect=_CONNECT_S),
            http_client=groq.DefaultAioHttpClient(limits=limits),
        )

    async def close(self) -> None:
        await self._client.close()

    async def complete(
        self,
        messages: Sequence[Message],
        tools: Sequence[Mapping[str, Any]],
        *,
        user: str,
        timeout_s: float,
        fallback: bool = False,
    ) -> Completion:
        """Ask the first model that can be asked; see ``ChatModel.complete``."""
        body: dict[str, Any] = {
            "messages": [_allowed(message) for message in messages],
            "tools": list(tools),
            "max_completion_tokens": self._max_tokens,
            "user": user,
        }
        refused: list[_NextModel] = []
        try:
            async with asyncio.timeout(timeout_s):
                for model in self._available(fallback=fallback):
                    try:
                        return await self._ask({**body, "model": model, **_parameters(model)}, model)
                    except _NextModel as exc:
                        self._resting[model] = (time.monotonic() + exc.wait_s, exc.gone)
                        refused.append(exc)
        except TimeoutError as exc:
            raise ProviderDown(PROVIDER, "no answer in time") from exc
        raise self._nobody_left(refused)

    async def missing_models(self) -> tuple[str, ...]:
        """Which of the configured models this account cannot ask now; they come and go. Raises as a call does."""
        try:
            listed = await self._client.models.list()
        except groq.APIStatusError as exc:
            raise _status_error(exc) from None
        except groq.APIError as exc:
            raise ProviderDown(PROVIDER, f"no answer ({type(exc).__name__})") from exc
        live = {model.id for model in listed.data or ()}
        return tuple(model for model in self._models if model not in live)

    def _available(self, *, fallback: bool) -> Iterator[str]:
        """Models that do not rest, best first; with ``fallback`` the first of them goes last."""
        now = time.monotonic()
        awake = [model for model in self._models if self._resting.get(model, (0.0, False))[0] <= now]
        yield from awake[1:] + awake[:1] if fallback else awake

    def _nobody_left(self, refused: Sequence[_NextModel]) -> ClinicBotError:
        resting = [self._resting[model] for model in self._models if model in self._resting]
        if all(gone for _, gone in resting):
            self._resting.clear()  # asked again at the next call: the operator may have acted meanwhile
            return AccountRefused(PROVIDER, f"none of the models is there: {', '.join(self._models)}")
        if refused and all(exc.overloaded for exc in refused):
            return ProviderDown(PROVIDER, "over capacity")
        back = min(until for until, gone in resting if not gone) - time.monotonic()
        return ProviderBusy(PROVIDER, retry_after_s=max(1.0, back))

    async def _ask(self, body: Mapping[str, Any], model: str) -> Completion:
        try:
            answer = await self._client.post(_PATH, body=body, cast_to=ChatCompletion)
        except groq.APIStatusError as exc:
            raise _status_error(exc) from None
        except groq.APIError as exc:  # no connection, or broken off
            raise ProviderDown(PROVIDER, f"no answer ({type(exc).__name__})") from exc
        except (json.JSONDecodeError, UnicodeDecodeError, httpx.HTTPError) as exc:
            raise ProviderDown(PROVIDER, f"unreadable answer ({type(exc).__name__})") from exc
        return _completion(answer, model)


def _parameters(model: str) -> Mapping[str, Any]:
    return next(parameters for prefix, parameters in _PARAMETERS if model.startswith(prefix))


def _allowed(message: Message) -> dict[str, Any]:
    return {key: message[key] for key in _MESSAGE_KEYS if message.get(key) is not None}


def _completion(answer: object, model: str) -> Completion:
    """Check what the SDK does not: any JSON, and even HTML, comes through as if it were a completion."""
    choices = getattr(answer, "choices", None)
    message = getattr(choices[0], "message", None) if isinstance(choices, list) and choices else None
    if not isinstance(answer, ChatCompletion) or message is None:
        raise ProviderDown(PROVIDER, "unreadable answer (no choices)")
    calls = message.tool_calls if isinstance(message.tool_calls, list) else []
    content = message.content
    usage = answer.usage
    return Completion(
        text=content if isinstance(content, str) else "",
        tool_calls=tuple(
            ToolCall(str(call.id), str(call.function.name), str(call.function.arguments or ""))
            for call in calls
            if getattr(call, "function", None) is not None
        ),
        cut=choices[0].finish_reason == "length" if isinstance(choices, list) else False,
        model=model,
        prompt_tokens=_count(getattr(usage, "prompt_tokens", 0)),
        completion_tokens=_count(getattr(usage, "completion_tokens", 0)),
    )


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0


def _status_error(exc: groq.APIStatusError) -> Exception:
    """What a refusal means for the caller: by status, then code, then the abbreviation of the limit."""
    status, error = exc.status_code, _error_object(exc.body)
    code, text = str(error.get("code") or ""), str(error.get("message") or "")
    if code == "blocked_api_access" or code.startswith("spend_"):
        return AccountRefused(PROVIDER, f"spend limit reached (HTTP {status})")
    if status == 413 or "Request too large" in text:
        return RequestTooLarge(f"{PROVIDER}: request too large (HTTP {status})")
    if code in ("tool_use_failed", "json_validate_failed"):
        return _bad_generation(error)
    if code in ("model_not_found", "model_decommissioned") or (status == 403 and "model" in code):
        return _NextModel(_GONE_S, gone=True)
    if status == 429:
        return _rate_limited(exc, text)
    if status in (498, 503):
        return _NextModel(_OVERLOADED_S, overloaded=True)
    if status == 401:
        return AccountRefused(PROVIDER, "the key (HTTP 401)")
    if status == 403:
        return AccountRefused(PROVIDER, "network address or permission (HTTP 403)")
    if status == 404:
        return AccountRefused(PROVIDER, "address: is GROQ_BASE_URL the host only? (HTTP 404)")
    if status == 422:
        return BadGeneration("could not be followed")
    if status in (408, 409) or status >= 500 or status < 400:
        return ProviderDown(PROVIDER, f"HTTP {status}")
    return ModelUnusable(f"{PROVIDER} refused the request (HTTP {status}{f', {code}' if code else ''})")


def _error_object(body: object) -> Mapping[str, Any]:
    """``body`` is the whole JSON on an HTTP error, the inner object on others, text when it is no JSON."""
    if not isinstance(body, dict):
        return {}
    inner = body.get("error", body)
    return inner if isinstance(inner, dict) else {}


def _rate_limited(exc: groq.APIStatusError, text: str) -> Exception:
    """A limit of the day gives way to the next model, which has its own; one of the minute is waited for."""
    wait_s = _retry_after_s(exc.response.headers, text)
    if re.search(r"\((?:TPD|RPD)\)", text):
        return _NextModel(wait_s)
    return ProviderBusy(PROVIDER, retry_after_s=wait_s)


def _retry_after_s(headers: Mapping[str, str], text: str) -> float:
    """From the header, which is whole seconds; else from the text; else from the bucket's reset."""
    try:
        header = float(headers.get("retry-after", ""))
    except ValueError:
        header = 0.0
    if header > 0:
        return header
    said = re.search(r"try again in ([0-9hmsµun.]+)", text)
    return (
        (duration_s(said[1].rstrip(".")) if said else None)
        or duration_s(headers.get("x-ratelimit-reset-tokens", ""))
        or _DEFAULT_WAIT_S
    )


_UNITS_S = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}


def duration_s(text: str) -> float | None:
    """Seconds of a Go duration such as ``9m38.016s`` or ``577ms``; None when it is none."""
    if not re.fullmatch(r"(?:\d+(?:\.\d+)?(?:h|ms|us|µs|ns|m|s))+", text):
        return None
    parts = re.findall(r"(\d+(?:\.\d+)?)(h|ms|us|µs|ns|m|s)", text)
    return sum(float(number) * _UNITS_S[unit] for number, unit in parts)


def _bad_generation(error: Mapping[str, Any]) -> BadGeneration:
    problem = str(error.get("message") or "")[:400]
    written = error.get("failed_generation")
    if not isinstance(written, str) or not written.strip():
        return BadGeneration(problem)
    try:
        data = json.loads(written)
    except ValueError:
        return BadGeneration(problem, text=written[:400])
    if isinstance(data, dict) and isinstance(data.get("name"), str):
        arguments = json.dumps(data.get("arguments", {}), ensure_ascii=False)
        short = arguments if len(arguments) <= 400 else "{}"  # cut in the middle it would be no JSON
        return BadGeneration(problem, call=ToolCall("call_refused", data["name"], short))
    return BadGeneration(problem, text=written[:400])
