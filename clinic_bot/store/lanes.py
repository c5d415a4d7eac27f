"""What waits for a connection of PostgreSQL's executor, and which of it goes into the next transaction together.

A transaction keeps the conversations of all its webhooks until the last of them is stored. So what each takes there
counts, and a webhook whose conversation somebody else has is not waited for: it stays here, with what comes after it
for the same conversation, while the others go on. A replica that stands still inside a transaction, or is slow, then
holds up the patients that it has, and nobody else's.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from clinic_bot.store.database import Grouped, Job

#: Of the conversations that somebody else had, so many are asked for again with each transaction.
_ASKED_AGAIN = 32


@dataclass(slots=True)
class Waiting:
    job: Job[Any]
    future: asyncio.Future[Any]

    @property
    def key(self) -> str | None:
        return self.job.key if isinstance(self.job, Grouped) else None

    @property
    def weight(self) -> int:
        return self.job.weight if isinstance(self.job, Grouped) else 1

    def is_busy(self, outcome: object) -> bool:
        """Whether nothing was done, because somebody else has what it needs."""
        return isinstance(self.job, Grouped) and self.job.busy is not None and outcome is self.job.busy


@dataclass(slots=True)
class Queue:
    """Jobs in the order in which they came.

    Args:
        limit: most weight of one transaction.
    """

    limit: int
    _new: deque[Waiting] = field(default_factory=deque)
    _held: dict[str, deque[Waiting]] = field(default_factory=dict)  #: by conversation, each in its order

    def __len__(self) -> int:
        return len(self._new) + sum(map(len, self._held.values()))

    def add(self, waiting: Waiting) -> None:
        self._new.append(waiting)

    def take(self) -> list[Waiting]:
        """What runs next, leaving out those whose callers have said 503 meanwhile; empty when nothing waits."""
        batch: list[Waiting] = []
        while self._held and not batch:  # of many nothing may be left that anybody waits for
            self._ask_again(batch)
        room = self.limit - sum(waiting.weight for waiting in batch)
        while self._new and room > 0:
            waiting = self._new.popleft()
            before = self._held.get(waiting.key or "") if self._held else None
            if before is not None:
                before.append(waiting)
            elif not waiting.future.done():
                batch.append(waiting)
                room -= waiting.weight
        return batch

    def _ask_again(self, batch: list[Waiting]) -> None:
        """Take of what somebody else had. While others wait it gets half of the room: it may be refused again."""
        room = self.limit // 2 if self._new else self.limit
        for key in list(self._held)[:_ASKED_AGAIN]:
            if room <= 0:
                return
            held = self._held.pop(key)
            room = _fill(batch, held, room)
            if held:
                self._held[key] = held

    def put_back(self, busy: Sequence[Waiting]) -> None:
        """Jobs of the last transaction, in their order, whose conversations somebody else had."""
        jobs: dict[str, list[Waiting]] = {}
        for waiting in busy:
            jobs.setdefault(waiting.key or "", []).append(waiting)
        for key, first in jobs.items():
            self._held[key] = deque((*first, *self._held.pop(key, ())))


def _fill(batch: list[Waiting], held: deque[Waiting], room: int) -> int:
    """Move jobs into the batch while there is room; returns what is left of it."""
    while held and room > 0:
        waiting = held.popleft()
        if not waiting.future.done():
            batch.append(waiting)
            room -= waiting.weight
    return room
