"""A steady clinic: 300 webhooks and 10 turns a second. Three figures come from the same rounds.

A p99 of four hundred turns is the fourth worst of them, and one pause of a shared machine makes four. So each figure is
the median over the rounds, and every round is named beside it.
"""

import time
from dataclasses import dataclass
from statistics import median

from bench_suite import seed
from bench_suite.bench import Bench, Measured, cost_of
from bench_suite.bodies import Arrival, Bodies, asking
from bench_suite.load import Load, open_load
from bench_suite.machine import quantile
from bench_suite.servers import Notes, bot, standins

_RATE, _TURNS_A_SECOND, _PIECES = 300, 10, 3
QUIET_S = 2
_PIECE_GAP_S = 0.15
WRITERS = 100  # phones that never stop writing, so that their windows stay open
FIRST_TALKER = 1_000
_NEW_EVERY = 10  # every tenth burst comes from a phone nobody has seen


@dataclass(frozen=True, slots=True)
class Paced:
    """One round."""

    load: Load
    late_ms: list[float]
    answer_to_send_ms: list[float]


async def _rounds(bench: Bench) -> list[Paced]:
    return [await _paced(bench) for _ in range(bench.pick(3, 1))]


async def _paced(bench: Bench) -> Paced:
    seconds = bench.pick(45, 7)
    database = bench.new_database()
    bursts = (seconds - QUIET_S - 2) * _TURNS_A_SECOND
    seed.create(database)
    seed.idle_phones(database, WRITERS)
    for number in known_talkers(bursts):
        seed.idle_phones(database, 1, first=number)
    settings = {"quiet_s": QUIET_S, "max_wait_s": 3_000}
    async with (
        standins(answer_s=0.3) as world,
        bot(world, bench.folder, database=database, **settings) as server,
    ):
        load = await open_load(server.target, steady_plan(seconds, bursts))
        notes = await world.notes()
    due_ms = seed.deadlines_ms(database, quiet_ms=QUIET_S * 1000)
    return Paced(load, late_ms(notes, due_ms, bursts), _answer_to_send_ms(notes))


def steady_plan(seconds: int, bursts: int, *, turns_a_second: int = _TURNS_A_SECOND) -> list[Arrival]:
    """The webhooks in order of time: writers that go on and on, and bursts of three pieces."""
    bodies, at_ms = Bodies("P"), time.time_ns() // 1_000_000
    plan = []
    for n in range(bursts):
        for piece in range(_PIECES):
            body = bodies.text(FIRST_TALKER + n, asking(n), at_ms=at_ms)
            plan.append(Arrival(1 + n / turns_a_second + piece * _PIECE_GAP_S, body))
    others = _RATE - turns_a_second * _PIECES
    plan += [
        Arrival(n / others, bodies.text(n % WRITERS, "e mais uma coisa", at_ms=at_ms))
        for n in range(seconds * others)
    ]
    return sorted(plan, key=lambda arrival: arrival.at_s)


def late_ms(notes: Notes, due_ms: dict[int, int], bursts: int) -> list[float]:
    """From each window's deadline to the request to the model. Raises RuntimeError when one never came."""
    missing = [n for n in range(bursts) if n not in notes.asked or n not in due_ms]
    if missing:
        raise RuntimeError(
            f"{len(missing)} of {bursts} bursts never reached the model, the first is {missing[0]}"
        )
    return [notes.asked[n] / 1e6 - due_ms[n] for n in range(bursts)]


def known_talkers(bursts: int) -> list[int]:
    """Those of the ``bursts`` people who have written before."""
    return [FIRST_TALKER + number for number in range(bursts) if number % _NEW_EVERY]


def _answer_to_send_ms(notes: Notes) -> list[float]:
    return [(sent_ns - notes.answered[n]) / 1e6 for n, sent_ns in notes.sent.items()]


async def ack_p99_ms(bench: Bench) -> Measured:
    rounds = await bench.once("paced", _rounds)
    loads = [paced.load for paced in rounds]
    refused = sum(load.refused for load in loads)
    lag_ms = max(quantile(load.lags_ms, 0.99) for load in loads)
    return over_rounds(
        [load.latencies_ms for load in loads],
        f"beside {_TURNS_A_SECOND} turns/s; {cost_of(loads[0])}, sent late by p99 {lag_ms:.1f} ms"
        + (f"; REFUSED {refused}" if refused else ""),
    )


async def lateness_p99_ms(bench: Bench) -> Measured:
    rounds = await bench.once("paced", _rounds)
    return over_rounds(
        [paced.late_ms for paced in rounds],
        f"{_TURNS_A_SECOND} turns/s beside {_RATE} webhooks/s; deadlines are whole milliseconds",
    )


async def answer_to_send_p99_ms(bench: Bench) -> Measured:
    rounds = await bench.once("paced", _rounds)
    return over_rounds([paced.answer_to_send_ms for paced in rounds], "in the same rounds")


def over_rounds(rounds: list[list[float]], note: str) -> Measured:
    """The median of the rounds' p99, with each of them and the rest of the story in the note."""
    p99 = [quantile(round_ms, 0.99) for round_ms in rounds]
    everything = [value for round_ms in rounds for value in round_ms]
    each = ", ".join(f"{value:.1f}" for value in p99)
    return Measured(
        value=median(p99),
        samples=len(everything),
        note=f"median of {each}; p50 {quantile(everything, 0.5):.1f}, largest {max(everything):.0f}; {note}",
    )
