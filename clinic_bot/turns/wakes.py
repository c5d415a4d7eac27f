"""The instants at which conversations are to be looked at, and one timer for all of them."""

import asyncio
import heapq
from collections.abc import Callable, Iterator

from clinic_bot.clock import Clock


class Wakes:
    """One instant a conversation; the latest that was said of it counts.

    An entry of the heap is never searched for: one that is too early by now is put back when it comes up.

    Args:
        wake: gets a conversation whose instant has come, which is not kept any more then.
    """

    def __init__(self, clock: Clock, wake: Callable[[int], None]) -> None:
        self._clock = clock
        self._wake = wake
        self._wake_ms: dict[int, int] = {}  # what was last said of a conversation
        self._heap: list[tuple[int, int]] = []  # (when, conversation), at least one entry for each above
        self._queued_ms: dict[int, int] = {}  # the earliest of them
        self._timer: asyncio.TimerHandle | None = None
        self._timer_ms = 0
        self._stopped = False

    def __contains__(self, conversation_id: int) -> bool:
        return conversation_id in self._wake_ms

    def __len__(self) -> int:
        return len(self._wake_ms)

    def until(self, until_ms: int) -> Iterator[int]:
        """Whose instant comes by then."""
        return (key for key, at_ms in self._wake_ms.items() if at_ms <= until_ms)

    def expect(self, conversation_id: int, at_ms: int) -> None:
        self._wake_ms[conversation_id] = at_ms
        queued_ms = self._queued_ms.get(conversation_id)
        if queued_ms is None or at_ms < queued_ms:
            self._queue(conversation_id, at_ms)
            self._arm()

    def drop(self, conversation_id: int) -> None:
        self._wake_ms.pop(conversation_id, None)

    def clock_moved(self) -> None:
        """What is armed waits for an instant; the timer for it was set by the clock of before."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._arm()

    def stop(self) -> None:
        """Wake nobody from here on."""
        self._stopped = True
        if self._timer is not None:
            self._timer.cancel()

    def _queue(self, conversation_id: int, at_ms: int) -> None:
        self._queued_ms[conversation_id] = at_ms
        heapq.heappush(self._heap, (at_ms, conversation_id))

    def _arm(self) -> None:
        if self._stopped or not self._heap:
            return
        due_ms = self._heap[0][0]
        if self._timer is not None:
            if self._timer_ms <= due_ms:
                return
            self._timer.cancel()
        self._timer_ms = due_ms
        wait_s = self._clock.real_s(due_ms - self._clock.now_ms())
        self._timer = asyncio.get_running_loop().call_later(wait_s, self._fire)

    def _fire(self) -> None:
        self._timer = None
        now_ms = self._clock.now_ms()
        while self._heap and self._heap[0][0] <= now_ms:
            queued_ms, conversation_id = heapq.heappop(self._heap)
            if self._queued_ms.get(conversation_id) != queued_ms:
                continue  # an earlier entry stood for it
            del self._queued_ms[conversation_id]
            wake_ms = self._wake_ms.get(conversation_id)
            if wake_ms is None:  # it was dropped
                continue
            if wake_ms > now_ms:  # it was moved on meanwhile
                self._queue(conversation_id, wake_ms)
            else:
                del self._wake_ms[conversation_id]
                self._wake(conversation_id)
        self._arm()
