"""The running server's ear for its operators."""

import asyncio
import io
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from clinic_bot.operations.admin import AdminSocket, NoServer, ServerSilent, ask, socket_path


async def echo(asked: dict[str, Any]) -> dict[str, Any]:
    return {"ok": True, "asked": asked}


@asynccontextmanager
async def listening(database: Path, answer: Any = echo) -> AsyncIterator[AdminSocket]:
    admin = AdminSocket(database, answer)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


def created(path: Path) -> Path:
    path.touch()
    return path


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


async def ask_beside(database: Path, request: dict[str, Any], *, timeout_s: float = 10) -> dict[str, Any]:
    return await asyncio.to_thread(partial(ask, database, request, timeout_s=timeout_s))


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return created(tmp_path / "clinic.sqlite")


@pytest.fixture
def deep(tmp_path: Path) -> Path:
    """A database whose socket's path is longer than any system takes."""
    folder = tmp_path / ("a-long-name-" * 9)
    folder.mkdir()
    return created(folder / "clinic.sqlite")


async def test_what_is_asked_is_answered(database: Path) -> None:
    async with listening(database):
        assert await ask_beside(database, {"command": "é"}) == {"ok": True, "asked": {"command": "é"}}


async def test_only_its_owner_may_use_the_socket(database: Path) -> None:
    before = os.umask(0)
    try:
        async with listening(database):
            assert mode_of(socket_path(database)) == 0o600
            assert os.umask(0) == 0
    finally:
        os.umask(before)


async def test_a_path_too_long_for_a_socket_is_led_to_a_short_one(deep: Path) -> None:
    async with listening(deep):
        target = Path(os.readlink(socket_path(deep)))
        assert (mode_of(target.parent), mode_of(target)) == (0o700, 0o600)
        assert (await ask_beside(deep, {}))["ok"]
    assert not target.parent.exists()
    assert not socket_path(deep).is_symlink()


@pytest.mark.parametrize("where", ["database", "deep"])
async def test_a_socket_that_a_killed_server_left_is_replaced(
    where: str, request: pytest.FixtureRequest
) -> None:
    path: Path = request.getfixturevalue(where)
    killed = AdminSocket(path, echo)
    await killed.start()
    async with listening(path):
        assert (await ask_beside(path, {}))["ok"]
    await killed.close()


async def test_without_a_server_it_says_so(database: Path) -> None:
    with pytest.raises(NoServer):
        await ask_beside(database, {})
    async with listening(database):
        pass
    with pytest.raises(NoServer):
        await ask_beside(database, {})
    assert not socket_path(database).exists()


async def test_a_socket_that_nobody_listens_on_is_no_server(database: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(socket_path(database)))
    with pytest.raises(NoServer):
        await ask_beside(database, {})


async def test_a_server_that_does_not_answer_is_not_waited_for_long(database: Path) -> None:
    async def never(_asked: dict[str, Any]) -> dict[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    async with listening(database, never):
        with pytest.raises(ServerSilent, match=r"did not answer within 0\.05 s"):
            await ask_beside(database, {}, timeout_s=0.05)


async def test_a_server_that_ends_in_the_middle_is_said_to(database: Path) -> None:
    begun = asyncio.Event()

    async def never(_asked: dict[str, Any]) -> dict[str, Any]:
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    async with listening(database, never) as admin:
        asking = asyncio.ensure_future(ask_beside(database, {}))
        await begun.wait()
        await admin.close()
        with pytest.raises(
            ServerSilent, match="ended before it answered; it may have done it, or a part of it"
        ):
            await asking


async def test_a_frozen_server_is_not_waited_for_long(database: Path) -> None:
    with socket.socket(socket.AF_UNIX) as frozen:
        frozen.bind(str(socket_path(database)))
        frozen.listen(1)
        with pytest.raises(ServerSilent):
            await ask_beside(database, {}, timeout_s=0.05)


async def test_a_fault_is_answered_and_logged_without_its_words(
    database: Path, written_log: io.StringIO
) -> None:
    async def fails(_asked: dict[str, Any]) -> dict[str, Any]:
        raise RuntimeError

    async with listening(database, fails):
        said = await ask_beside(database, {})
        assert said == {"ok": False, "error": "a fault of clinic-bot's own: its log has it"}
        assert "operator's command failed" in written_log.getvalue()


@pytest.mark.parametrize("line", [b"\n", b"[]\n", b"{\n", b"\xff\n"])
async def test_what_is_no_request_gets_an_answer(database: Path, line: bytes) -> None:
    async with listening(database):
        reader, writer = await asyncio.open_unix_connection(str(socket_path(database)))
        writer.write(line)
        assert b'"ok": false' in await reader.readline()
        writer.close()


@pytest.mark.parametrize("sent", [b"", b"x" * 100_000], ids=["nothing", "too much"])
async def test_a_caller_who_goes_away_costs_nothing(database: Path, sent: bytes) -> None:
    async with listening(database):
        _, writer = await asyncio.open_unix_connection(str(socket_path(database)))
        writer.write(sent)
        writer.close()
        assert (await ask_beside(database, {}))["ok"]


async def test_closing_does_not_wait_for_a_caller_who_says_nothing(database: Path) -> None:
    async with listening(database) as admin:
        _, writer = await asyncio.open_unix_connection(str(socket_path(database)))
        assert (await ask_beside(database, {}))["ok"]
        await asyncio.wait_for(admin.close(), 2)
        writer.close()
