"""A whole run: the stand-ins, the server, and segment after segment, each saved when it has been judged."""

import asyncio
import contextlib
import json
import random
import signal
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from local_postgres import PostgresServer, local_postgres

from chaos_suite.fleet import Fleet
from chaos_suite.plan import SEGMENT, Cluster, Plan
from chaos_suite.records import is_empty, reader
from chaos_suite.segment import Progress, Segment, World
from chaos_suite.server import Server
from chaos_suite.shared import SharedDatabase
from chaos_suite.tally import Tally
from clinic_bot.clock import Clock
from clinic_bot.errors import Misconfigured
from clinic_bot.sandbox.standins import stand_ins
from clinic_bot.store.places import place_of
from clinic_bot.turns.keeper import LEASE_MS

#: In place of an address: the wheel's own, started for the run.
OWN_POSTGRES = "postgres"
#: What was acknowledged outlasts a crash of it.
_DURABLE = {"fsync": "on", "shared_buffers": "128MB"}
_ANSWERS_WITHIN_S = 10.0
#: Of a conversation that a process works at, in seconds of its own clock.
LEASE_S = LEASE_MS / 1000
#: Of the server, in seconds of its own clock. A hand-written answer keeps it silent for minutes, not hours, so that
#: what was written meanwhile is answered before a segment is judged.
HUMAN_S = 120
_SETTINGS = {"human_mode_s": HUMAN_S, "human_alert_s": 60, "typing_delay_s": 0}
#: How many of the processes ask ahead. One that lives for a few turns hardly does: it has to know Groq's limits, and
#: goes by what it took in itself.
_SPECULATING = 0.75
#: Real milliseconds a reply waits in Z-API's queue, which works one after the other; Z-API's own 1 to 3 s would be
#: the bottleneck of the run.
_SPACING_REAL_S = (0.0, 0.012)


class Unusable(Exception):
    """A file or database cannot be played with; the text says why."""


@dataclass(slots=True)
class State:
    """A run as far as it has come; what ``--resume`` and ``--json`` keep."""

    seed: int
    turns: int
    kills: int
    speed: float
    segment: int = 0  #: the next one to play
    tally: Tally = field(default_factory=Tally)
    replicas: int = 1

    @property
    def done(self) -> bool:
        return self.tally.turns >= self.turns

    def plan(self, cluster: Cluster | None = None) -> Plan:
        """The next segment, with its share of what is left; one that was interrupted has left some over."""
        turns, kills = self.turns - self.tally.turns, max(0, self.kills - self.tally.kills)
        size = min(turns, SEGMENT)
        return Plan(self.seed, self.segment, size, round(kills * size / turns), cluster)

    def as_json(self) -> dict[str, object]:
        return {
            "seed": self.seed, "turns": self.turns, "kills": self.kills, "speed": self.speed, "segment": self.segment,
            "tally": self.tally.as_json(), "done": self.done, "replicas": self.replicas,
        }  # fmt: skip

    def save(self, path: Path) -> None:
        path.with_name(path.name + ".new").write_text(
            json.dumps(self.as_json(), ensure_ascii=False, indent=1) + "\n", "utf-8"
        )
        path.with_name(path.name + ".new").replace(path)


def load(path: Path) -> State:
    """A state that ``State.save`` wrote. Raises Unusable."""
    try:
        row = json.loads(path.read_text("utf-8"))
        row.pop("done")
        return State(**{**row, "tally": Tally.from_json(row["tally"])})
    except (OSError, ValueError, TypeError, KeyError) as exc:
        raise Unusable(f"{path} is no saved run ({type(exc).__name__})") from exc


async def run(
    state: State,
    *,
    folder: Path,
    database_url: str | None,
    tell: Callable[[Progress], None],
    judged: Callable[[State], None],
) -> bool:
    """Play what is left of a run; False when it was interrupted. ``judged`` is told after every segment.

    Args:
        database_url: an empty one; ``postgres`` for one that is started for this run, None for a file.

    Raises:
        ServerFailed: the server does not start.
        Unusable: the database is none that the service runs on, or holds something already.
    """
    with contextlib.ExitStack() as stack:
        server = None
        if database_url == OWN_POSTGRES:
            server = stack.enter_context(local_postgres(_DURABLE, tcp=True))
            url = server.url.render_as_string(hide_password=False)
        else:
            url = await empty_database(database_url or f"sqlite:///{folder / 'chaos.sqlite'}")
        async with world_of(
            state.seed,
            state.speed,
            folder,
            url,
            replicas=state.replicas,
            postgres=server,
            speculating=_SPECULATING,
        ) as world:
            await _play(state, world, tell, judged)
            return state.done


async def _play(
    state: State, world: World, tell: Callable[[Progress], None], judged: Callable[[State], None]
) -> None:
    tally, fleet = state.tally, world.fleet
    tally.starts += await fleet.start()
    with _interruptible(world):
        while not state.done and not world.stopping:
            logged = fleet.logged()
            tally.add(await Segment(world, state.plan(world.cluster), tell).play())
            tally.complaints.update(fleet.complaints(since=logged))
            state.segment += 1
            judged(state)
    if not await fleet.stop():
        tally.complaints["did not stop cleanly"] += 1


async def empty_database(url: str) -> str:
    """The same from any folder. Raises Unusable.

    A sandbox's clock runs ahead of the machine's, so what an earlier run left would lie in the future of this one.
    """
    try:
        place = place_of(url)
    except Misconfigured as exc:
        raise Unusable(f"--database: give {OWN_POSTGRES}, postgresql://... or sqlite:///FILE") from exc
    shown = str(place)  # without a password
    if isinstance(place, Path):
        used, same = place.exists() and place.stat().st_size > 0, f"sqlite:///{place}"
    else:
        used, same = not await _asked_at_once(url, shown), place.render_as_string(hide_password=False)
    if used:
        raise Unusable(f"{shown} is not empty; a run, and one that goes on, wants a database of its own")
    return same


async def _asked_at_once(url: str, shown: str) -> bool:
    asked = reader(url)
    try:
        async with asyncio.timeout(_ANSWERS_WITHIN_S):
            return await asked.ask(is_empty)
    except TimeoutError as exc:
        raise Unusable(f"{shown} does not answer, or not to us") from exc
    finally:
        await asked.close()


@asynccontextmanager
async def world_of(
    seed: int,
    speed: float,
    folder: Path,
    database_url: str,
    *,
    replicas: int = 1,
    postgres: PostgresServer | None = None,
    speculating: float = 0.0,
    **settings: object,
) -> AsyncIterator[World]:
    """The stand-ins, served, and servers that are still to be started; ``settings`` such as ``quiet_s=6`` are theirs.

    Args:
        postgres: of ``database_url``, where it is ours to restart.
        speculating: how many of the processes ask the model before windows close, of 1.
    """
    clock = Clock(Clock().now_ms(), speed)
    async with stand_ins(clock, seed=seed) as pair:
        pair.zapi.spacing_s = (_SPACING_REAL_S[0] * speed, _SPACING_REAL_S[1] * speed)
        pair.zapi.statuses = (("RECEIVED", 1.0),)
        names = ["server"] if replicas == 1 else [f"server{n}" for n in range(replicas)]
        block_s, settings = 1.3 * LEASE_S / speed, {**_SETTINGS, **settings}
        fleet = Fleet(
            [
                Server(
                    folder,
                    database_url,
                    clock,
                    pair,
                    name=name,
                    speed=speed,
                    block_real_s=block_s,
                    speculates=partial(speculates, speculating, seed, name),
                    **settings,
                )
                for name in names
            ]
        )
        pair.zapi.webhooks.set_all(*fleet.webhooks)
        asked = reader(database_url)
        shared, cluster = None, None
        if not database_url.startswith("sqlite:"):
            shared = SharedDatabase(asked, postgres)
            cluster = Cluster(replicas, LEASE_S / speed, restarts=postgres is not None)
        try:
            yield World(clock, pair, fleet, asked, speed, HUMAN_S * 1000, shared, cluster)
        finally:
            await asked.close()
            await fleet.close()


def speculates(share: float, seed: int, name: str, start: int) -> bool:
    """Whether a server's n-th process does; each kind goes on where the other left off."""
    return random.Random(f"speculates {seed} {name} {start}").random() < share


@contextlib.contextmanager
def _interruptible(world: World) -> Iterator[None]:
    """The first Ctrl-C lets what has begun be settled and judged; the second leaves at once."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None

    def stop() -> None:
        if world.stopping:
            task.cancel()
        world.stopping = True

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


def default_state_file(seed: int) -> Path:
    return Path(tempfile.gettempdir()) / f"clinic-bot-chaos-{seed}.json"
