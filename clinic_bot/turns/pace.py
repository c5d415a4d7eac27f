"""How long the model has taken lately, in this process. Told the time: no clock, no I/O."""

from collections import deque

#: So many answers are remembered, for so long: what the provider took an hour ago says little.
_MOST, _FOR_MS = 50, 30 * 60_000
#: Fewer say nothing.
_ENOUGH = 5


class Pace:
    """Durations of whole answers. Milliseconds."""

    def __init__(self) -> None:
        self._answers: deque[tuple[int, int]] = deque(maxlen=_MOST)

    def answered(self, took_ms: int, now_ms: int) -> None:
        self._answers.append((now_ms, took_ms))

    def mostly_ms(self, now_ms: int) -> int | None:
        """Four of five took no longer; None while too little is known."""
        return self._share(0.8, now_ms)

    def at_least_ms(self, now_ms: int) -> int | None:
        """Nine of ten took longer; None while too little is known."""
        return self._share(0.1, now_ms)

    def _share(self, part: float, now_ms: int) -> int | None:
        while self._answers and now_ms - self._answers[0][0] > _FOR_MS:
            self._answers.popleft()
        if len(self._answers) < _ENOUGH:
            return None
        return sorted(took_ms for _, took_ms in self._answers)[int(part * (len(self._answers) - 1))]
