"""A process that dies at each of its suspensions, one after the other, with the commit under way lost or stored."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from clinic_bot.events import Event, Message, StaffMessage
from clinic_bot.store.tables import TurnState
from tests.faults import crash_child, crash_over_http
from tests.faults.crash import CalmClock, Life, Play, every_death, live
from tests.faults.crash_outside import Outside
from tests.faults.server import neighbours
from tests.support import builders as b
from tests.support.invariants import Records, read_records, violations_in
from tests.support.process import environment
from tests.support.store import Store

ROOT = Path(__file__).parents[2]

KNOWN = b.contact(lid=b.LID)
FIRST = b.message("oi", id="m1", who=KNOWN)
SECOND = b.message("queria remarcar", id="m2", who=KNOWN)
STAFF = b.staff(who=KNOWN)
EMERGENCY = b.message(b.EMERGENCY_TEXT, id="m2", who=KNOWN)

#: Fewer suspensions than that would mean that they are not counted.
LEAST_STEPS = 10
#: How a reply may end of which a killed process did not hear.
UNHEARD = {TurnState.SENT, TurnState.UNKNOWN, TurnState.HELD}


async def a_burst(life: Life) -> None:
    for event in life.outside.events:
        await life.receive(event)
    await life.settle()


async def while_it_thinks(life: Life) -> None:
    first, *then = life.outside.events
    await life.receive(first)
    life.agent.thinks.shut()
    turn = await life.begin()
    await life.agent.thinks.reached.wait()
    for event in then:
        await life.receive(event)
    life.agent.thinks.let_on()
    await turn
    await life.settle()


async def while_it_sends(life: Life) -> None:
    first, *then = life.outside.events
    await life.receive(first)
    life.zapi.sends.shut()
    turn = await life.begin()
    await life.zapi.sends.reached.wait()
    for event in then:
        await life.receive(event)
    life.zapi.sends.let_on()
    await turn
    await life.settle()


@dataclass(frozen=True)
class Scenario:
    """Args:
    ends: the turns' states when nobody dies, and how many replies left.
    """

    play: Play
    events: Sequence[Event]
    ends: tuple[list[str], int]
    confirms: bool = True
    not_sent: int = 0
    cut: bool = False

    def outside(self) -> Outside:
        return Outside(self.events, self.confirms, self.not_sent, self.cut)


SCENARIOS = {
    "two messages": Scenario(a_burst, [FIRST, SECOND], (["sent"], 1)),
    "two messages, and nobody reports what arrived": Scenario(
        a_burst, [FIRST, SECOND], (["sent"], 1), confirms=False
    ),
    "a patient whose LID is not known": Scenario(a_burst, [b.message("oi")], (["sent"], 1)),
    "one that joins while the model thinks": Scenario(while_it_thinks, [FIRST, SECOND], (["sent"], 1)),
    "one that comes while the reply leaves": Scenario(while_it_sends, [FIRST, SECOND], (["sent", "sent"], 2)),
    "a person who answers while the model thinks": Scenario(while_it_thinks, [FIRST, STAFF], (["silent"], 0)),
    "a person who answers while the reply leaves": Scenario(while_it_sends, [FIRST, STAFF], (["sent"], 1)),
    "an emergency while the model thinks": Scenario(while_it_thinks, [FIRST, EMERGENCY], (["sent"], 1)),
    "an emergency while the reply leaves": Scenario(
        while_it_sends, [FIRST, EMERGENCY], (["sent", "sent"], 2)
    ),
    "a message that is edited while the model thinks": Scenario(
        while_it_thinks, [FIRST, b.edit("queria remarcar", who=KNOWN)], (["sent"], 1)
    ),
    "one that is deleted while the model thinks": Scenario(
        while_it_thinks, [FIRST, b.deletion(who=KNOWN)], (["empty"], 0)
    ),
    "a reply that finds nobody, twice": Scenario(a_burst, [FIRST], (["sent"], 1), not_sent=2),
    "a reply that is cut": Scenario(a_burst, [FIRST], (["sent"], 1), cut=True),
    "a reply that is cut, and nobody reports what arrived": Scenario(
        a_burst, [FIRST], (["held"], 1), cut=True, confirms=False
    ),
}


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS.keys())
def test_whoever_dies_at_any_suspension_loses_nothing_and_says_nothing_twice(
    empty_database: Path, tmp_path: Path, scenario: Scenario
) -> None:
    for dead in every_death(empty_database, tmp_path, scenario.outside, scenario.play):
        left = records_of(dead.path)
        live(dead.path, dead.outside, dead.clock, Life.finish)
        found = judge(left, records_of(dead.path), dead.outside)
        assert not found, f"{dead.how}: {found}"
    assert dead.at_the_end
    assert dead.step > LEAST_STEPS
    states = [str(turn.state) for turn in records_of(dead.path).turns]
    assert (states, len(dead.outside.accepted)) == scenario.ends


def test_whoever_leaves_by_exit_at_any_commit_loses_nothing_and_says_nothing_twice(
    empty_database: Path, tmp_path: Path
) -> None:
    """The same for a process that really ends, before and after each commit of one turn."""
    shutil.copy(empty_database, tmp_path / crash_child.EMPTY)
    command = [sys.executable, "-m", crash_child.__name__, str(tmp_path)]
    subprocess.run(command, cwd=ROOT, env=environment(), check=True, timeout=60)
    left = sorted(tmp_path.glob("*.*.sqlite"))
    assert len(left) == 2 * crash_child.COMMITS
    for path in left:
        outside, clock = crash_child.outside_of(path), CalmClock()
        clock.advance(60_000)
        before = records_of(path)
        live(path, outside, clock, Life.finish)
        assert judge(before, records_of(path), outside) == [], path.name


async def test_whoever_leaves_at_any_suspension_over_http_says_nothing_twice(
    empty_database: Path, tmp_path: Path
) -> None:
    """The same with the real clients, every step of their sockets counted, against stand-ins that live on."""
    shutil.copy(empty_database, tmp_path / crash_child.EMPTY)
    async with neighbours() as pair:
        pair.groq.latency_s = 0
        command = ["-m", crash_over_http.__name__, str(tmp_path), pair.groq_url, pair.zapi_url]
        process = await asyncio.create_subprocess_exec(sys.executable, *command, cwd=ROOT, env=environment())
        assert await asyncio.wait_for(process.wait(), 100) == 0
        said = [call.phone for call in pair.zapi.calls if call.operation == "send-text"]
    deaths = deaths_in(tmp_path)
    assert len(deaths) > LEAST_STEPS
    for step in deaths:
        now = records_of(tmp_path / f"{step}.sqlite")
        assert violations_in(now) == []
        (turn,) = now.turns
        times = said.count(crash_over_http.phone_of(step))
        assert (turn.state, times) in {("sent", 1), ("held", 1), ("held", 0)}, step
    assert turn.state == TurnState.SENT  # the last one did not die


def deaths_in(folder: Path) -> list[int]:
    """The steps at which processes died, by their files."""
    return sorted(int(path.stem) for path in folder.glob("[1-9]*.sqlite"))


def records_of(path: Path) -> Records:
    store = Store(path)
    try:
        return store.run(read_records)
    finally:
        store.close()


def judge(left: Records, now: Records, outside: Outside) -> list[str]:
    """What went wrong, in words.

    Args:
        left: what the dead process left behind.
        now: what its successor made of it.
    """
    found = violations_in(now)
    stored = [message.provider_id for message in now.messages if not message.corrects]
    for event in outside.events:
        if isinstance(event, Message | StaffMessage) and stored.count(event.provider_id) != 1:
            found.append(f"{event.provider_id} is stored {stored.count(event.provider_id)} times")
    was_pinned = {turn.id for turn in left.turns if turn.intent_ms is not None}
    said = [one.text for one in outside.accepted]
    for turn in now.turns:
        times = said.count(turn.reply or "")
        if times > 1:
            found.append(f"turn {turn.id} was said {times} times")
        if times and turn.state not in UNHEARD:
            found.append(f"turn {turn.id} was said and is {turn.state}")
        if not times and turn.state == TurnState.SENT:
            found.append(f"turn {turn.id} is sent and was never said")
        if turn.state in (TurnState.THINKING, TurnState.SENDING, TurnState.UNKNOWN, TurnState.DEAD):
            found.append(f"turn {turn.id} is left {turn.state}")
        if turn.state == TurnState.HELD and turn.id not in was_pinned and not outside.cut:
            found.append(f"turn {turn.id} is held, and nobody died after its intent")
    if strange := set(said) - {turn.reply for turn in now.turns}:
        found.append(f"nobody meant to say {strange}")
    for message in now.messages:
        over = [turn for turn in now.turns if turn.low <= message.seq <= turn.high]
        if message.author == "patient" and sum(said.count(turn.reply or "") for turn in over) > 1:
            found.append(f"message {message.seq} was answered twice")
    return found
