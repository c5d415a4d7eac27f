"""The running server's ear for its operators: a Unix socket beside the database, one JSON line each way.

Only the server may write while it runs, so what a command changes goes through here. The file is its owner's alone
(mode 0600), as the database is. A path too long for a socket (104 to 108 bytes, by system) becomes a link to a
private folder with a short one.
"""

import asyncio
import contextlib
import json
import os
import shutil
import socket
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import structlog

from clinic_bot.errors import ClinicBotError, Retry

log = structlog.get_logger(__name__)

Body = dict[str, Any]
Answer = Callable[[Body], Awaitable[Body]]

#: macOS has 104 bytes with the closing zero, Linux 108.
_LONGEST_PATH = 103
_SHORT_FOLDER = "clinic-bot-"
#: Whoever connects says what it wants within this time.
_PATIENCE_S = 10.0
_LONGEST_LINE = 64 * 1024


class NoServer(ClinicBotError):
    """Nobody listens beside this database."""


class ServerSilent(Retry):
    """The server is there and does not answer; what was asked may have been done."""


def socket_path(database: Path) -> Path:
    return database.with_name(database.name + ".sock")


class AdminSocket:
    """Listens beside ``database`` from ``start`` to ``close``. Whoever starts it holds the database's lock.

    Args:
        answer: gets what was asked and says what came of it; whatever it raises is logged and answered as a fault.
    """

    def __init__(self, database: Path, answer: Answer) -> None:
        self._path = socket_path(database)
        self._answer = answer
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen. Raises OSError where no socket can be made."""
        listener = _listen(self._path)
        self._server = await asyncio.start_unix_server(self._serve, sock=listener, limit=_LONGEST_LINE)

    async def close(self) -> None:
        if self._server is None:
            return
        self._server.close()
        for talk in list(self._talks):
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        _remove(self._path)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        assert talk is not None
        self._talks.add(talk)
        try:
            async with asyncio.timeout(_PATIENCE_S):
                line = await reader.readline()
            if line:
                writer.write(json.dumps(await self._said(line)).encode() + b"\n")
                await writer.drain()
        except (TimeoutError, ValueError, OSError, asyncio.CancelledError) as exc:
            log.info("operator went away", problem=type(exc).__name__)
        finally:
            self._talks.discard(talk)
            writer.close()

    async def _said(self, line: bytes) -> Body:
        try:
            asked = json.loads(line)
            if not isinstance(asked, dict):
                raise TypeError
        except (ValueError, TypeError):
            return {"ok": False, "error": "not a JSON object"}
        try:
            return await self._answer(asked)
        except Exception:
            log.exception("operator's command failed")
            return {"ok": False, "error": "a fault of clinic-bot's own: its log has it"}


def ask(database: Path, request: Body, *, timeout_s: float = _PATIENCE_S) -> Body:
    """Ask the server that runs on ``database``.

    Raises:
        NoServer: there is none.
        ServerSilent: it was asked, and no answer came.
    """
    with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as talk:
        talk.settimeout(timeout_s)
        try:
            talk.connect(_where(socket_path(database), owned_like=database))
        except TimeoutError as exc:
            raise ServerSilent("the server does not take the call") from exc
        except OSError as exc:
            raise NoServer(f"no server answers beside {database.name}") from exc
        try:
            talk.sendall(json.dumps(request).encode() + b"\n")
            with talk.makefile("rb") as lines:
                line = lines.readline()
            if not line:
                raise ServerSilent(
                    "the server ended before it answered; it may have done it, or a part of it: ask for the same again"
                )
            said = json.loads(line)
        except KeyboardInterrupt as exc:
            raise ServerSilent(
                "you stopped waiting for it; the server was asked, and does it to its end all the same"
            ) from exc
        except (OSError, ValueError) as exc:
            raise ServerSilent(
                f"the server did not answer within {timeout_s:g} s; it may have done it all the same"
            ) from exc
    if not isinstance(said, dict):
        raise ServerSilent("the server's answer cannot be read")
    return said


def _listen(path: Path) -> socket.socket:
    _remove(path)  # of a process that was killed: the caller holds the lock, so nobody listens there
    target = path
    if len(os.fsencode(path)) > _LONGEST_PATH:
        target = Path(tempfile.mkdtemp(prefix=_SHORT_FOLDER), "socket")
        if len(os.fsencode(target)) > _LONGEST_PATH:
            target.parent.rmdir()
            target = Path(tempfile.mkdtemp(prefix=_SHORT_FOLDER, dir="/tmp"), "socket")
        path.symlink_to(target)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)  # so that it is never open to others, not even for a moment
    try:
        listener.bind(str(target))
    except OSError:
        listener.close()
        raise
    finally:
        os.umask(before)
    return listener


def _where(path: Path, *, owned_like: Path) -> str:
    """What to connect to. Raises OSError when it is not there, or not the database owner's."""
    target = Path(os.readlink(path)) if path.is_symlink() else path
    if target.stat().st_uid not in (os.geteuid(), owned_like.stat().st_uid):
        raise PermissionError("somebody else's socket")
    return str(target)


def _remove(path: Path) -> None:
    if path.is_symlink():
        folder = Path(os.readlink(path)).parent
        if folder.name.startswith(_SHORT_FOLDER):
            shutil.rmtree(folder, ignore_errors=True)
    path.unlink(missing_ok=True)
