"""One turn, from the claim to its end.

Before the intent a turn may be interrupted: by a person who answered, or by an emergency. Only the model's call is
cancelled then, never a transaction; what the row says afterwards decides.
"""

import asyncio
import hashlib
import json
from dataclasses import dataclass
from functools import partial

import structlog
from sqlalchemy import Connection

from clinic_bot.agent.answer import AgentAnswer, AgentRequest
from clinic_bot.agent.loop import Agent
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clock import Clock
from clinic_bot.errors import AccountRefused, ClinicBotError, GiveUp, Operator, ProviderBusy, Retry
from clinic_bot.events import Kind, Said
from clinic_bot.operations.metrics import Metrics
from clinic_bot.operations.neighbours import Health, Neighbours
from clinic_bot.reply.outbox import Ended, Outbox, Result, backoff_ms
from clinic_bot.store import history, turns
from clinic_bot.store.database import Database
from clinic_bot.store.policy import Policy
from clinic_bot.store.turns import Claim, Draft, Later
from clinic_bot.turns.contacts import ContactBook
from clinic_bot.turns.emergency import EmergencyKind, find_emergency
from clinic_bot.turns.merge import PendingMessage, merge

log = structlog.get_logger(__name__)


#: However soon the provider says to come back.
_SHORTEST_WAIT_MS = 250


@dataclass(frozen=True, slots=True)
class Limits:
    """Durations are milliseconds."""

    lease_ms: int
    history_turns: int
    history_ms: int
    unavailable_after_ms: int  #: a patient who waited this long for the model gets one honest sentence


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A claim with what the agent reads."""

    claim: Claim
    text: str
    history: tuple[Said, ...]


class Runner:
    """Runs turns; ``interrupt`` reaches the one that thinks for a conversation."""

    def __init__(
        self,
        database: Database,
        agent: Agent,
        outbox: Outbox,
        contacts: ContactBook,
        facts: ClinicFacts,
        clock: Clock,
        policy: Policy,
        metrics: Metrics,
        neighbours: Neighbours,
        limits: Limits,
        *,
        owner: str,
    ) -> None:
        self._database = database
        self._agent = agent
        self._outbox = outbox
        self._contacts = contacts
        self._facts = facts
        self._clock = clock
        self._policy = policy
        self._metrics = metrics
        self._neighbours = neighbours
        self._limits = limits
        self._owner = owner
        self._thinking: dict[int, asyncio.Task[AgentAnswer]] = {}
        self._interrupted_early: set[int] = set()
        self._recalls: set[asyncio.Task[None]] = set()  # the loop itself keeps no strong reference

    def interrupt(self, conversation_id: int) -> None:
        """Cancel the model's call for this conversation, under way or about to begin."""
        task = self._thinking.get(conversation_id)
        if task is not None:
            task.cancel()
        else:
            self._interrupted_early.add(conversation_id)

    def taken_over(self, conversation_id: int) -> None:
        """A person answered: stop thinking, and take back what still waits in Z-API's queue."""
        self.interrupt(conversation_id)
        task = asyncio.create_task(self._outbox.recall(conversation_id))
        self._recalls.add(task)
        task.add_done_callback(self._recalls.discard)

    async def run(self, conversation_id: int) -> int | None:
        """Take the conversation if it is due, and answer it.

        Returns:
            When to look at it again; None when nothing is pending, or somebody else will say.

        Raises:
            StorageUnavailable: the caller tries again later.
        """
        self._interrupted_early.discard(conversation_id)
        taken = await self._database.write(partial(self._claim, conversation_id=conversation_id), urgent=True)
        if isinstance(taken, Later):
            if taken.unanswered:
                log.warning("patient waits for a person", conversation=conversation_id)
            if taken.set_aside:
                self._metrics.turn_ended("dead")
                log.error("turn set aside", conversation=conversation_id)
            return taken.wake_at_ms
        prepared = taken
        claim = prepared.claim
        try:
            result = await self._answer(prepared)
        except Exception:
            # Ours to fix, and this patient's turn must not be lost: it is tried again, and counted.
            log.exception("turn failed", turn=claim.turn_id, conversation=claim.conversation_id)
            result = await self._again(claim, backoff_ms(claim.retries), counts=True)
        self._metrics.turn_ended(result.ended)
        log.info(
            "turn ended",
            turn=claim.turn_id,
            conversation=claim.conversation_id,
            ended=result.ended.value,
            messages=len(claim.messages),
            closed_by=claim.closed_by,
            waited_ms=self._clock.now_ms() - claim.first_ms,
        )
        return result.wake_at_ms

    def _claim(self, connection: Connection, *, conversation_id: int) -> _Prepared | Later:
        """Claim and read the context in one transaction: one fsync and one hop less before the model is asked."""
        now_ms = self._clock.now_ms()
        claim = turns.claim(
            connection,
            conversation_id,
            owner=self._owner,
            now_ms=now_ms,
            lease_ms=self._limits.lease_ms,
            policy=self._policy,
        )
        if isinstance(claim, Later):
            return claim
        quoted = [message.quoted_id for message in claim.messages if message.quoted_id]
        known = history.background(
            connection,
            claim.conversation_id,
            turn_id=claim.turn_id,
            since_ms=now_ms - self._limits.history_ms,
            turns=self._limits.history_turns,
            quoted=quoted,
        )
        return _Prepared(claim, _merged(claim, known), known.said)

    async def _answer(self, prepared: _Prepared) -> Result:
        claim = prepared.claim
        emergency = self._emergency(claim)
        if emergency is not None:
            return await self._outbox.say(claim, emergency, answered_ms=self._clock.now_ms())
        learning = self._contacts.learn_lid(claim)
        now_ms = self._clock.now_ms()
        self._metrics.turn_started(late_seconds=(now_ms - claim.due_ms) / 1000)
        try:
            draft = await self._think(prepared)
        except asyncio.CancelledError:
            return await self._interrupted(claim)
        except (Retry, Operator) as exc:
            draft_or_none = self._when_unavailable(prepared, exc)
            if draft_or_none is None:
                return await self._wait_for_model(claim, exc)
            draft = draft_or_none
        except GiveUp as exc:
            log.warning("handed over", turn=claim.turn_id, problem=str(exc))
            now = self._clock.local(self._facts.timezone)
            draft = Draft(
                prepared.text,
                self._facts.hand_over_text(now),
                hand_over="o assistente não conseguiu responder",
            )
        answered_ms = self._clock.now_ms()
        await learning  # rule 18: a hand-written answer arrives under the LID alone
        return await self._outbox.say(claim, draft, answered_ms=answered_ms)

    def _emergency(self, claim: Claim) -> Draft | None:
        """The clinic's fixed text, without the model, when the pending text shows danger (rule 13)."""
        texts = [message.text for message in claim.messages if message.text]
        found = find_emergency(texts)
        if found is None and not claim.emergency:
            return None
        kind = found.kind if found else EmergencyKind.PHYSICAL
        words = self._facts.texts
        text = words.emotional_crisis if kind is EmergencyKind.EMOTIONAL else words.emergency
        self._metrics.emergency(kind.value)
        log.warning("emergency", turn=claim.turn_id, conversation=claim.conversation_id, kind=kind.value)
        question = "\n".join(texts)[-2000:]
        return Draft(question, text, hand_over="emergência", emergency=found.sign if found else kind.value)

    async def _think(self, prepared: _Prepared) -> Draft:
        claim = prepared.claim
        request = AgentRequest(
            user=_opaque(claim),
            text=prepared.text,
            history=prepared.history,
            now=self._clock.local(self._facts.timezone),
            patient_name=claim.name,
        )
        if claim.conversation_id in self._interrupted_early:
            raise asyncio.CancelledError
        answer = await self._ask(claim.conversation_id, request)
        return Draft(
            question=prepared.text,
            reply=answer.text,
            hand_over=answer.hand_over,
            model=answer.model,
            prompt_tokens=answer.prompt_tokens,
            completion_tokens=answer.completion_tokens,
            calls=answer.calls,
            steps=tuple((step.tool, step.arguments, step.result) for step in answer.steps),
        )

    async def _ask(self, conversation_id: int, request: AgentRequest) -> AgentAnswer:
        """The agent's answer, with what the call says about the provider noted. Cancelled by ``interrupt``."""
        task = asyncio.create_task(self._agent.answer(request))
        self._thinking[conversation_id] = task
        self._metrics.turns_thinking.inc()
        started_ms = self._clock.now_ms()
        answer: AgentAnswer | None = None
        health, word = Health.UNKNOWN, "cancelled"
        try:
            answer = await task
            health, word = Health.OK, "ok"
        except GiveUp:
            health, word = Health.OK, "unusable"
            raise
        except (Retry, Operator) as exc:
            health = _health_after(exc)
            word = health.value
            raise
        finally:
            task.cancel()
            self._metrics.turns_thinking.dec()
            del self._thinking[conversation_id]
            if health is not Health.UNKNOWN:
                self._neighbours.groq = health
            self._note_call(word, self._clock.now_ms() - started_ms, answer)
        return answer

    def _note_call(self, word: str, took_ms: int, answer: AgentAnswer | None) -> None:
        if answer is None:
            self._metrics.model_called("", word, seconds=took_ms / 1000)
            return
        self._metrics.model_called(
            answer.model,
            word,
            seconds=took_ms / 1000,
            prompt_tokens=answer.prompt_tokens,
            completion_tokens=answer.completion_tokens,
        )

    async def _interrupted(self, claim: Claim) -> Result:
        """A person or an emergency came between. The gate knows which, and closes or refuses."""
        log.info("model call cancelled", turn=claim.turn_id, conversation=claim.conversation_id)
        return await self._outbox.withdraw(claim)

    def _when_unavailable(self, prepared: _Prepared, exc: ClinicBotError) -> Draft | None:
        """One honest sentence, and a person, for a patient who has waited too long (rule 17)."""
        claim = prepared.claim
        if self._clock.now_ms() < claim.first_due_ms + self._limits.unavailable_after_ms:
            return None
        log.error("handed over", turn=claim.turn_id, problem=str(exc))
        text = self._facts.unavailable_text(self._clock.local(self._facts.timezone))
        return Draft(prepared.text, text, hand_over="o assistente está fora do ar")

    async def _wait_for_model(self, claim: Claim, exc: ClinicBotError) -> Result:
        """Give claim and slot back, without spending an attempt, and come back when it may work."""
        stated = round(exc.retry_after_s * 1000) if isinstance(exc, ProviderBusy) else None
        wait_ms = stated if stated is not None else backoff_ms(claim.retries)
        patience_ms = claim.first_due_ms + self._limits.unavailable_after_ms - self._clock.now_ms()
        wait_ms = max(_SHORTEST_WAIT_MS, min(wait_ms, patience_ms))
        level = log.error if isinstance(exc, Operator) else log.warning
        level("turn waits for the model", turn=claim.turn_id, problem=str(exc), wait_ms=wait_ms)
        return await self._again(claim, wait_ms, counts=False)

    async def _again(self, claim: Claim, wait_ms: int, *, counts: bool) -> Result:
        now_ms = self._clock.now_ms()
        back = partial(
            turns.give_back,
            claim=claim,
            wake_at_ms=now_ms + wait_ms,
            now_ms=now_ms,
            policy=self._policy,
            counts=counts,
        )
        closed = await self._database.write(back, urgent=True)
        return Result(Ended.GIVEN_BACK if closed.ours else Ended.STALE, closed.wake_at_ms)


def _merged(claim: Claim, known: history.Background) -> str:
    return merge(
        [
            PendingMessage(
                seq=message.seq,
                provider_id=message.provider_id,
                sent_ms=message.sent_ms,
                received_ms=message.received_ms,
                kind=Kind(message.kind),
                text=message.text,
                detail=json.loads(message.detail),
                quoted_id=message.quoted_id,
                quoted_text=known.quoted.get(message.quoted_id or ""),
                late=_is_late(message.sent_ms, message.received_ms, known.last_intent_ms),
                corrects=message.corrects,
            )
            for message in claim.messages
        ]
    )


def _is_late(sent_ms: int | None, received_ms: int, last_intent_ms: int | None) -> bool:
    """Written before our last reply, stored after it: rule 3 wants it said."""
    if sent_ms is None or last_intent_ms is None:
        return False
    return sent_ms < last_intent_ms < received_ms


def _health_after(exc: ClinicBotError) -> Health:
    if isinstance(exc, ProviderBusy):
        return Health.BUSY
    return Health.REFUSED if isinstance(exc, AccountRefused) else Health.DOWN


def _opaque(claim: Claim) -> str:
    """What the provider sees instead of a phone: the same for one conversation, nothing to look up."""
    return hashlib.sha256(f"{claim.instance}:{claim.conversation_id}".encode()).hexdigest()[:32]
