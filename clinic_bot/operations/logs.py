"""The log: one line a step, as JSON or for a terminal, written to standard error.

Modules call ``structlog.get_logger(__name__)`` and name what happened; ``configure_logging`` decides once, at
start, what a line looks like. Lines of libraries go the same way. Whatever the caller passed, phones are
masked, fields that hold somebody's words show their length alone, and secrets are struck out of the finished
line. A line on the event loop costs a third of the intake's throughput, so the intake says nothing at info.
"""

import contextlib
import logging
import sys
from collections.abc import Callable, Iterable
from typing import TextIO
from urllib.parse import unquote, urlsplit

import structlog
from pydantic import SecretStr
from starlette.requests import ClientDisconnect
from structlog.typing import EventDict, Processor, WrappedLogger

from clinic_bot.operations.masking import mask_field, secret_scrubber
from clinic_bot.operations.tracebacks import describe_exception, exception_of
from clinic_bot.settings import Mode, Settings

# Libraries that say at info, or when their own debug variable is set, what may not be read: httpx prints the
# address that holds Z-API's token, groq the request with the patient's text, SQLAlchemy its parameters.
_LEAST_LEVEL = {
    "aiohttp": logging.WARNING,
    "alembic": logging.WARNING,
    "asyncio": logging.WARNING,
    "groq": logging.WARNING,
    "httpcore": logging.WARNING,
    "httpx": logging.WARNING,
    "sqlalchemy": logging.WARNING,
    "uvicorn.access": logging.CRITICAL + 1,  # it prints the webhook's secret path, and costs 40 %
}
_GONE = (ClientDisconnect, ConnectionResetError, BrokenPipeError)


def configure_logging(
    log_format: str, *, mode: Mode, secrets: Iterable[str] = (), stream: TextIO | None = None
) -> None:
    """Set up structlog and the standard library's logging, replacing what was there.

    Args:
        log_format: ``json`` or ``console``, as the setting.
        mode: every line of another mode than ``live`` names it.
        secrets: what may never be printed; ``secrets_of(settings)`` and whatever was made at start.
        stream: where lines go; None is standard error, as standard output belongs to the commands' answers.

    uvicorn must be run with ``log_config=None, access_log=False``, or it puts its own handlers back.
    """
    stream = stream or sys.stderr
    handler = _Handler(stream)
    handler.addFilter(_is_wanted)
    handler.setFormatter(_formatter(_renderer(log_format, stream), mode, secret_scrubber(secrets)))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name, level in _LEAST_LEVEL.items():
        logging.getLogger(name).setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """Every secret among the settings, for ``configure_logging``."""
    values = (getattr(settings, name) for name in type(settings).model_fields)
    found = [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
    with contextlib.suppress(ValueError):  # where it is no address; whoever opens the database says so
        password = urlsplit(settings.database_url).password
        found += [password, unquote(password)] if password else []
    return tuple(found)


class _Handler(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # the inherited name
        """Say where a line was lost. The inherited method prints the line's arguments, masked by nobody.

        A log on a full disk, or to a reader that is gone, must not break what was only to be told.
        """
        with contextlib.suppress(OSError, ValueError):
            self.stream.write(f"a log line of {record.name}:{record.lineno} could not be written\n")


def _is_wanted(record: logging.LogRecord) -> bool:
    # Asked again here because groq's own variable raises its level whenever the library is first imported.
    for name in (record.name, record.name.partition(".")[0]):
        if record.levelno < _LEAST_LEVEL.get(name, 0):
            return False
    gone = record.exc_info is not None and isinstance(record.exc_info[1], _GONE)
    return not (gone and record.name == "uvicorn.error")  # a client that hangs up is no fault of ours


def _renderer(log_format: str, stream: TextIO) -> Processor:
    if log_format == "json":
        return structlog.processors.JSONRenderer()
    return structlog.dev.ConsoleRenderer(
        colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback
    )


def _formatter(
    renderer: Processor, mode: Mode, scrub: Callable[[str], str]
) -> structlog.stdlib.ProcessorFormatter:
    def add_mode(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        if mode is not Mode.LIVE:
            event["mode"] = mode.value
        return event

    def strike_out(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
        return scrub(str(line))  # type: ignore[return-value]  # after the renderer a line is text

    return structlog.stdlib.ProcessorFormatter(
        processors=[
            add_mode,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _name_library,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _add_traceback,
            _mask,
            _order,
            renderer,
            strike_out,
        ]
    )


def _name_library(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    record: logging.LogRecord = event["_record"]
    if not event["_from_structlog"]:
        event["logger"] = record.name
        if record.name == "asyncio":  # the lines after the first are reprs, of tasks and their exceptions
            event["event"] = event["event"].partition("\n")[0]
    return event


def _add_traceback(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    if exception := exception_of(event.pop("exc_info", None)):
        event["exception"] = describe_exception(exception)
    return event


def _mask(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {name: mask_field(name, value) for name, value in event.items()}


def _order(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """When, how grave and what first: a line is read from the left."""
    first = {name: event.pop(name) for name in ("timestamp", "level", "event", "mode") if name in event}
    return {**first, **event}
