"""When a conversation is due, somebody looks at it: timers here (``wakes.py``), the truth in ``wake_at_ms``.

What is kept in memory is a hint. A timer that fires early claims nothing and is armed again with what the row says;
a timer that was lost is found by the sweep, which reads the index every few seconds. Only what is due soon is kept,
so a hundred thousand open windows cost no memory here.

Where the wait depends on what the patient wrote, somebody looks at that shortly before the shortest wait is over
(``looks.py``), and what comes of it is a hint as well: kept here until then, decided once more by the claim. Of
replicas the one that took the last message looks, mostly in the transaction of a sweep; the others do when it seems to
be gone.
"""

import asyncio
from collections.abc import Mapping
from itertools import count
from types import MappingProxyType
from typing import Protocol

import structlog
from sqlalchemy import Connection

from clinic_bot.clock import Clock
from clinic_bot.errors import StorageUnavailable
from clinic_bot.store.conversations import DueRow
from clinic_bot.store.database import Database
from clinic_bot.turns.looks import MOST, Looks
from clinic_bot.turns.sweep import ALONE, HORIZON_MS, Beside, Sweeper, Sweeping
from clinic_bot.turns.wakes import Wakes

log = structlog.get_logger(__name__)

#: A look takes a few milliseconds, and who is waited for no longer than the least is to be claimed in time.
_LOOK_EARLY_MS = 150
#: What another replica took in and has not claimed so long after the shortest wait, or after what a look here found, is
#: looked at here, or up to 200 ms sooner in a sweep: mostly it only waits for more, and now and then it is gone.
_ANOTHERS_MS, _ANOTHERS_AGAIN_MS = 2_200, 700
#: A conversation whose turn could not even be claimed is looked at again after this.
_STORAGE_RETRY_MS = 1_000
#: Of the turns that were open at one crash, so many go on at a time.
_SUSPECTS = 16
_BROKEN_RETRY_MS = 10_000


class TurnRunner(Protocol):
    async def look(self, conversation_id: int) -> int | None: ...
    def look_in(self, connection: Connection, conversation_id: int) -> int | None: ...
    async def run(self, conversation_id: int) -> int | None: ...
    def interrupt(self, conversation_id: int) -> None: ...
    def newer(self, conversation_id: int, revision: int) -> None: ...
    def wrote_on(self, conversation_id: int) -> None: ...
    def taken_over(self, conversation_id: int) -> None: ...


class Ahead(Protocol):
    """Who asks the model before windows close."""

    def newer(self, conversation_id: int, revision: int) -> None: ...
    def notice(self, conversation_id: int, wake_at_ms: int | None) -> None: ...
    def drop(self, conversation_id: int) -> None: ...
    def end(self) -> None: ...


class Dispatcher:
    """Starts a turn the moment its window closes; one at a time for each conversation.

    Emergencies never wait for one of the ``slots``.

    Args:
        sweeping: ``ALONE``, or ``TOGETHER`` with other replicas.
        looks: whether the runner looks until when a window stays open; else that is what the row says.
        suspects: conversations of which one may be what crashed the process, with how often they were open at a
            crash. After one crash a few of them run together, after two or more never two of them.
    """

    def __init__(
        self,
        database: Database,
        runner: TurnRunner,
        clock: Clock,
        *,
        slots: int,
        sweeping: Sweeping = ALONE,
        looks: bool = False,
        suspects: Mapping[int, int] = MappingProxyType({}),
    ) -> None:
        self._runner = runner
        self._clock = clock
        self._slots = slots
        self._sweeping = sweeping
        self._ahead: Ahead | None = None
        self._suspects = dict(suspects)
        self._looks = Looks(runner.look, found=self._found, failed=self._not_found) if looks else None
        self._sweeper = Sweeper(database, clock, sweeping, self._looks, runner.look_in)
        self._decided: set[int] = set()  # a look told when, and nothing came since
        self._anothers: set[int] = set()  # taken in by another replica
        self._wakes = Wakes(clock, self._begin)
        self._running: dict[int, asyncio.Task[None]] = {}
        self._emergencies: set[int] = set()
        self._waiting: dict[int, None] = {}  # due, and no slot free: a set that keeps its order
        self._sweeping_task: asyncio.Task[None] | None = None
        self._look_again: asyncio.Task[None] | None = None
        self._stopping = False

    async def start(self) -> None:
        """Load what is due soon, at once and then every few seconds."""
        await self._sweep()
        self._sweeping_task = asyncio.create_task(self._sweep_forever())

    def look_beside(self, beside: Beside) -> None:
        """Let somebody look with every sweep from now on."""
        self._sweeper.beside = beside

    def look_ahead(self, ahead: Ahead) -> None:
        """Let somebody ask the model before windows close; what became of a conversation he hears from here."""
        self._ahead = ahead

    def notice(self, conversation_id: int, wake_at_ms: int | None, *, emergency: bool = False) -> None:
        """A transaction said when to look at a conversation. Call it after the commit."""
        if emergency:
            self._emergencies.add(conversation_id)
            self._runner.interrupt(conversation_id)
            self._forget_ahead(conversation_id)
        elif self._ahead is not None:
            self._ahead.notice(conversation_id, wake_at_ms)
        self._decided.discard(conversation_id)
        self._anothers.discard(conversation_id)
        now_ms = self._clock.now_ms()
        if wake_at_ms is None or wake_at_ms > now_ms + HORIZON_MS:
            return  # nothing to do soon; the sweep brings what is due later
        early_ms = _LOOK_EARLY_MS if self._looks is not None and not emergency else 0
        self._wakes.expect(conversation_id, wake_at_ms - (early_ms if wake_at_ms - now_ms > early_ms else 0))

    def newer(self, conversation_id: int, revision: int) -> None:
        """The patient said more: a turn that is thinking about less takes it in (rule 10)."""
        if self._ahead is not None:
            self._ahead.newer(conversation_id, revision)
        if conversation_id in self._running:
            self._runner.newer(conversation_id, revision)
        else:
            self._runner.wrote_on(conversation_id)  # after a reply that may not have left yet

    def look_at_everything(self) -> None:
        """What stopped all answers is over: what has been due since then is due now."""
        self._look_again = asyncio.create_task(self._sweep_safely(anew=True))

    def taken_over(self, conversation_id: int) -> None:
        """A person answered: what the bot is thinking or sending is of no use any more."""
        self._forget_ahead(conversation_id)
        self._runner.taken_over(conversation_id)

    def of_no_use(self, conversation_id: int) -> None:
        """What the model is asked here is: a person has the chat by now, or another replica has the turn."""
        if conversation_id in self._running:
            self._runner.interrupt(conversation_id)

    def _forget_ahead(self, conversation_id: int) -> None:
        if self._ahead is not None:
            self._ahead.drop(conversation_id)

    def clock_moved(self) -> None:
        self._wakes.clock_moved()

    @property
    def open(self) -> int:
        """How many conversations are known to be due soon."""
        return len(self._wakes)

    def begin_nothing(self) -> None:
        """No turn begins from here on; what is due stays due for the next process."""
        self._stopping = True
        if self._ahead is not None:
            self._ahead.end()
        self._wakes.stop()
        if self._looks is not None:
            self._looks.stop()

    async def stop(self, *, within_s: float) -> None:
        """Start nothing more; give back what thinks; let sends that are under way finish."""
        self.begin_nothing()
        for task in (self._sweeping_task, self._look_again):
            if task is not None:
                task.cancel()
        for conversation_id in list(self._running):
            self._runner.interrupt(conversation_id)
        if self._running:
            _, left = await asyncio.wait(list(self._running.values()), timeout=within_s)
            for task in left:
                task.cancel()

    # Turns.

    def _begin(self, conversation_id: int) -> None:
        if conversation_id in self._running:
            return  # closing looks again
        if self._looks is not None and not self._knows(conversation_id):
            self._waiting.pop(conversation_id, None)
            self._looks.begin(conversation_id)
            return
        if not self._may_begin(conversation_id):
            self._waiting[conversation_id] = None
            return
        self._waiting.pop(conversation_id, None)
        self._running[conversation_id] = asyncio.create_task(self._run(conversation_id))

    def _may_begin(self, conversation_id: int) -> bool:
        if conversation_id in self._suspects:
            others = [self._suspects[other] for other in self._running if other in self._suspects]
            if len(others) >= _SUSPECTS or (others and max(*others, self._suspects[conversation_id]) > 1):
                return False
        return len(self._running) < self._slots or conversation_id in self._emergencies

    async def _run(self, conversation_id: int) -> None:
        if self._stopping:
            del self._running[conversation_id]
            return
        self._decided.discard(conversation_id)
        # This run is for it; one that comes meanwhile is for the next.
        self._emergencies.discard(conversation_id)
        try:
            wake_at_ms = await self._runner.run(conversation_id)
        except StorageUnavailable as exc:
            log.error("turn cannot be stored", conversation=conversation_id, problem=str(exc))
            wake_at_ms = self._clock.now_ms() + _STORAGE_RETRY_MS
        except Exception:
            # Ours to fix. The row still says when to look, and it is looked at again, not in a tight circle.
            log.exception("turn broke off", conversation=conversation_id)
            wake_at_ms = self._clock.now_ms() + _BROKEN_RETRY_MS
        finally:
            del self._running[conversation_id]
        self._suspects.pop(conversation_id, None)  # it ended, and the process lives
        self.notice(conversation_id, wake_at_ms)
        for waiting in list(self._waiting):
            if self._may_begin(waiting):
                self._begin(waiting)
            elif len(self._running) >= self._slots:
                break

    # Looks.

    def _knows(self, conversation_id: int) -> bool:
        """Whether it is claimed without a look."""
        return conversation_id in self._decided or conversation_id in self._emergencies

    def _found(self, conversation_id: int, due_ms: int | None) -> None:
        """A look told when a conversation is due, if nothing more comes."""
        if self._stopping or conversation_id in self._wakes or conversation_id in self._running:
            return  # something came meanwhile
        if due_ms is not None and conversation_id in self._anothers and due_ms > self._clock.now_ms():
            self._wakes.expect(conversation_id, due_ms + _ANOTHERS_AGAIN_MS)
        else:
            self._anothers.discard(conversation_id)
            if due_ms is not None:
                self._decided.add(conversation_id)
                if self._ahead is not None:
                    self._ahead.notice(conversation_id, due_ms)
                self._wakes.expect(conversation_id, due_ms)

    def _not_found(self, conversation_id: int, is_away: bool) -> None:
        now_ms = self._clock.now_ms()
        if is_away:
            self.notice(conversation_id, now_ms + _STORAGE_RETRY_MS)
        else:
            self._found(conversation_id, now_ms)

    def _leave_to_another(self, conversation_id: int, wake_at_ms: int) -> None:
        self._anothers.add(conversation_id)
        self._wakes.expect(conversation_id, wake_at_ms + _ANOTHERS_MS)

    def _forget_anothers(self, due: set[int]) -> None:
        """Another replica has taken what it took in, or heard more."""
        for conversation_id in self._anothers - due:
            self._anothers.discard(conversation_id)
            self._wakes.drop(conversation_id)
            if self._looks is not None:
                self._looks.drop(conversation_id)

    # The sweep.

    async def _sweep_forever(self) -> None:
        for n in count(1):
            await self._clock.sleep(self._sweeping.every_ms)
            await self._sweep_safely(whole=n % self._sweeping.whole_every == 0)

    async def _sweep_safely(self, *, anew: bool = False, whole: bool = True) -> None:
        try:
            await self._sweep(anew=anew, whole=whole)
        except Exception as exc:  # the next sweep looks again, whatever was wrong with this one
            log.error("sweep failed", problem=type(exc).__name__)

    async def _sweep(self, *, anew: bool = False, whole: bool = True) -> None:
        """Read the index of ``wake_at_ms``, in pages.

        Args:
            anew: what the rows say counts, whatever was noted before.
            whole: all of it, not only what has been due for longest.
        """
        async for page in self._sweeper.pages(self._to_be_looked_at(), whole=whole):
            for row in page.rows:
                if not self._has(row.id, anew=anew):
                    self._take_up(row, anew=anew)
            if page.is_everything:
                self._forget_anothers({row.id for row in page.rows})

    def _has(self, conversation_id: int, *, anew: bool) -> bool:
        if conversation_id in self._running:
            return True
        is_looked_at = self._looks is not None and conversation_id in self._looks
        return not anew and (
            conversation_id in self._wakes or conversation_id in self._waiting or is_looked_at
        )

    def _take_up(self, row: DueRow, *, anew: bool) -> None:
        if row.is_unheard and self._looks is not None and self._sweeping.leaves and not anew:
            self._leave_to_another(row.id, row.wake_at_ms)
        else:
            self.notice(row.id, row.wake_at_ms)

    def _to_be_looked_at(self) -> list[int]:
        """Whose look is due before the next sweep; it is this one's now."""
        if self._looks is None or not self._sweeping.carries_ms:
            return []
        until_ms = self._clock.now_ms() + self._sweeping.carries_ms
        soon = [key for key in self._wakes.until(until_ms) if self._is_looked_at(key)]
        del soon[MOST:]
        for conversation_id in soon:
            self._wakes.drop(conversation_id)
        return soon

    def _is_looked_at(self, conversation_id: int) -> bool:
        """Whether a look comes before the claim."""
        return conversation_id not in self._running and not self._knows(conversation_id)
