"""The bench itself: its arithmetic, its bars, its load and its stand-ins. The figures are scripts/bench's."""

import contextlib
import io
import itertools
import json
import sys
import time
from functools import partial
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "scripts"))

from bench_suite import seed, seed_postgres
from bench_suite.bench import Bench
from bench_suite.bodies import Arrival, Bodies, asking, lid_of, phone_of, reference_of
from bench_suite.claims import claim_of
from bench_suite.figures import FIGURES, SLOW_FSYNC_MS
from bench_suite.load import closed_load, open_load
from bench_suite.machine import quantile
from bench_suite.peers import ours
from bench_suite.peers.compare import compare
from bench_suite.peers.workload import Played
from bench_suite.postgres import READING
from bench_suite.servers import bare
from rich.console import Console

from clinic_bot.events import Message
from clinic_bot.intake.payloads import parse_body, read_event
from clinic_bot.sandbox.standins import INSTANCE_ID
from clinic_bot.store import conversations
from clinic_bot.store.postgres import PostgresDatabase


@pytest.mark.parametrize(
    ("values", "q", "expected"),
    [
        ([1.0], 0.99, 1.0),
        ([3.0, 1.0, 2.0], 0.5, 2.0),
        (list(range(1, 101)), 0.99, 99),
        (list(range(1, 11)), 0.99, 10),
    ],
    ids=["of one", "the middle, unsorted", "one of a hundred may be above", "of ten it is the largest"],
)
def test_quantiles(values: list[float], q: float, expected: float) -> None:
    assert quantile(values, q) == expected


def test_nothing_measured_is_no_figure() -> None:
    with pytest.raises(ValueError, match="nothing"):
        quantile([], 0.5)


@pytest.mark.parametrize(
    ("name", "value", "fsync_ms", "holds"),
    [
        ("ack_throughput_ratio_sqlite", 0.41, 0.1, True),
        ("ack_throughput_ratio_sqlite", 0.39, 0.1, False),
        ("lateness_p99_ms_embedded", 20, 0.1, True),
        ("lateness_p99_ms_embedded", 21, 0.1, False),
        ("lateness_p99_ms_embedded", 21, SLOW_FSYNC_MS, True),
        ("ack_p99_ms_300", 26, SLOW_FSYNC_MS, False),
        ("ack_throughput_ratio_postgres", 0.34, 0.1, False),
        ("takeover_s", 16.1, 0.1, False),
        ("turns_per_s_3_replicas", 1, 0.1, True),
    ],
)
def test_bars(name: str, value: float, fsync_ms: float, holds: bool) -> None:
    assert FIGURES[name].holds(value, fsync_ms) is holds


def test_a_body_reads_as_a_patient_s_message() -> None:
    body = Bodies("X").text(7, asking(42), at_ms=1_790_000_000_123)
    event = read_event(parse_body(body), instance_id=INSTANCE_ID, received_ms=1_790_000_000_500)
    assert isinstance(event, Message)
    assert (event.contact.phone, event.contact.lid, event.contact.name) == (phone_of(7), lid_of(7), "Ana")
    assert reference_of(event.content.text) == 42


def test_no_two_bodies_share_an_id() -> None:
    bodies = [Bodies(run) for run in "AB"]
    ids = [json.loads(maker.text(1, "oi", at_ms=0))["messageId"] for maker in bodies for _ in range(3)]
    assert len(set(ids)) == 6


async def test_both_loads_count_every_answer_of_a_real_server() -> None:
    bodies = Bodies("L")
    async with bare() as target:
        plan = [Arrival(n / 1000, bodies.text(n, "oi", at_ms=0)) for n in range(20)]
        opened = await open_load(target, plan, connections=2)
        endless = (bodies.text(n, "oi", at_ms=0) for n in itertools.count())
        closed = await closed_load(target, endless, connections=4, seconds=0.2)
    assert (len(opened.latencies_ms), len(opened.lags_ms), opened.refused) == (20, 20, 0)
    assert closed.latencies_ms
    assert closed.refused == 0


def test_a_seeded_window_moves_as_one(tmp_path: Path) -> None:
    database = tmp_path / "seeded.sqlite"
    seed.create(database)
    seed.open_windows(database, [5, 6], quiet_ms=1)
    due_ms = seed.rearm(database, in_ms=60_000)
    assert due_ms > 60_000
    assert seed.deadlines_ms(database, quiet_ms=1) == {}  # no turn has begun


async def test_a_postgresql_is_seeded_as_the_service_finds_it_and_what_it_is_asked_is_counted() -> None:
    due_ms = time.time_ns() // 1_000_000 - 1_000
    with contextlib.closing(Bench(Path(), quick=True)) as bench:
        url = await bench.postgres.new_database(logs=True)
        await seed_postgres.open_windows(url, [due_ms, due_ms + 1], quiet_ms=500)
        await seed_postgres.idle_phones(url, [7])
        at, database = bench.postgres.log_size(), PostgresDatabase(url)
        try:
            found = await database.read(partial(conversations.due_before, until_ms=due_ms + 10))
            await database.write(claim_of(found[0][1]), urgent=True)
        finally:
            await database.close()
        said = bench.postgres.said_since(at)
    assert [wake_ms for wake_ms, _ in found] == [due_ms, due_ms + 1]
    assert (said[READING], said["BEGIN"], said["COMMIT"]) == (1, 1, 2)
    assert said["SELECT"] >= 2
    assert said["INSERT"] == 1  # the turn that was claimed


async def test_bursts_go_through_the_service_whole_and_the_table_says_how_late(tmp_path: Path) -> None:
    with contextlib.closing(Bench(tmp_path, quick=True)) as bench:
        played = await ours.on_sqlite(bench, phones=3)
    assert len(played.handed_ns) == 9
    assert sorted(known for _, known in played.turns) == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
    assert all(late_ms > -1 for late_ms in played.late_ms())
    assert played.row()[2:] == ("9 of 9", "1.00")


def test_lateness_counts_from_the_window_of_the_last_message_that_a_turn_knew() -> None:
    handed_ns = {number: number * 300_000_000 for number in range(6)}
    played = Played(handed_ns, [(1_610_000_000, [0, 2]), (5_500_000_000, [5])])
    assert played.late_ms() == [10, 3_000]
    assert played.row() == ("10.0 ms", "3,000.0 ms", "3 of 6", "1.00")
    assert Played.from_json(played.as_json().encode()) == played
    assert Played(handed_ns).row() == ("-", "-", "0 of 6", "0")


async def test_what_is_not_installed_is_named_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The bursts themselves are not played."""

    async def no_bursts(_bench: Bench, *, phones: int) -> Played:
        return Played(dict.fromkeys(range(phones), 0))

    monkeypatch.setattr("bench_suite.peers.compare.find_spec", lambda _package: None)
    monkeypatch.setattr(ours, "on_sqlite", no_bursts)
    monkeypatch.setattr(ours, "on_postgres", no_bursts)
    console = Console(width=120, file=io.StringIO(), record=True)
    await compare(Bench(Path(), quick=True), console)
    said = console.export_text()
    assert said.count("not installed") == 3
    assert ".venv/bin/python -m pip install -e '.[peers]'" in said
