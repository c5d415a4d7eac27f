"""The gate (rule 14): the one transaction that allows a reply, and pins what it answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, bindparam, update
from sqlmodel import col

from clinic_bot.store import rows, switches
from clinic_bot.store.closing import close, return_to_waiting
from clinic_bot.store.lease import Claim, ours
from clinic_bot.store.policy import Policy
from clinic_bot.store.rows import ConversationRow, TurnRow
from clinic_bot.store.session import session_on
from clinic_bot.store.tables import Step, Turn, TurnState


@dataclass(frozen=True, slots=True)
class Draft:
    """The reply a turn wants to send, and what it cost."""

    question: str
    reply: str
    hand_over: str | None = None
    emergency: str | None = None
    model: str | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    calls: int = 0
    steps: Sequence[tuple[str, str, str]] = ()  #: (tool, arguments, result)


class Gate(StrEnum):
    """What the intent transaction decided. Only OPEN allows the send; after all others the turn is closed or back."""

    OPEN = "open"
    STALE = "stale"
    TAKEN_OVER = "taken_over"
    EMERGENCY = "emergency"  #: the words it answers are an emergency by now
    EMPTY = "empty"
    NEWER = "newer"  #: something came meanwhile and joins the turn
    SWITCHED_OFF = "switched_off"
    DRAFTED = "drafted"  #: nothing is sent where the bot only watches


_WRITE = (
    update(Turn)
    .where(col(Turn.id) == bindparam("turn_id"))
    .values(
        {
            **{name: bindparam(name) for name in ("question", "reply", "hand_over", "emergency", "model")},
            **{
                name: bindparam(name) for name in ("prompt_tokens", "completion_tokens", "calls", "intent_ms")
            },
            "state": TurnState.SENDING.value,
        }
    )
)


def write_intent(
    connection: Connection, claim: Claim, draft: Draft, *, now_ms: int, policy: Policy
) -> tuple[Gate, int | None]:
    """Pin the range and allow the one send, or say why not and end this try, in one transaction.

    A hand-over that the turn itself decided takes effect here and does not silence it.

    Returns:
        The decision, and when to look at the conversation again if the turn ended.
    """
    return _pass(connection, claim, draft, now_ms, policy, sends=True)


def keep_draft(
    connection: Connection, claim: Claim, draft: Draft, *, now_ms: int, policy: Policy
) -> tuple[Gate, int | None]:
    """The same gate where nothing is ever sent: the reply is kept with its turn, which ends here.

    A hand-over is kept as well and takes no effect: the patient was told nothing.
    """
    return _pass(connection, claim, draft, now_ms, policy, sends=False)


def _pass(
    connection: Connection, claim: Claim, draft: Draft, now_ms: int, policy: Policy, *, sends: bool
) -> tuple[Gate, int | None]:
    found = ours(connection, claim)
    if found is None:
        return Gate.STALE, None
    conversation, turn = found
    gate = _decide(connection, conversation, claim, draft, now_ms)
    match gate:
        case Gate.OPEN if sends:
            _write_draft(connection, turn, draft, now_ms)
            conversation.open_hi = claim.high
            if draft.hand_over is not None:
                conversation.human_until_ms = max(conversation.human_until_ms, now_ms + policy.human_ms)
            rows.save(connection, conversation)
            return gate, None
        case Gate.OPEN:
            _write_draft(connection, turn, draft, now_ms)
            state = TurnState.NO_REPLY
        case Gate.TAKEN_OVER:
            state = TurnState.SILENT
        case Gate.EMPTY:
            state = TurnState.EMPTY
        case _:
            conversation.attempts -= 1
            turn.thrown_tokens += draft.prompt_tokens + draft.completion_tokens
            return gate, return_to_waiting(
                connection, conversation, turn, claim, now_ms, policy, why=gate.value
            )
    reason = _REASONS.get(gate)
    wake_at_ms = close(
        connection, conversation, turn, state, now_ms, policy, reason=reason, moments=claim.story
    )
    return Gate.DRAFTED if gate is Gate.OPEN else gate, wake_at_ms


_REASONS = {Gate.TAKEN_OVER: "a person took over", Gate.OPEN: "draft"}


def _decide(
    connection: Connection, conversation: ConversationRow, claim: Claim, draft: Draft, now_ms: int
) -> Gate:
    if conversation.human_until_ms > now_ms:
        return Gate.TAKEN_OVER
    if conversation.emergency_seq >= claim.low and not draft.emergency:
        return Gate.EMERGENCY
    if not any(message.seq <= claim.high for message in rows.pending(connection, conversation)):
        return Gate.EMPTY
    if switches.active(connection, conversation.instance):
        return Gate.SWITCHED_OFF
    if conversation.revision > claim.revision and now_ms < claim.newer_until_ms and not draft.emergency:
        return Gate.NEWER
    return Gate.OPEN


def _write_draft(connection: Connection, turn: TurnRow, draft: Draft, now_ms: int) -> None:
    connection.execute(
        _WRITE,
        {
            "turn_id": turn.id, "intent_ms": now_ms, "question": draft.question, "reply": draft.reply,
            "hand_over": draft.hand_over, "emergency": draft.emergency, "model": draft.model, "calls": draft.calls,
            "prompt_tokens": draft.prompt_tokens, "completion_tokens": draft.completion_tokens,
        },
    )  # fmt: skip
    if draft.steps:
        _keep_steps(connection, turn, draft)


def _keep_steps(connection: Connection, turn: TurnRow, draft: Draft) -> None:
    """The tools' calls; a turn that was given back keeps those of its last try."""
    with session_on(connection) as session:
        for n, (tool, arguments, result) in enumerate(draft.steps, start=1):
            session.merge(Step(turn_id=turn.id, n=n, tool=tool, arguments=arguments, result=result))
