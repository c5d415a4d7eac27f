"""Looks at what patients wrote, before their windows close: each tells until when its window stays open."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from clinic_bot.errors import StorageUnavailable

log = structlog.get_logger(__name__)

#: So many at a time: after a start thousands may be due, and a look waits for nothing but the database.
_MOST = 64


class Looks:
    """Those under way, one a conversation: of two the later one counts.

    Args:
        look: tells when a conversation is due; None where nothing is to be done.
        found: gets a conversation and what its look told.
        failed: gets a conversation whose look came to nothing, and whether only the database did not answer.
    """

    def __init__(
        self,
        look: Callable[[int], Awaitable[int | None]],
        *,
        found: Callable[[int, int | None], None],
        failed: Callable[[int, bool], None],
    ) -> None:
        self._look = look
        self._found = found
        self._failed = failed
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._waiting: dict[int, None] = {}  # a set that keeps its order

    def __contains__(self, conversation_id: int) -> bool:
        return conversation_id in self._tasks or conversation_id in self._waiting

    def begin(self, conversation_id: int) -> None:
        """Look at a conversation, or once more: what a look under way finds is old by now."""
        self.drop(conversation_id)
        self._waiting[conversation_id] = None
        self._go_on()

    def drop(self, conversation_id: int) -> None:
        self._waiting.pop(conversation_id, None)
        task = self._tasks.pop(conversation_id, None)
        if task is not None:
            task.cancel()

    def stop(self) -> None:
        self._waiting.clear()
        for conversation_id in list(self._tasks):
            self.drop(conversation_id)

    def _go_on(self) -> None:
        while self._waiting and len(self._tasks) < _MOST:
            conversation_id = next(iter(self._waiting))
            del self._waiting[conversation_id]
            self._tasks[conversation_id] = asyncio.create_task(self._at(conversation_id))

    async def _at(self, conversation_id: int) -> None:
        try:
            due_ms = await self._look(conversation_id)
        except StorageUnavailable as exc:
            log.warning("conversation not looked at", conversation=conversation_id, problem=str(exc))
            self._end(conversation_id)
            self._failed(conversation_id, True)
        except Exception:  # ours to fix; the claim looks again, and what it meets is counted
            log.exception("look broke off", conversation=conversation_id)
            self._end(conversation_id)
            self._failed(conversation_id, False)
        else:
            self._end(conversation_id)
            self._found(conversation_id, due_ms)

    def _end(self, conversation_id: int) -> None:
        del self._tasks[conversation_id]
        self._go_on()
