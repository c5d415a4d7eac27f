"""What goes into the agent and what comes out of it."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from clinic_bot.agent.chat import CallRecord, ChatModel
from clinic_bot.agent.review import Found
from clinic_bot.agent.toolbox import Effect, Query
from clinic_bot.events import Said

#: Makes a tool's change (tool, arguments, effect), or does not, as the gate decides; answers what the effect answered.
#: ``ChangeRefused`` is for the model; whatever else it raises ends the turn, and is raised by the agent as it is.
Change = Callable[[str, str, Effect], Awaitable[str]]

#: Looks at the records of the turn's own conversation.
Read = Callable[[Query], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class ToolStep:
    tool: str
    arguments: str  #: JSON, as the model wrote it
    result: str


async def _nothing_changes(tool: str, arguments: str, effect: Effect) -> str:
    raise LookupError("this turn has no gate for a change to pass")


async def _nothing_is_kept(query: Query) -> str:
    raise LookupError("this turn has no records to read")


@dataclass(frozen=True, slots=True)
class AgentRequest:
    """One turn.

    Args:
        user: opaque hash of the conversation, for the provider's abuse monitoring; never a phone.
        text: the merged burst.
        history: earlier messages, oldest first, without this turn's.
        now: instant in the clinic's zone.
        patient_name: as WhatsApp shows it; the person chose it, so it is no fact.
        record: gets a line for every call to the provider as it ends, so that whoever asked can still tell of a
            turn that failed or was cancelled.
        change: how a tool's change passes the gate.
        read: how a tool looks at the conversation's records.
        done_steps: what an earlier try of the same messages changed. The model is shown it as done.
        standing: what the records say before anything is asked; None where the agent reads that itself.
        notes: what code has seen in the burst and the model is told, in Portuguese.
        model: who is asked instead of the agent's own model.
        reviews: gets a word for every reply that the reviewer was asked about, as ``record`` gets its calls.
    """

    user: str
    text: str
    history: Sequence[Said]
    now: datetime
    patient_name: str | None = None
    record: list[CallRecord] = field(default_factory=list, compare=False, repr=False)
    change: Change = field(default=_nothing_changes, compare=False, repr=False)
    read: Read = field(default=_nothing_is_kept, compare=False, repr=False)
    done_steps: Sequence[ToolStep] = ()
    standing: str | None = None
    notes: str = ""
    model: ChatModel | None = field(default=None, compare=False, repr=False)
    reviews: list[Found] = field(default_factory=list, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class AgentAnswer:
    """What to send, and what it cost.

    Args:
        text: ready for WhatsApp; never empty in this version, where a goodbye gets a goodbye.
        hand_over: why the reception has to take this conversation, in Portuguese; None when it need not.
        model: the one that wrote the answer.
        prompt_tokens: of all calls of the turn, as the provider counted them; so are completion_tokens.
        steps: tool calls that changed nothing; those that did were journalled when they did.
        calls: calls to the provider that were answered, refused generations and reviews included.
        record: every call of the turn, in order, those that came to nothing too.
        wordless: the model decided the hand-over and gave no text that may be said; ``text`` is the clinic's own.
    """

    text: str
    hand_over: str | None
    model: str
    prompt_tokens: int
    completion_tokens: int
    calls: int
    steps: tuple[ToolStep, ...]
    record: tuple[CallRecord, ...] = field(default=(), compare=False)
    wordless: bool = False


def tokens_spent(record: Iterable[CallRecord]) -> int:
    """What the calls of a turn cost, prompt and completion together; of a cancelled turn, what was thrown away."""
    return sum(call.tokens for call in record)
