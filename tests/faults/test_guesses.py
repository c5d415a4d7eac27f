"""Days on which the model is asked before windows close: what came since makes a guess old, and it is not said."""

from pathlib import Path

import pytest

from tests.faults.replayed import Day, Weather, played


@pytest.mark.paired
async def test_nothing_is_said_of_a_guess_that_a_later_piece_made_old(tmp_path: Path) -> None:
    slow = Weather(
        "slow model", model_s=5.0
    )  # asked that much before the end, most second pieces come after it
    day = Day([1, 2] * 10, slow, gap_s=4.0, every_s=8.0)
    tally, world = await played(day, tmp_path, speculate=True)
    assert tally.offenders == []
    assert tally.answered == tally.acknowledged == sum(day.messages)
    assert tally.prepared > 0
    asked = len([one for one in world.pair.groq.requests if one.operation == "chat"])
    assert asked > tally.turns == len(day.messages)  # some guesses were thrown away
