"""How long a pinned reply waits for its next try."""

import pytest

from clinic_bot.reply.stale import pause_ms

TTL_MS = 60_000


@pytest.mark.parametrize(
    ("tries", "since_pinned_ms", "expected"),
    [
        pytest.param(1, 0, 250, id="soon at first"),
        pytest.param(2, 300, 1_000, id="then later"),
        pytest.param(40, 50_000, 3_000, id="then steadily"),
        pytest.param(40, 57_000, None, id="stale by then"),
        pytest.param(1, TTL_MS, None, id="stale already"),
    ],
)
def test_a_reply_is_tried_until_it_is_stale(tries: int, since_pinned_ms: int, expected: int | None) -> None:
    assert pause_ms(tries, 1_000, 1_000 + since_pinned_ms, TTL_MS) == expected
