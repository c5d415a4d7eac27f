"""A process that dies at any step of hearing: the note is heard once more, and its words stand in place or are late."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from clinic_bot.events import Event, Kind, MediaState
from clinic_bot.store.tables import TurnState
from clinic_bot.turns.unheard import SENTENCE
from tests.faults.crash import Life, Play, every_death, live
from tests.faults.crash_hearing import SAID, HearingLife, HearingOutside, voice
from tests.faults.test_crash_points import FIRST, LEAST_STEPS, SECOND, judge, records_of
from tests.support.invariants import Records

HEARD, UNHEARD = f"[áudio de 2 s] {SAID}", "[áudio de 2 s que não deu para ouvir]"


async def in_time(life: Life) -> None:
    for event in life.outside.events:
        await life.receive(event)
    await life.settle()


async def after_the_claim(life: Life) -> None:
    """The window waits for the words in vain, and they come while the model thinks."""
    hearing_life = cast(HearingLife, life)
    for event in life.outside.events:
        await life.receive(event)
    hearing_life.hears.shut()
    hearing = asyncio.create_task(hearing_life.hear())
    await hearing_life.hears.reached.wait()
    life.agent.thinks.shut()
    await (await life.begin())  # it is still being heard
    turn = await life.begin()
    await life.agent.thinks.reached.wait()
    hearing_life.hears.let_on()
    await hearing
    life.agent.thinks.let_on()
    await turn
    await life.settle()


async def after_the_intent(life: Life) -> None:
    """They come while the reply, which says that nobody heard them, is on its way."""
    hearing_life = cast(HearingLife, life)
    for event in life.outside.events:
        await life.receive(event)
    hearing_life.hears.shut()
    hearing = asyncio.create_task(hearing_life.hear())
    await hearing_life.hears.reached.wait()
    life.zapi.sends.shut()
    await (await life.begin())
    turn = await life.begin()
    await life.zapi.sends.reached.wait()
    hearing_life.hears.let_on()
    await hearing
    life.zapi.sends.let_on()
    await turn
    await life.settle()


@dataclass(frozen=True)
class Scenario:
    """Args:
    question: what the model was asked last, when nobody dies.
    """

    play: Play
    events: Sequence[Event]
    question: Sequence[str]
    state: MediaState = MediaState.READ

    def outside(self) -> HearingOutside:
        return HearingOutside(self.events)


SCENARIOS = {
    "a note alone": Scenario(in_time, [voice()], [HEARD]),
    "between two texts": Scenario(in_time, [FIRST, voice(), SECOND], ["oi", HEARD, "queria remarcar"]),
    "heard after the claim": Scenario(after_the_claim, [FIRST, voice()], ["oi", HEARD]),
    "heard after the intent": Scenario(after_the_intent, [FIRST, voice()], ["oi", UNHEARD], MediaState.LATE),
}


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS.keys())
def test_whoever_dies_at_any_step_of_hearing_loses_no_note(
    empty_database: Path, tmp_path: Path, scenario: Scenario
) -> None:
    for dead in every_death(empty_database, tmp_path, scenario.outside, scenario.play, begin=HearingLife):
        left = records_of(dead.path)
        live(dead.path, dead.outside, dead.clock, Life.finish, begin=HearingLife)
        now = records_of(dead.path)
        found = [*judge(left, now, dead.outside), *misheard(now)]
        assert not found, f"{dead.how}: {found}"
        assert cast(HearingOutside, dead.outside).heard in (1, 2), dead.how
    assert dead.at_the_end
    assert dead.step > LEAST_STEPS
    assert cast(HearingOutside, dead.outside).heard == 1
    (turn,), (note,) = now.turns, [one for one in now.messages if one.kind == Kind.AUDIO]
    assert (turn.question or "").splitlines() == scenario.question
    assert note.media_state == scenario.state
    assert (SENTENCE in (turn.reply or "")) == (scenario.state is MediaState.LATE)


def misheard(now: Records) -> list[str]:
    """What went wrong with the notes, in words."""
    found = []
    for note in (one for one in now.messages if one.kind == Kind.AUDIO):
        over = [turn for turn in now.turns if turn.low <= note.seq <= turn.high]
        asked = [turn for turn in over if turn.state != TurnState.WITHDRAWN]
        if note.text != SAID or note.media_state not in (MediaState.READ, MediaState.LATE):
            found.append(f"note {note.seq} is {note.media_state} and says {note.text!r}")
        read = any(HEARD in (turn.question or "") for turn in asked)
        if read != (note.media_state == MediaState.READ):
            found.append(f"note {note.seq} is {note.media_state}, and a turn read it: {read}")
        if not read and not any(SENTENCE in (turn.reply or "") for turn in asked):
            found.append(f"nobody heard note {note.seq}, and nobody was told")
    return found
