"""The day this project began with: 182 messages of 42 people, 72 rate-limit errors, and a model that takes 40 s."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from clinic_bot.events import Json
from tests.faults.replayed import Day, Weather, played

#: 42 people, 182 messages.
MESSAGES = [5] * 14 + [4] * 28
LIMITS: Mapping[str, Json] = {"kind": "status", "name": "rate_limit_429_tpm", "count": 72, "probability": 0.9}
BAD = Weather("bad day", groq=(LIMITS,), model_s=40)
ACK_P99_MS = 100


@pytest.mark.alone
@pytest.mark.timeout(180)
async def test_every_burst_of_the_clinics_bad_day_is_answered_once_and_every_webhook_at_once(
    tmp_path: Path,
) -> None:
    assert (len(MESSAGES), sum(MESSAGES)) == (42, 182)
    tally, world = await played(Day(MESSAGES, BAD, every_s=4), tmp_path, unavailable_after_s=3_000)
    replies = Counter(left.phone for left in world.pair.zapi.sent)
    latencies = sorted(world.ledger.latencies_ms)
    assert (tally.acknowledged, tally.answered, tally.offenders) == (182, 182, [])
    assert set(replies.values()) == {1}
    assert len(replies) == 42
    assert world.pair.groq.faults.as_json() == []  # all 72 struck
    assert latencies[len(latencies) * 99 // 100] < ACK_P99_MS
