"""How many alerts may leave. Pure: instants are passed in, epoch milliseconds.

What is held back is counted and said later, with the last words of its kind: a person who is told a thing forty
times stops reading.
"""

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Rates:
    """So many of one kind, and so many of all kinds together, within a sliding time."""

    of_a_kind: int = 3
    of_a_kind_ms: int = 600_000
    of_all: int = 20
    of_all_ms: int = 3_600_000
    #: These wait neither for the others nor for each other so soon: each may be a life.
    urgent: Collection[str] = frozenset({"emergency"})
    of_an_urgent_kind: int = 20


@dataclass(frozen=True, slots=True)
class Summary:
    """What was held back of one kind, and may be said now."""

    kind: str
    text: str  #: the last one's
    suppressed: int  #: how many were held back besides that one


@dataclass(slots=True)
class _Kind:
    left_ms: deque[int] = field(default_factory=deque)
    held_back: int = 0
    last: str = ""


class RateLimit:
    """Decides about one alert after the other."""

    def __init__(self, rates: Rates) -> None:
        self._rates = rates
        self._kinds: dict[str, _Kind] = {}
        self._all_ms: deque[int] = deque()

    def admit(self, kind: str, text: str, now_ms: int) -> int | None:
        """Whether this alert may leave now.

        Returns:
            How many of its kind were held back before it and are told with it; None when it is held back itself.
        """
        state = self._kinds.setdefault(kind, _Kind())
        if not self._has_room(kind, state, now_ms):
            state.held_back += 1
            state.last = text
            return None
        return self._leave(kind, state, now_ms)

    def summaries(self, now_ms: int) -> list[Summary]:
        """What was held back and has room now; it counts as said."""
        found = []
        for kind, state in self._kinds.items():
            if state.held_back and self._has_room(kind, state, now_ms):
                found.append(Summary(kind, state.last, self._leave(kind, state, now_ms) - 1))
        return found

    def _has_room(self, kind: str, state: _Kind, now_ms: int) -> bool:
        rates, urgent = self._rates, kind in self._rates.urgent
        _forget(state.left_ms, now_ms, rates.of_a_kind_ms)
        _forget(self._all_ms, now_ms, rates.of_all_ms)
        if urgent:
            return len(state.left_ms) < rates.of_an_urgent_kind
        return len(state.left_ms) < rates.of_a_kind and len(self._all_ms) < rates.of_all

    def _leave(self, kind: str, state: _Kind, now_ms: int) -> int:
        state.left_ms.append(now_ms)
        if kind not in self._rates.urgent:
            self._all_ms.append(now_ms)
        held_back, state.held_back = state.held_back, 0
        return held_back


def _forget(instants_ms: deque[int], now_ms: int, after_ms: int) -> None:
    """Drop what is long ago; and what lies ahead, since then the clock was set back."""
    while instants_ms and instants_ms[0] <= now_ms - after_ms:
        instants_ms.popleft()
    while instants_ms and instants_ms[-1] > now_ms:
        instants_ms.pop()
