"""What a command asks for, read from its plain JSON."""

from typing import Any

Body = dict[str, Any]


class NotUnderstood(Exception):
    """The request is none of ours; says which part of it."""


def number(asked: Body, name: str) -> int:
    value = asked.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise NotUnderstood(name)
    return value


def text(asked: Body, name: str) -> str:
    """One that is there and not empty."""
    if not (value := text_or_none(asked, name)):
        raise NotUnderstood(name)
    return value


def text_or_none(asked: Body, name: str) -> str | None:
    value = asked.get(name)
    if value is not None and not isinstance(value, str):
        raise NotUnderstood(name)
    return value


def period(asked: Body) -> tuple[int, int]:
    """``start_ms`` and ``end_ms``, which comes later."""
    start_ms, end_ms = number(asked, "start_ms"), number(asked, "end_ms")
    if start_ms >= end_ms:
        raise NotUnderstood("end_ms")
    return start_ms, end_ms
