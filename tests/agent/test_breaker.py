import random

import pytest

from clinic_bot.agent.breaker import Breaker, State, Why

NOW = 1_790_000_000_000


def fail(breaker: Breaker, now_ms: int, times: int = 1) -> None:
    for _ in range(times):
        breaker.failed(now_ms, probe=breaker.begin(now_ms))


def opened() -> Breaker:
    breaker = Breaker(random.Random(1))
    fail(breaker, NOW, 5)
    return breaker


def test_it_opens_after_five_failures_in_a_row_and_not_before() -> None:
    breaker = Breaker()
    fail(breaker, NOW, 4)
    assert breaker.state(NOW) is State.CLOSED
    breaker.succeeded(probe=breaker.begin(NOW))
    fail(breaker, NOW, 4)
    assert breaker.may_ask(NOW)
    fail(breaker, NOW)
    assert breaker.state(NOW) is State.OPEN
    assert not breaker.may_ask(NOW)
    assert breaker.why is Why.DOWN
    assert 8_000 <= breaker.remaining_ms(NOW) <= 16_000


def test_one_call_tries_it_out_and_closes_it() -> None:
    breaker = opened()
    later = NOW + breaker.remaining_ms(NOW)
    assert breaker.state(later) is State.HALF_OPEN
    assert breaker.begin(later)
    assert not breaker.may_ask(later), "the second one waits for the first"
    breaker.succeeded(probe=True)
    assert breaker.state(later) is State.CLOSED
    assert not breaker.begin(later)


def test_a_probe_that_fails_opens_it_again_for_longer() -> None:
    breaker, now, waits = opened(), NOW, []
    for _ in range(4):
        now += breaker.remaining_ms(now)
        breaker.failed(now, probe=breaker.begin(now))
        waits.append(breaker.remaining_ms(now))
    assert all(15_000 <= wait <= 30_000 for wait in waits), "twice as long, and never more than half a minute"
    assert len(set(waits)) > 1, "by chance, so that not all try at one instant"


def test_a_probe_that_was_cancelled_leaves_the_next_one_to_try() -> None:
    breaker = opened()
    later = NOW + breaker.remaining_ms(NOW)
    breaker.dropped(probe=breaker.begin(later))
    assert breaker.may_ask(later)


def test_calls_that_were_under_way_when_it_opened_add_nothing() -> None:
    breaker = opened()
    until = breaker.remaining_ms(NOW)
    for _ in range(20):
        breaker.failed(NOW, probe=False)
        breaker.overloaded(NOW, probe=False)
    assert breaker.remaining_ms(NOW) == until


def test_a_stated_wait_is_kept_even_when_an_older_call_still_succeeds() -> None:
    breaker = Breaker()
    breaker.rest(NOW, 5_000, Why.LIMIT, probe=False)
    breaker.succeeded(probe=False)
    assert breaker.remaining_ms(NOW) == 5_000
    breaker.rest(NOW + 100, 7_000, Why.LIMIT, probe=False)  # another call of the same moment was told more
    assert breaker.remaining_ms(NOW + 100) == 7_000
    assert breaker.begin(NOW + 7_100)
    breaker.succeeded(probe=True)
    assert breaker.why is None


def test_an_answer_of_an_older_call_ends_an_outage() -> None:
    breaker = opened()
    breaker.succeeded(probe=False)
    assert breaker.may_ask(NOW)


@pytest.mark.parametrize("why", [Why.GONE, Why.DAY])
def test_an_older_answer_brings_no_model_back_that_is_gone(why: Why) -> None:
    breaker = Breaker()
    breaker.rest(NOW, 60_000, why, probe=False)
    breaker.succeeded(probe=False)
    assert breaker.why is why


def test_a_model_over_capacity_rests_at_once() -> None:
    breaker = Breaker()
    breaker.overloaded(NOW, probe=breaker.begin(NOW))
    assert 2_000 <= breaker.remaining_ms(NOW) <= 4_000


def test_who_may_not_ask_now_is_told_different_instants() -> None:
    breaker = opened()
    told = {round(breaker.back_ms(NOW)) for _ in range(50)}
    assert min(told) > breaker.remaining_ms(NOW)
    assert len(told) > 40
