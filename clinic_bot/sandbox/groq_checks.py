"""What Groq refuses before a model runs. Pure; the wording of the reported refusals, the rest composed alike."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from clinic_bot.events import Json

_BODY_KEYS = frozenset(
    {
        "citation_options", "compound_custom", "disable_tool_validation", "documents", "exclude_domains",
        "frequency_penalty", "function_call", "functions", "include_domains", "include_reasoning",
        "max_completion_tokens", "max_tokens", "messages", "metadata", "model", "n", "parallel_tool_calls",
        "presence_penalty", "reasoning_effort", "reasoning_format", "response_format", "search_settings",
        "seed", "service_tier", "stop", "store", "stream", "stream_options", "temperature", "tool_choice",
        "tools", "top_p", "user",
    }
)  # fmt: skip
_MESSAGE_KEYS: Mapping[str, frozenset[str]] = {
    "system": frozenset({"role", "content", "name"}),
    "developer": frozenset({"role", "content", "name"}),
    "user": frozenset({"role", "content", "name"}),
    "assistant": frozenset({"role", "content", "name", "tool_calls", "function_call", "reasoning"}),
    "tool": frozenset({"role", "content", "tool_call_id", "name"}),
    "function": frozenset({"role", "content", "name"}),
}
_EFFORTS = {
    "openai/gpt-oss": ("low", "medium", "high"),
    "qwen/": ("none", "default", "low", "medium", "high"),
}
_TOOL_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MOST_TOOLS = 128
_MOST_STOPS = 4


class Refused(Exception):  # the answer itself, on its way out
    """The error object of a 400."""

    def __init__(self, message: str, **fields: Json) -> None:
        self.body: Json = {"error": {"message": message, "type": "invalid_request_error", **fields}}
        super().__init__(message)


def check_request(body: Mapping[str, Any], *, max_completion_tokens: int) -> None:
    """Raises Refused with Groq's words; returns when the model may run."""
    for key in body:
        if key not in _BODY_KEYS:
            raise Refused(f"property '{key}' is unsupported")
    _check_messages(body.get("messages"))
    _check_tools(body)
    _check_numbers(body, max_completion_tokens)
    _check_reasoning(body)
    _check_format(body)
    if body.get("stream"):
        raise Refused("stream is not supported by this stand-in", param="stream")


def _check_messages(messages: object) -> None:
    if not isinstance(messages, list) or not messages:
        raise Refused("'messages' : minimum number of items is 1")
    for index, message in enumerate(messages):
        where = f"messages.{index}"
        role = message.get("role") if isinstance(message, dict) else None
        if not isinstance(role, str) or role not in _MESSAGE_KEYS:
            raise Refused(f"'{where}' : discriminator property 'role' has invalid value")
        for key in message:
            if key not in _MESSAGE_KEYS[role]:
                raise _unsatisfied(where, role, f"property '{key}' is unsupported")
        if role == "tool" and not isinstance(message.get("tool_call_id"), str):
            raise _unsatisfied(where, role, "property 'tool_call_id' is missing")
        content = message.get("content")
        if role in ("system", "developer", "user", "tool") and not isinstance(content, str | list):
            raise _unsatisfied(where, role, "property 'content' is missing")
        if role == "assistant" and content is None and not message.get("tool_calls"):
            raise _unsatisfied(where, role, "one of 'content', 'tool_calls' must be set")


def _unsatisfied(where: str, role: str, problem: str) -> Refused:
    return Refused(f"'{where}' : for 'role:{role}' the following must be satisfied[('{where}' : {problem})]")


def _check_tools(body: Mapping[str, Any]) -> None:
    tools = body.get("tools") or []
    if len(tools) > _MOST_TOOLS:
        raise Refused(f"'tools' : maximum number of items is {_MOST_TOOLS}", param="tools")
    for index, tool in enumerate(tools):
        name = (tool.get("function") or {}).get("name") if isinstance(tool, dict) else None
        if tool.get("type") != "function" or not isinstance(name, str) or not _TOOL_NAME.fullmatch(name):
            raise Refused(f"'tools.{index}' : invalid function name", param="tools")
    if "tool_choice" in body:
        choice = body["tool_choice"]
        if choice not in ("auto", "none", "required") and not isinstance(choice, dict):
            raise Refused("'tool_choice' : value must be one of 'none', 'auto', 'required' or an object")


def _check_numbers(body: Mapping[str, Any], max_completion_tokens: int) -> None:
    for name in ("max_completion_tokens", "max_tokens"):
        value = body.get(name)
        if isinstance(value, int) and value > max_completion_tokens:
            raise Refused(
                f"{name} must be less than or equal to {max_completion_tokens}, the maximum value for {name} is "
                "less than the context_window for this model",
                param=name,
            )
        if value is not None and (not isinstance(value, int) or value < 1):
            raise Refused(f"'{name}' : value must be at least 1", param=name)
    temperature = body.get("temperature")
    if temperature is not None and (not isinstance(temperature, int | float) or not 0 <= temperature <= 2):
        raise Refused("'temperature' : value must be between 0 and 2", param="temperature")
    if body.get("n") not in (None, 1):
        raise Refused("'n' : number must be at most 1", param="n")
    if isinstance(stop := body.get("stop"), list) and len(stop) > _MOST_STOPS:
        raise Refused(f"'stop' : maximum number of items is {_MOST_STOPS}", param="stop")


def _check_reasoning(body: Mapping[str, Any]) -> None:
    model, effort = str(body.get("model")), body.get("reasoning_effort")
    for prefix, allowed in _EFFORTS.items():
        if effort is not None and model.startswith(prefix) and effort not in allowed:
            listed = ", ".join(f"`{one}`" for one in allowed)
            raise Refused(f"`reasoning_effort` must be one of {listed}", param="reasoning_effort")
    if body.get("reasoning_format") is not None and body.get("include_reasoning") is not None:
        raise Refused("cannot specify both `reasoning_format` and `include_reasoning`")
    if body.get("reasoning_format") == "raw" and (body.get("tools") or body.get("response_format")):
        raise Refused(
            "`reasoning_format` raw cannot be used with tools or JSON mode", param="reasoning_format"
        )


def _check_format(body: Mapping[str, Any]) -> None:
    kind = (body.get("response_format") or {}).get("type")
    if kind == "json_schema" and (body.get("tools") or body.get("stream")):
        raise Refused("response_format json_schema cannot be combined with tools or streaming")
    asked = (body.get("response_format") or {}).get("json_schema") or {}
    if asked.get("strict") is True:
        _check_strict(asked.get("schema"))


def _check_strict(schema: object) -> None:
    """Every object closed, and every property required."""
    if not isinstance(schema, Mapping):
        return
    properties = schema.get("properties") or {}
    closed = schema.get("additionalProperties") is False
    if schema.get("type") == "object" and not (
        closed and set(schema.get("required") or ()) == set(properties)
    ):
        raise Refused(
            "invalid JSON schema for response_format: strict needs additionalProperties false and every property in "
            "required",
            param="response_format",
        )
    for inner in (*properties.values(), schema.get("items")):
        _check_strict(inner)


def check_json(body: Mapping[str, Any], text: str) -> None:
    """What the model wrote where JSON was asked for: raises Refused with ``json_validate_failed``."""
    if (body.get("response_format") or {}).get("type") not in ("json_object", "json_schema"):
        return
    try:
        json.loads(text)
    except ValueError:
        raise Refused(
            "Failed to generate JSON. Please adjust your prompt. See 'failed_generation' for more details.",
            code="json_validate_failed",
            failed_generation=text,
        ) from None


def check_call(body: Mapping[str, Any], name: str, arguments: str) -> None:
    """Validate a tool call the model made, as Groq does on its side: raises Refused with ``tool_use_failed``."""
    written = f'{{"name": "{name}", "arguments": {arguments}}}'
    if body.get("tool_choice") == "none" or not body.get("tools"):
        raise tool_use_failed("Tool choice is none, but model called a tool", written)
    tools = {tool["function"]["name"]: tool["function"] for tool in body["tools"]}
    failed = "Tool call validation failed: tool call validation failed: "
    if name not in tools:
        raise tool_use_failed(
            f"{failed}attempted to call tool '{name}' which was not in request.tools", written
        )
    try:
        given = json.loads(arguments)
    except ValueError:
        raise tool_use_failed("Failed to parse tool call arguments as JSON", arguments) from None
    errors = ", ".join(_mismatches(tools[name].get("parameters") or {}, given))
    if errors:
        problem = f"parameters for tool {name} did not match schema: errors: [{errors}]"
        raise tool_use_failed(failed + problem, written)


def tool_use_failed(message: str, failed_generation: str) -> Refused:
    return Refused(message, code="tool_use_failed", failed_generation=failed_generation)


_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list, "object": dict,
}  # fmt: skip


def _mismatches(schema: Mapping[str, Any], given: object) -> Iterator[str]:
    """The part of JSON Schema that flat tools use: required, additional, type, enum."""
    if not isinstance(given, dict):
        yield "expected object"
        return
    properties = schema.get("properties") or {}
    missing = [f"'{name}'" for name in schema.get("required") or [] if name not in given]
    if missing:
        yield f"missing properties: {', '.join(missing)}"
    for name, value in given.items():
        if name not in properties:
            if schema.get("additionalProperties") is False:
                yield f"additionalProperties '{name}' not allowed"
            continue
        expected = _TYPES.get(str(properties[name].get("type")))
        if expected is not None and not isinstance(value, expected):
            yield f"`/{name}`: expected {properties[name]['type']}"
        if "enum" in properties[name] and value not in properties[name]["enum"]:
            yield f"`/{name}`: value must be one of the enum"
