"""The control side of the Groq stand-in: faults, the request log, transcripts, latency and plan."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from clinic_bot.events import Json
from clinic_bot.sandbox.faults import ControlError, control, fault_routes, read_object
from clinic_bot.sandbox.groq_bodies import Spoken
from clinic_bot.sandbox.groq_limits import PLANS
from clinic_bot.sandbox.groq_state import GroqState

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Groq stand-in</title>
<style>body{font:16px/1.5 system-ui;max-width:52rem;margin:2rem auto}
pre{background:#f4f4f4;padding:.8rem;overflow:auto}</style>
<h1>Groq stand-in</h1>
<p>This speaks the protocol of Groq's API for tests and demonstrations. What answers is a deterministic
receptionist, no language model. Point <code>GROQ_BASE_URL</code> at BASE.</p>
<pre>B=BASE
curl -s $B/control            # state
curl -s $B/control/requests   # the log; ?after=N for what is newer
# every call takes 40 seconds more; then the next two are over capacity; then half a minute of 429
curl -s $B/control/faults -d '{"kind": "slow", "seconds": 40}'
curl -s $B/control/faults -d '{"kind": "status", "name": "over_capacity_503", "count": 2}'
curl -s $B/control/faults -d '{"kind": "storm", "seconds": 30}'
# a review, whichever model is asked for it: it objects once to a reply with these words; then all are slow
curl -s $B/control/faults -d '{"kind": "objects", "to": "manobrista", "problem": "não há", "count": 1}'
curl -s $B/control/faults -d '{"kind": "slow", "operation": "review", "seconds": 20}'
curl -s -X DELETE $B/control/faults
# what a voice note says, and whose limits apply
curl -s $B/control/transcripts -d '{"audio.ogg": "queria marcar uma consulta"}'
curl -s $B/control/settings -d '{"plan": "free", "latency_s": 0.6}'
</pre>
<p>Fault kinds: KINDS. Names for <code>status</code>: NAMES.</p></html>
"""


def control_routes(state: GroqState) -> list[BaseRoute]:
    async def front(request: Request) -> Response:
        page = _PAGE.replace("BASE", str(request.url.replace(query="")).rstrip("/"))
        page = page.replace("KINDS", ", ".join(sorted(state.faults.kinds)))
        return HTMLResponse(page.replace("NAMES", ", ".join(state.refusals)))

    async def overview(request: Request) -> Json:
        return state.as_json()

    async def requests(request: Request) -> Json:
        after = int(request.query_params.get("after", "0"))
        return [logged.as_json() for logged in state.requests if logged.n > after]

    async def transcripts(request: Request) -> Json:
        for name, said in (await read_object(request)).items():
            state.transcripts[name] = _spoken(said)
        return {"transcripts": len(state.transcripts)}

    async def settings(request: Request) -> Json:
        _configure(state, await read_object(request))
        return state.as_json()

    return [
        Route("/", front, methods=["GET"]),
        Route("/control", control(overview), methods=["GET"]),
        Route("/control/requests", control(requests), methods=["GET"]),
        Route("/control/transcripts", control(transcripts), methods=["POST"]),
        Route("/control/settings", control(settings), methods=["POST"]),
        *fault_routes(state.faults, state.add_fault, state.clear_faults),
    ]


def _spoken(said: Json) -> Spoken:
    """A text, or an object with ``text`` and any of ``avg_logprob``, ``no_speech_prob`` and ``compression_ratio``."""
    if isinstance(said, str):
        return Spoken(said)
    if not isinstance(said, dict) or not isinstance(text := said.get("text"), str):
        raise ControlError("a transcript is a text, or an object with one")
    figures = {name: said[name] for name in said if name != "text"}
    if not set(figures) <= {"avg_logprob", "no_speech_prob", "compression_ratio"}:
        raise ControlError(
            "beside its text a transcript has avg_logprob, no_speech_prob and compression_ratio"
        )
    numbers = {name: float(value) for name, value in figures.items() if isinstance(value, int | float)}
    return Spoken(text, **numbers)


def _configure(state: GroqState, body: dict[str, Json]) -> None:
    """``latency_s``, ``per_token_s``, ``plan`` (free, developer, null for none); what is absent stays."""
    for name in ("latency_s", "per_token_s"):
        value = body.get(name)
        if isinstance(value, int | float) and value >= 0:
            setattr(state, name, float(value))
        elif value is not None:
            raise ControlError(f"{name} must be a number of at least 0")
    if "plan" in body:
        plan = body["plan"]
        if plan is not None and plan not in PLANS:
            raise ControlError("plan must be free, developer or null")
        state.set_plan(PLANS[plan] if isinstance(plan, str) else None)
