"""Chat completions of the Groq stand-in: checked and counted as Groq does, written by a ``Brain``."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from clinic_bot.sandbox import groq_bodies as bodies
from clinic_bot.sandbox.brain import BrainTurn, content_of
from clinic_bot.sandbox.faults import Fault
from clinic_bot.sandbox.groq_answers import Answer, model_of, over_limit, refusal_named, sent, trouble
from clinic_bot.sandbox.groq_bodies import Model, Written
from clinic_bot.sandbox.groq_checks import Refused, check_call, check_json, check_request, tool_use_failed
from clinic_bot.sandbox.groq_review import is_review, reviewed
from clinic_bot.sandbox.groq_state import GroqState, Logged
from clinic_bot.sandbox.groq_vision import LARGEST, check_pictures, pictures, seen

# Reserved when a request does not say: one page of the documentation has this number, another has 2,048.
_DEFAULT_COMPLETION = 1_024


async def chat(state: GroqState, request: Request, logged: Logged) -> Response:
    body = await _json_body(request)
    logged.read(body)
    if is_review(body):
        logged.operation = "review"
    await trouble(state, logged)
    model, prompt = _checked(state, body)
    limit = body.get("max_completion_tokens") or body.get("max_tokens") or _DEFAULT_COMPLETION
    reserved = prompt + limit
    if state.plan is not None and (refusal := state.limits(model.id).reserve(reserved)) is not None:
        raise Answer(over_limit(refusal))
    written = _write(state, body, model, limit)
    cached = _cached(state, body, model, prompt)
    queue_s, seconds = _times(state, written.completion_tokens)
    logged.prompt_tokens, logged.completion_tokens = prompt, written.completion_tokens
    logged.called = written.call.name if written.call is not None else None
    await state.clock.sleep((queue_s + seconds) * 1000)
    if state.plan is not None:
        state.limits(model.id).settle(reserved, prompt - cached + written.completion_tokens)
    now_ms = state.clock.now_ms()
    answer = bodies.completion(
        model.id, written, prompt=prompt, cached=cached, queue_s=queue_s, seconds=seconds,
        created_s=now_ms // 1000, req=bodies.request_id(state.random, now_ms), rng=state.random,
        service_tier=str(body.get("service_tier") or "on_demand"),
    )  # fmt: skip
    return sent(state, logged, answer)


async def _json_body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body())
    except ValueError:
        raise Refused("could not parse the request body as JSON") from None
    if not isinstance(body, dict):
        raise Refused("the request body must be an object")
    return body


def _checked(state: GroqState, body: Mapping[str, Any]) -> tuple[Model, int]:
    """The model that is asked, and the tokens of the prompt, where nothing is wrong with either."""
    model = model_of(state, body.get("model"))
    if model.hears:
        raise Refused(f"The model `{model.id}` does not support chat completions", code="model_not_supported")
    check_request(body, max_completion_tokens=model.max_completion_tokens)
    check_pictures(model, urls := pictures(body))
    if sum(map(len, urls)) > LARGEST:
        raise Answer(refusal_named(state, "request_too_large_413_body"))
    prompt = bodies.prompt_tokens(body)
    if prompt > model.context_window:
        text = "Please reduce the length of the messages or completion."
        raise Refused(text, param="messages", code="context_length_exceeded")
    return model, prompt


def _write(state: GroqState, body: Mapping[str, Any], model: Model, limit: int) -> Written:
    """Let the brain write, then treat it as Groq treats a model: checked, counted, cut at the limit."""
    if (fault := state.faults.take("tool_use_failed", model=model.id)) is not None:
        raise _failed_tool(state, fault, body)
    if state.faults.take("empty", model=model.id) is not None:
        return Written("", None, _reasoning(body, model, "Nada a dizer."), "stop", 5, 4)
    if state.faults.take("truncated", model=model.id) is not None:
        return Written("", None, _reasoning(body, model, "O paciente pergunta"), "length", limit, limit)
    urls = pictures(body)
    if is_review(body):
        turn = reviewed(body, state.faults)
    else:
        turn = BrainTurn(text=seen(urls, state.pictures)) if urls else state.brain.reply(body)
    reasoning_tokens = bodies.count_tokens(turn.reasoning) if model.reasons else 0
    reasoning = _reasoning(body, model, turn.reasoning)
    if turn.tool_call is not None:
        arguments = bodies.arguments_text(turn.tool_call)
        check_call(body, turn.tool_call.name, arguments)
        tokens = reasoning_tokens + bodies.count_tokens(turn.tool_call.name + arguments) + 10
        return Written(None, turn.tool_call, reasoning, "tool_calls", tokens, reasoning_tokens)
    return _said(turn, body, reasoning, reasoning_tokens, limit)


def _said(
    turn: BrainTurn, body: Mapping[str, Any], reasoning: str | None, reasoning_tokens: int, limit: int
) -> Written:
    text = turn.text or ""
    if body.get("tool_choice") == "required":
        raise tool_use_failed("Tool choice is required, but model did not call a tool", text)
    tokens = reasoning_tokens + bodies.count_tokens(text) + 1
    check_json(body, text)
    if tokens <= limit:
        return Written(text, None, reasoning, "stop", tokens, reasoning_tokens)
    kept = max(0, limit - reasoning_tokens)
    return Written(text[: kept * 3], None, reasoning, "length", limit, min(limit, reasoning_tokens))


def _reasoning(body: Mapping[str, Any], model: Model, text: str) -> str | None:
    hidden = body.get("include_reasoning") is False or body.get("reasoning_format") == "hidden"
    return text if model.reasons and not hidden else None


def _failed_tool(state: GroqState, fault: Fault, body: Mapping[str, Any]) -> Exception:
    """``variant`` is the end of a refusal's name: schema (about the request's first tool), bad_json, ..."""
    variant = fault.text("variant", "schema")
    tools = body.get("tools") or []
    if variant == "schema" and tools:
        name = tools[0]["function"]["name"]
        try:
            check_call(body, name, '{\n  "foo": "bar"\n}')
        except Refused as refused:
            return refused
    name = f"tool_use_failed_{variant}"
    return Answer(refusal_named(state, name if name in state.refusals else "tool_use_failed_generic"))


def _cached(state: GroqState, body: Mapping[str, Any], model: Model, prompt: int) -> int:
    first = body["messages"][0]
    if not model.id.startswith("openai/gpt-oss") or first.get("role") not in ("system", "developer"):
        return 0
    system = content_of(first)
    tokens = bodies.HIDDEN_TOKENS + bodies.count_tokens(system)
    return min(prompt, state.cached_tokens(model.id, system, tokens))


def _times(state: GroqState, tokens: int) -> tuple[float, float]:
    """Seconds in the queue and at work."""
    base_s = state.latency_s * state.random.uniform(0.8, 1.2)
    return base_s * 0.2, base_s * 0.8 + tokens * state.per_token_s
