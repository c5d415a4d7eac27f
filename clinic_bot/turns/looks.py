"""Looks at what patients wrote, before their windows close: each tells until when its window stays open.

A look has a transaction of its own, or is carried in somebody else's.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from itertools import count

import structlog

from clinic_bot.errors import StorageUnavailable

log = structlog.get_logger(__name__)

#: So many at a time: after a start thousands may be due, and a look waits for nothing but the database.
MOST = 64

#: When a conversation is due, if nothing more comes; None where nothing is to be done.
Found = int | None


class Looks:
    """Those under way, one a conversation: of two the later one counts.

    Args:
        look: looks at a conversation.
        found: gets a conversation and what its look told.
        failed: gets a conversation whose look came to nothing, and whether only the database did not answer.
    """

    def __init__(
        self,
        look: Callable[[int], Awaitable[Found]],
        *,
        found: Callable[[int, Found], None],
        failed: Callable[[int, bool], None],
    ) -> None:
        self._look = look
        self._found = found
        self._failed = failed
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._waiting: dict[int, None] = {}  # a set that keeps its order
        self._carried: dict[int, int] = {}  # conversation: who carries it
        self._carriers = count()

    def __contains__(self, conversation_id: int) -> bool:
        return (
            conversation_id in self._tasks
            or conversation_id in self._waiting
            or conversation_id in self._carried
        )

    def begin(self, conversation_id: int) -> None:
        """Look at a conversation, or once more: what a look under way finds is old by now."""
        self.drop(conversation_id)
        self._waiting[conversation_id] = None
        self._go_on()

    def carry(self, conversation_ids: Iterable[int]) -> Callable[[Mapping[int, Found | Exception]], None]:
        """These are looked at in somebody else's transaction: to be called with what came of each."""
        carrier = next(self._carriers)
        for conversation_id in conversation_ids:
            self.drop(conversation_id)
            self._carried[conversation_id] = carrier
        return partial(self._told, carrier)

    def _told(self, carrier: int, found: Mapping[int, Found | Exception]) -> None:
        for conversation_id, due_ms in found.items():
            if self._carried.get(conversation_id) != carrier:
                continue  # dropped, or begun anew, meanwhile
            del self._carried[conversation_id]
            if isinstance(due_ms, Exception):
                self._came_to_nothing(conversation_id, due_ms)
            else:
                self._found(conversation_id, due_ms)

    def drop(self, conversation_id: int) -> None:
        self._waiting.pop(conversation_id, None)
        self._carried.pop(conversation_id, None)
        task = self._tasks.pop(conversation_id, None)
        if task is not None:
            task.cancel()

    def stop(self) -> None:
        self._waiting.clear()
        self._carried.clear()
        for conversation_id in list(self._tasks):
            self.drop(conversation_id)

    def _go_on(self) -> None:
        while self._waiting and len(self._tasks) < MOST:
            conversation_id = next(iter(self._waiting))
            del self._waiting[conversation_id]
            self._tasks[conversation_id] = asyncio.create_task(self._at(conversation_id))

    async def _at(self, conversation_id: int) -> None:
        try:
            due_ms = await self._look(conversation_id)
        except Exception as exc:
            self._end(conversation_id)
            self._came_to_nothing(conversation_id, exc)
        else:
            self._end(conversation_id)
            self._found(conversation_id, due_ms)

    def _came_to_nothing(self, conversation_id: int, exc: Exception) -> None:
        is_away = isinstance(exc, StorageUnavailable)
        if is_away:
            log.warning("conversation not looked at", conversation=conversation_id, problem=str(exc))
        else:  # ours to fix; the claim looks again, and what it meets is counted
            log.error("look broke off", conversation=conversation_id, exc_info=exc)
        self._failed(conversation_id, is_away)

    def _end(self, conversation_id: int) -> None:
        del self._tasks[conversation_id]
        self._go_on()
