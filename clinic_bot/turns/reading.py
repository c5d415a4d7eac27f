"""What a turn reads before it asks: its background, and the request that the agent gets."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Connection

from clinic_bot.agent.answer import AgentRequest, ToolStep
from clinic_bot.agent.toolbox import Query
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.store import contacts, history
from clinic_bot.store.history import Background
from clinic_bot.store.lease import Claim
from clinic_bot.store.replies import replies_since
from clinic_bot.store.session import spoils
from clinic_bot.turns import arrivals, data_requests, handing_over
from clinic_bot.turns.arrivals import Arrival
from clinic_bot.turns.loop_guard import HOUR_MS
from clinic_bot.turns.wishes import Wish

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Memory:
    """How far back a turn looks, and at what of the records."""

    turns: int
    ms: int
    standing: Query | None = None  #: what the agent is told of the patient's proposals and appointments


@dataclass(frozen=True, slots=True)
class Taken:
    """A claim, and what was read with it."""

    claim: Claim
    background: Background
    spoken: int  #: replies of the last hour
    standing: str | None = None  #: see ``AgentRequest``


def read_with(connection: Connection, claim: Claim, memory: Memory, now_ms: int) -> Taken:
    background = history.background(
        connection,
        claim.conversation_id,
        turn_id=claim.turn_id,
        since_ms=now_ms - memory.ms,
        turns=memory.turns,
        quoted=[message.quoted_id for message in claim.messages if message.quoted_id],
    )
    spoken = _spoken(connection, claim, background, memory, now_ms)
    return Taken(claim, background, spoken, _standing(connection, claim, memory))


def _standing(connection: Connection, claim: Claim, memory: Memory) -> str | None:
    """A transaction less than if the agent reads it. It does where this fails, as part of a try that is counted: a
    claim that fails would be made again for ever."""
    if memory.standing is None:
        return None
    try:
        return memory.standing(connection, claim.conversation_id)
    except Exception as exc:
        if spoils(exc):
            raise
        log.exception("records not read with the claim", conversation=claim.conversation_id)
        return None


def _spoken(connection: Connection, claim: Claim, background: Background, memory: Memory, now_ms: int) -> int:
    """Replies of the last hour; the background already says when there was none."""
    since_ms, last_ms = now_ms - HOUR_MS, background.last_intent_ms
    if memory.turns and (last_ms is None or last_ms < since_ms):
        return 0
    ids = contacts.aliases(connection, claim.conversation_id)
    return replies_since(connection, ids, since_ms)


@dataclass(frozen=True, slots=True)
class Noticed:
    """What code has seen in a burst."""

    texts: Sequence[str]
    arrived: Sequence[Arrival]
    wishes: Sequence[Wish]

    @property
    def notes(self) -> str:
        """What the model is told of it."""
        people, asked = handing_over.notes(self.wishes), data_requests.notes(data_requests.found(self.texts))
        return " ".join(filter(None, (people, asked, arrivals.notes(self.arrived))))


def notice(taken: Taken, facts: ClinicFacts) -> Noticed:
    claim, background = taken.claim, taken.background
    texts = [message.text for message in claim.messages if message.text]
    wishes = handing_over.noticed(texts, background.said, facts)
    return Noticed(texts, arrivals.arrived(claim.messages), wishes)


def request_of(taken: Taken, text: str, now: datetime, seen: Noticed) -> AgentRequest:
    """What the agent is asked at ``now``. It has no gate yet and no records: whoever asks gives them."""
    claim = taken.claim
    return AgentRequest(
        _opaque(claim),
        text,
        taken.background.said,
        now,
        claim.name,
        done_steps=tuple(ToolStep(step.tool, step.arguments, step.result) for step in claim.done_steps),
        standing=taken.standing,
        notes=seen.notes,
    )


def _opaque(claim: Claim) -> str:
    """What the provider sees instead of a phone: the same for one conversation, nothing to look up."""
    return hashlib.sha256(f"{claim.instance}:{claim.conversation_id}".encode()).hexdigest()[:32]
