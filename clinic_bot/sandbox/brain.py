"""What may play the model: the words between the stand-in for Groq and whatever answers for it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from clinic_bot.events import Json

# The agent's own remarks stand among the patient's messages with this in front.
REMARK = "[contexto]"


@dataclass(frozen=True, slots=True)
class BrainCall:
    name: str
    arguments: Mapping[str, Json] | str  #: a string goes out as it is, broken JSON included


@dataclass(frozen=True, slots=True)
class BrainTurn:
    """What the model does next: says something, or calls one tool."""

    text: str | None = None
    tool_call: BrainCall | None = None
    reasoning: str = "O paciente escreveu; preciso responder com o que sei."


class Brain(Protocol):
    def reply(self, request: Mapping[str, Any]) -> BrainTurn:
        """Answer one chat-completions request body. Called on the event loop: be quick."""
        ...


class Scripted:
    """Says its turns in order, then the last one again and again. ``asked`` keeps the requests it saw."""

    def __init__(self, turns: Sequence[BrainTurn | str]) -> None:
        if not turns:
            raise ValueError("a script needs at least one turn")
        self._turns = [BrainTurn(text=turn) if isinstance(turn, str) else turn for turn in turns]
        self.asked: list[Mapping[str, Any]] = []

    def reply(self, request: Mapping[str, Any]) -> BrainTurn:
        self.asked.append(request)
        return self._turns[min(len(self.asked), len(self._turns)) - 1]


@dataclass(frozen=True, slots=True)
class Done:
    """A call of this turn and its result."""

    name: str
    arguments: Mapping[str, Any]
    result: str


def done_calls(messages: Sequence[Mapping[str, Any]]) -> Iterator[Done]:
    """Tool calls of ``messages`` that were answered."""
    calls: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for message in messages:
        for call in message.get("tool_calls") or []:
            function = call.get("function") or {}
            calls[str(call.get("id"))] = (str(function.get("name")), _object(function.get("arguments")))
        if message.get("role") == "tool" and (known := calls.get(str(message.get("tool_call_id")))):
            yield Done(*known, content_of(message))


def _object(arguments: object) -> Mapping[str, Any]:
    try:
        data = json.loads(arguments) if isinstance(arguments, str) else {}
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def last_patient_message(messages: Sequence[Mapping[str, Any]]) -> int | None:
    """Where the patient's turn stands: the last user message that is no remark of the agent's own."""
    for index in range(len(messages) - 1, -1, -1):
        message = messages[index]
        if message.get("role") == "user" and not content_of(message).startswith(REMARK):
            return index
    return None


def content_of(message: Mapping[str, Any]) -> str:
    """A message's text, whether it came whole or in parts."""
    content = message.get("content")
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""
