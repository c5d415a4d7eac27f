"""The words between the loop and a provider of models: no SDK, no loop."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from clinic_bot.errors import ClinicBotError

Message = Mapping[str, Any]  #: role, content, tool_calls, tool_call_id, as chat completions have them


@dataclass(frozen=True, slots=True)
class ToolCall:
    id: str
    name: str
    arguments: str  #: JSON text, unchecked


@dataclass(frozen=True, slots=True)
class Completion:
    text: str
    tool_calls: tuple[ToolCall, ...]
    cut: bool  #: the token limit ended it
    model: str
    prompt_tokens: int
    completion_tokens: int


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
    """More tokens than the plan takes in one request: waiting does not help, a smaller one does."""


class ChatModel(Protocol):
    async def complete(
        self,
        messages: Sequence[Message],
        tools: Sequence[Mapping[str, Any]],
        *,
        user: str,
        timeout_s: float,
        fallback: bool = False,
    ) -> Completion:
        """Ask once.

        Args:
            timeout_s: the machine's seconds, for the whole call.
            fallback: ask the second model first, because the first one keeps failing at this.

        Raises:
            BadGeneration, RequestTooLarge: the caller can change the request.
            ProviderBusy, ProviderDown: later.
            AccountRefused: a person must act.
            ModelUnusable: this request will never be answered.
        """
        ...
