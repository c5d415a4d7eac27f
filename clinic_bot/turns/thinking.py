"""The model's part of a turn: asked, noted, and cancelled when something comes between.

A person who answers, an emergency, and until a turn's cap whatever the patient still says (rule 10).
"""

import asyncio

from clinic_bot.agent.answer import AgentAnswer, AgentRequest
from clinic_bot.agent.loop import Agent
from clinic_bot.clock import Clock
from clinic_bot.errors import AccountRefused, ClinicBotError, GiveUp, Operator, ProviderBusy, Retry
from clinic_bot.operations.metrics import Metrics
from clinic_bot.operations.neighbours import Health, Neighbours
from clinic_bot.store.lease import Claim
from clinic_bot.store.story import Moment, What


class Interrupted(Exception):
    """The call was cancelled before it ended. What the conversation's row says decides what comes next."""


class Thinking:
    """The calls to the agent that are under way, by conversation."""

    def __init__(self, agent: Agent, clock: Clock, metrics: Metrics, neighbours: Neighbours) -> None:
        self._agent = agent
        self._clock = clock
        self._metrics = metrics
        self._neighbours = neighbours
        self._calls: dict[int, tuple[Claim, asyncio.Task[AgentAnswer]]] = {}
        self._before_call: set[int] = set()
        self._newest: dict[int, int] = {}  # revisions told while no call was under way

    def expect(self, conversation_id: int) -> None:
        """A claim is about to be made: only interruptions from here on concern its call."""
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
        claim, call = self._calls[conversation_id]
        if self._joins(claim, revision):
            call.cancel()

    def _joins(self, claim: Claim, revision: int) -> bool:
        return revision > claim.revision and self._clock.now_ms() < claim.newer_until_ms

    async def ask(self, claim: Claim, request: AgentRequest) -> AgentAnswer:
        """The agent's answer. Raises Interrupted, and what ``Agent.answer`` raises."""
        conversation_id = claim.conversation_id
        if conversation_id in self._before_call or self._joins(claim, self._newest.get(conversation_id, 0)):
            raise Interrupted
        call = asyncio.create_task(self._agent.answer(request))
        self._calls[conversation_id] = claim, call
        self._metrics.turns_thinking.inc()
        try:
            answer = await call
        except asyncio.CancelledError:
            claim.story.append(Moment(What.MODEL_CANCELLED, self._clock.now_ms()))
            raise Interrupted from None
        except ClinicBotError as exc:
            self._learn_from(exc)
            raise
        finally:
            call.cancel()
            self._metrics.turns_thinking.dec()
            del self._calls[conversation_id]
            claim.story.extend(_told(request))
        self._neighbours.groq = Health.OK
        return answer

    def _learn_from(self, exc: ClinicBotError) -> None:
        if isinstance(exc, GiveUp):
            self._neighbours.groq = Health.OK
        elif isinstance(exc, ProviderBusy):
            self._neighbours.groq = Health.BUSY
        elif isinstance(exc, Retry | Operator):
            self._neighbours.groq = Health.REFUSED if isinstance(exc, AccountRefused) else Health.DOWN


def _told(request: AgentRequest) -> list[Moment]:
    moments = []
    for call in request.record:
        if call.waited_ms:
            moments.append(Moment(What.WAITED, call.at_ms, call.waited_ms, "its place in line at the model"))
        detail = f"{call.model}: {call.outcome}"
        moments.append(Moment(What.MODEL_CALL, call.at_ms + call.took_ms, call.took_ms, detail))
    return moments
