"""When a reply has to be the last one."""

import pytest

from clinic_bot.turns.loop_guard import is_last_reply


@pytest.mark.parametrize(("replies", "last"), [(0, False), (18, False), (19, True), (20, True), (500, True)])
def test_the_twentieth_reply_of_an_hour_hands_over(replies: int, last: bool) -> None:
    assert is_last_reply(replies, 20) is last
