"""What the operations of the Groq stand-in share: the faults that strike them, and how they say no."""

import json
from collections.abc import Mapping

from starlette.responses import JSONResponse, Response

from clinic_bot.events import Json
from clinic_bot.sandbox.faults import Fault
from clinic_bot.sandbox.groq_bodies import Model
from clinic_bot.sandbox.groq_limits import Refusal
from clinic_bot.sandbox.groq_state import GroqState, Logged
from clinic_bot.sandbox.serving import Cut, Hang


class Answer(Exception):
    """An answer on its way out, past whatever would have come of the request."""

    def __init__(self, response: Response) -> None:
        self.response = response
        super().__init__()


async def trouble(state: GroqState, logged: Logged) -> None:
    """The faults that strike before the model runs, in the order in which they would be noticed."""
    about = {"operation": logged.operation, "model": logged.model}
    if (slow := state.faults.take("slow", **about)) is not None:
        await state.clock.sleep(slow.number("seconds", 5.0) * 1000)
    if state.faults.take("hang", **about) is not None:
        raise Answer(Hang())
    if (told := state.faults.take("status", **about)) is not None:
        raise Answer(_as_told(state, told))
    if (wait_s := state.storm_wait_s(logged.model)) is not None:
        raise Answer(over_limit(state.limits(logged.model).storm(wait_s)))


def _as_told(state: GroqState, fault: Fault) -> Response:
    if fault.options.get("name") is not None:
        return refusal_named(state, fault.text("name"))
    status, body = int(fault.number("status", 500)), fault.options.get("body")
    if body is None:
        body = state.refusals["internal_500"]["body"]
    headers = fault.options.get("headers")
    return _response(status, body, headers if isinstance(headers, dict) else {})


def refusal_named(state: GroqState, name: str) -> Response:
    sample = state.refusals[name]
    return _response(sample["status"], sample["body"], sample["headers"])


def _response(status: int, body: Json, headers: Mapping[str, Json]) -> Response:
    rest = {name: str(value) for name, value in headers.items() if name.lower() != "content-type"}
    if isinstance(body, str):
        media_type = str(headers.get("content-type", "text/html"))
        return Response(body, status_code=status, media_type=media_type, headers=rest)
    return JSONResponse(body, status_code=status, headers=rest)


def over_limit(refusal: Refusal) -> Response:
    headers = {"retry-after": str(refusal.retry_after_s)}
    return JSONResponse(refusal.body, status_code=refusal.status, headers=headers)


def model_of(state: GroqState, name: object) -> Model:
    model = state.models.get(name) if isinstance(name, str) else None
    if model is None:
        message = f"The model `{name}` does not exist or you do not have access to it."
        error: Json = {"message": message, "type": "invalid_request_error", "code": "model_not_found"}
        raise Answer(JSONResponse({"error": error}, status_code=404))
    return model


def sent(state: GroqState, logged: Logged, answer: dict[str, Json]) -> Response:
    """``after``: computed and lost; ``within``: lost in the middle of the body."""
    about = {"operation": logged.operation, "model": logged.model}
    if state.faults.take("cut", when="after", **about) is not None:
        return Cut()
    if state.faults.take("cut", when="within", **about) is not None:
        return Cut(json.dumps(answer).encode()[:200])
    return JSONResponse(answer)
