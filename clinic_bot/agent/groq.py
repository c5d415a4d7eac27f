"""Groq, and the only file that knows its SDK.

The SDK's typed ``create`` costs about 6 ms of CPU a call, its ``post`` under 1 ms; its own retries sleep up to a minute
inside the call and are off. Its errors hold the whole body, so they are never chained: a traceback would print them.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import groq
import httpx

from clinic_bot.agent import reading
from clinic_bot.agent.budget import PROMPT_TOKENS, quick_tokens
from clinic_bot.agent.chat import CallRecord, Completion, Form, Message, Outcome
from clinic_bot.agent.json_format import ANY_OBJECT, response_format
from clinic_bot.agent.models import KnownModel, Models, NextModel
from clinic_bot.agent.pacing import BEGUN_PATIENCE_MS, PATIENCE_MS, Closed, Pass
from clinic_bot.agent.reading import PROVIDER
from clinic_bot.agent.replicas import Replicas, name_for
from clinic_bot.agent.shared_model import Leave
from clinic_bot.agent.sharing import Alone, Sharing
from clinic_bot.agent.telling import Alert, Teller
from clinic_bot.clock import Clock
from clinic_bot.errors import Misconfigured, ProviderBusy, ProviderDown
from clinic_bot.store.database import Database

_PATH = "/openai/v1/chat/completions"
_MODELS_PATH = "/openai/v1/models"
_LIST_S = 15.0  #: longest the list of models is waited for, in the machine's seconds
_CONNECTIONS = 4_000  # above the most turns that may think at once, so that no call waits for a socket
_CONNECT_S = 10.0

# Groq refuses a message with any other key.
_MESSAGE_KEYS = ("role", "content", "tool_calls", "tool_call_id")
# What differs between models, by the beginning of the name.
_PARAMETERS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("openai/gpt-oss", {"reasoning_effort": "low", "include_reasoning": False, "temperature": 0.5}),
    ("qwen/qwen3", {"reasoning_effort": "none", "temperature": 0.5}),
    ("", {"temperature": 0.5}),
)
#: Ends of a call that ran, and whose prompt counts though nobody read an answer.
_RAN = (Outcome.CANCELLED, Outcome.TIMEOUT, Outcome.UNREADABLE, Outcome.BAD_GENERATION)


def _quiet(kind: str, text: str) -> None:
    """Nobody is told."""


def _uncounted(call: CallRecord) -> None:
    """Nobody counts."""


@dataclass(slots=True)
class _Call:
    """One request, to whichever model takes it.

    Args:
        prompt_tokens: estimated.
        timeout_s: what it was given altogether, until ``ends_at`` (loop time).
    """

    body: Mapping[str, Any]
    prompt_tokens: int
    user: str
    begun: bool
    timeout_s: float
    ends_at: float
    record: list[CallRecord]
    form: Form | None

    def most_tokens(self, model: KnownModel) -> int:
        """That it may write."""
        return model.max_tokens if self.form is None else min(model.max_tokens, self.form.max_tokens)

    def fits(self, wait_s: float) -> bool:
        """Whether it may wait so long, in the machine's seconds. One without a form ends with its whole turn."""
        return self.form is None or asyncio.get_running_loop().time() + wait_s < self.ends_at


@dataclass(slots=True)
class _Attempt:
    """The call to one model, from its leave to its end."""

    passed: Pass
    at_ms: int
    began_ms: int  #: by the steady clock
    outcome: Outcome = Outcome.CANCELLED
    tokens: tuple[int, int] = (0, 0)


class GroqModel:
    """One client for the life of the process; build it inside the running loop and close it.

    Args:
        models: best first. One that is gone, out of its daily tokens, over capacity or silent gives way to the next.
        max_tokens: the most it may write in one call, reasoning included.
        reviewer: the one that calls with a form are for; None: there are none.
        call_timeout_s: longest one call may take, in the clock's seconds.
        tokens_per_minute, requests_per_minute: the plan's limits of a model, until Groq tells them; 0: unknown.
        alert: is told once what the reception has to know: ``groq_model_gone``, ``groq_day_exhausted``,
            ``groq_account`` or ``groq_out``, and a text in Portuguese.
        called: is told of every call as it ends, and of every one that was held back.
        shared_on: the database on which replicas share what Groq grants the account; None: this process is alone.

    Raises:
        Misconfigured: the key cannot be one, which the SDK would only notice at the first call, as a lost
            connection.
    """

    def __init__(
        self,
        api_key: str,
        *,
        base_url: str,
        models: Sequence[str],
        max_tokens: int,
        clock: Clock,
        call_timeout_s: float = 60.0,
        tokens_per_minute: int = 0,
        requests_per_minute: int = 0,
        alert: Alert = _quiet,
        called: Callable[[CallRecord], None] = _uncounted,
        shared_on: Database | None = None,
        reviewer: str | None = None,
    ) -> None:
        key = api_key.strip()
        if not key or not key.isascii() or not key.isprintable() or " " in key:
            raise Misconfigured("GROQ_API_KEY is empty or holds characters that no key has; copy it again")
        if not models:
            raise Misconfigured("CLINIC_BOT_GROQ_MODELS names no model")
        self._clock = clock
        self._call_timeout_s = clock.real_s(call_timeout_s * 1000)
        self._called = called
        self.sharing: Sharing = Alone()
        if shared_on is not None:
            self.sharing = Replicas(
                shared_on,
                name_for(PROVIDER, key),
                clock,
                tokens_per_minute=tokens_per_minute,
                requests_per_minute=requests_per_minute,
            )
        self._models = Models(
            models,
            max_tokens=max_tokens,
            tokens_per_minute=tokens_per_minute,
            requests_per_minute=requests_per_minute,
            clock=clock,
            teller=Teller(alert, self.sharing),
            sharing=self.sharing,
            reviewer=reviewer,
        )
        limits = httpx.Limits(max_connections=_CONNECTIONS, keepalive_expiry=60)
        self._client = groq.AsyncGroq(
            api_key=key,
            base_url=base_url,
            max_retries=0,
            # The deadline of a call is ours, around everything; these would only cut it short.
            timeout=httpx.Timeout(None, connect=_CONNECT_S),
            http_client=groq.DefaultAioHttpClient(limits=limits),
        )

    async def close(self) -> None:
        await self._client.close()
        await self.sharing.close()

    async def complete(
        self,
        messages: Sequence[Message],
        tools: Sequence[Mapping[str, Any]],
        *,
        user: str,
        timeout_s: float,
        fallback: bool = False,
        begun: bool = False,
        record: list[CallRecord] | None = None,
        form: Form | None = None,
    ) -> Completion:
        """Ask the first model that can be asked; see ``ChatModel.complete``."""
        body: dict[str, Any] = {"messages": [_allowed(message) for message in messages], "user": user}
        if form is None:
            body["tools"] = list(tools)
        call = _Call(
            body=body,
            prompt_tokens=quick_tokens(messages, tools),
            user=user,
            begun=begun,
            timeout_s=timeout_s,
            ends_at=asyncio.get_running_loop().time() + timeout_s,
            record=record if record is not None else [],
            form=form,
        )
        models = self._models
        for model in models.askable(fallback=fallback) if form is None else models.reviewer(form.model):
            try:
                return await self._ask(model, call)
            except (NextModel, Closed):
                continue
            finally:
                if form is not None:
                    model.line.forget(user)  # who is not read in time comes back with another reply
        if form is not None:
            raise ProviderDown(PROVIDER, f"{form.model} cannot be asked")
        raise models.nobody_left(fallback=fallback)

    def has_room(self) -> bool:
        """Whether a call before its turn would keep nobody waiting: after it half of every limit is still free."""
        return self._models.has_room(PROMPT_TOKENS)

    async def live_models(self) -> frozenset[str]:
        """All that this account may ask now, those that only hear or guard too. Raises as a call does."""
        try:
            async with asyncio.timeout(_LIST_S):
                response = await self._client.get(_MODELS_PATH, cast_to=httpx.Response)
        except TimeoutError:
            raise ProviderDown(PROVIDER, f"no answer within {_LIST_S:g} s") from None
        except groq.APIStatusError as exc:
            raise reading.refusal(exc.status_code, exc.response.headers, exc.body).error from None
        except (groq.APIError, httpx.HTTPError) as exc:
            raise ProviderDown(PROVIDER, f"no answer ({type(exc).__name__})") from exc
        listed = reading.models(_json(response))
        if listed is None:
            raise ProviderDown(PROVIDER, "the list of models cannot be read: is GROQ_BASE_URL Groq's?")
        return listed

    async def _ask(self, model: KnownModel, call: _Call) -> Completion:
        """Ask one model; a turn that has begun keeps a short wait in line, where its calls are not lost."""
        try:
            return await self._ask_once(model, call)
        except ProviderBusy as exc:
            wait_ms = exc.retry_after_s * 1000
            if not call.begun or wait_ms > BEGUN_PATIENCE_MS or not call.fits(self._clock.real_s(wait_ms)):
                raise
        return await self._ask_once(model, call)

    async def _ask_once(self, model: KnownModel, call: _Call) -> Completion:
        passed = await self._enter(model, call)
        attempt = _Attempt(passed, self._clock.now_ms(), self._clock.steady_ms())
        try:
            return await self._post(model, call, attempt)
        finally:
            if attempt.outcome is Outcome.CANCELLED:
                model.breaker.dropped(probe=passed.probe)
            model.line.left()
            if attempt.outcome in _RAN:
                attempt.tokens = (call.prompt_tokens, 0)
            self._note(model, call, attempt)

    async def _enter(self, model: KnownModel, call: _Call) -> Pass:
        """Wait in line, and tell when it was in vain."""
        since_ms = self._clock.steady_ms()
        tokens = call.prompt_tokens + call.most_tokens(model)
        try:
            async with asyncio.timeout_at(call.ends_at):
                return await self._admitted(model, call, tokens)
        except (ProviderBusy, TimeoutError) as exc:
            waited_ms = self._clock.steady_ms() - since_ms
            held_back = CallRecord(
                model.name, self._clock.now_ms(), 0, Outcome.HELD_BACK, waited_ms=waited_ms
            )
            call.record.append(held_back)
            self._called(held_back)
            if isinstance(exc, TimeoutError):
                raise ProviderDown(PROVIDER, "the turn took too long") from exc
            raise

    async def _admitted(self, model: KnownModel, call: _Call, tokens: float) -> Pass:
        """Wait in line, then for the leave of the other replicas; while that is not given, in the same place again."""
        began_ms = self._clock.steady_ms()
        gives_up_ms = began_ms + (BEGUN_PATIENCE_MS if call.begun else PATIENCE_MS)
        held_before = False
        while True:
            passed = await model.line.enter(call.user, tokens, begun=call.begun)
            try:
                leave = await self.sharing.reserve(model.name, tokens, begun=call.begun)
            except BaseException:  # cancelled: nobody makes this call
                model.line.gone(passed)
                raise
            if isinstance(leave, Leave):
                passed.leave = leave
                if held_before:  # asking for leave is no wait; being refused it is
                    passed.waited_ms = self._clock.steady_ms() - began_ms
                return passed
            held, held_before = self._models.held(model, passed, leave), True
            now_ms = self._clock.steady_ms()
            if not isinstance(held, ProviderBusy) or now_ms + held.retry_after_s * 1000 > gives_up_ms:
                model.line.left()
                raise held

    async def _post(self, model: KnownModel, call: _Call, attempt: _Attempt) -> Completion:
        left_s = call.ends_at - asyncio.get_running_loop().time()
        body = {**call.body, "model": model.name, "max_completion_tokens": call.most_tokens(model)}
        body |= parameters(model.name)
        if (form := call.form) is not None:
            asked = response_format(model.name, form.name, form.schema)
            body |= {"response_format": asked if model.takes_schema else ANY_OBJECT, "temperature": 0}
        try:
            async with asyncio.timeout(min(self._call_timeout_s, left_s)):
                response = await self._client.post(_PATH, body=body, cast_to=httpx.Response)
        except TimeoutError:
            attempt.outcome = Outcome.TIMEOUT
            # A call with little time left tells nothing about the model; of a reviewer nobody ever sees a longer one.
            usual_s = self._call_timeout_s if model.answers else call.timeout_s
            fair = left_s >= usual_s / 2
            raise self._models.failed(model, attempt.passed, "no answer in time", counts=fair) from None
        except groq.APIStatusError as exc:
            refusal = reading.refusal(exc.status_code, exc.response.headers, exc.body)
            attempt.outcome = refusal.outcome
            if form is not None and refusal.outcome is Outcome.BAD_REQUEST:
                model.takes_schema = False  # which the documentation contradicts itself about
            raise self._models.refused(model, attempt.passed, refusal, exc.response.headers) from None
        except (groq.APIError, httpx.HTTPError) as exc:  # no connection, or broken off
            attempt.outcome = Outcome.NO_CONNECTION
            raise self._models.failed(model, attempt.passed, f"no answer ({type(exc).__name__})") from exc
        completion = _read(response, model.name)
        if completion is None:
            attempt.outcome = Outcome.UNREADABLE
            raise self._models.failed(model, attempt.passed, "unreadable answer")
        self._models.answered(model, attempt.passed, response.headers)
        attempt.outcome = Outcome.OK
        attempt.tokens = (completion.prompt_tokens, completion.completion_tokens)
        return completion

    def _note(self, model: KnownModel, call: _Call, attempt: _Attempt) -> None:
        noted = CallRecord(
            model.name,
            attempt.at_ms,
            self._clock.steady_ms() - attempt.began_ms,
            attempt.outcome,
            *attempt.tokens,
            waited_ms=attempt.passed.waited_ms,
        )
        call.record.append(noted)
        self._called(noted)


def parameters(model: str) -> Mapping[str, Any]:
    """What a request to this model says besides the conversation."""
    return next(parameters for prefix, parameters in _PARAMETERS if model.startswith(prefix))


def _allowed(message: Message) -> dict[str, Any]:
    return {key: message[key] for key in _MESSAGE_KEYS if message.get(key) is not None}


def _read(response: httpx.Response, model: str) -> Completion | None:
    return reading.completion(_json(response), model)


def _json(response: httpx.Response) -> Any:
    """None for broken JSON, or bytes that are no text."""
    try:
        return json.loads(response.content)
    except ValueError:
        return None
