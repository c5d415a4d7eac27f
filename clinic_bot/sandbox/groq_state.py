"""What lives behind the Groq stand-in: models, limits, latency, the request log and the faults in force."""

import random
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from clinic_bot.clock import Clock
from clinic_bot.events import Json
from clinic_bot.sandbox.brain import Brain, content_of, last_patient_message
from clinic_bot.sandbox.faults import FaultError, Faults
from clinic_bot.sandbox.groq_bodies import Model, Spoken, refusals
from clinic_bot.sandbox.groq_limits import PLANS, UNLIMITED, AudioLimits, Limits, Plan

FAULT_KINDS = (
    *("slow", "status", "cut", "hang", "storm", "tool_use_failed", "empty", "truncated"),
    *("objects", "babbles"),  # of a review: groq_review.py
)
_LOGGED_CHARS = 8_000
_CACHE_MS = 2 * 3600 * 1000  # a prefix is forgotten after two hours without use
_CACHE_SIZE = 256
_STORM_WAIT_S = 5.0


@dataclass(slots=True)
class Logged:
    """One request, as the log keeps it. Instants by the clock that was handed in."""

    n: int
    operation: str
    in_ms: int
    out_ms: int | None = None  #: None while it runs
    status: int | None = None  #: None: no answer, or none yet
    model: str = ""
    user: str = ""
    messages: int = 0
    last_user_text: str = ""
    tools: list[str] = field(default_factory=list)
    form: dict[str, str] = field(default_factory=dict)  #: of a transcription; ``file`` is the file's name
    called: str | None = None  #: the tool that the answer calls
    prompt_tokens: int = 0
    completion_tokens: int = 0

    def read(self, body: Mapping[str, Any]) -> None:
        messages = body.get("messages")
        messages = [one for one in messages if isinstance(one, dict)] if isinstance(messages, list) else []
        self.model, self.user, self.messages = (
            str(body.get("model")),
            str(body.get("user", "")),
            len(messages),
        )
        if (index := last_patient_message(messages)) is not None:
            self.last_user_text = content_of(messages[index])[:_LOGGED_CHARS]
        tools = body.get("tools")
        for tool in tools if isinstance(tools, list) else []:
            self.tools.append(str(tool.get("function", {}).get("name")))

    def as_json(self) -> dict[str, Json]:
        return asdict(self)


class GroqState:
    """Everything the stand-in knows. The owner may read ``requests`` and set ``brain`` and the latencies.

    Args:
        api_key: the one key it takes; None takes any.
        plan: whose limits are enforced; None enforces none and shows figures that nobody reaches.
    """

    def __init__(
        self,
        clock: Clock,
        brain: Brain,
        *,
        api_key: str | None,
        models: Sequence[Model],
        plan: Plan | None,
        seed: int,
        log_size: int,
    ) -> None:
        self.clock = clock
        self.brain = brain
        self.api_key = api_key
        self.models = {model.id: model for model in models}
        self.random = random.Random(f"groq{seed}")
        self.faults = Faults(FAULT_KINDS, seed=seed)
        self.refusals = refusals()
        self.latency_s = 0.6
        self.per_token_s = 1 / 500
        self.transcripts: dict[str, Spoken] = {}  #: sha256 of the file or URL, or file name -> what was said
        self.pictures: dict[str, str] = {}  #: sha256 of the picture -> what it shows
        self.requests: deque[Logged] = deque(maxlen=log_size)
        self.running = 0
        self.most_running = 0
        self.set_plan(plan)
        self._storms: dict[str | None, tuple[int, float]] = {}
        self._prefixes: dict[int, int] = {}
        self._n = 0

    def set_plan(self, plan: Plan | None) -> None:
        self.plan = plan
        self._limits: dict[str, Limits] = {}
        self._audio_limits: dict[str, AudioLimits] = {}

    def limits(self, model: str) -> Limits:
        if model not in self._limits:
            self._limits[model] = Limits(model, self.plan or UNLIMITED, self.clock)
        return self._limits[model]

    def audio_limits(self, model: str) -> AudioLimits:
        if model not in self._audio_limits:
            self._audio_limits[model] = AudioLimits(model, self.plan or UNLIMITED, self.clock)
        return self._audio_limits[model]

    def begin(self, operation: str) -> Logged:
        self._n += 1
        logged = Logged(self._n, operation, self.clock.now_ms())
        self.requests.append(logged)
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        return logged

    def end(self, logged: Logged, status: int | None) -> None:
        self.running -= 1
        logged.out_ms, logged.status = self.clock.now_ms(), status

    def cached_tokens(self, model: str, system: str, tokens: int) -> int:
        """How many of the first ``tokens`` of the prompt Groq still has from an earlier request."""
        key, now = hash((model, system)), self.clock.now_ms()
        seen_ms = self._prefixes.pop(key, None)
        self._prefixes[key] = now
        while len(self._prefixes) > _CACHE_SIZE:
            del self._prefixes[next(iter(self._prefixes))]
        return tokens // 128 * 128 if seen_ms is not None and now - seen_ms < _CACHE_MS else 0

    def storm_wait_s(self, model: str) -> float | None:
        """What the refusals of a storm say, while one blows over this model."""
        now = self.clock.now_ms()
        for key in (None, model):
            until_ms, wait_s = self._storms.get(key, (0, 0.0))
            if now < until_ms:
                return wait_s
        return None

    def add_fault(self, description: dict[str, Json]) -> None:
        """As ``faults.add``; a ``storm`` blows for ``seconds`` from now on."""
        name = description.get("name")
        if description.get("kind") == "status" and name is not None and name not in self.refusals:
            raise FaultError(f"name must be one of {', '.join(self.refusals)}")
        if description.get("kind") != "storm":
            self.faults.add(description)
            return
        seconds, wait_s = description.get("seconds", 30), description.get("wait_s", _STORM_WAIT_S)
        model = description.get("model")
        if not isinstance(seconds, int | float) or not isinstance(wait_s, int | float):
            raise FaultError("seconds and wait_s must be numbers")
        key = model if isinstance(model, str) else None
        self._storms[key] = (self.clock.now_ms() + round(seconds * 1000), float(wait_s))

    def clear_faults(self, kind: str | None) -> None:
        self.faults.clear(kind)
        if kind in (None, "storm"):
            self._storms.clear()

    def as_json(self) -> dict[str, Json]:
        plan = next((name for name, known in PLANS.items() if known == self.plan), None)
        return {
            "now_ms": self.clock.now_ms(),
            "requests": self._n,
            "running": self.running,
            "most_running": self.most_running,
            "models": list(self.models),
            "plan": plan if self.plan is None or plan else asdict(self.plan),
            "latency_s": self.latency_s,
            "per_token_s": self.per_token_s,
            "faults": self.faults.as_json(),
        }
