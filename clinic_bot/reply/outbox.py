"""The one reply of a turn, in three steps: intent, send, outcome.

The intent transaction is the gate and pins the range. What follows is never cancelled and never repeated unless
Z-API certainly did not get it: Z-API has no idempotency key, so a blind retry says things twice.
"""

from collections.abc import Awaitable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import count

import structlog

from clinic_bot.clock import Clock
from clinic_bot.errors import (
    AccountRefused,
    ClinicBotError,
    NotSent,
    ProviderDown,
    SendRefused,
    Stale,
    StorageUnavailable,
    Uncertain,
)
from clinic_bot.operations.metrics import Metrics
from clinic_bot.operations.neighbours import Health, Neighbours
from clinic_bot.reply import stale
from clinic_bot.reply.afterthought import Afterthoughts
from clinic_bot.reply.connection import ConnectionWatch
from clinic_bot.reply.fence import Fence
from clinic_bot.reply.recall import recall
from clinic_bot.reply.zapi import ZapiClient, recipient
from clinic_bot.reply.zapi_answers import Queued, Sent
from clinic_bot.store import closing, gate
from clinic_bot.store.closing import Closed
from clinic_bot.store.database import Database, Grouped
from clinic_bot.store.gate import Draft, Gate
from clinic_bot.store.lease import Claim
from clinic_bot.store.outcomes import Outcome, record_all
from clinic_bot.store.policy import Policy
from clinic_bot.store.story import Moment, What
from clinic_bot.store.tables import TurnState

log = structlog.get_logger(__name__)

#: First and longest wait of a turn that was given back; it doubles.
_BACKOFF_MS = (5_000, 600_000)
#: How soon a reply that waits for a patient's typing looks again.
_TYPING_LOOK_MS = 1_000
#: WhatsApp shows nothing shorter, and Z-API's own default is a random 1 to 3 s.
_URGENT_DELAY_S = 1


class Ended(StrEnum):
    """How a turn left the outbox, in a word for logs and metrics."""

    SENT = "sent"
    UNKNOWN = "unknown"
    UNDELIVERED = "undelivered"
    WITHDRAWN = "withdrawn"
    SILENT = "silent"
    EMPTY = "empty"
    DRAFTED = "no_reply"  #: only watching
    STALE = "stale"
    GIVEN_BACK = "given_back"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Result:
    ended: Ended
    wake_at_ms: int | None = None


#: What became of a turn that its gate let neither say nor change anything; what is not here was somebody else's.
_NOT_ALLOWED = {
    Gate.TAKEN_OVER: Ended.SILENT,
    Gate.EMPTY: Ended.EMPTY,
    Gate.DRAFTED: Ended.DRAFTED,
    Gate.EMERGENCY: Ended.SUPERSEDED,
    Gate.NEWER: Ended.SUPERSEDED,
    Gate.SWITCHED_OFF: Ended.GIVEN_BACK,
}


def backoff_ms(retries: int) -> int:
    return min(_BACKOFF_MS[0] << min(retries, 10), _BACKOFF_MS[1])


class Outbox:
    """Says replies. Holds no state between them."""

    def __init__(
        self,
        database: Database,
        zapi: ZapiClient,
        clock: Clock,
        policy: Policy,
        metrics: Metrics,
        neighbours: Neighbours,
        connection: ConnectionWatch,
        fence: Fence,
        *,
        typing_delay_s: float,
        ttl_ms: int,
        sends: bool = True,
        afterthoughts: Afterthoughts | None = None,
    ) -> None:
        self._database = database
        self._zapi = zapi
        self._clock = clock
        self._policy = policy
        self._metrics = metrics
        self._neighbours = neighbours
        self._connection = connection
        self._fence = fence
        self._typing_delay_s = typing_delay_s
        self._ttl_ms = ttl_ms
        self._record_all = partial(record_all, policy=policy)
        self._leaving = False
        self._sends = sends
        self._afterthoughts = afterthoughts

    def leave(self) -> None:
        """The process ends: what certainly did not leave is given back instead of tried again."""
        self._leaving = True

    async def say(self, claim: Claim, draft: Draft, *, answered_ms: int) -> Result:
        """Pass the gate, send once, record the outcome.

        Args:
            answered_ms: when the answer was ready, for the figure from there to the request.
        """
        try:
            decided, wake_at_ms, held_ms = await self._pass_gate(claim, draft)
        except StorageUnavailable as exc:
            # It may be stored, and whoever finds it takes the reply for sent; we know that nothing has left.
            log.error("intent not stored", turn=claim.turn_id, problem=str(exc))
            return await self._nothing_left(claim, Ended.GIVEN_BACK, "its intent may not be stored")
        if decided is not Gate.OPEN:
            spent = draft.prompt_tokens + draft.completion_tokens
            return self.not_allowed(decided, wake_at_ms, spent=spent)
        if draft.hand_over is not None:
            self._metrics.handed_over()
            log.info("handed over", turn=claim.turn_id, conversation=claim.conversation_id)
        return await self._send(claim, draft, answered_ms + held_ms)

    async def _pass_gate(self, claim: Claim, draft: Draft) -> tuple[Gate, int | None, int]:
        """What the gate decides, when to look again if it ended the turn, and how long it was held.

        A reply waits for a patient who is typing (rule 10): what is typed may join it. It looks again soon, since
        typing may end earlier than its hold; a process that is leaving waits for nobody.
        """
        began_ms = now_ms = self._clock.now_ms()
        while True:
            intent = partial(gate.write_intent, waits=not self._leaving) if self._sends else gate.keep_draft
            job = partial(intent, claim=claim, draft=draft, now_ms=now_ms, policy=self._policy)
            decided, at_ms = await self._database.write(job, urgent=True)
            if decided is not Gate.TYPING or at_ms is None:
                break
            await self._clock.sleep(min(_TYPING_LOOK_MS, max(1, at_ms - now_ms)))
            now_ms = self._clock.now_ms()
        if decided is Gate.OPEN:
            if now_ms > began_ms:
                who = "the patient, who was typing"
                claim.story.append(Moment(What.WAITED, now_ms, now_ms - began_ms, who))
            claim.story.append(Moment(What.INTENT, now_ms))
        return decided, at_ms, now_ms - began_ms

    def not_allowed(self, decided: Gate, wake_at_ms: int | None, *, spent: int) -> Result:
        """How a turn ends that the gate closed, or gave back, in the transaction that refused it.

        Args:
            spent: tokens of an answer that nobody gets.
        """
        if decided is not Gate.DRAFTED:
            self._metrics.tokens_thrown_away(spent)
        return Result(_NOT_ALLOWED.get(decided, Ended.STALE), wake_at_ms)

    async def recall(self, conversation_id: int) -> None:
        """Delete from Z-API's queue what a person's answer overtook."""
        await recall(self._database, self._zapi, self._clock, conversation_id)

    def wrote_on(self, conversation_id: int) -> None:
        """The patient said more after the reply, which may still stand in Z-API's queue."""
        if self._afterthoughts is not None:
            self._afterthoughts.wrote_on(conversation_id)

    async def withdraw(self, claim: Claim, *, thrown_tokens: int) -> Result:
        """Let go of a turn whose model call was cancelled: silent if a person has the chat, else asked anew."""
        self._metrics.tokens_thrown_away(thrown_tokens)
        now_ms = self._clock.now_ms()
        back = partial(closing.give_back, claim=claim, wake_at_ms=None, now_ms=now_ms, policy=self._policy)
        closed: Closed = await self._database.write(partial(back, thrown_tokens=thrown_tokens), urgent=True)
        return Result(Ended.SUPERSEDED if closed.ours else Ended.STALE, closed.wake_at_ms)

    async def _send(self, claim: Claim, draft: Draft, answered_ms: int) -> Result:
        to = recipient(claim.phone, claim.lid)
        self._metrics.reply_left(after_answer_seconds=(self._clock.now_ms() - answered_ms) / 1000)
        try:
            sent = await self._send_until_certain(to or "", claim, draft)
        except SendRefused as exc:
            return await self._refused(claim, exc)
        except AccountRefused as exc:
            self._neighbours.zapi = Health.REFUSED
            log.error("account refused", turn=claim.turn_id, provider="Z-API", problem=str(exc))
            await _told(self._connection.refused(exc))
            return await self._unsent(claim, exc, "account_refused")
        except NotSent as exc:
            self._neighbours.zapi = Health.DOWN
            return await self._unsent(claim, exc, "not_sent")
        except Uncertain as exc:
            return await self._unknown(claim, to or "", draft, exc)
        except Stale:
            self._metrics.send_ended("fenced")
            await self._fence.tell_unsent(claim)
            return Result(Ended.STALE)
        self._metrics.send_ended("sent")
        self._neighbours.zapi = Health.OK
        result = await self._record(claim, TurnState.SENT, zaap_id=sent.zaap_id, message_id=sent.message_id)
        ordinary = draft.hand_over is None and draft.emergency is None
        if self._afterthoughts is not None and ordinary and result.ended is Ended.SENT:
            self._afterthoughts.accepted(claim.conversation_id, overtaken=result.wake_at_ms is not None)
        return result

    async def _send_until_certain(self, to: str, claim: Claim, draft: Draft) -> Sent:
        """Try again only what certainly never reached Z-API. Raises what the last try raised."""
        pinned_ms = self._clock.now_ms()
        for tries in count(1):
            try:
                return await self._try(to, claim, draft)
            except NotSent as exc:
                await _told(self._connection.not_sent(exc))
                pause_ms = stale.pause_ms(tries, pinned_ms, self._clock.now_ms(), self._ttl_ms)
                if pause_ms is None or self._leaving:
                    raise
                await self._connection.until_connected(pause_ms)
        raise AssertionError("the last try returns or raises")

    async def _try(self, to: str, claim: Claim, draft: Draft) -> Sent:
        urgent = draft.emergency is not None
        await self._fence.pass_by(claim)
        began_ms, outcome = self._clock.now_ms(), "accepted"
        try:
            return await self._zapi.send_text(
                to,
                draft.reply,
                delay_typing_s=0 if urgent else self._typing_delay_s,
                delay_s=_URGENT_DELAY_S if urgent else None,
            )
        except Exception as exc:
            outcome = type(exc).__name__
            raise
        finally:
            now_ms = self._clock.now_ms()
            claim.story.append(Moment(What.SEND, now_ms, now_ms - began_ms, outcome))

    async def _refused(self, claim: Claim, exc: ClinicBotError) -> Result:
        self._metrics.send_ended("refused")
        log.warning("send refused", turn=claim.turn_id, problem=str(exc))
        return await self._record(claim, TurnState.UNDELIVERED, reason=str(exc))

    async def _unsent(self, claim: Claim, exc: ClinicBotError, outcome: str) -> Result:
        """Proven unsent: the range is free again, and a later turn covers it and what came since."""
        self._metrics.send_ended(outcome)
        log.warning("not sent", turn=claim.turn_id, problem=str(exc))
        return await self._nothing_left(claim, Ended.WITHDRAWN, str(exc))

    async def _nothing_left(self, claim: Claim, ended: Ended, why: str) -> Result:
        after_ms, tries_on = backoff_ms(claim.retries), not self._leaving
        closed = await self._fence.give_back(claim, after_ms=after_ms, reason=why, tries_on=tries_on)
        return Result(ended if closed.ours else Ended.STALE, closed.wake_at_ms)

    async def _unknown(self, claim: Claim, to: str, draft: Draft, exc: ClinicBotError) -> Result:
        self._metrics.send_ended("uncertain")
        self._neighbours.zapi = Health.DOWN
        log.warning("send uncertain", turn=claim.turn_id, problem=str(exc))
        found = await self._in_queue(to, draft.reply)
        return await self._record(
            claim,
            TurnState.UNKNOWN,
            reason=str(exc),
            zaap_id=found.zaap_id if found else None,
            message_id=found.message_id if found else None,
        )

    async def _in_queue(self, to: str, reply: str) -> Queued | None:
        """Look at once: a message stays in the queue for seconds. That it is absent proves nothing."""
        try:
            waiting = await self._zapi.queue()
        except (ProviderDown, AccountRefused):
            return None
        same = [item for item in waiting if item.phone == to and item.message == reply]
        return same[0] if len(same) == 1 else None

    async def _record(
        self,
        claim: Claim,
        state: TurnState,
        *,
        zaap_id: str | None = None,
        message_id: str | None = None,
        reason: str | None = None,
    ) -> Result:
        outcome = Outcome(claim, state, self._clock.now_ms(), zaap_id, message_id, reason)
        closed: Closed = await self._database.write(Grouped(outcome, self._record_all), urgent=True)
        if closed.overtaken:
            await self.recall(claim.conversation_id)
        return Result(Ended(state.value) if closed.ours else Ended.STALE, closed.wake_at_ms)


async def _told(telling: Awaitable[None]) -> None:
    """The others are to know; of this reply it is certain that it did not leave, whether that can be stored or not."""
    try:
        await telling
    except StorageUnavailable as exc:
        log.warning("switch not stored", problem=str(exc))
