"""Something between us and Z-API that breaks every send, once it has gone through or before it could."""

from collections import Counter
from pathlib import Path

import pytest

from tests.faults.replayed import Day, Weather, played

pytestmark = [pytest.mark.paired, pytest.mark.timeout(180)]

PEOPLE = [2] * 40


async def test_what_is_delivered_and_then_cut_is_said_once(tmp_path: Path) -> None:
    cut = Weather("delivers, then cuts", zapi=({"kind": "cut", "when": "after"},), model_s=0.5)
    tally, world = await played(Day(PEOPLE, cut), tmp_path)
    replies = Counter(left.phone for left in world.pair.zapi.sent)
    assert (tally.doubled, tally.lost, tally.answered) == (0, 0, 80)
    assert set(replies.values()) == {1}
    assert len(replies) == 40


async def test_what_is_lost_on_its_way_is_shown_and_not_repeated_blindly(tmp_path: Path) -> None:
    loses = Weather("loses", zapi=({"kind": "cut", "when": "before", "probability": 0.5},), model_s=0.5)
    tally, world = await played(Day(PEOPLE, loses), tmp_path)
    replies = Counter(left.phone for left in world.pair.zapi.sent)
    assert (tally.doubled, tally.lost, tally.pending) == (0, 0, 0)
    assert tally.answered + tally.shown == tally.acknowledged == 80
    assert tally.shown > 0
    assert set(replies.values()) == {1}
    assert sum(tally.uncertain.values()) >= 40 - len(replies)
