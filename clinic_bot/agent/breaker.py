"""Whether a model is asked at all: closed (yes), open (not before an instant), half open (one call tries it out).

Told the time: no clock, no I/O. Instants and durations are milliseconds of the service's clock.
"""

import random
from enum import StrEnum

#: Failures in a row that open it. With one call in ten failing, five in a row are one in a hundred thousand.
_FAILURES = 5
_BASE_MS, _MOST_MS = 1_000.0, 30_000.0


class Why(StrEnum):
    """What opened it. A limit of the minute is waited for; with the others the next model is asked."""

    LIMIT = "limit"
    DAY = "day"
    DOWN = "down"
    GONE = "gone"


class State(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Breaker:
    """The breaker of one model.

    Every call begins with ``begin`` and ends with exactly one of ``succeeded``, ``failed``, ``rest`` and ``dropped``.
    ``probe`` is what ``begin`` returned: whether this is the call that tries a half-open breaker out.
    """

    def __init__(self, rng: random.Random | None = None) -> None:
        self.why: Why | None = None
        self._random = rng or random.Random()
        self._until_ms = 0
        self._probing = False
        self._failures = 0

    def state(self, now_ms: int) -> State:
        if self.why is None:
            return State.CLOSED
        return State.OPEN if now_ms < self._until_ms else State.HALF_OPEN

    def may_ask(self, now_ms: int) -> bool:
        return self.why is None or (now_ms >= self._until_ms and not self._probing)

    @property
    def is_untroubled(self) -> bool:
        """Whether it is closed, and the last call was answered."""
        return self.why is None and self._failures == 0

    def probing(self, now_ms: int) -> bool:
        """Whether one call is trying it out, and the others wait for its end."""
        return self._probing and self.state(now_ms) is State.HALF_OPEN

    def remaining_ms(self, now_ms: int) -> int:
        """How long it stays open; 0 when it is not."""
        return max(0, self._until_ms - now_ms) if self.why is not None else 0

    def backoff_ms(self) -> float:
        """How long to stay away after the last failure: twice as long each time, never for all at one instant."""
        most = min(_MOST_MS, _BASE_MS * 2.0 ** min(max(0, self._failures - 1), 10))
        return most * self._random.uniform(0.5, 1.0)

    def back_ms(self, now_ms: int) -> float:
        """When one who may not ask now should come back; spread, so that they do not all come at once."""
        return self.remaining_ms(now_ms) + self._random.uniform(0.2, 1.0) * self.backoff_ms()

    def begin(self, now_ms: int) -> bool:
        probe = self.state(now_ms) is State.HALF_OPEN
        self._probing = self._probing or probe
        return probe

    def succeeded(self, *, probe: bool) -> None:
        """An answer, whatever was in it. One that was asked before a limit was stated does not lift that limit."""
        if probe or self.why in (None, Why.DOWN):
            self.reset()

    def failed(self, now_ms: int, *, probe: bool) -> None:
        """No answer. Those that were under way when it opened add nothing."""
        if probe or self.why is None:
            self._failures += 1
        if probe or (self.why is None and self._failures >= _FAILURES):
            self._open(now_ms + self.backoff_ms(), Why.DOWN)

    def overloaded(self, now_ms: int, *, probe: bool) -> None:
        """The provider itself says that this model cannot take more: no need to count."""
        if probe or self.why is None:
            self._failures = max(self._failures + 1, 3)  # it stays away two to four seconds at first
            self._open(now_ms + self.backoff_ms(), Why.DOWN)

    def rest(self, now_ms: int, wait_ms: float, why: Why, *, probe: bool) -> None:
        """The provider stated a wait, or the model is gone."""
        if self.why is None or probe or why is not Why.LIMIT:
            self._open(now_ms + wait_ms, why)
        else:
            self._until_ms = max(self._until_ms, round(now_ms + wait_ms))

    def dropped(self, *, probe: bool) -> None:
        """The call ended without telling anything about the model: cancelled, or the account was refused."""
        if probe:
            self._probing = False

    def reset(self) -> None:
        self.why, self._until_ms, self._probing, self._failures = None, 0, False, 0

    def _open(self, until_ms: float, why: Why) -> None:
        self.why, self._until_ms, self._probing = why, round(until_ms), False
