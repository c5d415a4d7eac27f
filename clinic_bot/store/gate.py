"""The gate (rule 14): the one transaction that allows a reply, and pins what it answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, bindparam, update
from sqlmodel import col

from clinic_bot.events import MediaState
from clinic_bot.store import listening, reminders, rows, steps
from clinic_bot.store.closing import close, return_to_waiting
from clinic_bot.store.lease import Claim, ours
from clinic_bot.store.policy import Policy
from clinic_bot.store.prepared import Prepared
from clinic_bot.store.rows import ConversationRow, Held, TurnRow
from clinic_bot.store.tables import UNREAD, Message, Turn, TurnState


@dataclass(frozen=True, slots=True)
class Draft:
    """The reply a turn wants to send, and what it cost."""

    question: str
    reply: str
    hand_over: str | None = None
    for_reception: str | None = None  #: what the reception has to know of this turn; no patient's words in it
    emergency: str | None = None
    model: str | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    calls: int = 0
    thrown_tokens: int = 0  #: spent before the turn on answers that it did not use
    opt_out: bool | None = None  #: with it the patient wants no more reminders, or wants them again
    steps: Sequence[tuple[str, str, str]] = ()  #: (tool, arguments, result) of calls that changed nothing


class Gate(StrEnum):
    """What the intent transaction decided. Only OPEN allows the send; after TYPING the turn goes on and asks again, and
    after all others it is closed or back."""

    OPEN = "open"
    STALE = "stale"
    TAKEN_OVER = "taken_over"
    EMERGENCY = "emergency"  #: the words it answers are an emergency by now
    EMPTY = "empty"
    NEWER = "newer"  #: something came meanwhile and joins the turn
    TYPING = "typing"  #: the patient writes on, and what comes of it may join the turn
    SWITCHED_OFF = "switched_off"
    DRAFTED = "drafted"  #: nothing is sent where the bot only watches


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a tool's change. With another gate than OPEN nothing was changed, and the try has ended."""

    gate: Gate
    result: str = ""  #: what the model reads, journalled
    wake_at_ms: int | None = None  #: when to look at the conversation again if the turn ended


_WHY = ("hand_over", "for_reception", "emergency")
_WRITE = Prepared(
    update(Turn)
    .where(col(Turn.id) == bindparam("turn_id"))
    .values(
        {
            **{name: bindparam(name) for name in ("question", "reply", "model", *_WHY)},
            **{
                name: bindparam(name) for name in ("prompt_tokens", "completion_tokens", "calls", "intent_ms")
            },
            "thrown_tokens": col(Turn.thrown_tokens) + bindparam("thrown"),
            "state": TurnState.SENDING.value,
        }
    )
)


def write_intent(
    connection: Connection, claim: Claim, draft: Draft, *, now_ms: int, policy: Policy, waits: bool = False
) -> tuple[Gate, int | None]:
    """Pin the range and allow the one send, or say why not and end this try, in one transaction.

    A hand-over that the turn itself decided takes effect here and does not silence it.

    Args:
        waits: whether a patient who is typing holds the reply, where what they write could still join it.

    Returns:
        The decision, and when to look at the conversation again if the turn ended; after TYPING, when the hold ends.
    """
    return _pass(connection, claim, draft, now_ms, policy, sends=True, waits=waits)


def keep_draft(
    connection: Connection, claim: Claim, draft: Draft, *, now_ms: int, policy: Policy
) -> tuple[Gate, int | None]:
    """The same gate where nothing is ever sent: the reply is kept with its turn, which ends here.

    A hand-over is kept as well and takes no effect: the patient was told nothing.
    """
    return _pass(connection, claim, draft, now_ms, policy, sends=False)


def _pass(
    connection: Connection,
    claim: Claim,
    draft: Draft,
    now_ms: int,
    policy: Policy,
    *,
    sends: bool,
    waits: bool = False,
) -> tuple[Gate, int | None]:
    found = ours(connection, claim)
    if found is None:
        return Gate.STALE, None
    conversation, turn = found.conversation, found.turn
    gate = _decide(found, claim, now_ms, emergency=draft.emergency is not None)
    if gate is not Gate.OPEN:
        spent = draft.prompt_tokens + draft.completion_tokens
        return gate, _end_try(connection, conversation, turn, claim, gate, now_ms, policy, spent=spent)
    emergency = draft.emergency is not None
    if waits and conversation.hold_until_ms > now_ms and _may_grow(found, claim, now_ms, emergency=emergency):
        return Gate.TYPING, min(conversation.hold_until_ms, claim.newer_until_ms)
    _write_draft(connection, conversation, turn, draft, now_ms)
    _note_unheard(connection, claim)
    if draft.opt_out is not None:
        reminders.opt(connection, conversation.id, out=draft.opt_out, now_ms=now_ms)
    if not sends:
        moments = claim.story
        return Gate.DRAFTED, close(
            connection,
            conversation,
            turn,
            TurnState.NO_REPLY,
            now_ms,
            policy,
            reason="draft",
            moments=moments,
        )
    conversation.open_hi = claim.high
    listening.spoke(conversation, policy.listener, now_ms, draft.reply)
    if draft.hand_over is not None:
        conversation.human_until_ms = max(conversation.human_until_ms, now_ms + policy.human_ms)
    rows.save(connection, conversation)
    return gate, None


def record_change(
    connection: Connection,
    claim: Claim,
    *,
    tool: str,
    arguments: str,
    effect: Callable[[Connection], str],
    now_ms: int,
    policy: Policy,
    spent: int = 0,
) -> Change:
    """Let a tool change something and journal it, or say why not and end this try, in one transaction (rule 11).

    The first change pins the range: from then on nothing newer joins the turn, and after a crash the same messages
    are asked again with what was done (``Claim.done_steps``). Only an emergency still comes before the reply.

    Args:
        effect: the change itself, on this connection; answers what the model reads. What it raises undoes everything.
        spent: tokens that are thrown away if the try ends here.
    """
    found = ours(connection, claim)
    if found is None or found.turn.state != TurnState.THINKING:
        return Change(Gate.STALE)
    conversation, turn = found.conversation, found.turn
    gate = _decide(found, claim, now_ms, emergency=False)
    if gate is not Gate.OPEN:
        wake_at_ms = _end_try(connection, conversation, turn, claim, gate, now_ms, policy, spent=spent)
        return Change(gate, wake_at_ms=wake_at_ms)
    result = effect(connection)
    last = steps.last(connection, turn.id)
    steps.append(connection, turn.id, [(tool, arguments, result)], state=steps.CHANGED, after=last)
    if conversation.open_hi is None:
        conversation.open_hi = claim.high
        rows.save(connection, conversation)
    return Change(gate, result)


_CLOSED_AS = {Gate.TAKEN_OVER: (TurnState.SILENT, "a person took over"), Gate.EMPTY: (TurnState.EMPTY, None)}


def _end_try(
    connection: Connection,
    conversation: ConversationRow,
    turn: TurnRow,
    claim: Claim,
    gate: Gate,
    now_ms: int,
    policy: Policy,
    *,
    spent: int = 0,
) -> int | None:
    """Close the turn that a gate refused, or let its words wait for the next try."""
    turn.thrown_tokens += spent
    if gate in _CLOSED_AS:
        state, reason = _CLOSED_AS[gate]
        return close(
            connection, conversation, turn, state, now_ms, policy, reason=reason, moments=claim.story
        )
    conversation.attempts -= 1
    return return_to_waiting(connection, conversation, turn, claim, now_ms, policy, why=gate.value)


def _decide(held: Held, claim: Claim, now_ms: int, *, emergency: bool) -> Gate:
    conversation = held.conversation
    if conversation.human_until_ms > now_ms:
        return Gate.TAKEN_OVER
    if conversation.emergency_seq >= claim.low and not emergency:
        return Gate.EMERGENCY
    if not held.waits:
        return Gate.EMPTY
    if held.switched_off:
        return Gate.SWITCHED_OFF
    may_grow = _may_grow(held, claim, now_ms, emergency=emergency)
    return Gate.NEWER if may_grow and conversation.revision > claim.revision else Gate.OPEN


def _may_grow(held: Held, claim: Claim, now_ms: int, *, emergency: bool) -> bool:
    """Whether something newer may still join the turn."""
    return held.conversation.open_hi is None and now_ms < claim.newer_until_ms and not emergency


def _note_unheard(connection: Connection, claim: Claim) -> None:
    """What was heard in the last moment, too late to join: history must not say that it was answered."""
    unread = [message.seq for message in claim.messages if message.media_state in UNREAD]
    if not unread:
        return
    connection.execute(
        update(Message)
        .where(
            col(Message.conversation_id) == claim.conversation_id,
            col(Message.seq).in_(unread),
            col(Message.media_state) == MediaState.READ.value,
        )
        .values(media_state=MediaState.LATE.value)
    )


def _write_draft(
    connection: Connection, conversation: ConversationRow, turn: TurnRow, draft: Draft, now_ms: int
) -> None:
    turn.thrown_tokens += draft.thrown_tokens
    _WRITE.run(
        connection,
        {
            "turn_id": turn.id, "intent_ms": now_ms, "question": draft.question, "reply": draft.reply,
            "model": draft.model, "calls": draft.calls, "prompt_tokens": draft.prompt_tokens,
            "completion_tokens": draft.completion_tokens, **{name: getattr(draft, name) for name in _WHY},
            "thrown": draft.thrown_tokens,
        },
    )  # fmt: skip
    if draft.steps:
        last = 0 if conversation.open_hi is None else steps.last(connection, turn.id)
        steps.append(connection, turn.id, draft.steps, state=steps.READ, after=last)
