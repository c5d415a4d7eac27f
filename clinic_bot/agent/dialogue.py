"""What was said and called, as messages that a model takes."""

from collections.abc import Collection, Iterator, Sequence

from clinic_bot.agent import prompt
from clinic_bot.agent.answer import ToolStep
from clinic_bot.agent.chat import BadGeneration, Message, ToolCall
from clinic_bot.agent.failed_calls import ERROR
from clinic_bot.agent.guards.objections import WRITE_AGAIN
from clinic_bot.events import Said, Speaker


def history(items: Sequence[Said]) -> Iterator[Message]:
    """Earlier messages as the model takes them.

    What the reception wrote is marked and stands on the other side, so that the model does not learn to speak
    as a person of the clinic.
    """
    for item in items:
        if item.speaker is Speaker.BOT:
            yield {"role": "assistant", "content": item.text}
        else:
            mark = prompt.RECEPTION_WROTE if item.speaker is Speaker.CLINIC else ""
            yield {"role": "user", "content": mark + prompt.unmarked(item.text)}


def assistant(calls: tuple[ToolCall, ...]) -> Message:
    return {
        "role": "assistant",
        "tool_calls": [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in calls
        ],
    }


def tool_result(call_id: str, text: str) -> Message:
    return {"role": "tool", "tool_call_id": call_id, "content": text}


def done(steps: Sequence[ToolStep]) -> list[Message]:
    """What an earlier try changed, as the calls and results that it was."""
    exchanges: list[Message] = []
    for n, step in enumerate(steps, start=1):
        call = ToolCall(f"done_{n}", step.tool, step.arguments)
        exchanges += [assistant((call,)), tool_result(call.id, step.result)]
    return exchanges


def correction(exc: BadGeneration, known: Collection[str]) -> list[Message]:
    """What makes the model do it again: its call with the provider's objection, or a plain request."""
    if exc.call and exc.call.name in known:
        result = f"{ERROR}, a chamada não foi executada: {exc.problem}"
        return [assistant((exc.call,)), tool_result(exc.call.id, result)]
    if exc.text:
        return [{"role": "assistant", "content": exc.text}, {"role": "user", "content": WRITE_AGAIN}]
    return []
