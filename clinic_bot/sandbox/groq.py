"""A stand-in for Groq's API, over HTTP: completions with tools, models, transcriptions, limits and refusals.

What answers is a ``Brain``, by default the deterministic receptionist. Bodies follow recorded exchanges; the
refusals lie in ``groq_refusals.json`` with how sure each is. It does not stream: that is refused with 400.
"""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from email.utils import formatdate
from typing import Any, cast

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from clinic_bot.clock import Clock
from clinic_bot.events import Json
from clinic_bot.sandbox import groq_bodies as bodies
from clinic_bot.sandbox.brain import Brain, BrainTurn, content_of
from clinic_bot.sandbox.faults import Fault
from clinic_bot.sandbox.groq_bodies import MODELS, Model, Spoken, Written
from clinic_bot.sandbox.groq_checks import Refused, check_call, check_json, check_request, tool_use_failed
from clinic_bot.sandbox.groq_control import control_routes
from clinic_bot.sandbox.groq_limits import Plan, Refusal
from clinic_bot.sandbox.groq_state import GroqState, Logged
from clinic_bot.sandbox.groq_vision import LARGEST, check_pictures, pictures, seen
from clinic_bot.sandbox.multipart import read_form
from clinic_bot.sandbox.receptionist import Receptionist
from clinic_bot.sandbox.serving import Cut, Hang
from clinic_bot.sandbox.voice import said_in, seconds_of

# Reserved when a request does not say: one page of the documentation has this number, another has 2,048.
_DEFAULT_COMPLETION = 1_024
_UPLOAD_BYTES = 25 * 1024 * 1024
_EXTENSIONS = ["flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "opus", "wav", "webm"]
_PROMPT_CHARS = 896
_SHORTEST_S = 0.01
_VOICE_BYTES_PER_S = 2_500  # Opus in a WhatsApp voice note, roughly

Handler = Callable[[GroqState, Request, Logged], Awaitable[Response]]


class _Answer(Exception):  # an answer on its way out
    def __init__(self, response: Response) -> None:
        self.response = response
        super().__init__()


def build_groq(
    *,
    clock: Clock,
    api_key: str | None,
    brain: Brain | None = None,
    models: Sequence[Model] = MODELS,
    plan: Plan | None = None,
    seed: int = 0,
    log_size: int = 20_000,
) -> Starlette:
    """The stand-in as an app; ``groq_state`` looks inside.

    Args:
        api_key: the one key it takes; None takes any.
        models: those that exist; every other name answers 404, as retired ones do.
        plan: ``FREE``, ``DEVELOPER`` or another; None enforces no limit.
    """
    state = GroqState(
        clock,
        brain or Receptionist(),
        api_key=api_key,
        models=models,
        plan=plan,
        seed=seed,
        log_size=log_size,
    )

    def route(path: str, operation: str, handler: Handler, method: str) -> Route:
        async def endpoint(request: Request) -> Response:
            return await _serve(state, request, operation, handler)

        return Route(f"/openai/v1/{path}", endpoint, methods=[method])

    app = Starlette(
        routes=[
            *control_routes(state),
            route("chat/completions", "chat", _chat, "POST"),
            route("audio/transcriptions", "transcription", _transcribe, "POST"),
            route("models", "models", _list_models, "GET"),
            route("models/{model:path}", "models", _one_model, "GET"),
        ],
        exception_handlers={404: _unknown_url, 405: _unknown_url},
    )
    app.state.groq = state
    return app


def groq_state(app: Starlette) -> GroqState:
    """The state behind an app made by ``build_groq``."""
    state = app.state.groq
    assert isinstance(state, GroqState)
    return state


# -- around every request ---------------------------------------------------------------------------------


async def _serve(state: GroqState, request: Request, operation: str, handler: Handler) -> Response:
    logged = state.begin(operation)
    response: Response | None = None
    try:
        if state.faults.take("cut", operation=operation, when="before") is not None:
            response = Cut()
        else:
            response = await _handled(state, request, logged, handler)
        return response
    finally:
        # A caller that gave up cancels nothing here: its request is computed, and billed, all the same.
        silent = response is None or isinstance(response, Cut | Hang)
        state.end(logged, None if silent or response is None else response.status_code)


async def _handled(state: GroqState, request: Request, logged: Logged, handler: Handler) -> Response:
    req = bodies.request_id(state.random, state.clock.now_ms())
    try:
        _authenticate(state, request)
        response = await handler(state, request, logged)
    except _Answer as answer:
        response = answer.response
    except Refused as refused:
        response = JSONResponse(refused.body, status_code=400)
    response.headers.setdefault("x-request-id", req)
    response.headers.setdefault("x-groq-region", "gru")
    response.headers.setdefault("date", formatdate(state.clock.now_ms() / 1000, usegmt=True))
    if logged.model in state.models:
        for name, value in state.limits(logged.model).headers().items():
            response.headers.setdefault(name, value)
    return response


def _authenticate(state: GroqState, request: Request) -> None:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key or (state.api_key is not None and key != state.api_key):
        raise _Answer(_named(state, "unauthorized_401"))


async def _trouble(state: GroqState, logged: Logged) -> None:
    """The faults that strike before the model runs, in the order in which they would be noticed."""
    about = {"operation": logged.operation, "model": logged.model}
    if (slow := state.faults.take("slow", **about)) is not None:
        await state.clock.sleep(slow.number("seconds", 5.0) * 1000)
    if state.faults.take("hang", **about) is not None:
        raise _Answer(Hang())
    if (told := state.faults.take("status", **about)) is not None:
        raise _Answer(_as_told(state, told))
    if (wait_s := state.storm_wait_s(logged.model)) is not None:
        raise _Answer(_refusal(state.limits(logged.model).storm(wait_s)))


def _as_told(state: GroqState, fault: Fault) -> Response:
    if fault.options.get("name") is not None:
        return _named(state, fault.text("name"))
    status, body = int(fault.number("status", 500)), fault.options.get("body")
    if body is None:
        body = state.refusals["internal_500"]["body"]
    headers = fault.options.get("headers")
    return _response(status, body, headers if isinstance(headers, dict) else {})


def _named(state: GroqState, name: str) -> Response:
    sample = state.refusals[name]
    return _response(sample["status"], sample["body"], sample["headers"])


def _response(status: int, body: Json, headers: Mapping[str, Json]) -> Response:
    rest = {name: str(value) for name, value in headers.items() if name.lower() != "content-type"}
    if isinstance(body, str):
        media_type = str(headers.get("content-type", "text/html"))
        return Response(body, status_code=status, media_type=media_type, headers=rest)
    return JSONResponse(body, status_code=status, headers=rest)


def _refusal(refusal: Refusal) -> Response:
    headers = {"retry-after": str(refusal.retry_after_s)}
    return JSONResponse(refusal.body, status_code=refusal.status, headers=headers)


def _model(state: GroqState, name: object) -> Model:
    model = state.models.get(name) if isinstance(name, str) else None
    if model is None:
        message = f"The model `{name}` does not exist or you do not have access to it."
        error: Json = {"message": message, "type": "invalid_request_error", "code": "model_not_found"}
        raise _Answer(JSONResponse({"error": error}, status_code=404))
    return model


# -- chat -------------------------------------------------------------------------------------------------


async def _chat(state: GroqState, request: Request, logged: Logged) -> Response:
    body = await _json_body(request)
    logged.read(body)
    await _trouble(state, logged)
    model = _model(state, body.get("model"))
    if model.hears:
        raise Refused(f"The model `{model.id}` does not support chat completions", code="model_not_supported")
    check_request(body, max_completion_tokens=model.max_completion_tokens)
    check_pictures(model, urls := pictures(body))
    if sum(map(len, urls)) > LARGEST:
        raise _Answer(_named(state, "request_too_large_413_body"))
    prompt = bodies.prompt_tokens(body)
    limit = body.get("max_completion_tokens") or body.get("max_tokens") or _DEFAULT_COMPLETION
    if prompt > model.context_window:
        text = "Please reduce the length of the messages or completion."
        raise Refused(text, param="messages", code="context_length_exceeded")
    reserved = prompt + limit
    if state.plan is not None and (refusal := state.limits(model.id).reserve(reserved)) is not None:
        raise _Answer(_refusal(refusal))
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
    return _cut_late(state, logged, answer)


async def _json_body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body())
    except ValueError:
        raise Refused("could not parse the request body as JSON") from None
    if not isinstance(body, dict):
        raise Refused("the request body must be an object")
    return body


def _cut_late(state: GroqState, logged: Logged, answer: dict[str, Json]) -> Response:
    """``after``: computed and lost; ``within``: lost in the middle of the body."""
    about = {"operation": logged.operation, "model": logged.model}
    if state.faults.take("cut", when="after", **about) is not None:
        return Cut()
    if state.faults.take("cut", when="within", **about) is not None:
        return Cut(json.dumps(answer).encode()[:200])
    return JSONResponse(answer)


def _write(state: GroqState, body: Mapping[str, Any], model: Model, limit: int) -> Written:
    """Let the brain write, then treat it as Groq treats a model: checked, counted, cut at the limit."""
    if (fault := state.faults.take("tool_use_failed", model=model.id)) is not None:
        raise _failed_tool(state, fault, body)
    if state.faults.take("empty", model=model.id) is not None:
        return Written("", None, _reasoning(body, model, "Nada a dizer."), "stop", 5, 4)
    if state.faults.take("truncated", model=model.id) is not None:
        return Written("", None, _reasoning(body, model, "O paciente pergunta"), "length", limit, limit)
    urls = pictures(body)
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
    return _Answer(_named(state, name if name in state.refusals else "tool_use_failed_generic"))


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


# -- audio and models -------------------------------------------------------------------------------------


async def _transcribe(state: GroqState, request: Request, logged: Logged) -> Response:
    form = read_form(request.headers.get("content-type", ""), await request.body())
    logged.model = form.text("model")
    logged.form = {**form.fields, **{name: upload.name for name, upload in form.files.items()}}
    await _trouble(state, logged)
    model = _model(state, logged.model)
    if not model.hears:
        raise Refused(f"The model `{model.id}` does not support audio", code="model_not_supported")
    if (prompt := form.text("prompt")) and len(prompt) > _PROMPT_CHARS:
        said = f"prompt length must be {_PROMPT_CHARS} characters or fewer"
        raise Refused(f"{said}, but provided prompt contains {len(prompt)} characters")
    upload, url = form.files.get("file"), form.text("url")
    if upload is None and not url:
        raise Refused("file or url must be provided")
    name, data = (upload.name, upload.data) if upload is not None else (url, b"")
    if name.rpartition(".")[2].lower() not in _EXTENSIONS and upload is not None:
        raise _Answer(_named(state, "transcription_unsupported_format_400"))
    if len(data) > _UPLOAD_BYTES:
        raise _Answer(_named(state, "request_too_large_413_body"))
    digest = hashlib.sha256(data or url.encode()).hexdigest()
    spoken = state.transcripts.get(digest) or state.transcripts.get(name) or _said_in(data, digest)
    seconds = round(seconds_of(data) or max(0.5, len(data) / _VOICE_BYTES_PER_S), 2)
    if seconds < _SHORTEST_S:
        raise Refused("Audio file is too short. Minimum audio length is 0.01 seconds.")
    if state.plan is not None and (refusal := state.audio_limits(model.id).reserve(seconds)) is not None:
        raise _Answer(_refusal(refusal))
    await state.clock.sleep((0.2 + seconds / 40) * 1000)
    req = bodies.request_id(state.random, state.clock.now_ms())
    form_of = form.text("response_format") or "json"
    if form_of not in ("json", "verbose_json", "text"):
        raise Refused("response_format must be one of json, text, verbose_json")
    answer = bodies.transcription(spoken, response_format=form_of, seconds=seconds, req=req)
    if isinstance(answer, str):
        return Response(answer, media_type="text/plain")
    return _cut_late(state, logged, cast(dict[str, Json], answer))


def _said_in(data: bytes, digest: str) -> Spoken:
    """What stands in a voice note of the sandbox; of any other file something that cannot be mistaken for words."""
    return Spoken(said_in(data) or f"Áudio de teste {digest[:6]}, transcrito pelo simulador.")


async def _list_models(state: GroqState, request: Request, logged: Logged) -> Response:
    await _trouble(state, logged)
    return JSONResponse({"object": "list", "data": [model.as_json() for model in state.models.values()]})


async def _one_model(state: GroqState, request: Request, logged: Logged) -> Response:
    await _trouble(state, logged)
    return JSONResponse(_model(state, request.path_params["model"]).as_json())


async def _unknown_url(request: Request, exc: Exception) -> Response:
    path = re.sub(r"[^\x20-\x7e]", "?", request.url.path)
    message = (
        f"Unknown request URL: {request.method} {path}. Please check the URL for typos, or see the docs at "
        "https://console.groq.com/docs/"
    )
    error: Json = {"message": message, "type": "invalid_request_error", "code": "unknown_url"}
    return JSONResponse({"error": error}, status_code=404)
