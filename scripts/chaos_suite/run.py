"""A whole run: the stand-ins, the server, and segment after segment, each saved when it has been judged."""

import asyncio
import contextlib
import json
import signal
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine.url import make_url
from sqlalchemy.exc import ArgumentError

from chaos_suite.plan import SEGMENT, Plan
from chaos_suite.records import reader
from chaos_suite.segment import Progress, Segment, World
from chaos_suite.server import Server
from chaos_suite.tally import Tally
from clinic_bot.clock import Clock
from clinic_bot.errors import Misconfigured
from clinic_bot.sandbox.standins import stand_ins
from clinic_bot.store.sqlite import database_path

#: Of the server, in seconds of its own clock. A hand-written answer keeps it silent for minutes, not hours, so that
#: what was written meanwhile is answered before a segment is judged.
HUMAN_S = 120
_SETTINGS = {"human_mode_s": HUMAN_S, "human_alert_s": 60, "typing_delay_s": 0}
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

    @property
    def done(self) -> bool:
        return self.tally.turns >= self.turns

    @property
    def plan(self) -> Plan:
        """The next segment, with its share of what is left; one that was interrupted has left some over."""
        turns, kills = self.turns - self.tally.turns, max(0, self.kills - self.tally.kills)
        size = min(turns, SEGMENT)
        return Plan(self.seed, self.segment, size, round(kills * size / turns))

    def as_json(self) -> dict[str, object]:
        return {
            "seed": self.seed, "turns": self.turns, "kills": self.kills, "speed": self.speed, "segment": self.segment,
            "tally": self.tally.as_json(), "done": self.done,
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

    Raises:
        ServerFailed: the server does not start.
        Unusable: the database is none of SQLite, or holds something already.
    """
    url = empty_database(database_url) if database_url else f"sqlite:///{folder / 'chaos.sqlite'}"
    async with world_of(state.seed, state.speed, folder, url) as world:
        tally = state.tally
        await world.server.start()
        tally.starts += 1
        with _interruptible(world):
            while not state.done and not world.stopping:
                log_at = world.server.log.stat().st_size
                tally.add(await Segment(world, state.plan, tell).play())
                tally.complaints.update(world.server.complaints(since=log_at))
                state.segment += 1
                judged(state)
        if await world.server.stop() != 0:
            tally.complaints["did not stop cleanly"] += 1
        return state.done


def empty_database(url: str) -> str:
    """The same from any folder. Raises Unusable.

    A sandbox's clock runs ahead of the machine's, so what an earlier run left would lie in the future of this one.
    """
    try:
        path = database_path(url)
    except Misconfigured as exc:
        raise Unusable(
            f"--database {_without_password(url)}: the service runs on SQLite alone so far; give sqlite:///FILE"
        ) from exc
    if path.exists() and path.stat().st_size:
        raise Unusable(f"{path} is not empty; a run, and one that goes on, wants a database of its own")
    return f"sqlite:///{path}"


def _without_password(url: str) -> str:
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "URL"


@asynccontextmanager
async def world_of(
    seed: int, speed: float, folder: Path, database_url: str, **settings: object
) -> AsyncIterator[World]:
    """The stand-ins, served, and a server that is still to be started; ``settings`` such as ``quiet_s=6`` are its."""
    clock = Clock(Clock().now_ms(), speed)
    async with stand_ins(clock, seed=seed) as pair:
        pair.zapi.spacing_s = (_SPACING_REAL_S[0] * speed, _SPACING_REAL_S[1] * speed)
        pair.zapi.statuses = (("RECEIVED", 1.0),)
        server = Server(folder, database_url, clock, pair, speed=speed, **{**_SETTINGS, **settings})
        pair.zapi.webhooks.set_all(server.webhook)
        engine = reader(database_url)
        try:
            yield World(clock, pair, server, engine, speed, HUMAN_S * 1000)
        finally:
            engine.dispose()
            await server.close()


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
