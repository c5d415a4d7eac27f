"""One model's minute for several replicas: who may take, who stands before whom, and what an answer puts right."""

import pytest

from clinic_bot.agent.breaker import Why
from clinic_bot.agent.limits import Told
from clinic_bot.agent.shared_model import Hold, Leave, Stated, Want
from clinic_bot.agent.together import Together

NOW_MS = 1_790_000_000_000
#: At 60,000 tokens a minute a thousand drain in a second.
LIMIT = 60_000


def want(replica: str = "a", tokens: float = 1_000, *, begun: bool = False, since_ms: int = 0) -> Want:
    return Want("m", tokens, begun, replica, since_ms)


def known(used: float = 0) -> Together:
    together = Together()
    together.model("m").learn(Told(LIMIT, used), NOW_MS, NOW_MS)
    return together


def reserve(together: Together, wanted: Want, now_ms: int) -> Leave | Hold:
    """Ask in a round of its own."""
    answer = together.reserve(wanted, now_ms)
    together.model("m").held.clear()
    return answer


def wait_ms(answer: Leave | Hold) -> float:
    return answer.wait_ms if isinstance(answer, Hold) else 0


def test_what_one_replica_takes_is_gone_for_the_others() -> None:
    together = known()
    for _ in range(30):
        assert isinstance(reserve(together, want("a"), NOW_MS), Leave)
        assert isinstance(reserve(together, want("b"), NOW_MS), Leave)
    assert wait_ms(reserve(together, want("c"), NOW_MS)) == pytest.approx(1_000)
    assert isinstance(reserve(together, want("c"), NOW_MS + 1_000), Leave)


def test_nobody_takes_the_room_that_an_older_ticket_waits_for() -> None:
    together = known(LIMIT)
    assert wait_ms(reserve(together, want("a", 3_000), NOW_MS)) == pytest.approx(3_000)
    assert wait_ms(reserve(together, want("b", 1_000), NOW_MS + 1)) == pytest.approx(3_999)
    assert wait_ms(reserve(together, want("b", 1_000), NOW_MS + 1_000)) == pytest.approx(3_000), (
        "a thousand have drained, which are for a"
    )
    assert isinstance(reserve(together, want("a", 3_000), NOW_MS + 3_000), Leave)
    assert wait_ms(reserve(together, want("a", 3_000), NOW_MS + 3_000)) == pytest.approx(4_000), (
        "its next one stands behind b"
    )
    assert isinstance(reserve(together, want("b", 1_000), NOW_MS + 4_000), Leave)


def test_of_one_replica_s_calls_in_one_round_none_overtakes_another() -> None:
    together = known(LIMIT - 1_500)
    assert wait_ms(together.reserve(want("a", 3_000), NOW_MS)) == pytest.approx(1_500)
    assert wait_ms(together.reserve(want("a", 1_000), NOW_MS)) == pytest.approx(2_500)


def test_a_call_of_a_turn_that_has_begun_goes_before_those_that_begin_one() -> None:
    together = known(LIMIT)
    reserve(together, want("a"), NOW_MS)
    assert wait_ms(reserve(together, want("b", begun=True), NOW_MS + 1)) == pytest.approx(999)
    assert wait_ms(reserve(together, want("a"), NOW_MS + 1)) == pytest.approx(1_999)


def test_a_ticket_that_nobody_comes_back_to_lapses() -> None:
    together = known(LIMIT)
    assert wait_ms(reserve(together, want("dead", 3_000), NOW_MS)) == pytest.approx(3_000)
    together.model("m").learn(Told(LIMIT, LIMIT), NOW_MS + 9_999, NOW_MS + 9_999)
    assert wait_ms(reserve(together, want("b"), NOW_MS + 9_999)) == pytest.approx(4_000)
    together = Together.of_text(together.text())
    assert wait_ms(reserve(together, want("b"), NOW_MS + 10_000)) == pytest.approx(999)


def test_an_answer_tells_what_all_have_used_and_what_is_on_the_way_is_added() -> None:
    together = known()
    answered = reserve(together, want("a", 5_000), NOW_MS)
    reserve(together, want("b", 7_000), NOW_MS + 1_900)
    reserve(together, want("c", 300), NOW_MS + 2_050)
    assert isinstance(answered, Leave)
    together.answered(answered)
    together.model("m").learn(Told(LIMIT, 2_000), NOW_MS + 2_000, NOW_MS + 2_100)
    drained = 100
    assert together.model("m").tokens.used(NOW_MS + 2_100) == pytest.approx(2_000 - drained + 7_000 + 300)


@pytest.mark.parametrize(
    ("told", "at_ms", "limit", "used"),
    [
        (Told(LIMIT, 5), NOW_MS - 10, LIMIT, 40_000),
        (Told(LIMIT, 5), NOW_MS - 2_000, LIMIT, 40_000),
        (Told(LIMIT, 5), NOW_MS + 10, LIMIT, 5),
        (Told(2 * LIMIT, 5), NOW_MS + 10, 2 * LIMIT, 5),
    ],
    ids=["older than what is known", "long ago", "news", "another limit"],
)
def test_what_comes_late_does_not_replace_what_is_known(
    told: Told, at_ms: int, limit: float, used: float
) -> None:
    model = known(40_000).model("m")
    model.learn(told, at_ms, NOW_MS + 10)
    assert model.tokens.limit == limit
    assert model.tokens.used(NOW_MS + 10) == pytest.approx(used, abs=11)


def test_what_was_not_called_is_given_back() -> None:
    together = known()
    leave = reserve(together, want("a", 5_000), NOW_MS)
    assert isinstance(leave, Leave)
    together.model("m").give_back(leave, NOW_MS)
    assert together.model("m").tokens.used(NOW_MS) == 0
    assert together.model("m").young == []


def test_a_call_that_was_made_while_nobody_could_be_asked_is_not_given_back() -> None:
    together = known(5_000)
    together.model("m").give_back(Leave("m", 1_000, NOW_MS, counted=False), NOW_MS)
    assert together.model("m").tokens.used(NOW_MS) == 5_000


def test_a_stated_wait_holds_everybody_and_then_one_tries() -> None:
    together = known()
    together.model("m").state(Stated(Why.LIMIT, NOW_MS, NOW_MS + 5_000))
    assert reserve(together, want("b"), NOW_MS + 1_000) == Hold(4_000, Why.LIMIT)
    trying = reserve(together, want("b"), NOW_MS + 5_000)
    assert isinstance(trying, Leave)
    assert reserve(together, want("c"), NOW_MS + 5_100) == Hold(1_000, Why.LIMIT)
    assert isinstance(reserve(together, want("c"), NOW_MS + 10_000), Leave), "the one who tried is dead"
    together.answered(trying)
    assert isinstance(reserve(together, want("d"), NOW_MS + 10_001), Leave)


def test_what_was_stated_ends_when_the_clock_is_set_back_to_before_it() -> None:
    together = known()
    together.model("m").state(Stated(Why.LIMIT, NOW_MS, NOW_MS + 5_000))
    assert isinstance(reserve(together, want(), NOW_MS - 3_600_000), Leave)


def test_an_answer_to_a_call_from_before_does_not_lift_what_was_stated() -> None:
    together = known()
    before = reserve(together, want("a"), NOW_MS)
    together.model("m").state(Stated(Why.DAY, NOW_MS + 10, NOW_MS + 600_000))
    assert isinstance(before, Leave)
    together.answered(before)
    assert reserve(together, want("b"), NOW_MS + 20) == Hold(599_980, Why.DAY)


def test_a_minute_s_limit_does_not_shorten_what_lasts_longer() -> None:
    together = known()
    together.model("m").state(Stated(Why.DAY, NOW_MS, NOW_MS + 600_000))
    together.model("m").state(Stated(Why.LIMIT, NOW_MS, NOW_MS + 2_000))
    assert reserve(together, want(), NOW_MS) == Hold(600_000, Why.DAY)


def test_who_starts_later_may_try_a_model_that_is_gone_but_keeps_a_wait() -> None:
    together = known()
    together.model("m").state(Stated(Why.GONE, NOW_MS, NOW_MS + 600_000))
    assert isinstance(reserve(together, want(since_ms=NOW_MS + 1), NOW_MS + 2), Leave)
    together = known()
    together.model("m").state(Stated(Why.LIMIT, NOW_MS, NOW_MS + 5_000))
    assert isinstance(reserve(together, want(since_ms=NOW_MS + 1), NOW_MS + 2), Hold)


def test_requests_are_counted_over_all_replicas_too() -> None:
    together = Together()
    together.model("m").learn_requests(Told(60, 58), NOW_MS, NOW_MS)
    assert isinstance(reserve(together, want("a"), NOW_MS), Leave)
    assert isinstance(reserve(together, want("b"), NOW_MS), Leave)
    assert wait_ms(reserve(together, want("c"), NOW_MS)) == pytest.approx(1_000)
