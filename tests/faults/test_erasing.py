"""A patient is erased by a command of its own beside servers that run: processes, sockets and a real database."""

import signal
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from clinic_bot.sandbox.receptionist import BrainTurn
from clinic_bot.sandbox.standins import StandIns
from clinic_bot.store.places import Place
from clinic_bot.store.tables import TurnState
from tests.faults.server import PHONE, Server, neighbours, server
from tests.support.fixtures import ON_POSTGRES
from tests.support.personal import CANARY, places_of
from tests.support.process import started
from tests.support.store import Store, url_of
from tests.support.waiting import until

WRITTEN = "+55 (11) 8765-0001"  # without its ninth digit


class Quoting:
    """A model that says back what it has read of the canary."""

    def reply(self, request: Mapping[str, Any]) -> BrainTurn:
        quoted = f" sobre {CANARY}" if CANARY in str(request) else ""
        return BrainTurn(text=f"Oi! Abrimos às 8h{quoted}. Sou a assistente virtual.")


async def serving(stack: AsyncExitStack, folder: Path, pair: StandIns, place: Place) -> list[Server]:
    """The processes that may share a database: of a file one, of PostgreSQL two."""
    found = []
    for name in ("one",) if isinstance(place, Path) else ("one", "two"):
        (folder / name).mkdir()
        found.append(await stack.enter_async_context(server(folder / name, pair, place=place)))
    return found


async def erase(folder: Path, place: Place) -> str:
    """What the command said, which ended well."""
    given = {"CLINIC_BOT_DATABASE_URL": url_of(place), "CLINIC_BOT_MODE": "sandbox"}
    async with started(folder, "patient", "erase", WRITTEN, "--yes", **given) as process:
        out, err = await process.communicate()
        assert (process.returncode, err.decode()) == (0, "")
        return out.decode()


def kept(place: Place, *words: str) -> set[str]:
    store = Store(place)
    try:
        return store.run(lambda c: places_of(c, *words))
    finally:
        store.close()


def ended(servers: list[Server]) -> list[str]:
    return [line["ended"] for one in servers for line in one.logged() if "ended" in line]


async def think(pair: StandIns, server: Server, *, slow_s: float) -> None:
    """A turn about the canary, whose model takes its time."""
    pair.groq.brain = Quoting()
    pair.groq.add_fault({"kind": "slow", "seconds": slow_s, "count": 1})
    await server.receive(f"oi, {CANARY}", id="M1")
    await until(lambda: len(pair.groq.requests) == 1)


async def nothing_comes_back(pair: StandIns, servers: list[Server], place: Place) -> None:
    """A redelivery to whichever process is none, and who writes again is somebody new."""
    for one in servers:
        assert (await one.receive(f"oi, {CANARY}", id="M1")).json() == {"status": "duplicate"}
    assert kept(place, CANARY, PHONE) == set()
    await servers[-1].receive("vocês abrem sábado?", id="M2")
    await until(lambda: len(pair.zapi.sent) == 1)
    assert CANARY not in str(pair.groq.requests[-1])
    for one in servers:
        assert await one.stop() == 0
    assert CANARY not in str(pair.zapi.sent)
    assert kept(place, CANARY) == set()
    assert CANARY not in "".join((one.folder / "server.log").read_text("utf-8") for one in servers)


async def test_a_turn_that_thinks_is_fenced_and_nothing_of_it_comes_back(
    place: Place, tmp_path: Path
) -> None:
    async with neighbours() as pair, AsyncExitStack() as stack:
        servers = await serving(stack, tmp_path, pair, place)
        await think(pair, servers[0], slow_s=600)
        said = await erase(tmp_path, place)
        assert (CANARY in said, PHONE in said) == (False, False)
        assert kept(place, CANARY, PHONE) == set()
        await until(lambda: ended(servers) == ["stale"])  # long before the model would have answered
        assert servers[0].states() == [TurnState.WITHDRAWN]
        await nothing_comes_back(pair, servers, place)


@ON_POSTGRES
async def test_a_replica_that_stood_still_meanwhile_sends_nothing_when_it_wakes(
    place: Place, tmp_path: Path
) -> None:
    """It has the model's answer before it could hear that its turn was taken away."""
    async with neighbours() as pair, AsyncExitStack() as stack:
        (folder := tmp_path / "stopped").mkdir()
        stopped = await stack.enter_async_context(server(folder, pair, place=place))
        await think(pair, stopped, slow_s=2)
        stopped.process.send_signal(signal.SIGSTOP)
        await erase(tmp_path, place)  # before there is anybody who could take the turn
        assert kept(place, CANARY, PHONE) == set()
        stopped.process.send_signal(signal.SIGCONT)
        await until(lambda: ended([stopped]) == ["stale"])
        assert len(pair.zapi.sent) == 0
        others = await serving(stack, tmp_path, pair, place)
        await nothing_comes_back(pair, [stopped, *others], place)
