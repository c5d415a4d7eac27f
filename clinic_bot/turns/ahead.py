"""Asking the model before the window ends, so that the patient waits for the longer of the two, not for the sum.

A guess owns nothing: no claim, no attempt, no row is written for it, and what it is worth is decided by the turn that
is claimed when the window closes. That turn runs as every other does; only where it asks the model exactly what was
asked before, it has the answer already (``agent/ahead.py``). A tool that changes something ends the guess before it is
called. All of it is in memory: a process that dies loses the tokens.

It is asked as late as it may be, since every piece that still comes makes it useless; only about what this process took
in itself, so that words which end a process are met by a claim, which counts, after that; and only while half of the
provider's limits are free and nobody waits, so that no turn is ever behind a guess.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import structlog
from sqlalchemy import Connection

from clinic_bot.agent.ahead import Guess, NotNow
from clinic_bot.agent.chat import ChatModel
from clinic_bot.agent.loop import Agent
from clinic_bot.agent.toolbox import Effect, Query
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clock import Clock, local
from clinic_bot.debounce.window import PAUSED_HOLD_MS
from clinic_bot.errors import ClinicBotError, StorageUnavailable
from clinic_bot.operations.metrics import Metrics
from clinic_bot.store.database import Database
from clinic_bot.store.expected import expected
from clinic_bot.store.policy import Policy
from clinic_bot.turns.arrivals import needs_no_model
from clinic_bot.turns.burst import merged
from clinic_bot.turns.loop_guard import is_last_reply
from clinic_bot.turns.pace import Pace
from clinic_bot.turns.reading import Memory, Taken, notice, read_with, request_of

log = structlog.get_logger(__name__)

#: What an answer is taken to need while nobody knows, and how much sooner than needed it is asked for.
_USUALLY_MS, _MARGIN_MS = 4_000, 300
#: At most so many windows are watched, and so many guesses are at the model at one time.
_MOST_WATCHED, _MOST_ASKED = 1_000, 16
#: What is due later than this is no open window.
_FAR_MS = 60_000
#: A timer this much too early asks all the same.
_CLOSE_MS = 50


@dataclass(slots=True, eq=False)
class _Watched:
    """An open window of which this process took in the last piece."""

    revision: int
    timer: asyncio.TimerHandle | None = None
    looking: asyncio.Task[None] | None = None
    guess: Guess | None = None


@dataclass(frozen=True, slots=True)
class _Seen:
    taken: Taken
    held_until_ms: int


@dataclass(eq=False)
class Ahead:
    """Watches windows and asks ahead of them.

    Args:
        model: the agent's.
        has_room: whether a call that is nobody's turn would be felt by nobody; asked before every call.
    """

    database: Database
    agent: Agent
    model: ChatModel
    has_room: Callable[[], bool]
    facts: ClinicFacts
    clock: Clock
    policy: Policy
    metrics: Metrics
    memory: Memory
    pace: Pace
    max_replies_per_hour: int
    _watched: dict[int, _Watched] = field(default_factory=dict)
    _asked: set[asyncio.Task[None]] = field(default_factory=set)
    _owed: dict[int, int] = field(default_factory=dict)  # thrown tokens of which no turn was told yet
    _stopped: bool = False

    # What happens to a window. Memory is a hint: whatever is missed here, the turn compares what it asks.

    def newer(self, conversation_id: int, revision: int) -> None:
        """The patient said, corrected or deleted something."""
        known = self._watched.get(conversation_id)
        if known is not None and known.revision >= revision:
            return
        self.drop(conversation_id)
        if not self._stopped and len(self._watched) < _MOST_WATCHED:
            self._watched[conversation_id] = _Watched(revision)

    def notice(self, conversation_id: int, wake_at_ms: int | None) -> None:
        """When the window is to be looked at; None: it is somebody's, or nothing waits."""
        watched = self._watched.get(conversation_id)
        if watched is None:
            return
        if wake_at_ms is None or wake_at_ms > self.clock.now_ms() + _FAR_MS:
            self.drop(conversation_id)  # a person has the chat, or a provider said when to come back
        elif watched.guess is None and watched.looking is None:
            self._arm(conversation_id, watched, wake_at_ms - self._lead_ms())

    def drop(self, conversation_id: int) -> None:
        """Whatever was asked about this conversation is of no use any more."""
        watched = self._watched.pop(conversation_id, None)
        if watched is None:
            return
        if watched.timer is not None:
            watched.timer.cancel()
        if watched.looking is not None:
            watched.looking.cancel()
        if (guess := watched.guess) is not None:
            guess.stop()
            if guess.is_over:
                self._account(conversation_id, guess)

    def end(self) -> None:
        """Ask nothing more, and want nothing of what was asked."""
        self._stopped = True
        for conversation_id in list(self._watched):
            self.drop(conversation_id)

    async def stop(self) -> None:
        self.end()
        if self._asked:
            await asyncio.wait(list(self._asked))

    # The turn.

    def take(self, conversation_id: int) -> Guess | None:
        """What was asked about the conversation that is claimed now. It stays here until ``drop``."""
        watched = self._watched.get(conversation_id)
        return None if watched is None else watched.guess

    def owed(self, conversation_id: int) -> int:
        """Tokens thrown away before this turn, which is told of them now."""
        return self._owed.pop(conversation_id, 0)

    # Asking.

    def _lead_ms(self) -> int:
        mostly_ms = self.pace.mostly_ms(self.clock.steady_ms())
        return (_USUALLY_MS if mostly_ms is None else mostly_ms) + _MARGIN_MS

    def _arm(self, conversation_id: int, watched: _Watched, at_ms: int) -> None:
        if watched.timer is not None:
            watched.timer.cancel()
        wait_s = self.clock.real_s(at_ms - self.clock.now_ms())
        loop = asyncio.get_running_loop()
        watched.timer = loop.call_later(wait_s, self._look_soon, conversation_id, watched)

    def _look_soon(self, conversation_id: int, watched: _Watched) -> None:
        watched.timer = None
        if len(self._asked) >= _MOST_ASKED or not self.has_room():
            self.drop(conversation_id)
            return
        watched.looking = asyncio.create_task(self._look(conversation_id, watched))

    async def _look(self, conversation_id: int, watched: _Watched) -> None:
        """Read what the claim would take; ask, or come back when it is time."""
        try:
            seen = await self.database.read(partial(self._read, conversation_id=conversation_id))
        except StorageUnavailable:
            seen = None
        except Exception:
            log.exception("nothing could be read ahead", conversation=conversation_id)
            seen = None
        watched.looking = None
        if self._watched.get(conversation_id) is not watched:
            return
        if seen is None or seen.taken.claim.revision != watched.revision:
            self.drop(conversation_id)
            return
        # Who is typing will send something: only the last moments of a hold are as good as its end.
        at_ms = max(seen.taken.claim.due_ms - self._lead_ms(), seen.held_until_ms - PAUSED_HOLD_MS)
        if at_ms > self.clock.now_ms() + _CLOSE_MS:
            self._arm(conversation_id, watched, at_ms)
            return
        watched.guess = guess = Guess()
        work = asyncio.create_task(self._ask(guess, seen.taken))
        guess.work(work)
        self._asked.add(work)
        work.add_done_callback(partial(self._settle, conversation_id, guess))

    def _read(self, connection: Connection, *, conversation_id: int) -> _Seen | None:
        found = expected(connection, conversation_id, now_ms=self.clock.now_ms(), policy=self.policy)
        if found is None:
            return None
        claim, held_until_ms = found
        taken = read_with(connection, claim, self.memory, claim.due_ms)
        last = is_last_reply(taken.spoken, self.max_replies_per_hour)
        return None if last or needs_no_model(claim.messages) else _Seen(taken, held_until_ms)

    async def _ask(self, guess: Guess, taken: Taken) -> None:
        """The agent's way up to its first change, with the clock as it will be at the claim."""
        claim = taken.claim
        now = local(max(claim.due_ms, self.clock.now_ms()), self.facts.timezone)
        request = replace(
            request_of(taken, merged(claim, taken.background), now, notice(taken, self.facts)),
            read=partial(self._records, claim.conversation_id),
            change=_stop_there,
            model=guess.asking(self.model, self.has_room),
        )
        try:
            await self.agent.answer(request)
        except (NotNow, ClinicBotError):
            pass  # the turn will see for itself
        except Exception:
            log.exception("guess failed", conversation=claim.conversation_id)

    async def _records(self, conversation_id: int, query: Query) -> str:
        return await self.database.read(lambda connection: query(connection, conversation_id))

    def _settle(self, conversation_id: int, guess: Guess, work: asyncio.Task[None]) -> None:
        self._asked.discard(work)
        watched = self._watched.get(conversation_id)
        if watched is None or watched.guess is not guess:  # dropped meanwhile
            self._account(conversation_id, guess)

    def _account(self, conversation_id: int, guess: Guess) -> None:
        """Nobody asks for it any more, and nothing of it is under way."""
        if not guess.asked:
            return
        thrown = guess.thrown_tokens
        self.metrics.asked_ahead("used" if guess.used else "thrown_away")
        self.metrics.tokens_thrown_away(thrown)
        if thrown and not guess.given and len(self._owed) < _MOST_WATCHED:
            self._owed[conversation_id] = self._owed.get(conversation_id, 0) + thrown


async def _stop_there(tool: str, arguments: str, effect: Effect) -> str:
    raise NotNow
