"""The stand-in model, as a scenario's ``state.llm`` describes it."""

from collections.abc import Mapping

from clinic_bot.sandbox.brain import BrainCall, BrainTurn, Scripted
from clinic_bot.sandbox.groq_state import GroqState


def set_mind(groq: GroqState, llm: object, *, composed: bool = False) -> None:
    """Make the stand-in model slow, broken or scripted.

    A text names a mood (slow, down, busy, silent); an object may say ``latency_ms`` or ``latency_s``, ``replies``
    (what it says, one a call), ``calls`` (which tools it calls instead where replies are ``composed``), ``turns``
    (texts and calls, whatever is wanted of it), ``fault`` or ``faults`` (as its control endpoint takes them), or a
    ``mode``.
    """
    if isinstance(llm, str):
        _set_mood(groq, llm.casefold())
    if not isinstance(llm, Mapping):
        return
    for name, unit in (("latency_ms", 1000), ("delay_ms", 1000), ("latency_s", 1), ("delay_s", 1)):
        if isinstance(value := llm.get(name), int | float):
            groq.latency_s = float(value) / unit
    script = llm.get("turns") or (llm.get("calls") if composed else llm.get("replies") or llm.get("script"))
    if isinstance(script, list) and script:
        groq.brain = Scripted([_turn(one) for one in script])
    faults = llm.get("faults") or llm.get("fault") or []
    for fault in faults if isinstance(faults, list) else [faults]:
        if isinstance(fault, Mapping):
            groq.add_fault(dict(fault))
    _set_mood(groq, str(llm.get("mode") or llm.get("status") or llm.get("error") or "").casefold())


def _turn(one: object) -> BrainTurn:
    match one:
        case {"name": str(name), "arguments": dict(arguments)} | {
            "name": str(name),
            "arguments": str(arguments),
        }:
            return BrainTurn(tool_call=BrainCall(name, arguments))
    return BrainTurn(text=str(one))


def _set_mood(groq: GroqState, mood: str) -> None:
    if any(word in mood for word in ("slow", "lent")):
        groq.latency_s = 8.0
    elif any(word in mood for word in ("busy", "rate", "limit", "429")):
        groq.add_fault({"kind": "storm", "seconds": 20, "wait_s": 5})
    elif any(word in mood for word in ("timeout", "hang", "silent")):
        groq.add_fault({"kind": "hang"})
    elif any(
        word in mood for word in ("down", "unavailable", "error", "fail", "outage", "500", "503", "fora")
    ):
        groq.add_fault({"kind": "status", "name": "over_capacity_503"})
