"""A process that asks the model before windows close and dies at any suspension: no guess is worth more than a turn."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

import pytest

from clinic_bot.events import Event
from tests.faults.crash import Life, Play, every_death, live
from tests.faults.crash_guess import GuessingLife
from tests.faults.crash_outside import Outside
from tests.faults.test_crash_change import changes_in, empty_diary, outlived
from tests.faults.test_crash_points import (
    EMERGENCY,
    FIRST,
    KNOWN,
    LEAST_STEPS,
    SECOND,
    STAFF,
    judge,
    records_of,
)
from tests.support import builders as b
from tests.support.invariants import Records

__all__ = ["empty_diary"]

EDIT, DELETION = b.edit("queria remarcar", who=KNOWN), b.deletion(who=KNOWN)


async def after_the_guess(life: Life) -> None:
    """What else comes, comes when its answer is there."""
    guessing = cast(GuessingLife, life)
    first, *then = life.outside.events
    await life.receive(first)
    await guessing.guess()
    await life.others()
    for event in then:
        await life.receive(event)
    await life.settle()


async def while_it_is_asked(life: Life) -> None:
    guessing = cast(GuessingLife, life)
    first, *then = life.outside.events
    await life.receive(first)
    guessing.model.thinks.shut()
    await guessing.guess()
    for event in then:
        await life.receive(event)
    guessing.model.thinks.let_on()
    await life.settle()


async def while_the_turn_waits_for_it(life: Life) -> None:
    """The window closes while the model is still asked."""
    guessing = cast(GuessingLife, life)
    first, *then = life.outside.events
    await life.receive(first)
    guessing.model.thinks.shut()
    await guessing.guess()
    turn = await life.begin()
    await guessing.claimed.wait()
    for event in then:
        await life.receive(event)
    guessing.model.thinks.let_on()
    await turn
    await life.settle()


@dataclass(frozen=True)
class Scenario:
    """Args:
    ends: when nobody dies: the turns' states, how many replies left, how often the model was asked.
    """

    play: Play
    events: Sequence[Event]
    ends: tuple[list[str], int, int]


SCENARIOS = {
    "nothing more comes": Scenario(after_the_guess, [FIRST], (["sent"], 1, 1)),
    "the turn waits for the guess": Scenario(while_the_turn_waits_for_it, [FIRST], (["sent"], 1, 1)),
    "another message after the guess": Scenario(after_the_guess, [FIRST, SECOND], (["sent"], 1, 2)),
    "another message while it is asked": Scenario(while_it_is_asked, [FIRST, SECOND], (["sent"], 1, 2)),
    "another message while the turn waits for it": Scenario(
        while_the_turn_waits_for_it, [FIRST, SECOND], (["sent"], 1, 2)
    ),
    "an edit while the turn waits for it": Scenario(
        while_the_turn_waits_for_it, [FIRST, EDIT], (["sent"], 1, 2)
    ),
    "a deletion while the turn waits for it": Scenario(
        while_the_turn_waits_for_it, [FIRST, DELETION], (["empty"], 0, 1)
    ),
    "a person's answer after the guess": Scenario(after_the_guess, [FIRST, STAFF], ([], 0, 1)),
    "a person's answer while the turn waits for it": Scenario(
        while_the_turn_waits_for_it, [FIRST, STAFF], (["silent"], 0, 1)
    ),
    "an emergency while it is asked": Scenario(while_it_is_asked, [FIRST, EMERGENCY], (["sent"], 1, 1)),
}


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS.keys())
def test_whoever_dies_beside_a_guess_loses_nothing_and_says_nothing_old(
    empty_database: Path, tmp_path: Path, scenario: Scenario
) -> None:
    outside = partial(Outside, scenario.events)
    for dead in every_death(empty_database, tmp_path, outside, scenario.play, begin=GuessingLife):
        left = records_of(dead.path)
        live(dead.path, dead.outside, dead.clock, Life.finish, begin=GuessingLife)
        now = records_of(dead.path)
        found = [*judge(left, now, dead.outside), *old_in(now, dead.outside)]
        assert not found, f"{dead.how}: {found}"
    assert dead.at_the_end
    assert dead.step > LEAST_STEPS
    states = [str(turn.state) for turn in now.turns]
    assert (states, len(dead.outside.accepted), len(dead.outside.asked)) == scenario.ends


def old_in(now: Records, outside: Outside) -> list[str]:
    """Replies to something else than what their turn was asked."""
    found = []
    for turn in now.turns:
        said = re.match(r"Resposta (\d+)", turn.reply or "")
        if said and (asked := outside.asked[int(said[1]) - 1]) != turn.question:
            found.append(f"turn {turn.id} was asked {turn.question!r} and answers {asked!r}")
    return found


CHANGES = {
    "nothing more comes": (after_the_guess, [FIRST], (["sent"], 1, 1)),
    "a message after the guess": (after_the_guess, [FIRST, SECOND], (["sent"], 1, 1)),
    "a message while it is asked": (while_it_is_asked, [FIRST, SECOND], (["sent"], 1, 1)),
    "a person's answer after the guess": (after_the_guess, [FIRST, STAFF], ([], 0, 0)),
}


@pytest.mark.parametrize(("play", "events", "ends"), CHANGES.values(), ids=CHANGES.keys())
def test_what_was_guessed_changes_nothing_and_the_turn_changes_it_once(
    empty_diary: Path, tmp_path: Path, play: Play, events: Sequence[Event], ends: tuple[list[str], int, int]
) -> None:
    begin = partial(GuessingLife, changes=True)
    for dead in every_death(empty_diary, tmp_path, partial(Outside, events), play, begin=begin):
        found = outlived(dead.path, dead.outside, dead.clock, begin=begin)
        assert not found, f"{dead.how}: {found}"
    assert dead.at_the_end
    assert dead.step > LEAST_STEPS
    states = [str(turn.state) for turn in records_of(dead.path).turns]
    assert (states, len(dead.outside.accepted), changes_in(dead.path)) == ends
