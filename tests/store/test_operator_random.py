"""Whatever a person says at whatever moment, the rules hold and every live message has one place."""

import random
from functools import partial

import pytest

from clinic_bot.store import evidence, operator
from clinic_bot.store.gate import Gate
from clinic_bot.store.lease import Claim
from clinic_bot.store.operator import AskedAgain
from clinic_bot.store.tables import TurnState
from tests.support import builders as b
from tests.support.store import Store

STEPS, AT_MOST = 60, 1_500


class Play:
    """One patient, one runner and an operator, in an order that chance decides."""

    def __init__(self, store: Store, chance: random.Random) -> None:
        self.store, self.chance = store, chance
        self.claim: Claim | None = None
        self.sending = False
        self.written = 0
        self.retried = 0

    def write(self) -> None:
        self.written += 1
        self.store.take(b.message(f"mensagem {self.written}", id=f"m{self.written}"))

    def turn_goes_on(self) -> None:
        if self.claim is None:
            taken = self.store.try_claim() if self.written else None
            self.claim = taken if isinstance(taken, Claim) else None
        elif not self.sending:
            self.sending = self.store.intent(self.claim) is Gate.OPEN
            self.claim = self.claim if self.sending else None
        else:
            ends = (TurnState.SENT, TurnState.UNKNOWN, TurnState.UNKNOWN, TurnState.UNDELIVERED)
            assert self.store.outcome(self.claim, self.chance.choice(ends)).ours
            self.claim, self.sending = None, False

    def evidence_comes(self) -> None:
        self.store.take(b.echo("Bom dia!", id=f"e{self.store.now_ms}"))

    def time_passes(self) -> None:
        self.store.later(self.chance.choice((1, 3_000, 10_000, 150_000)))
        self.store.run(partial(evidence.hold_old, now_ms=self.store.now_ms))

    def operator_speaks(self) -> None:
        turns = self.store.turns()
        open_to_decide = [turn for turn in turns if turn.state in (TurnState.UNKNOWN, TurnState.HELD)]
        turns = open_to_decide if self.chance.random() < 0.8 else list(turns)
        if not turns:
            return
        turn_id, now_ms = self.chance.choice(turns).id or 0, self.store.now_ms
        match self.chance.choice((0, 0, 0, 1, 2)):
            case 0:
                again = partial(operator.retry, turn_id=turn_id, now_ms=now_ms, policy=self.store.policy)
                self.retried += isinstance(self.store.run(again), AskedAgain)
            case 1:
                self.store.run(partial(operator.discard, turn_id=turn_id, now_ms=now_ms))
            case _:
                arrived = self.chance.random() < 0.5
                self.store.run(partial(operator.settle, turn_id=turn_id, arrived=arrived, now_ms=now_ms))


@pytest.mark.parametrize("seed", range(10))
def test_the_rules_hold_whatever_an_operator_says_and_when(store: Store, seed: int) -> None:
    play = Play(store, random.Random(seed))
    steps = (play.write, play.turn_goes_on, play.time_passes, play.operator_speaks, play.evidence_comes)
    play.write()
    for step in range(AT_MOST):
        play.chance.choices(steps, weights=(3, 10, 5, 4, 0.3))[0]()
        assert store.violations() == []
        if step >= STEPS and play.retried:
            break
    assert play.retried
    assert len(store.messages()) > play.written
