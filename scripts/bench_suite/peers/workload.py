"""What every one of them gets: 200 phones that write three messages each, and a window of a second."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field

from bench_suite.machine import quantile

PHONES, PIECES = 200, 3
GAP_S, WINDOW_S = 0.3, 1.0
#: Between two phones: all of them write within ten seconds.
APART_S = 0.05
#: After the last message, for whoever looks for work only now and then.
ENDS_AFTER_S = 15.0


@dataclass(slots=True)
class Played:
    """What came of it. Messages are numbered through; instants are nanoseconds of the machine's clock."""

    handed_ns: dict[int, int] = field(default_factory=dict)  #: when each was handed over
    turns: list[tuple[int, list[int]]] = field(default_factory=list)  #: when each began, and what it knew

    def as_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, line: bytes) -> "Played":
        row = json.loads(line)
        handed_ns = {int(number): ns for number, ns in row["handed_ns"].items()}
        return cls(handed_ns, [(ns, known) for ns, known in row["turns"]])

    def late_ms(self) -> list[float]:
        """Of each turn: after the window of the last message that it knew had ended."""
        return [
            (began_ns - max(self.handed_ns[number] for number in known)) / 1e6 - WINDOW_S * 1000
            for began_ns, known in self.turns
        ]

    def row(self) -> tuple[str, ...]:
        """For the table: lateness p50 and p95, messages kept, turns a burst."""
        late_ms = self.late_ms()
        if not late_ms:
            return ("-", "-", f"0 of {len(self.handed_ns)}", "0")
        kept = {number for _, known in self.turns for number in known}
        bursts = len(self.handed_ns) / PIECES
        return (
            f"{quantile(late_ms, 0.5):,.1f} ms", f"{quantile(late_ms, 0.95):,.1f} ms",
            f"{len(kept)} of {len(self.handed_ns)}", f"{len(self.turns) / bursts:.2f}",
        )  # fmt: skip


async def play(hand_over: Callable[[int, int], Awaitable[None]], *, phones: int = PHONES) -> dict[int, int]:
    """Hand over every message of every phone at its moment: ``hand_over(phone, message)``; when each was."""
    handed_ns: dict[int, int] = {}
    began_s = time.monotonic()

    async def write(phone: int, piece: int) -> None:
        await asyncio.sleep(began_s + phone * APART_S + piece * GAP_S - time.monotonic())
        number = phone * PIECES + piece
        handed_ns[number] = time.time_ns()
        await hand_over(phone, number)

    async with asyncio.TaskGroup() as group:
        for phone in range(phones):
            for piece in range(PIECES):
                group.create_task(write(phone, piece))
    return handed_ns
