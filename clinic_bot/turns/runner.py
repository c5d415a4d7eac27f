"""One turn, from the claim to its end.

Before the intent a turn may be interrupted: by a person who answered, by an emergency, by the patient who says more.
Only the model's call is cancelled then, never a transaction; what the row says afterwards decides (rule 12). What a
tool changed stands, and after it the patient who says more waits for the next turn (rule 11).
"""

import asyncio
from dataclasses import dataclass
from functools import partial

import structlog
from sqlalchemy import Connection

from clinic_bot.clock import Clock
from clinic_bot.errors import (
    ClinicBotError,
    Operator,
    ProviderBusy,
    ProviderDown,
    Retry,
    StorageUnavailable,
)
from clinic_bot.operations.metrics import Metrics
from clinic_bot.reply.outbox import Ended, Outbox, Result, backoff_ms
from clinic_bot.store import claims, closing, waits
from clinic_bot.store.claims import Later
from clinic_bot.store.database import Database
from clinic_bot.store.gate import Draft
from clinic_bot.store.lease import Claim
from clinic_bot.store.leases import Leases
from clinic_bot.store.policy import Policy
from clinic_bot.turns.ahead import Ahead
from clinic_bot.turns.attempt import Attempt, NotChanged
from clinic_bot.turns.composer import Composer
from clinic_bot.turns.contacts import ContactBook
from clinic_bot.turns.reading import Memory, Taken, read_with
from clinic_bot.turns.thinking import Interrupted, Thinking

log = structlog.get_logger(__name__)

#: A Z-API that cannot tell a LID keeps the first reply back so often and so long, then it is said all the same.
_LID_TRIES, _LID_WAIT_MS = 2, 2_000
#: However soon the provider says to come back.
_SHORTEST_WAIT_MS = 250
#: Ends after which a patient reads the reply, or may.
_LEFT = frozenset((Ended.SENT, Ended.UNKNOWN, Ended.UNDELIVERED))
#: A model that takes longer may be quick again the next time.
_MOST_COUNTED_ON_MS = 3_000
#: At the end of the process.
_FINISH_WITHIN_MS = 2_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Durations are milliseconds."""

    memory: Memory
    unavailable_after_ms: int  #: a patient who waited this long for the model gets one honest sentence


class Runner:
    """Runs turns, one at a time for each conversation; the dispatcher sees to that."""

    def __init__(
        self,
        database: Database,
        thinking: Thinking,
        composer: Composer,
        outbox: Outbox,
        contacts: ContactBook,
        clock: Clock,
        policy: Policy,
        metrics: Metrics,
        limits: Limits,
        leases: Leases,
        ahead: Ahead | None = None,
    ) -> None:
        self._database = database
        self._thinking = thinking
        self._composer = composer
        self._outbox = outbox
        self._contacts = contacts
        self._clock = clock
        self._policy = policy
        self._metrics = metrics
        self._limits = limits
        self._leases = leases
        self._ahead = ahead
        self._recalls: set[asyncio.Task[None]] = set()  # the loop itself keeps no strong reference

    def interrupt(self, conversation_id: int) -> None:
        self._thinking.interrupt(conversation_id)

    def newer(self, conversation_id: int, revision: int) -> None:
        self._thinking.newer(conversation_id, revision)

    def wrote_on(self, conversation_id: int) -> None:
        self._outbox.wrote_on(conversation_id)

    def taken_over(self, conversation_id: int) -> None:
        """A person answered: stop thinking, and take back what still waits in Z-API's queue."""
        self._thinking.interrupt(conversation_id)
        task = asyncio.create_task(self._outbox.recall(conversation_id))
        self._recalls.add(task)
        task.add_done_callback(self._recalls.discard)

    async def finish(self) -> None:
        """Let what is being taken back come to its end, for a moment, before its connections are closed."""
        if self._recalls:
            _, left = await asyncio.wait(list(self._recalls), timeout=self._clock.real_s(_FINISH_WITHIN_MS))
            for task in left:
                task.cancel()

    async def look(self, conversation_id: int) -> int | None:
        """Until when the window stays open, by what the patient wrote; None where nobody waits.

        Raises StorageUnavailable.
        """
        return await self._database.read(partial(self.look_in, conversation_id=conversation_id))

    def look_in(self, connection: Connection, conversation_id: int) -> int | None:
        """``look``, in a transaction that somebody has anyway."""
        now_ms = self._clock.now_ms()
        return waits.open_until(connection, conversation_id, now_ms=now_ms, policy=self._policy)

    async def run(self, conversation_id: int) -> int | None:
        """Take the conversation if it is due, and answer it.

        Returns:
            When to look at it again; None when nothing is pending.

        Raises:
            StorageUnavailable: the caller tries again later.
        """
        self._thinking.forget(conversation_id)
        asked_ms = self._clock.steady_ms()
        self._count_on_superseding(asked_ms)
        taken = await self._database.write(partial(self._claim, conversation_id=conversation_id), urgent=True)
        if isinstance(taken, Later):
            return self._wait(conversation_id, taken)
        self._leases.hold(taken.claim, asked_ms)
        try:
            return await self._run(taken)
        finally:
            self._leases.drop(taken.claim)
            if self._ahead is not None:
                self._ahead.drop(conversation_id)

    def _count_on_superseding(self, now_ms: int) -> None:
        """How long a reply mostly does not leave after its window; what was asked ahead leaves at once."""
        listener = self._policy.listener
        if listener is not None and self._ahead is None:
            listener.answers_in_ms = min(self._thinking.pace.at_least_ms(now_ms) or 0, _MOST_COUNTED_ON_MS)

    async def _run(self, taken: Taken) -> int | None:
        """Answer what was claimed; when to look again."""
        claim = taken.claim
        conversation_id = claim.conversation_id
        try:
            result = await self._answer(taken)
        except StorageUnavailable as exc:  # the disk's fault, and no attempt of the turn
            log.error("turn cannot be stored", turn=claim.turn_id, problem=str(exc))
            result = await self._again(claim, backoff_ms(claim.retries), counts=False, why="not stored")
        except Exception:
            # Ours to fix, and this patient's turn must not be lost: it is tried again, and counted.
            log.exception("turn failed", turn=claim.turn_id, conversation=conversation_id)
            result = await self._again(claim, backoff_ms(claim.retries), counts=True, why="failed")
        self._thinking.forget(conversation_id)
        self._metrics.turn_ended(result.ended)
        log.info(
            "turn ended",
            turn=claim.turn_id,
            conversation=conversation_id,
            ended=result.ended.value,
            messages=len(claim.messages),
            closed_by=claim.closed_by,
            waited_ms=self._clock.now_ms() - claim.first_ms,
        )
        # Somebody else had the row: look at once what it says now.
        return self._clock.now_ms() if result.ended is Ended.STALE else result.wake_at_ms

    def _wait(self, conversation_id: int, later: Later) -> int | None:
        if later.unanswered:
            log.warning("patient waits for a person", conversation=conversation_id)
            minutes = round(self._policy.alert_ms / 60_000)
            self._composer.patient_waits(later, minutes=minutes)
        if later.set_aside:
            self._metrics.turn_ended("dead")
            log.error("turn set aside", conversation=conversation_id)
        return later.wake_at_ms

    def _claim(self, connection: Connection, *, conversation_id: int) -> Taken | Later:
        """Claim and read the context in one transaction: one fsync and one hop less before the model is asked."""
        now_ms = self._clock.now_ms()
        claim = claims.claim(
            connection,
            conversation_id,
            owner=self._leases.owner,
            now_ms=now_ms,
            lease_ms=self._leases.lease_ms,
            policy=self._policy,
            by_server=self._leases.by_server,
        )
        if isinstance(claim, Later):
            return claim
        return read_with(connection, claim, self._limits.memory, now_ms)

    async def _answer(self, taken: Taken) -> Result:
        claim = taken.claim
        text, draft = self._composer.at_once(taken)
        if draft is not None:
            return await self._say(claim, draft, answered_ms=self._clock.now_ms())
        learning = self._contacts.learn_lid(claim)
        attempt = Attempt(self._database, self._clock, self._policy, claim, text)
        try:
            draft = await self._composer.compose(attempt, taken)
            answered_ms = self._clock.now_ms()
            # Rule 18: a hand-written answer arrives under the LID alone, and would be overlooked by this intent.
            if learning is not None and not await learning and claim.retries < _LID_TRIES:
                return await self._again(
                    claim, _LID_WAIT_MS, counts=False, why="LID not learned", thrown_tokens=attempt.spent
                )
        except Interrupted:
            log.info("model call cancelled", turn=claim.turn_id, conversation=claim.conversation_id)
            return await self._outbox.withdraw(claim, thrown_tokens=attempt.spent)
        except NotChanged as exc:
            return self._outbox.not_allowed(exc.gate, exc.wake_at_ms, spent=attempt.spent)
        except StorageUnavailable:
            raise
        except (Retry, Operator) as exc:
            return await self._when_the_model_fails(attempt, taken, exc)
        finally:
            if learning is not None:
                learning.cancel()
        return await self._say(claim, draft, answered_ms=answered_ms)

    async def _say(self, claim: Claim, draft: Draft, *, answered_ms: int) -> Result:
        draft = self._composer.completed(claim, draft)
        result = await self._outbox.say(claim, draft, answered_ms=answered_ms)
        if result.ended in _LEFT:
            self._composer.tell_reception(claim, draft)
        return result

    async def _when_the_model_fails(self, attempt: Attempt, taken: Taken, exc: ClinicBotError) -> Result:
        """Give claim and slot back and come later, without spending an attempt; but not for ever.

        A patient who has waited too long gets one honest sentence and a person, and that is the turn's reply
        (rule 17).
        """
        claim, now_ms = attempt.claim, self._clock.now_ms()
        left_ms = claim.first_due_ms + self._limits.unavailable_after_ms - now_ms
        if left_ms <= 0:
            return await self._say(claim, self._composer.out_of_order(attempt, taken), answered_ms=now_ms)
        stated_s = exc.retry_after_s if isinstance(exc, ProviderBusy | ProviderDown) else None
        wait_ms = backoff_ms(claim.retries) if stated_s is None else round(stated_s * 1000)
        wait_ms = max(_SHORTEST_WAIT_MS, min(wait_ms, left_ms))
        say = log.error if isinstance(exc, Operator) else log.warning
        say("turn waits for the model", turn=claim.turn_id, problem=str(exc), wait_ms=wait_ms)
        return await self._again(claim, wait_ms, counts=False, thrown_tokens=attempt.spent, why=str(exc))

    async def _again(
        self, claim: Claim, wait_ms: int, *, counts: bool, why: str, thrown_tokens: int = 0
    ) -> Result:
        now_ms = self._clock.now_ms()
        back = partial(
            closing.give_back,
            claim=claim,
            wake_at_ms=now_ms + wait_ms,
            now_ms=now_ms,
            policy=self._policy,
            counts=counts,
            thrown_tokens=thrown_tokens,
            why=why,
        )
        closed = await self._database.write(back, urgent=True)
        return Result(Ended.GIVEN_BACK if closed.ours else Ended.STALE, closed.wake_at_ms)
