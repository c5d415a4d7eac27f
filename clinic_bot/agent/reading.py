"""What Groq's answers mean: a completion, or a refusal by status, then code, then the abbreviation of the limit. Pure.

Its error texts carry the organisation's id and what the model wrote, so they are classified here and never passed on;
only what the model itself has to read about its own mistake goes back to it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from clinic_bot.agent.chat import BadGeneration, Completion, Outcome, RequestTooLarge, ToolCall
from clinic_bot.agent.limits import Figures, figures, stated_wait_s
from clinic_bot.errors import AccountRefused, ClinicBotError, ModelUnusable, ProviderBusy, ProviderDown
from clinic_bot.storable import storable

PROVIDER = "Groq"
_QUOTED_CHARS = 400
_LONG_S = 300.0  # no limit of the minute takes longer


def completion(data: object, model: str) -> Completion | None:
    """Check everything: any JSON may come with a 200. None when it is no completion."""
    choice = _first(data.get("choices")) if isinstance(data, dict) else None
    message = choice.get("message") if choice is not None else None
    if not isinstance(data, dict) or choice is None or not isinstance(message, dict):
        return None
    calls, content, usage = message.get("tool_calls"), message.get("content"), data.get("usage")
    return Completion(
        text=storable(content) if isinstance(content, str) else "",
        tool_calls=tuple(_tool_calls(calls)) if isinstance(calls, list) else (),
        cut=choice.get("finish_reason") == "length",
        model=model,
        prompt_tokens=_count(usage, "prompt_tokens"),
        completion_tokens=_count(usage, "completion_tokens"),
    )


def models(data: object) -> frozenset[str] | None:
    """The ids of those that may be asked; None when this is no list of models."""
    rows = data.get("data") if isinstance(data, dict) else None
    if not isinstance(rows, list):
        return None
    there = [row for row in rows if isinstance(row, dict) and row.get("active") is not False]
    return frozenset(str(row["id"]) for row in there if "id" in row)


def arguments_of(call: str) -> Mapping[str, Any] | None:
    """The arguments of a tool call, as a model wrote them; None where they are no JSON object.

    What no database takes hides in JSON behind an escape, so it is left out only here.
    """
    try:
        read = json.loads(call)
    except (ValueError, RecursionError):
        return None
    return _storable(read) if isinstance(read, dict) else None


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [_storable(one) for one in value]
    if isinstance(value, dict):
        return {storable(key): _storable(one) for key, one in value.items()}
    return value


def _first(choices: object) -> dict[str, Any] | None:
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) else None


def _tool_calls(calls: list[Any]) -> Iterator[ToolCall]:
    for call in calls:
        function = call.get("function") if isinstance(call, dict) else None
        if isinstance(function, dict):
            said = call.get("id"), function.get("name"), function.get("arguments") or ""
            yield ToolCall(*(storable(str(one)) for one in said))


def _count(usage: object, name: str) -> int:
    value = usage.get(name) if isinstance(usage, dict) else None
    return value if isinstance(value, int) else 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """
    Args:
        error: what the caller gets, unless another model is asked.
        wait_s: what the provider stated, in the clock's seconds.
        said: the numbers in its text.
        what: a few words for the log, with nothing of the text.
        reason: in Portuguese, where a person of the clinic must act.
        everywhere: the account is refused from whichever machine it is used.
    """

    outcome: Outcome
    error: ClinicBotError
    wait_s: float = 0.0
    said: Figures | None = None
    what: str = ""
    reason: str = ""
    everywhere: bool = False


def refusal(status: int, headers: Mapping[str, str], body: object) -> Refusal:
    error = _error_object(body)
    code, text = str(error.get("code") or ""), str(error.get("message") or "")
    if code == "blocked_api_access" or code.startswith("spend_"):
        what = f"the spend limit is reached (HTTP {status}): raise it in Groq's console"
        reason = "o limite de gastos foi atingido; aumente-o no console da Groq"
        return _account(what, reason, everywhere=True)
    if status == 413 or "Request too large" in text:
        return _too_large(status, text)
    if code in ("tool_use_failed", "json_validate_failed"):
        return Refusal(Outcome.BAD_GENERATION, _bad_generation(error))
    if code in ("model_not_found", "model_decommissioned") or (status == 403 and "model" in code):
        return Refusal(Outcome.MODEL_GONE, AccountRefused(PROVIDER, "the model is not there"))
    if status == 429:
        return _limited(headers, text)
    if status in (498, 503):
        return Refusal(Outcome.OVER_CAPACITY, ProviderDown(PROVIDER, f"over capacity (HTTP {status})"))
    if status in (401, 403, 404):
        return _account(*_ACCOUNT[status], everywhere=status == 401)
    if status == 422:
        return Refusal(Outcome.BAD_GENERATION, BadGeneration("could not be followed"))
    if status in (408, 409) or status >= 500 or status < 400:
        what = f"HTTP {status}"
        return Refusal(Outcome.SERVER_ERROR, ProviderDown(PROVIDER, what), what=what)
    what = f"{PROVIDER} refused the request (HTTP {status}{f', {code}' if code else ''})"
    return Refusal(Outcome.BAD_REQUEST, ModelUnusable(what))


_ACCOUNT = {
    401: (
        "the key (HTTP 401): put a valid one into GROQ_API_KEY and start again",
        "a chave não vale; ponha uma válida em GROQ_API_KEY e reinicie",
    ),
    403: (
        "network address or permission (HTTP 403): Groq blocks some networks and VPNs; look into its console",
        "o endereço de rede ou a permissão; veja o console da Groq e se o servidor não usa VPN",
    ),
    404: (
        "address: is GROQ_BASE_URL the host only? (HTTP 404)",
        "o endereço não existe; GROQ_BASE_URL deve ser só o servidor",
    ),
}


def _account(what: str, reason: str, *, everywhere: bool) -> Refusal:
    error = AccountRefused(PROVIDER, what)
    return Refusal(Outcome.ACCOUNT_REFUSED, error, what=what, reason=reason, everywhere=everywhere)


def _limited(headers: Mapping[str, str], text: str) -> Refusal:
    """A limit of the day gives way to the next model, which has its own; one of the minute is waited for."""
    said, wait_s = figures(text), stated_wait_s(headers, text)
    long = wait_s > _LONG_S or (said is not None and said.of_the_day)
    outcome = Outcome.DAY_EXHAUSTED if long else Outcome.RATE_LIMITED
    return Refusal(outcome, ProviderBusy(PROVIDER, retry_after_s=wait_s), wait_s, said)


def _too_large(status: int, text: str) -> Refusal:
    said = figures(text)
    over = said.requested - said.limit if said is not None and said.limit else None
    error = RequestTooLarge(f"{PROVIDER}: request too large (HTTP {status})", over=over)
    return Refusal(Outcome.TOO_LARGE, error, said=said)


def _error_object(body: object) -> Mapping[str, Any]:
    """The error inside the body; empty when that is no JSON, as what proxies send."""
    if not isinstance(body, dict):
        return {}
    inner = body.get("error", body)
    return inner if isinstance(inner, dict) else {}


def _bad_generation(error: Mapping[str, Any]) -> BadGeneration:
    problem = str(error.get("message") or "")[:_QUOTED_CHARS]
    written = error.get("failed_generation")
    if not isinstance(written, str) or not written.strip():
        return BadGeneration(problem)
    try:
        data = json.loads(written)
    except ValueError:
        return BadGeneration(problem, text=written[:_QUOTED_CHARS])
    if isinstance(data, dict) and isinstance(data.get("name"), str):
        arguments = json.dumps(data.get("arguments", {}), ensure_ascii=False)
        short = (
            arguments if len(arguments) <= _QUOTED_CHARS else "{}"
        )  # cut in the middle it would be no JSON
        return BadGeneration(problem, call=ToolCall("call_refused", data["name"], short))
    return BadGeneration(problem, text=written[:_QUOTED_CHARS])
