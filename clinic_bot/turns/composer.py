"""Writes what a turn says: the clinic's own words where they are enough, else the model's, with what code saw."""

from dataclasses import replace

import structlog

from clinic_bot.agent.answer import AgentAnswer
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clock import Clock
from clinic_bot.errors import GiveUp
from clinic_bot.operations.metrics import Metrics
from clinic_bot.store.claims import Later
from clinic_bot.store.gate import Draft
from clinic_bot.store.lease import Claim
from clinic_bot.turns import arrivals, data_requests, done, handing_over, unheard
from clinic_bot.turns.ahead import Ahead
from clinic_bot.turns.attempt import Attempt
from clinic_bot.turns.burst import merged
from clinic_bot.turns.own_words import OwnWords
from clinic_bot.turns.reading import Taken, notice, request_of
from clinic_bot.turns.short_replies import ShortReplies, opting
from clinic_bot.turns.thinking import Thinking

log = structlog.get_logger(__name__)


class Composer:
    """Drafts for claims; nothing is said and nothing but a tool's change is stored here.

    Args:
        ahead: who asked the model before windows closed; None where nobody does.
    """

    def __init__(
        self,
        own_words: OwnWords,
        short_replies: ShortReplies,
        thinking: Thinking,
        facts: ClinicFacts,
        clock: Clock,
        metrics: Metrics,
        ahead: Ahead | None = None,
    ) -> None:
        self._own_words = own_words
        self._short_replies = short_replies
        self._thinking = thinking
        self._facts = facts
        self._clock = clock
        self._metrics = metrics
        self._ahead = ahead

    # Without the model.

    def at_once(self, taken: Taken) -> tuple[str, Draft | None]:
        """The burst as one text, and what is said to it whatever a model would say; None: compose it."""
        claim, said = taken.claim, taken.background.said
        if (draft := self._own_words.emergency(claim)) is not None:
            return draft.question, draft
        text = merged(claim, taken.background)
        return text, self._own_words.instead_of_the_model(claim, text, said, spoken=taken.spoken)

    def out_of_order(self, attempt: Attempt, taken: Taken) -> Draft:
        """What is said after the model could not be asked for too long."""
        return self._own_words.out_of_order(
            attempt.claim, attempt.text, taken.background.said, attempt.changed
        )

    def completed(self, claim: Claim, draft: Draft) -> Draft:
        """A draft with what the burst wants of reminders and of its writer's data, whatever it says."""
        texts = [message.text for message in claim.messages if message.text]
        return data_requests.recorded(opting(claim, draft, self._facts), texts, self._facts)

    def tell_reception(self, claim: Claim, draft: Draft) -> None:
        """A reply left, or may have, that gives the reception something to do."""
        self._own_words.tell_reception(claim, draft)

    def patient_waits(self, later: Later, *, minutes: int) -> None:
        """A patient has waited too long for the person who has the chat."""
        self._own_words.patient_waits(later.phone, later.lid, minutes=minutes)

    # With it.

    async def compose(self, attempt: Attempt, taken: Taken) -> Draft:
        """The reply, by what code understands by itself, or by the agent.

        Raises:
            Interrupted, NotChanged: the try is over.
            Retry, Operator: nobody could be asked; StorageUnavailable among them.
        """
        short = await self._short_replies.draft(attempt, attempt.text, taken.background.said)
        if short is not None:
            return short
        attempt.text = await self._short_replies.noted(attempt.claim, attempt.text)
        return await self._asked(attempt, taken)

    async def _asked(self, attempt: Attempt, taken: Taken) -> Draft:
        """Ask the agent; where it can give no usable answer, the clinic's own sentence hands over."""
        claim, said = attempt.claim, taken.background.said
        self._metrics.turn_started(late_seconds=(self._clock.now_ms() - claim.due_ms) / 1000)
        seen = notice(taken, self._facts)
        ahead, guess = self._ahead, None if self._ahead is None else self._ahead.take(claim.conversation_id)
        request = replace(
            request_of(taken, attempt.text, self._clock.local(self._facts.timezone), seen),
            record=attempt.calls,
            change=attempt.change,
            read=attempt.read,
            model=None if ahead is None or guess is None else guess.answering(ahead.model),
        )
        try:
            answer = await self._thinking.ask(attempt, request)
        except GiveUp as exc:
            log.warning("handed over", turn=claim.turn_id, problem=str(exc))
            draft = self._own_words.could_not_answer(claim, attempt.text, said, attempt.changed)
            asked = [call.model for call in attempt.calls if not call.review]
            return replace(draft, model=asked[-1] if asked else None, thrown_tokens=attempt.spent)
        thrown = (guess.thrown_tokens if guess else 0) + (ahead.owed(claim.conversation_id) if ahead else 0)
        draft = _drafted(attempt.text, answer, thrown)
        if answer.wordless:
            draft = done.told(draft, attempt.changed)
        draft = handing_over.settled(
            draft, seen.wishes, texts=seen.texts, said=said, facts=self._facts, now=request.now
        )
        draft = arrivals.acknowledged(draft, seen.arrived, self._facts)
        return replace(draft, reply=unheard.told(draft.reply, claim.messages))


def _drafted(text: str, answer: AgentAnswer, thrown_tokens: int) -> Draft:
    return Draft(
        question=text,
        reply=answer.text,
        hand_over=answer.hand_over,
        model=answer.model,
        prompt_tokens=answer.prompt_tokens,
        completion_tokens=answer.completion_tokens,
        calls=answer.calls,
        thrown_tokens=thrown_tokens,
        steps=tuple((step.tool, step.arguments, step.result) for step in answer.steps),
    )
