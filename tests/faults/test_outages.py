"""Z-API carries nothing for a while, and patients write on: afterwards each has one answer."""

from collections import Counter
from pathlib import Path

import pytest

from tests.faults.replayed import Day, Outage, OutKind, Weather, played


@pytest.mark.paired
@pytest.mark.parametrize("kind", OutKind)
async def test_who_wrote_while_nothing_could_leave_is_answered_once_when_it_can(
    kind: OutKind, tmp_path: Path
) -> None:
    tally, world = await played(Day([2] * 12, Weather(kind, outage=Outage(kind, 40)), every_s=2), tmp_path)
    replies = Counter(left.phone for left in world.pair.zapi.sent)
    assert (tally.acknowledged, tally.answered, tally.offenders) == (24, 24, [])
    assert (len(replies), set(replies.values())) == (12, {1})
    refused = [call for call in world.pair.zapi.calls if call.status in (400, 403)]
    assert refused or kind is OutKind.DISCONNECTED  # that one is told before anybody sends
