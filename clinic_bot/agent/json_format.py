"""How a Groq model is asked for JSON. Never together with tools: Groq refuses that."""

from collections.abc import Mapping
from typing import Any

#: Where Groq holds the model to the schema, and where it does its best; the others only write JSON.
_STRICT = ("openai/gpt-oss-120b", "openai/gpt-oss-20b")
_BEST_EFFORT = ("openai/gpt-oss-safeguard", "qwen/qwen3")

#: Some JSON; the prompt has to say which. What is left where a model takes no schema.
ANY_OBJECT: Mapping[str, Any] = {"type": "json_object"}


def response_format(model: str, name: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The best that ``model`` can be held to.

    Args:
        schema: with every property required and none besides, or it is refused where it is strict.
    """
    strict = model in _STRICT
    if not strict and not model.startswith(_BEST_EFFORT):
        return ANY_OBJECT
    return {"type": "json_schema", "json_schema": {"name": name, "strict": strict, "schema": schema}}
