"""A process that dies while a tool changes something: the change stands once, or was never made (rule 11)."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from clinic_bot.events import Event
from clinic_bot.store import steps
from clinic_bot.store.tables import TurnState
from tests.faults import crash_change, crash_child
from tests.faults.crash import CalmClock, Life, Play, every_death, live
from tests.faults.crash_change import BookingLife
from tests.faults.crash_outside import Held, Outside
from tests.faults.test_crash_points import (
    EMERGENCY,
    FIRST,
    LEAST_STEPS,
    ROOT,
    SECOND,
    STAFF,
    a_burst,
    judge,
    records_of,
)
from tests.support.diary import create_diary
from tests.support.invariants import Records
from tests.support.process import environment
from tests.support.store import Store


def while_held(where: Callable[[BookingLife], Held]) -> Play:
    """The first message's turn is held there while the others come."""

    async def play(life: Life) -> None:
        assert isinstance(life, BookingLife)
        first, *then = life.outside.events
        await life.receive(first)
        where(life).shut()
        turn = await life.begin()
        await where(life).reached.wait()
        for event in then:
            await life.receive(event)
        where(life).let_on()
        await turn
        await life.settle()

    return play


before_it = while_held(lambda life: life.model.thinks)
after_it = while_held(lambda life: life.model.finds_words)


@dataclass(frozen=True)
class Scenario:
    """Args:
    ends: when nobody dies: the turns' states, how many replies left, how many changes were made.
    """

    play: Play
    events: Sequence[Event]
    ends: tuple[list[str], int, int]
    not_sent: int = 0


SCENARIOS = {
    "two messages": Scenario(a_burst, [FIRST, SECOND], (["sent"], 1, 1)),
    "one that comes before the change": Scenario(before_it, [FIRST, SECOND], (["sent"], 1, 1)),
    "one that comes after it": Scenario(after_it, [FIRST, SECOND], (["sent", "sent"], 2, 2)),
    "a person who answers before the change": Scenario(before_it, [FIRST, STAFF], (["silent"], 0, 0)),
    "a person who answers after it": Scenario(after_it, [FIRST, STAFF], (["silent"], 0, 1)),
    "an emergency after it": Scenario(after_it, [FIRST, EMERGENCY], (["sent"], 1, 1)),
    "a reply that finds nobody, twice": Scenario(a_burst, [FIRST], (["sent"], 1, 1), not_sent=2),
}


@pytest.fixture(scope="module")
def empty_diary(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("diary") / "empty.sqlite"
    shutil.copy(empty_database, path)
    store = Store(path)
    store.run(create_diary)
    store.close()
    return path


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS.keys())
def test_whoever_dies_at_any_suspension_changes_it_once_and_says_it_once(
    empty_diary: Path, tmp_path: Path, scenario: Scenario
) -> None:
    for dead in every_death(
        empty_diary,
        tmp_path,
        lambda: Outside(scenario.events, not_sent=scenario.not_sent),
        scenario.play,
        begin=BookingLife,
    ):
        found = outlived(dead.path, dead.outside, dead.clock)
        assert not found, f"{dead.how}: {found}"
    assert dead.at_the_end
    assert dead.step > LEAST_STEPS
    states = [str(turn.state) for turn in records_of(dead.path).turns]
    assert (states, len(dead.outside.accepted), changes_in(dead.path)) == scenario.ends


def test_whoever_leaves_by_exit_at_any_commit_changes_it_once_and_says_it_once(
    empty_diary: Path, tmp_path: Path
) -> None:
    shutil.copy(empty_diary, tmp_path / crash_child.EMPTY)
    command = [sys.executable, "-m", crash_change.__name__, str(tmp_path)]
    subprocess.run(command, cwd=ROOT, env=environment(), check=True, timeout=60)
    left = sorted(tmp_path.glob("*.*.sqlite"))
    assert len(left) == 2 * (crash_child.COMMITS + 1)  # one more: the change
    for path in left:
        outside, clock = crash_child.outside_of(path), CalmClock()
        clock.advance(60_000)
        assert outlived(path, outside, clock) == [], path.name
        assert changes_in(path) == 1


def outlived(
    path: Path, outside: Outside, clock: CalmClock, *, begin: Callable[..., Life] = BookingLife
) -> list[str]:
    """Let a successor take all to its end; answers what went wrong, in words."""
    left, asked = records_of(path), len(outside.asked)
    live(path, outside, clock, Life.finish, begin=begin)
    now = records_of(path)
    found = judge(left, now, outside)
    if changes_in(path) != len(changed_turns(now)):
        found.append(f"{changes_in(path)} changes, and {len(changed_turns(now))} in the journal")
    for message in now.messages:
        over = [turn.id for turn in now.turns if turn.low <= message.seq <= turn.high]
        if sum(turn_id in over for turn_id in changed_turns(now)) > 1:
            found.append(f"for message {message.seq} it was changed twice")
    done = changed_turns(left)
    goes_on = any(turn.id in done and turn.state == TurnState.THINKING for turn in left.turns)
    again = outside.asked[asked:]
    if goes_on and again and again[0] != "for a change, 1 done":
        found.append(f"asked again {again[0]}")
    return found


def changed_turns(records: Records) -> list[int]:
    """The turn of each change in the journal."""
    return [step.turn_id for step in records.steps if step.state == steps.CHANGED]


def changes_in(path: Path) -> int:
    store = Store(path)
    try:
        return store.count("diary")
    finally:
        store.close()
