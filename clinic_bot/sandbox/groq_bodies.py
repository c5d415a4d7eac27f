"""Bodies as Groq writes them: completions, models and transcriptions, in the key order of its recorded answers."""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from clinic_bot.events import Json
from clinic_bot.sandbox.brain import BrainCall

_IMAGE_TOKENS = 2_048
HIDDEN_TOKENS = 60  # what the gpt-oss template adds to every prompt
_CHARS_PER_TOKEN = 3.4  # o200k on Brazilian chat
_BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"


@dataclass(frozen=True, slots=True)
class Model:
    id: str
    context_window: int = 131_072
    max_completion_tokens: int = 65_536
    owned_by: str = "OpenAI"
    created: int = 1_754_408_224
    reasons: bool = True

    @property
    def hears(self) -> bool:
        return self.id.startswith("whisper")

    @property
    def sees(self) -> bool:
        return self.id.startswith("qwen/qwen3")

    def as_json(self) -> dict[str, Json]:
        return {
            "id": self.id,
            "object": "model",
            "created": self.created,
            "owned_by": self.owned_by,
            "active": True,
            "context_window": self.context_window,
            "public_apps": None,
            "max_completion_tokens": self.max_completion_tokens,
        }


# What a self-serve account had in October 2026.
MODELS = (
    Model("openai/gpt-oss-120b"),
    Model("openai/gpt-oss-20b", created=1_754_407_957),
    Model("openai/gpt-oss-safeguard-20b", created=1_761_708_789),
    Model("qwen/qwen3.8-27b", 131_042, 16_384, "Alibaba Cloud", 1_787_000_000, reasons=False),
    Model("whisper-large-v3-turbo", 448, 448, created=1_728_413_088),
    Model("whisper-large-v3", 448, 448, created=1_693_721_698),
)


def refusals() -> dict[str, dict[str, Any]]:
    """Groq's refusals by name: status, headers, body."""
    text = resources.files("clinic_bot.sandbox").joinpath("groq_refusals.json").read_text(encoding="utf-8")
    data: dict[str, dict[str, Any]] = json.loads(text)
    del data["_about"]
    return data


def request_id(rng: random.Random, now_ms: int) -> str:
    """``req_`` and a ULID in lower case."""
    number = (now_ms << 80) | rng.getrandbits(80)
    return "req_" + "".join(_BASE32[(number >> shift) & 31] for shift in range(125, -1, -5))


def _uuid(rng: random.Random) -> str:
    digits = f"{rng.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def count_tokens(text: str) -> int:
    return max(1, round(len(text) / _CHARS_PER_TOKEN)) if text else 0


def _content_tokens(content: object) -> int:
    if isinstance(content, str):
        return count_tokens(content)
    parts = [part for part in content if isinstance(part, dict)] if isinstance(content, list) else []
    images = len([part for part in parts if part.get("type") == "image_url"])
    texts = "".join(str(part.get("text") or "") for part in parts)
    return images * _IMAGE_TOKENS + count_tokens(texts)


def prompt_tokens(body: Mapping[str, Any]) -> int:
    """An estimate from lengths alone: nobody needs a tokenizer to be kept waiting."""
    total = HIDDEN_TOKENS
    for message in body["messages"]:
        content = message.get("content")
        total += 4 + _content_tokens(content)
        if calls := message.get("tool_calls"):
            total += count_tokens(json.dumps(calls))
    return total + count_tokens(json.dumps(body.get("tools") or ""))


@dataclass(frozen=True, slots=True)
class Written:
    """What the model produced for one request."""

    content: str | None
    call: BrainCall | None
    reasoning: str | None
    finish_reason: str
    completion_tokens: int
    reasoning_tokens: int


def arguments_text(call: BrainCall) -> str:
    if isinstance(call.arguments, str):
        return call.arguments
    return json.dumps(call.arguments, ensure_ascii=False, separators=(",", ":"))


def completion(
    model: str,
    written: Written,
    *,
    prompt: int,
    cached: int,
    queue_s: float,
    seconds: float,
    created_s: int,
    req: str,
    rng: random.Random,
    service_tier: str,
) -> dict[str, Json]:
    """A chat completion. On a tool call the message has no ``content`` key at all, as recorded."""
    return {
        "id": f"chatcmpl-{_uuid(rng)}",
        "object": "chat.completion",
        "created": created_s,
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": _message(written, rng),
                "logprobs": None,
                "finish_reason": written.finish_reason,
            }
        ],
        "usage": _usage(written, prompt, cached, queue_s, seconds),
        "usage_breakdown": None,
        "system_fingerprint": "fp_sandbox000",
        "x_groq": {"id": req, "seed": rng.getrandbits(31)},
        "service_tier": service_tier,
    }


def _message(written: Written, rng: random.Random) -> dict[str, Json]:
    message: dict[str, Json] = {"role": "assistant"}
    if written.call is None:
        message["content"] = written.content or ""
    if written.reasoning is not None:
        message["reasoning"] = written.reasoning
    if written.call is not None:
        function: dict[str, Json] = {"name": written.call.name, "arguments": arguments_text(written.call)}
        message["tool_calls"] = [{"id": f"fc_{_uuid(rng)}", "type": "function", "function": function}]
    return message


def _usage(written: Written, prompt: int, cached: int, queue_s: float, seconds: float) -> dict[str, Json]:
    prompt_s = min(seconds, prompt / 20_000)
    usage: dict[str, Json] = {
        "queue_time": round(queue_s, 9),
        "prompt_tokens": prompt,
        "prompt_time": round(prompt_s, 9),
        "completion_tokens": written.completion_tokens,
        "completion_time": round(seconds - prompt_s, 9),
        "total_tokens": prompt + written.completion_tokens,
        "total_time": round(seconds, 9),
    }
    if cached:
        usage["prompt_tokens_details"] = {"cached_tokens": cached}
    if written.reasoning_tokens:
        usage["completion_tokens_details"] = {"reasoning_tokens": written.reasoning_tokens}
    return usage


@dataclass(frozen=True, slots=True)
class Spoken:
    """What is heard on a recording, and how sure Whisper is; None: as on a clear one, or on one without words."""

    text: str
    avg_logprob: float | None = None
    no_speech_prob: float | None = None
    compression_ratio: float | None = None


def transcription(spoken: Spoken, *, response_format: str, seconds: float, req: str) -> Json:
    """Groq's text begins with a blank; ``text`` format has no envelope."""
    text = spoken.text.strip()
    said = f" {text}" if text else ""
    if response_format == "text":
        return said.strip()
    if response_format != "verbose_json":
        return {"text": said, "x_groq": {"id": req}}
    segment: dict[str, Json] = {
        "id": 0, "seek": 0, "start": 0.0, "end": seconds, "text": said, "tokens": [50365], "temperature": 0,
        "avg_logprob": _told(spoken.avg_logprob, -0.18), "compression_ratio": _told(spoken.compression_ratio, 0.98),
        "no_speech_prob": _told(spoken.no_speech_prob, 0.0128 if said else 0.91),
    }  # fmt: skip
    return {
        "task": "transcribe",
        "language": "Portuguese",
        "duration": seconds,
        "text": said,
        "segments": [segment],
        "x_groq": {"id": req},
    }


def _told(figure: float | None, usual: float) -> float:
    return usual if figure is None else figure
