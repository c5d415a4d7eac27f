"""Changes of what the replicas know together, in as few transactions as may be.

One runs at a time, and takes along everything that was put to it meanwhile: what can wait, which costs nothing so,
and what somebody waits for. A database that does not answer is left alone for a while, and nobody waits for it then.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog

from clinic_bot.agent.together import Together, View
from clinic_bot.clock import Clock
from clinic_bot.errors import StorageUnavailable
from clinic_bot.store import common
from clinic_bot.store.database import Database

log = structlog.get_logger(__name__)

#: The machine's seconds for which a database that gave no answer is not asked.
_AWAY_S = 5.0
_CLOSE_S = 1.0
#: Of what could not be told while the database was away, the latest.
_MOST_KEPT = 50


@dataclass(slots=True, eq=False)
class Change:
    """One change of what is known together.

    Args:
        op: makes it, told the time, in the executor's hands; it may run twice.
        models: what it is about.
        takes: tokens that it will take of each, if it can.
        then: gets what ``op`` answered, after the commit.
        lost: the database did not answer; it may have been made all the same.
        keeps: made later then.
    """

    op: Callable[[Together, int], Any]
    models: tuple[str, ...] = ()
    takes: float = 0.0
    then: Callable[[Any], None] = lambda answer: None
    lost: Callable[[], None] = lambda: None
    keeps: bool = False


class Exchange:
    """Build it inside the running loop, and close it.

    Args:
        name: under which the replicas find each other.
        replica: this one's.
        begin: what holds of a model before anybody knows better.
        heard: gets a model's name, how it stands, and what already waits to be taken of it in here.
    """

    def __init__(
        self,
        database: Database,
        name: str,
        replica: str,
        clock: Clock,
        *,
        begin: Callable[[Together, str], None],
        heard: Callable[[str, View, float], None],
    ) -> None:
        self._database = database
        self._name = name
        self._replica = replica
        self._clock = clock
        self._begin = begin
        self._heard = heard
        self._waiting: list[Change] = []
        self._task: asyncio.Task[None] | None = None
        self._away_until_s = 0.0
        self._is_away = False

    @property
    def is_away(self) -> bool:
        """Whether the database is left alone for now."""
        return asyncio.get_running_loop().time() < self._away_until_s

    @property
    def is_idle(self) -> bool:
        return self._task is None

    def put(self, change: Change, *, now: bool) -> None:
        """Have it made.

        Args:
            now: else with the next one that cannot wait.
        """
        if self.is_away and not change.keeps:
            change.lost()
            return
        self._waiting.append(change)
        if now and self._task is None and not self.is_away:
            self._task = asyncio.create_task(self._make_all())

    def went_away(self, problem: str) -> None:
        self._away_until_s = asyncio.get_running_loop().time() + _AWAY_S
        if not self._is_away:
            self._is_away = True
            log.warning("Groq's budget is not shared for now", problem=problem)

    async def close(self) -> None:
        """Let what is being made be made, but wait for no database that hangs."""
        if self._task is not None:
            await asyncio.wait([self._task], timeout=_CLOSE_S)
        if self._task is not None:
            self._task.cancel()

    async def _make_all(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                if not await self._make(batch):
                    return
        finally:
            self._task = None

    async def _make(self, batch: list[Change]) -> bool:
        job = partial(common.change, name=self._name, changed=partial(self._changed, batch))
        try:
            answers, views = await self._database.write(job, urgent=True)
        except Exception as exc:  # whatever it is: patients wait for the answer
            if not isinstance(exc, StorageUnavailable):
                log.exception("Groq's budget broke off")
            self.went_away(str(exc) if isinstance(exc, StorageUnavailable) else type(exc).__name__)
            self._lose(batch)
            return False
        self._came_back()
        for name, view in views.items():
            self._heard(name, view, sum(one.takes for one in self._waiting if name in one.models))
        for change, answer in zip(batch, answers, strict=True):
            change.then(answer)
        return True

    def _changed(self, batch: Iterable[Change], text: str) -> tuple[str, tuple[list[Any], dict[str, View]]]:
        together = Together.of_text(text)
        now_ms = together.now(self._clock.now_ms())
        names = {name for change in batch for name in change.models}
        for name in names:
            self._begin(together, name)
        answers = [change.op(together, now_ms) for change in batch]
        views = {name: together.view(name, self._replica, now_ms) for name in names}
        return together.text(), (answers, views)

    def _lose(self, batch: list[Change]) -> None:
        everything, self._waiting = batch + self._waiting, []
        for change in everything:
            change.lost()
        self._waiting = [change for change in everything if change.keeps][-_MOST_KEPT:]

    def _came_back(self) -> None:
        self._away_until_s = 0.0
        if self._is_away:
            self._is_away = False
            log.info("Groq's budget is shared again")
