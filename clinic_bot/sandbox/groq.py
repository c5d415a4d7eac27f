"""A stand-in for Groq's API, over HTTP: the app, and what is around every request, its key, headers and end.

Completions with tools are in ``groq_chat.py``, transcriptions in ``groq_audio.py``, limits in ``groq_limits.py``. What
answers is a ``Brain``, by default the deterministic receptionist. Bodies follow recorded exchanges; the refusals lie in
``groq_refusals.json`` with how sure each is. It does not stream: that is refused with 400.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from email.utils import formatdate

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from clinic_bot.clock import Clock
from clinic_bot.events import Json
from clinic_bot.sandbox import groq_bodies as bodies
from clinic_bot.sandbox.brain import Brain
from clinic_bot.sandbox.groq_answers import Answer, model_of, refusal_named, trouble
from clinic_bot.sandbox.groq_audio import transcribe
from clinic_bot.sandbox.groq_bodies import MODELS, Model
from clinic_bot.sandbox.groq_chat import chat
from clinic_bot.sandbox.groq_checks import Refused
from clinic_bot.sandbox.groq_control import control_routes
from clinic_bot.sandbox.groq_limits import Plan
from clinic_bot.sandbox.groq_state import GroqState, Logged
from clinic_bot.sandbox.receptionist import Receptionist
from clinic_bot.sandbox.serving import Cut, Hang

Handler = Callable[[GroqState, Request, Logged], Awaitable[Response]]


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
            route("chat/completions", "chat", chat, "POST"),
            route("audio/transcriptions", "transcription", transcribe, "POST"),
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
    except Answer as answer:
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
        raise Answer(refusal_named(state, "unauthorized_401"))


async def _list_models(state: GroqState, request: Request, logged: Logged) -> Response:
    await trouble(state, logged)
    return JSONResponse({"object": "list", "data": [model.as_json() for model in state.models.values()]})


async def _one_model(state: GroqState, request: Request, logged: Logged) -> Response:
    await trouble(state, logged)
    return JSONResponse(model_of(state, request.path_params["model"]).as_json())


async def _unknown_url(request: Request, exc: Exception) -> Response:
    path = re.sub(r"[^\x20-\x7e]", "?", request.url.path)
    message = (
        f"Unknown request URL: {request.method} {path}. Please check the URL for typos, or see the docs at "
        "https://console.groq.com/docs/"
    )
    error: Json = {"message": message, "type": "invalid_request_error", "code": "unknown_url"}
    return JSONResponse({"error": error}, status_code=404)
