"""Real burst timings, played against real servers: how often the window closes on somebody who goes on.

The timings are other people's (see ``scenarios/NOTICE.md``): chats between two persons, of which a burst is what
one of them wrote before the other did, or before a minute of silence. The words are Portuguese stand-ins of the
same kind and about the same length. Every burst comes from a phone of its own.
"""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from itertools import zip_longest
from statistics import median
from typing import Any

from clinic_bot.sandbox import payloads
from clinic_bot.sandbox.payloads import hex_of
from clinic_bot.sandbox.stage import Stage, Theatre
from clinic_bot.store.seed import Tally

#: An ordinary morning at the clinic of the built-in scenarios.
_NOW = datetime.fromisoformat("2026-10-06T10:00:00-03:00")
_SILENCE_S = 60  # ends a burst, as in the scorer that came with the data
_REPEAT_S = 10  # WhatsApp repeats COMPOSING about this often while somebody types
_SIGNAL_S = 0.5  # from the first key to the signal at our door
#: One phone begins after the other: replies leave one instance's queue one at a time, every 3 s or so.
_SPACING_MS = 5_000
#: After the last piece of all, everything is answered within this, or it is lost.
_SETTLE_MS = 60_000
_LOOK_S = 0.02


@dataclass(frozen=True, slots=True)
class Piece:
    at_ms: int  #: from the first piece
    text: str
    typing_ms: int  #: estimated typing before it; 0 when nothing is known


@dataclass(frozen=True, slots=True)
class Burst:
    phone: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class BurstOutcome:
    """``lost``: pieces without a turn. ``odd``: not exactly one reply a turn."""

    pieces: int
    turns: int
    lost: int
    odd: bool
    wait_ms: int | None  #: from the last piece to the last reply

    @property
    def cut(self) -> bool:
        """The window closed before the last piece: the rest became a turn, and a reply, of its own."""
        return self.turns > 1


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replay came to."""

    outcomes: tuple[BurstOutcome, ...]

    @property
    def bursts(self) -> int:
        return len(self.outcomes)

    @property
    def several(self) -> int:
        """Bursts of more than one piece: only those can be cut."""
        return sum(one.pieces > 1 for one in self.outcomes)

    @property
    def pieces(self) -> int:
        return sum(one.pieces for one in self.outcomes)

    @property
    def replies(self) -> int:
        return sum(one.turns for one in self.outcomes)

    @property
    def cut(self) -> int:
        return sum(one.cut for one in self.outcomes)

    @property
    def lost(self) -> int:
        return sum(one.lost for one in self.outcomes)

    @property
    def odd(self) -> int:
        return sum(one.odd for one in self.outcomes)

    @property
    def median_wait_ms(self) -> int:
        return round(median([one.wait_ms for one in self.outcomes if one.wait_ms is not None] or [0]))

    @property
    def good(self) -> bool:
        return not self.lost and not self.odd


def built_in_bursts(count: int) -> tuple[Burst, ...]:
    """Bursts of the excerpt that ships, the first of every conversation before the second of any."""
    folder = resources.files("clinic_bot.sandbox") / "scenarios"
    surrogates = json.loads((folder / "surrogates_pt.json").read_text("utf-8"))
    lines = (folder / "timings.jsonl").read_text("utf-8").splitlines()
    conversations = [list(_runs(json.loads(line)["messages"])) for line in lines]
    mixed = [run for several in zip_longest(*conversations) for run in several if run is not None]
    return tuple(_burst(n, run, surrogates) for n, run in enumerate(mixed[:count]))


def _runs(messages: Sequence[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    run: list[Mapping[str, Any]] = []
    for message in messages:
        if run and (message["sender"] != run[-1]["sender"] or message["t"] - run[-1]["t"] > _SILENCE_S):
            yield run
            run = []
        run.append(message)
    if run:
        yield run


def _burst(n: int, run: Sequence[Mapping[str, Any]], surrogates: Mapping[str, Sequence[str]]) -> Burst:
    first_s = run[0]["t"]
    pieces = (
        Piece(
            at_ms=round((message["t"] - first_s) * 1000),
            text=_surrogate(message, surrogates),
            typing_ms=round(message.get("typing_s_est", 0) * 1000) if i else 0,
        )
        for i, message in enumerate(run)
    )
    return Burst(phone=f"55119600{n:05d}", pieces=tuple(pieces))


def _surrogate(message: Mapping[str, Any], surrogates: Mapping[str, Sequence[str]]) -> str:
    kind = "open" if message.get("ends_open") else str(message["kind"])
    return min(
        surrogates.get(kind) or surrogates["statement"], key=lambda text: abs(len(text) - message["n_chars"])
    )


async def replay(
    theatre: Theatre,
    bursts: Sequence[Burst],
    *,
    workers: int,
    presence: bool,
    answered: Callable[[int], Any],
) -> Replay:
    """Play bursts on ``workers`` servers at once. ``answered`` is told of every reply that left."""
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(_work(theatre, bursts[n::workers], presence=presence, answered=answered))
            for n in range(min(workers, len(bursts)))
        ]
    return Replay(tuple(outcome for task in tasks for outcome in task.result()))


async def _work(
    theatre: Theatre, bursts: Sequence[Burst], *, presence: bool, answered: Callable[[int], Any]
) -> list[BurstOutcome]:
    async with theatre.stage(_NOW, phone=bursts[0].phone, state={}) as stage:
        async with asyncio.TaskGroup() as group:
            watch = group.create_task(_tell(stage, answered))
            tasks = [
                group.create_task(_play(stage, burst, stage.now_ms + n * _SPACING_MS, presence=presence))
                for n, burst in enumerate(bursts)
            ]
            ends_ms = [await task for task in tasks]
            tallies = await _settled(stage, bursts)
            watch.cancel()
        return [
            _outcome(stage, burst, tallies.get(burst.phone), end_ms)
            for burst, end_ms in zip(bursts, ends_ms, strict=True)
        ]


async def _tell(stage: Stage, answered: Callable[[int], Any]) -> None:
    told = 0
    while True:
        if (count := len(stage.pair.zapi.sent)) > told:
            answered(count - told)
            told = count
        await asyncio.sleep(_LOOK_S)


async def _play(stage: Stage, burst: Burst, start_ms: int, *, presence: bool) -> int:
    """Send every piece at its time; when the last one was sent."""
    zapi, clock = stage.pair.zapi, stage.clock
    posts = []
    for n, piece in enumerate(burst.pieces):
        at_ms = start_ms + piece.at_ms
        if presence:
            for signal_ms in _signals(piece):
                await clock.sleep(start_ms + signal_ms - clock.now_ms())
                signal = payloads.presence(zapi.line, burst.phone, "COMPOSING")
                posts.append(asyncio.create_task(zapi.emit(signal)))
        await clock.sleep(at_ms - clock.now_ms())
        message = payloads.received_text(
            zapi.line,
            burst.phone,
            piece.text,
            message_id="3A" + hex_of(burst.phone, n, length=18),
            at_ms=clock.now_ms(),
        )
        posts.append(asyncio.create_task(zapi.emit(message)))
    sent_ms = clock.now_ms()
    await asyncio.gather(*posts)
    return sent_ms


def _signals(piece: Piece) -> Iterator[int]:
    """When COMPOSING arrives before this piece: soon after the first key, then repeated."""
    at_ms = piece.at_ms - piece.typing_ms + round(_SIGNAL_S * 1000)
    while at_ms < piece.at_ms:
        yield at_ms
        at_ms += _REPEAT_S * 1000


async def _settled(stage: Stage, bursts: Sequence[Burst]) -> Mapping[str, Tally]:
    """The records, once every phone is answered and every reply has left; or when that takes too long."""
    until_ms = stage.clock.now_ms() + _SETTLE_MS
    while True:
        tallies = {one.phone: one for one in await stage.tally()}
        replies = len(stage.pair.zapi.sent)
        done = (
            len(tallies) == len(bursts)
            and not any(one.unanswered for one in tallies.values())
            and replies >= sum(one.turns for one in tallies.values())
        )
        if done or stage.clock.now_ms() > until_ms:
            return tallies
        await asyncio.sleep(_LOOK_S * 10)


def _outcome(stage: Stage, burst: Burst, tally: Tally | None, end_ms: int) -> BurstOutcome:
    left = [one.left_ms for one in stage.pair.zapi.sent if one.phone == burst.phone]
    answered = tally.stored - tally.unanswered if tally else 0
    turns = tally.turns if tally else 0
    return BurstOutcome(
        pieces=len(burst.pieces),
        turns=turns,
        lost=len(burst.pieces) - answered,
        odd=len(left) != turns or not left,
        wait_ms=max(left) - end_ms if left else None,
    )
