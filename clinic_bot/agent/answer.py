"""What goes into the agent and what comes out of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from clinic_bot.events import Said


@dataclass(frozen=True, slots=True)
class AgentRequest:
    """One turn.

    Args:
        user: opaque hash of the conversation, for the provider's abuse monitoring; never a phone.
        text: the merged burst.
        history: earlier messages, oldest first, without this turn's.
        now: instant in the clinic's zone.
        patient_name: as WhatsApp shows it; the person chose it, so it is no fact.
    """

    user: str
    text: str
    history: Sequence[Said]
    now: datetime
    patient_name: str | None = None


@dataclass(frozen=True, slots=True)
class ToolStep:
    tool: str
    arguments: str  #: JSON, as the model wrote it
    result: str


@dataclass(frozen=True, slots=True)
class AgentAnswer:
    """What to send, and what it cost.

    Args:
        text: ready for WhatsApp; never empty in this version, where a goodbye gets a goodbye.
        hand_over: why the reception has to take this conversation, in Portuguese; None when it need not.
        model: the one that wrote the answer.
        prompt_tokens: of all calls of the turn, as the provider counted them; so are completion_tokens.
        calls: calls to the provider that were answered, refused generations included.
    """

    text: str
    hand_over: str | None
    model: str
    prompt_tokens: int
    completion_tokens: int
    calls: int
    steps: tuple[ToolStep, ...]
