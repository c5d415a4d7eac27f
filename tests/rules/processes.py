"""What happens to the process and to its clock."""

from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from clinic_bot.store import jump, notices
from clinic_bot.store.gate import Gate
from clinic_bot.store.tables import TurnState
from tests.rules.sends import SendSteps
from tests.rules.world import HOUR_MS, REPLY, picks


class ProcessSteps(SendSteps):
    @rule(goes_on=st.booleans(), away_ms=st.sampled_from([0, 0, 60_000, -HOUR_MS]))
    def crash_and_restart(self, goes_on: bool, away_ms: int) -> None:
        """Every object is dropped. ``away_ms`` may be negative: the clock was set back while no process ran."""
        self.lost += self.claims + self.pinned
        self.claims, self.pinned = [], []
        self.store.later(away_ms)
        self._start()
        if goes_on:  # and a runner of the dead process writes while its successor is at work
            self.the_next_that_is_due_is_claimed()
            if self.lost:
                self.a_lost_runner_wakes_and_changes_nothing(-1)

    def _start(self) -> None:
        """What a process does before it serves; a second start finds nothing left to do."""
        now_ms, policy = self.store.now_ms, self.store.policy
        self.store.run(partial(jump.catch_up, now_ms=now_ms))
        assert self.store.run(partial(jump.catch_up, now_ms=now_ms)) is None
        self.store.run(partial(notices.recover, now_ms=now_ms, policy=policy))
        self.notices = []
        self.store.recover()
        assert all(conversation.owner is None for conversation in self.store.conversations())
        again = self.store.recover()
        assert (again.thinking, again.unknown) == (0, 0)

    @rule(sent=st.booleans())
    def drain_and_restart(self, sent: bool) -> None:
        """Turns before their intent are given back, sends in flight end, and the next process finds nothing open."""
        for claim in self.claims:
            self.store.give_back(claim)
        for claim in self.pinned:
            state, key = (TurnState.SENT, f"3EB{claim.turn_id}") if sent else (TurnState.UNKNOWN, None)
            self.store.outcome(claim, state, message_id=key)
        self.claims, self.pinned = [], []
        recovered = self.store.recover() if not self.notices else None
        assert recovered is None or (recovered.thinking, recovered.unknown) == (0, 0)
        self._start()

    @precondition(lambda self: self.lost)
    @rule(pick=picks)
    def a_lost_runner_wakes_and_changes_nothing(self, pick: int) -> None:
        claim = self.lost.pop(pick % len(self.lost))
        before = self.store.conversations(), self.store.turns()
        assert self.store.intent(claim, REPLY) is Gate.STALE
        assert not self.store.outcome(claim).ours
        assert not self.store.give_back(claim).ours
        assert (self.store.conversations(), self.store.turns()) == before

    @rule(by_ms=st.sampled_from([HOUR_MS, -HOUR_MS]))
    def the_clock_is_set(self, by_ms: int) -> None:
        waits = [self._left_ms(row.wake_at_ms) for row in self.store.conversations()]
        self.store.run(partial(jump.shift, by_ms=by_ms, before_ms=self.store.now_ms))
        self.store.later(by_ms)
        assert waits == [self._left_ms(row.wake_at_ms) for row in self.store.conversations()]
        self.leases = {key: None if end is None else end + by_ms for key, end in self.leases.items()}

    def _left_ms(self, wake_at_ms: int | None) -> int | None:
        return None if wake_at_ms is None else wake_at_ms - self.store.now_ms
