"""What is kept how long, and how it goes: by one replica, in slices, so that nobody who answers waits for it.

Each slice is a transaction of its own. Whoever dies or loses the duty between two of them leaves what any other goes
on with. What is kept for ever, and why, stands in ``docs/configuration.md``.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import structlog
from sqlalchemy import Connection

from clinic_bot.clock import Clock
from clinic_bot.operations.metrics import Metrics
from clinic_bot.store import believed, forgetting, notices, patients, proposals, reminders
from clinic_bot.store.database import Database
from clinic_bot.store.forgetting import Looked
from clinic_bot.store.session import driver_of

log = structlog.get_logger(__name__)

#: Rows in one transaction: some milliseconds, and no more of the log than a busy minute of webhooks.
SLICE = 500
#: Conversations that are looked at in a minute: a million take most of a day, and nobody notices.
_LOOKS = 1_000
_PAUSE_MS = 50


@dataclass(frozen=True, slots=True)
class Periods:
    """How long records stay, in milliseconds."""

    inbox_ms: int  #: bodies and their keys, unreadable ones, notices, proposals
    records_ms: int  #: messages, turns, their steps and stories


#: Rows stand in the order they came, so only the oldest are looked at.
_OLDEST = """
DELETE FROM {table} WHERE id IN (
    SELECT id FROM (SELECT id, received_ms FROM {table} ORDER BY id LIMIT ?) AS oldest WHERE received_ms < ?)"""
_BODIES, _UNREADABLE = _OLDEST.format(table="inbox"), _OLDEST.format(table="unreadable")


def bodies(connection: Connection, *, before_ms: int, limit: int = SLICE) -> int:
    """Delete a slice of webhook bodies and their keys; how many."""
    return driver_of(connection).execute(_BODIES, (limit, before_ms)).rowcount


def unreadable(connection: Connection, *, before_ms: int, limit: int = SLICE) -> int:
    return driver_of(connection).execute(_UNREADABLE, (limit, before_ms)).rowcount


def early_changes(connection: Connection, *, before_ms: int) -> int:
    """Forget edits and deletions whose message never came."""
    return (
        driver_of(connection).execute("DELETE FROM early_change WHERE received_ms < ?", (before_ms,)).rowcount
    )


class Pruning:
    """The duty's part of it: called every minute."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        periods: Periods,
        metrics: Metrics,
        *,
        on_duty: Callable[[], bool],
    ) -> None:
        self._database = database
        self._clock = clock
        self._periods = periods
        self._metrics = metrics
        self._on_duty = on_duty
        self._after = 0  #: the conversation that was looked at last

    async def prune(self) -> Counter[str]:
        """Forget what is old by now, while the duty is ours; how many rows of what went.

        Raises StorageUnavailable; what went before stays gone, and is told.
        """
        gone: Counter[str] = Counter()
        now_ms = await self._database.write(partial(believed.step, now_ms=self._clock.now_ms()))
        try:
            await self._prune_bodies(gone, now_ms)
            await self._prune_conversations(gone, now_ms)
        finally:
            self._tell(gone)
        return gone

    async def _prune_bodies(self, gone: Counter[str], now_ms: int) -> None:
        before_ms = now_ms - self._periods.inbox_ms
        slices: dict[str, Callable[[Connection], int]] = {
            "inbox": partial(bodies, before_ms=before_ms),
            "unreadable": partial(unreadable, before_ms=before_ms),
            "early_change": partial(early_changes, before_ms=before_ms),
            "notice": partial(notices.prune, before_ms=before_ms, limit=SLICE),
            "proposal": partial(proposals.prune, before_ms=before_ms, limit=SLICE),
            "reminder": partial(reminders.prune, before_ms=before_ms, limit=SLICE),
            "patient": partial(patients.prune, limit=SLICE),
        }
        for table, job in slices.items():
            while self._on_duty():
                count = await self._database.write(job)
                gone[table] += count
                if count < SLICE:
                    break
                await self._clock.sleep(_PAUSE_MS)

    async def _prune_conversations(self, gone: Counter[str], now_ms: int) -> None:
        before_ms = now_ms - self._periods.records_ms
        look = partial(forgetting.look, after=self._after, before_ms=before_ms, most=_LOOKS)
        looked: Looked = await self._database.read(look)
        for conversation_id in looked.old:
            if not await self._forget(conversation_id, before_ms, gone):
                return  # the next one begins with the same conversations
        self._after = looked.last or 0

    async def _forget(self, conversation_id: int, before_ms: int, gone: Counter[str]) -> bool:
        """Whether the duty stayed ours until nothing was left to forget."""
        forget = partial(forgetting.forget, conversation_id=conversation_id, before_ms=before_ms, limit=SLICE)
        while self._on_duty():
            forgotten = await self._database.write(forget)
            gone["message"] += forgotten.messages
            gone["turn"] += forgotten.turns
            if max(forgotten.messages, forgotten.turns) < SLICE:
                return True
            await self._clock.sleep(_PAUSE_MS)
        return False

    def _tell(self, gone: Counter[str]) -> None:
        told = {table: count for table, count in gone.items() if count}
        for table, count in told.items():
            self._metrics.pruned(table, count)
        if told:
            log.info("pruned", **told)
