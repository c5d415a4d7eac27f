"""The model's part of a turn: asked, noted, and cancelled when something comes between.

A person who answers, an emergency, and until a turn's cap or a tool's first change whatever the patient still
says (rules 10 and 11).
"""

import asyncio
from collections.abc import Sequence

import structlog

from clinic_bot.agent.answer import AgentAnswer, AgentRequest
from clinic_bot.agent.loop import Agent
from clinic_bot.agent.review import Found
from clinic_bot.clock import Clock
from clinic_bot.errors import (
    AccountRefused,
    ClinicBotError,
    GiveUp,
    Operator,
    ProviderBusy,
    Retry,
    StorageUnavailable,
)
from clinic_bot.operations.metrics import Metrics
from clinic_bot.operations.neighbours import Health, Neighbours
from clinic_bot.store.story import Moment, What
from clinic_bot.turns.attempt import Attempt
from clinic_bot.turns.pace import Pace

log = structlog.get_logger(__name__)


class Interrupted(Exception):
    """The call was cancelled before it ended. What the conversation's row says decides what comes next."""


class Thinking:
    """The calls to the agent that are under way, by conversation."""

    def __init__(self, agent: Agent, clock: Clock, metrics: Metrics, neighbours: Neighbours) -> None:
        self._agent = agent
        self._clock = clock
        self._metrics = metrics
        self._neighbours = neighbours
        self.pace = Pace()
        self._calls: dict[int, tuple[Attempt, asyncio.Task[AgentAnswer]]] = {}
        self._before_call: set[int] = set()
        self._newest: dict[int, int] = {}  # revisions told while no call was under way

    def forget(self, conversation_id: int) -> None:
        """What was told until now concerns no call that is still to come."""
        self._before_call.discard(conversation_id)
        self._newest.pop(conversation_id, None)

    def interrupt(self, conversation_id: int) -> None:
        """Cancel the call for this conversation, under way or about to begin."""
        if conversation_id in self._calls:
            self._calls[conversation_id][1].cancel()
        else:
            self._before_call.add(conversation_id)

    def newer(self, conversation_id: int, revision: int) -> None:
        """The patient said more: the call is of no use if that may still join its turn."""
        if conversation_id not in self._calls:
            self._newest[conversation_id] = revision
            return
        attempt, call = self._calls[conversation_id]
        if attempt.joins(revision):
            call.cancel()

    async def ask(self, attempt: Attempt, request: AgentRequest) -> AgentAnswer:
        """The agent's answer. Raises Interrupted, and what ``Agent.answer`` raises, NotChanged among it."""
        conversation_id = attempt.claim.conversation_id
        if conversation_id in self._before_call or attempt.joins(self._newest.get(conversation_id, 0)):
            raise Interrupted
        call = asyncio.create_task(self._agent.answer(request))
        self._calls[conversation_id] = attempt, call
        self._metrics.turns_thinking.inc()
        try:
            answer = await call
        except asyncio.CancelledError:
            attempt.claim.story.append(Moment(What.MODEL_CANCELLED, self._clock.now_ms()))
            raise Interrupted from None
        except ClinicBotError as exc:
            self._learn_from(exc)
            raise
        finally:
            call.cancel()
            self._metrics.turns_thinking.dec()
            del self._calls[conversation_id]
            attempt.tell()
            self._count(request.reviews, attempt.claim.turn_id)
        self._neighbours.groq = Health.OK
        self.pace.answered(sum(call.took_ms for call in answer.record), self._clock.steady_ms())
        return answer

    def _count(self, reviews: Sequence[Found], turn_id: int) -> None:
        for found in reviews:
            self._metrics.reply_reviewed(found)
            if found.lets_pass_unread:
                log.warning("reply not reviewed", turn=turn_id, why=found.value)

    def _learn_from(self, exc: ClinicBotError) -> None:
        if isinstance(exc, GiveUp):
            self._neighbours.groq = Health.OK
        elif isinstance(exc, ProviderBusy):
            self._neighbours.groq = Health.BUSY
        elif isinstance(exc, Retry | Operator) and not isinstance(exc, StorageUnavailable):
            self._neighbours.groq = Health.REFUSED if isinstance(exc, AccountRefused) else Health.DOWN
