"""What makes a reply of a burst: the model, the agent with its tools, and the runner of turns."""

from dataclasses import dataclass
from functools import partial

from clinic_bot.agent.booking import FrontDesk
from clinic_bot.agent.chat import CallRecord
from clinic_bot.agent.groq import GroqModel
from clinic_bot.agent.loop import Agent
from clinic_bot.agent.reviewer import Reviewer
from clinic_bot.agent.toolbox import Booking
from clinic_bot.assembly.ground import Ground
from clinic_bot.operations.metrics import Metrics
from clinic_bot.reply.outbox import Outbox
from clinic_bot.reply.zapi import ZapiClient
from clinic_bot.turns.ahead import Ahead
from clinic_bot.turns.backlog import Backlog, Choice
from clinic_bot.turns.composer import Composer
from clinic_bot.turns.contacts import ContactBook
from clinic_bot.turns.own_words import OwnWords
from clinic_bot.turns.pace import Pace
from clinic_bot.turns.reading import Memory
from clinic_bot.turns.runner import Limits, Runner
from clinic_bot.turns.short_replies import ShortReplies
from clinic_bot.turns.thinking import Thinking


@dataclass(frozen=True, slots=True)
class Mind:
    runner: Runner
    ahead: Ahead | None  #: asks the model before windows close, where that is wanted


def mind_of(ground: Ground, zapi: ZapiClient, outbox: Outbox) -> Mind:
    settings, facts, clock, policy = ground.settings, ground.facts, ground.clock, ground.policy
    booking = _booking(ground)
    model = _model(ground)
    reviewer = None
    if settings.review_model:
        reviewer = Reviewer(settings.review_model, facts, books=booking is not None, clock=clock)
    agent = Agent(
        model,
        facts,
        max_steps=settings.agent_max_steps,
        timeout_s=settings.agent_timeout_s,
        clock=clock,
        booking=booking,
        composed=settings.replies == "composed",
        reviewer=reviewer,
    )
    memory = Memory(
        settings.history_turns,
        round(settings.history_hours * 3_600_000),
        standing=booking.standing if booking else None,
    )
    thinking = Thinking(agent, clock, ground.metrics, ground.neighbours)
    ahead = _ahead(ground, agent, model, memory, thinking.pace)
    short_replies = ShortReplies(ground.database, facts, clock, binding=settings.mode.sends)
    composer = Composer(_own_words(ground), short_replies, thinking, facts, clock, ground.metrics, ahead)
    limits = Limits(memory, unavailable_after_ms=round(settings.unavailable_after_s * 1000))
    contacts = ContactBook(ground.database, zapi, clock, policy)
    runner = Runner(
        ground.database, thinking, composer, outbox, contacts, clock, policy, ground.metrics, limits, ground.leases,
        ahead,
    )  # fmt: skip
    ground.ending.at_the_end(runner.finish)
    return Mind(runner, ahead)


def _model(ground: Ground) -> GroqModel:
    settings, credentials = ground.settings, ground.credentials
    model = GroqModel(
        credentials.groq_key,
        base_url=credentials.groq_url,
        models=settings.groq_models,
        max_tokens=settings.agent_max_tokens,
        clock=ground.clock,
        call_timeout_s=settings.groq_call_timeout_s,
        tokens_per_minute=settings.groq_tokens_per_minute,
        requests_per_minute=settings.groq_requests_per_minute,
        alert=ground.alerts.alert,
        called=partial(_count, ground.metrics),
        shared_on=ground.database if ground.leases.shared else None,
        reviewer=settings.review_model,
    )
    ground.ending.at_the_end(model.close)
    return model


def _booking(ground: Ground) -> Booking | None:
    """The agenda, where the clinic's file has one; without it the reception keeps its own."""
    if not ground.facts.has_agenda:
        return None
    now = partial(ground.clock.local, ground.facts.timezone)
    return FrontDesk(ground.facts, now, binding=ground.settings.mode.sends).booking()


def _own_words(ground: Ground) -> OwnWords:
    settings = ground.settings
    return OwnWords(
        ground.facts, ground.clock, ground.metrics, ground.alerts.alert,
        Backlog(Choice(settings.backlog), round(settings.backlog_age_s * 1000)),
        max_replies_per_hour=settings.max_replies_per_hour, sends=settings.mode.sends,
    )  # fmt: skip


def _ahead(ground: Ground, agent: Agent, model: GroqModel, memory: Memory, pace: Pace) -> Ahead | None:
    settings = ground.settings
    if not (settings.speculate and settings.mode.sends):  # where nothing is sent, nobody waits
        return None
    ahead = Ahead(
        ground.database, agent, model, model.has_room, ground.facts, ground.clock, ground.policy, ground.metrics,
        memory, pace, settings.max_replies_per_hour,
    )  # fmt: skip
    ground.ending.at_the_end(ahead.stop)
    return ahead


def _count(metrics: Metrics, call: CallRecord) -> None:
    metrics.model_called(
        call.model,
        call.outcome,
        seconds=call.took_ms / 1000,
        prompt_tokens=call.prompt_tokens,
        completion_tokens=call.completion_tokens,
    )
