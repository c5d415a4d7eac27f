"""The words between the loop and a provider of models: no SDK, no loop."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from clinic_bot.errors import ClinicBotError

Message = Mapping[str, Any]  #: role, content, tool_calls, tool_call_id, as chat completions have them


@dataclass(frozen=True, slots=True)
class ToolCall:
    id: str
    name: str
    arguments: str  #: JSON text, unchecked


@dataclass(frozen=True, slots=True)
class Form:
    """What a call wants back that is no next message of the conversation: JSON, from one model and no other.

    Args:
        schema: what the provider holds the JSON to, where it can with this model.
        max_tokens: the most it may write, reasoning included.
    """

    model: str
    name: str
    schema: Mapping[str, Any]
    max_tokens: int


@dataclass(frozen=True, slots=True)
class Completion:
    text: str
    tool_calls: tuple[ToolCall, ...]
    cut: bool  #: the token limit ended it
    model: str
    prompt_tokens: int
    completion_tokens: int


class Outcome(StrEnum):
    """How one call ended: the word in metrics and in the story of a turn."""

    OK = "ok"
    HELD_BACK = "held_back"  #: not made: our own budget of the minute, or a wait that is being kept
    RATE_LIMITED = "rate_limited"
    DAY_EXHAUSTED = "day_exhausted"
    TOO_LARGE = "too_large"
    BAD_GENERATION = "bad_generation"  #: the provider refused what the model wrote
    OVER_CAPACITY = "over_capacity"
    TIMEOUT = "timeout"
    NO_CONNECTION = "no_connection"  #: none, or broken off
    SERVER_ERROR = "server_error"
    UNREADABLE = "unreadable"
    MODEL_GONE = "model_gone"
    ACCOUNT_REFUSED = "account_refused"
    BAD_REQUEST = "bad_request"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call to one model, for the story of a turn.

    Args:
        at_ms: when it was made, by the service's clock; before that it waited ``waited_ms`` in line.
        prompt_tokens: as the provider counted; so are ``completion_tokens``. For a call whose answer nobody read,
            and which ran all the same, our own estimate of the prompt, which is on the high side.
        ahead: made before the turn began, in the hope that it would ask this.
        review: what the reviewer found, of a call that read a reply; empty for every other.
    """

    model: str
    at_ms: int
    took_ms: int
    outcome: Outcome
    prompt_tokens: int = 0
    completion_tokens: int = 0
    waited_ms: int = 0
    ahead: bool = False
    review: str = ""

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens


class BadGeneration(ClinicBotError):
    """The provider refused what the model wrote; the model can put it right when told.

    Args:
        problem: the provider's words about it, for the model only: they may quote the conversation.
        call: the refused call when it could be read. Never run it.
        text: what the model wrote when it was no call.
    """

    def __init__(self, problem: str, *, call: ToolCall | None = None, text: str = "") -> None:
        self.problem = problem
        self.call = call
        self.text = text
        super().__init__("the provider refused what the model wrote")


class RequestTooLarge(ClinicBotError):
    """More tokens than the plan takes in one request: waiting does not help, a smaller one does.

    Args:
        over: by how many tokens; None when the provider did not say.
    """

    def __init__(self, what: str = "request too large", *, over: int | None = None) -> None:
        self.over = over
        super().__init__(what)


class ChatModel(Protocol):
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
        """Ask once.

        Args:
            user: whose turn it is, opaque; calls take turns by it.
            timeout_s: the machine's seconds, for the whole call with its time in line.
            fallback: do not ask the first model, because it keeps failing at this.
            begun: calls were made for this turn before, which would be thrown away.
            record: gets a line for every call that is made, one that fails or is cancelled too.
            form: ask this model in place of the agent's own ones, without tools, for JSON.

        Raises:
            BadGeneration, RequestTooLarge: the caller can change the request.
            ProviderBusy, ProviderDown: later.
            AccountRefused: a person must act.
            ModelUnusable: this request will never be answered.
        """
        ...
