"""Days that are written down instead of drawn by a seed, played by the chaos suite against a real process."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from chaos_suite.plan import Burst, Kind, Outage, OutKind, Piece, Trouble, Weather, token
from chaos_suite.run import world_of
from chaos_suite.segment import Segment, World
from chaos_suite.tally import Tally

__all__ = ["Day", "OutKind", "Outage", "Weather", "played"]

SPEED = 40.0


@dataclass(frozen=True)
class Day:
    """So many people who write one burst each, in one weather.

    Args:
        messages: how many the burst of each person has.
        gap_s: between two of one burst, below the patience.
        every_s: after how long the next person begins.
    """

    messages: Sequence[int]
    weather: Weather
    gap_s: float = 2.0
    every_s: float = 0.0
    segment: int = 0
    turns: int = 1_000_000  # never ends before its last burst

    def each_burst(self) -> Iterator[Burst]:
        for n, count in enumerate(self.messages):
            pieces = (
                Piece(
                    n * self.every_s + m * self.gap_s,
                    Kind.TEXT,
                    f"3A{n:06X}{m:02X}",
                    f"queria marcar {token(n, m)}",
                )
                for m in range(count)
            )
            yield Burst(n, f"55119{n:08d}", shows_lid=True, staff_by_number=False, pieces=tuple(pieces))

    def troubles(self) -> Sequence[Trouble]:
        return ()

    @property
    def ends_in(self) -> Weather:
        return self.weather

    def weather_at(self, n: int) -> Weather | None:
        return self.weather if n == 0 else None


async def played(day: Day, folder: Path, **settings: Any) -> tuple[Tally, World]:
    """What was counted when everything had settled, and the world it happened in."""
    async with world_of(1, SPEED, folder, f"sqlite:///{folder / 'day.sqlite'}", **settings) as world:
        await world.server.start()
        tally = await Segment(world, day, lambda _seen: None).play()
        return tally, world
