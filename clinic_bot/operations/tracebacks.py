"""An exception as text that may be logged: where it happened, and what it said if that is harmless."""

import sys
import traceback
from collections.abc import Iterator

import httpx

from clinic_bot.errors import ClinicBotError

# Texts of these name a place, a type or a connection. Everything else may quote what it choked on, which is a
# patient's words or a provider's answer: pydantic and int() repeat their input, SQLAlchemy its parameters,
# Groq the text it generated.
_HARMLESS = (
    ClinicBotError,
    httpx.TransportError,
    OSError,
    TypeError,
    AttributeError,
    NameError,
    ImportError,
    AssertionError,
    RuntimeError,
)

_WITHHELD = "(text withheld: it may quote a patient)"
_CAUSED = "\nThe above exception was the direct cause of the following exception:\n"
_DURING = "\nDuring handling of the above exception, another exception occurred:\n"


def describe_exception(exception: BaseException) -> str:
    """Like the interpreter's own traceback, chain and groups included, without texts that may quote data."""
    return "\n".join(_lines(exception, set()))


def exception_of(exc_info: object) -> BaseException | None:
    """The exception that a log call meant: itself, a ``sys.exc_info()``, or True for the current one."""
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple):
        return exc_info[1] if isinstance(exc_info[1], BaseException) else None
    return sys.exc_info()[1] if exc_info else None


def _lines(exception: BaseException, seen: set[int]) -> Iterator[str]:
    seen.add(id(exception))
    earlier, link = exception.__cause__, _CAUSED
    if earlier is None and not exception.__suppress_context__:
        earlier, link = exception.__context__, _DURING
    if earlier is not None and id(earlier) not in seen:
        yield from _lines(earlier, seen)
        yield link
    if exception.__traceback__ is not None:
        yield "Traceback (most recent call last):"
        yield from (frame.rstrip("\n") for frame in traceback.format_tb(exception.__traceback__))
    yield _last_line(exception)
    if isinstance(exception, BaseExceptionGroup):
        for each in exception.exceptions:
            yield from ("  | " + line for part in _lines(each, seen) for line in part.split("\n"))


def _last_line(exception: BaseException) -> str:
    kind = type(exception)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    text = str(exception) if isinstance(exception, _HARMLESS) else _WITHHELD if str(exception) else ""
    return f"{name}: {text}" if text else name
