"""What a dead process leaves behind (rules 7 and 16)."""

from clinic_bot.store.claims import MAX_ATTEMPTS, Later
from clinic_bot.store.closing import STALE
from clinic_bot.store.gate import Gate
from clinic_bot.store.recovery import Recovered
from clinic_bot.store.tables import TurnState
from tests.support import builders as b
from tests.support.store import Store


def test_a_turn_that_was_thinking_is_asked_again_at_once(store: Store) -> None:
    store.take(b.message())
    claim = store.claim_when_due(owner="p1")
    assert store.later(2_000).recover() == Recovered(thinking=1, unknown=0, suspects={1: 1})
    again = store.claim(owner="p2")
    assert (again.turn_id, again.epoch) == (claim.turn_id, 2)
    assert store.intent(claim) is Gate.STALE
    assert store.intent(again) is Gate.OPEN
    store.outcome(again)


def test_a_send_that_was_under_way_is_unknown_and_the_phone_is_free(store: Store) -> None:
    store.take(b.message(id="m1"))
    claim = store.claim_when_due(owner="p1")
    store.intent(claim)
    store.take(b.message("e mais", id="m2"))
    assert store.later(2_000).recover() == Recovered(thinking=0, unknown=1)
    turn = store.turns()[0]
    assert (turn.state, turn.reason) == (TurnState.UNKNOWN, "the process died")
    assert [m.text for m in store.claim_when_due(owner="p2").messages] == ["e mais"]
    assert store.outcome(claim) == STALE


def test_what_was_proven_before_the_crash_stays_proven(store: Store) -> None:
    store.take(b.message())
    store.intent(store.claim_when_due(), "Bom dia!")
    store.take(b.echo("Bom dia!", id="3EB01"))
    store.recover()
    assert store.turns()[0].state == TurnState.SENT


def test_a_crash_alone_counts(store: Store) -> None:
    store.take(b.message(id="m1"))
    store.claim_when_due()
    assert store.recover().suspects == {1: 1}
    assert store.conversation().attempts == 1


def test_of_turns_that_were_open_together_only_the_suspected_one_counts_again(store: Store) -> None:
    """Nobody knows which of them killed the process: they run one at a time, and from then on it can be told."""
    for n in (1, 2, 3):
        store.take(b.message(id=f"m{n}", who=b.contact(f"551198765000{n}")))
    store.later(b.QUIET_MS)
    store.claim(1)
    store.claim(2)
    assert store.recover().suspects == {1: 1, 2: 1}
    store.claim(2)  # the other one waits its turn
    store.claim(3)
    assert store.recover().suspects == {1: 1, 2: 2}
    assert [conversation.attempts for conversation in store.conversations()] == [1, 2, 0]


def test_a_turn_that_kills_its_process_every_time_is_set_aside(store: Store) -> None:
    store.take(b.message())
    for _ in range(MAX_ATTEMPTS):
        store.claim_when_due()
        store.recover()
    assert store.try_claim() == Later(None, set_aside=True)
    assert store.turns()[0].state == TurnState.DEAD


def test_recovery_leaves_what_nobody_held_as_it_is(store: Store) -> None:
    store.take(b.message())
    before = store.conversation()
    assert store.recover() == Recovered(0, 0)
    assert store.conversation() == before


def test_of_several_turns_none_shares_a_message(store: Store) -> None:
    for n in range(6):
        store.later(20_000).take(b.message(f"m{n}", id=f"m{n}"))
        store.answer(message_id=f"3EB{n}")
    assert [(t.low, t.high) for t in store.turns()] == [(n, n) for n in range(1, 7)]
