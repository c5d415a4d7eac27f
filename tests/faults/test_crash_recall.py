"""A process that dies while it takes a reply out of Z-API's queue: it is asked again only if it never left."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from clinic_bot.events import Event
from clinic_bot.store.places import Place
from tests.faults.crash import Life, Play, every_death, live
from tests.faults.crash_outside import Outside
from tests.faults.test_crash_points import EMERGENCY, FIRST, LEAST_STEPS, SECOND, STAFF, judge, records_of
from tests.support import builders as b
from tests.support.clock import FakeClock

THIRD = b.message("obrigada", id="m3", who=b.contact(lid=b.LID))


class RecallingLife(Life):
    def __init__(self, place: Place, outside: Outside, clock: FakeClock) -> None:
        super().__init__(place, outside, clock, recalls=True)


async def after_the_reply(life: Life) -> None:
    first, *then = life.outside.events
    await life.receive(first)
    await life.settle()
    for event in then:
        await life.receive(event)
    await life.others()
    await life.settle()


async def while_it_is_deleted(life: Life) -> None:
    """The second message begins the recall, and the others come before Z-API deletes."""
    first, second, *then = life.outside.events
    await life.receive(first)
    await life.settle()
    life.zapi.deletes.shut()
    await life.receive(second)
    await life.zapi.deletes.reached.wait()
    for event in then:
        await life.receive(event)
    life.zapi.deletes.let_on()
    await life.others()
    await life.settle()


async def beside_the_next_turn(life: Life) -> None:
    """The recall and the claim of what came after the reply race for the conversation."""
    first, *then = life.outside.events
    await life.receive(first)
    await life.settle()
    for event in then:
        await life.receive(event)
    await life.settle()


@dataclass(frozen=True)
class Scenario:
    """Args:
    ends: how the turns may end when nobody dies, and how many replies were delivered then.
    queues: whether the reply is still there when it is deleted.
    """

    play: Play
    events: Sequence[Event]
    ends: Sequence[tuple[list[str], int]]
    queues: bool = True
    confirms: bool = True

    def outside(self) -> Outside:
        return Outside(self.events, self.confirms, queues=self.queues)


#: Where the recall comes first, the turn that had begun gives way to one for both.
RACE = [(["sent", "sent"], 2), (["withdrawn", "withdrawn", "sent"], 1), (["withdrawn", "sent"], 1)]
SCENARIOS = {
    "the patient writes on": Scenario(after_the_reply, [FIRST, SECOND], [(["withdrawn", "sent"], 1)]),
    "twice": Scenario(after_the_reply, [FIRST, SECOND, THIRD], [(["withdrawn", "sent"], 1)]),
    "and nobody reports what arrived": Scenario(
        after_the_reply, [FIRST, SECOND], [(["withdrawn", "sent"], 1)], confirms=False
    ),
    "the reply has left": Scenario(after_the_reply, [FIRST, SECOND], [(["sent", "sent"], 2)], queues=False),
    "a person answers meanwhile": Scenario(while_it_is_deleted, [FIRST, SECOND, STAFF], [(["withdrawn"], 0)]),
    "an emergency meanwhile": Scenario(
        while_it_is_deleted, [FIRST, SECOND, EMERGENCY], [(["withdrawn", "sent"], 1)]
    ),
    "a person answers": Scenario(after_the_reply, [FIRST, STAFF], [(["withdrawn"], 0)]),
    "beside the next turn": Scenario(beside_the_next_turn, [FIRST, SECOND], RACE),
}


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS.keys())
def test_whoever_dies_while_a_reply_is_taken_back_says_nothing_twice(
    empty_database: Path, tmp_path: Path, scenario: Scenario
) -> None:
    for dead in every_death(empty_database, tmp_path, scenario.outside, scenario.play, begin=RecallingLife):
        left = records_of(dead.path)
        live(dead.path, dead.outside, dead.clock, Life.finish, begin=RecallingLife)
        found = judge(left, records_of(dead.path), dead.outside)
        assert not found, f"{dead.how}: {found}"
    assert dead.at_the_end
    assert dead.step > LEAST_STEPS
    states = [str(turn.state) for turn in records_of(dead.path).turns]
    assert (states, len(dead.outside.accepted)) in scenario.ends
