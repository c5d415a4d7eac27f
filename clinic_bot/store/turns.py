"""The life of a turn: claimed, pinned by its intent, closed by its outcome.

Every write of a runner carries ``owner`` and ``epoch``. A write that finds another epoch changes nothing and
answers ``Stale``: somebody else has the conversation, and discarding the work is right (rule 7).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, bindparam
from sqlmodel import Session, col, select

from clinic_bot.debounce.window import Window, closed_by
from clinic_bot.store import changes, contacts
from clinic_bot.store.conversations import locked, pending, rearm
from clinic_bot.store.policy import Policy
from clinic_bot.store.session import session_on
from clinic_bot.store.tables import Conversation, Message, Step, Turn, TurnState

#: A turn that failed this often without a reason of the outside world is set aside, and shown.
MAX_ATTEMPTS = 5
#: So much of its words is shown with a dead turn; every message stays stored.
_DEAD_WORDS = 2_000


@dataclass(frozen=True, slots=True)
class Claim:
    """A conversation that is ours until it closes, and what there is to answer.

    ``messages`` are the patient's, by ``seq``; ``low`` to ``high`` is the range the turn takes.
    """

    turn_id: int
    conversation_id: int
    owner: str
    epoch: int
    low: int
    high: int
    instance: str
    phone: str | None
    lid: str | None
    name: str | None
    due_ms: int
    first_due_ms: int  #: of the first claim, where this one is a further try
    closed_by: str
    emergency: bool  #: the messages were recognised as an emergency when they came
    first_ms: int
    retries: int
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Later:
    """Nothing to do now."""

    wake_at_ms: int | None
    unanswered: bool = False  #: a patient has waited too long for the person who has the chat
    set_aside: bool = False  #: the turn failed too often and was closed as dead


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
    """What the intent transaction decided. Only OPEN allows the send."""

    OPEN = "open"
    STALE = "stale"
    TAKEN_OVER = "taken_over"
    EMERGENCY = "emergency"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Closed:
    """Whether the row was ours; and when to look at the conversation again."""

    ours: bool
    wake_at_ms: int | None = None
    overtaken: bool = False  #: a person answered while the reply was on its way


STALE = Closed(ours=False)


def claim(
    connection: Connection, conversation_id: int, *, owner: str, now_ms: int, lease_ms: int, policy: Policy
) -> Claim | Later:
    """Take a conversation that is due, if nobody has it. Raises ``epoch`` and counts the attempt.

    ``wake_at_ms`` becomes the end of the lease, so a runner that vanishes is noticed by the same index. A process
    never asks for a row that its own live task holds; so a row that it does own is a leftover, and taken back.
    """
    with session_on(connection) as session:
        conversation = locked(session, conversation_id)
        wake = conversation.wake_at_ms
        if conversation.owner is not None and (conversation.owner == owner or (wake or 0) <= now_ms):
            _take_back(session, conversation, policy, now_ms, reason="its task ended without an outcome")
            return Later(conversation.wake_at_ms)
        if conversation.owner is not None or wake is None or wake > now_ms:
            return Later(wake)
        waiting = pending(session, conversation)
        if waiting and policy.is_listed(conversation.phone_key, conversation.lid):
            changes.handled(session, conversation, now_ms)
            waiting = []
        if not waiting:
            rearm(session, conversation, policy, now_ms)
            return Later(conversation.wake_at_ms)
        if conversation.human_until_ms > now_ms:
            return _wait_for_person(session, conversation, policy, now_ms)
        if conversation.attempts >= MAX_ATTEMPTS:
            return _set_aside(session, conversation, policy, now_ms)
        return _take(session, conversation, waiting, owner, now_ms, lease_ms, policy)


def _wait_for_person(session: Session, conversation: Conversation, policy: Policy, now_ms: int) -> Later:
    """A person has the chat. Once per wait, somebody is told that the patient still waits."""
    unanswered = conversation.alerted_seq <= conversation.done_seq
    conversation.alerted_seq = conversation.next_seq - 1
    rearm(session, conversation, policy, now_ms)
    return Later(conversation.wake_at_ms, unanswered=unanswered)


def _take(
    session: Session,
    conversation: Conversation,
    waiting: Sequence[Message],
    owner: str,
    now_ms: int,
    lease_ms: int,
    policy: Policy,
) -> Claim:
    due_ms = conversation.wake_at_ms or now_ms
    emergency = conversation.emergency_seq > conversation.done_seq
    first_ms = conversation.first_pending_ms or now_ms
    window = Window(first_ms, conversation.last_ms or now_ms, conversation.hold_until_ms)
    why = "emergency" if emergency else closed_by(window, policy.timing)
    conversation.owner, conversation.epoch = owner, conversation.epoch + 1
    conversation.attempts += 1
    conversation.wake_at_ms = now_ms + lease_ms
    low, high = conversation.done_seq + 1, conversation.next_seq - 1
    assert conversation.id is not None
    turn = _thinking(session, conversation.id) or Turn(
        conversation_id=conversation.id, low=low, high=high, epoch=0, state=TurnState.THINKING,
        closed_by=why, due_ms=due_ms, claimed_ms=now_ms,
    )  # fmt: skip
    if turn.low != low:  # its first messages were answered by a person or deleted: another wait begins
        turn.due_ms, turn.closed_by = due_ms, why
    turn.low, turn.high, turn.epoch, turn.claimed_ms = low, high, conversation.epoch, now_ms
    session.add(turn)
    session.flush()
    for message in waiting:
        session.expunge(message)
    assert turn.id is not None
    return Claim(
        turn_id=turn.id, conversation_id=conversation.id, owner=owner, epoch=conversation.epoch, low=low, high=high,
        instance=conversation.instance, phone=conversation.phone, lid=conversation.lid, name=conversation.name,
        due_ms=due_ms, first_due_ms=turn.due_ms, closed_by=turn.closed_by, emergency=emergency, first_ms=first_ms,
        retries=conversation.retries, messages=tuple(waiting),
    )  # fmt: skip


_THINKING = select(Turn).where(
    col(Turn.conversation_id) == bindparam("id"), col(Turn.state) == TurnState.THINKING
)


def _thinking(session: Session, conversation_id: int) -> Turn | None:
    """The turn of a claim that was given back or whose process died: its successor goes on with it."""
    return session.exec(_THINKING, params={"id": conversation_id}).first()


def _set_aside(session: Session, conversation: Conversation, policy: Policy, now_ms: int) -> Later:
    assert conversation.id is not None
    turn = _thinking(session, conversation.id)
    if turn is not None:
        turn.state, turn.reason, turn.outcome_ms = TurnState.DEAD, "failed every attempt", now_ms
        words = [message.text for message in pending(session, conversation) if message.seq <= turn.high]
        turn.question = turn.question or "\n".join(words)[-_DEAD_WORDS:]
        conversation.done_seq = turn.high
    conversation.attempts = 0
    session.flush()
    rearm(session, conversation, policy, now_ms)
    return Later(conversation.wake_at_ms, set_aside=True)


def write_intent(
    connection: Connection, claim: Claim, draft: Draft, *, now_ms: int, policy: Policy
) -> tuple[Gate, int | None]:
    """The gate (rule 14): pin the range and allow the one send, or say why not.

    A hand-over that the turn itself decided takes effect here and does not silence it. Where a person took
    over, or every message was deleted, the turn closes in this same transaction.

    Returns:
        The decision, and when to look at the conversation again if the turn closed.
    """
    with session_on(connection) as session:
        found = _ours(session, claim)
        if found is None:
            return Gate.STALE, None
        conversation, turn = found
        if conversation.human_until_ms > now_ms:
            close = _close(
                session, conversation, turn, TurnState.SILENT, now_ms, policy, reason="a person took over"
            )
            return Gate.TAKEN_OVER, close.wake_at_ms
        if conversation.emergency_seq > claim.high or (
            conversation.emergency_seq >= claim.low and not draft.emergency
        ):
            return Gate.EMERGENCY, None
        if not any(message.seq <= claim.high for message in pending(session, conversation)):
            close = _close(session, conversation, turn, TurnState.EMPTY, now_ms, policy)
            return Gate.EMPTY, close.wake_at_ms
        _fill(session, turn, draft)
        turn.state, turn.intent_ms = TurnState.SENDING, now_ms
        conversation.open_hi = claim.high
        if draft.hand_over is not None:
            conversation.human_until_ms = max(conversation.human_until_ms, now_ms + policy.human_ms)
        return Gate.OPEN, None


def _fill(session: Session, turn: Turn, draft: Draft) -> None:
    turn.question, turn.reply, turn.hand_over = draft.question, draft.reply, draft.hand_over
    turn.emergency, turn.model, turn.calls = draft.emergency, draft.model, draft.calls
    turn.prompt_tokens, turn.completion_tokens = draft.prompt_tokens, draft.completion_tokens
    assert turn.id is not None
    for n, (tool, arguments, result) in enumerate(draft.steps, start=1):
        session.merge(Step(turn_id=turn.id, n=n, tool=tool, arguments=arguments, result=result))


def record_outcome(
    connection: Connection,
    claim: Claim,
    state: TurnState,
    *,
    now_ms: int,
    policy: Policy,
    zaap_id: str | None = None,
    message_id: str | None = None,
    reason: str | None = None,
) -> Closed:
    """Close the turn with what the provider said. Evidence may have settled it before: then only ids are added."""
    with session_on(connection) as session:
        found = _ours(session, claim)
        if found is None:
            return STALE
        conversation, turn = found
        turn.zaap_id, turn.message_id = turn.zaap_id or zaap_id, turn.message_id or message_id
        if turn.state not in (TurnState.THINKING, TurnState.SENDING):
            state, reason = TurnState(turn.state), turn.reason
        overtaken = conversation.human_until_ms > now_ms and not _has_it_by_itself(conversation, turn, policy)
        closed = _close(session, conversation, turn, state, now_ms, policy, reason=reason)
        return Closed(ours=True, wake_at_ms=closed.wake_at_ms, overtaken=overtaken)


def give_back(
    connection: Connection,
    claim: Claim,
    *,
    wake_at_ms: int | None,
    now_ms: int,
    policy: Policy,
    counts: bool = False,
    withdrawn: str | None = None,
) -> Closed:
    """Let go of a conversation so that the next claim covers everything that is pending then.

    Args:
        wake_at_ms: when to try again; None means the window's own time, as after superseding.
        counts: whether the attempt was the turn's own fault. Outages, draining and superseding give it back.
        withdrawn: why the reply that was already pinned is proven unsent.
    """
    with session_on(connection) as session:
        found = _ours(session, claim)
        if found is None:
            return STALE
        conversation, turn = found
        if not _may_be_asked_again(turn, withdrawn):
            state = TurnState.UNKNOWN if turn.state == TurnState.SENDING else TurnState(turn.state)
            return _close(
                session, conversation, turn, state, now_ms, policy, reason="broke off after the intent"
            )
        _let_go(conversation)
        if not counts:
            conversation.attempts -= 1
        if withdrawn is not None:
            if _has_it_by_itself(conversation, turn, policy):
                conversation.human_until_ms = 0  # the hand-over was said to nobody
            elif conversation.human_until_ms > now_ms:
                _answered_by_a_person(session, conversation, turn, now_ms)
            turn.state, turn.reason, turn.outcome_ms = TurnState.WITHDRAWN, withdrawn, now_ms
        session.flush()
        _merge_if_asked(session, conversation, policy, now_ms)
        rearm(session, conversation, policy, now_ms)
        waits_for_a_person = conversation.human_until_ms > now_ms  # then there is nothing to try again
        if wake_at_ms is not None and conversation.wake_at_ms is not None and not waits_for_a_person:
            conversation.retries += 1
            emergency = conversation.emergency_seq > conversation.done_seq and not claim.emergency
            conversation.wake_at_ms = now_ms if emergency else max(wake_at_ms, now_ms)
        return Closed(ours=True, wake_at_ms=conversation.wake_at_ms)


def _answered_by_a_person(session: Session, conversation: Conversation, turn: Turn, now_ms: int) -> None:
    """Somebody wrote while the reply was on its way, and the reply never left: what it was to answer is hers."""
    for message in pending(session, conversation):
        if message.seq <= turn.high:
            message.handled_ms = now_ms


def _let_go(conversation: Conversation) -> None:
    """Nobody owns it, nothing is pinned, and the end of the lease is no instant of anybody's any more."""
    conversation.owner = conversation.open_hi = conversation.wake_at_ms = None


def _may_be_asked_again(turn: Turn, withdrawn: str | None) -> bool:
    """Before the intent always; after it only what certainly did not leave, and that nothing proves to have left."""
    return turn.state == TurnState.THINKING or (turn.state == TurnState.SENDING and withdrawn is not None)


def _has_it_by_itself(conversation: Conversation, turn: Turn, policy: Policy) -> bool:
    """Whether the chat is a person's only because this turn handed it over: nobody has written since."""
    return (
        turn.hand_over is not None and conversation.human_until_ms == (turn.intent_ms or 0) + policy.human_ms
    )


def _ours(session: Session, claim: Claim) -> tuple[Conversation, Turn] | None:
    conversation = locked(session, claim.conversation_id)
    if conversation.owner != claim.owner or conversation.epoch != claim.epoch:
        return None
    return conversation, session.get_one(Turn, claim.turn_id)


def _close(
    session: Session,
    conversation: Conversation,
    turn: Turn,
    state: TurnState,
    now_ms: int,
    policy: Policy,
    *,
    reason: str | None = None,
) -> Closed:
    """End the turn and look again: what came meanwhile gets its window in this same transaction (rule 8)."""
    turn.state, turn.reason, turn.outcome_ms = state, reason, now_ms
    _let_go(conversation)
    conversation.attempts = conversation.retries = conversation.superseded = 0
    session.flush()
    conversation.done_seq = turn.high
    _merge_if_asked(session, conversation, policy, now_ms)
    rearm(session, conversation, policy, now_ms, leftover=False)
    return Closed(ours=True, wake_at_ms=conversation.wake_at_ms)


def _merge_if_asked(session: Session, conversation: Conversation, policy: Policy, now_ms: int) -> None:
    if conversation.merge_into is not None:
        survivor = session.get_one(Conversation, conversation.merge_into)
        contacts.merge(session, survivor, conversation, policy, now_ms)


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a new process found of the one before it."""

    thinking: int  #: turns before their intent; asked again
    unknown: int  #: sends that may or may not have left


def recover(connection: Connection, *, now_ms: int, policy: Policy) -> Recovered:
    """Take back every lease of the process before: the lock file says that it is dead.

    A send that was under way becomes unknown and does not block its phone (rule 16). Turns that merely were
    open beside others when the process died are innocent: their attempt is given back.
    """
    with session_on(connection) as session:
        owned = session.exec(select(Conversation).where(col(Conversation.owner).is_not(None))).all()
        thinking = unknown = 0
        for conversation in owned:
            was_pinned = conversation.open_hi is not None
            _take_back(session, conversation, policy, now_ms, reason="the process died")
            if was_pinned:
                unknown += 1
            else:
                thinking += 1
                conversation.attempts -= len(owned) > 1
        return Recovered(thinking, unknown)


def _take_back(
    session: Session, conversation: Conversation, policy: Policy, now_ms: int, *, reason: str
) -> None:
    """End a dead lease. Before the intent the burst is asked again; after it the send is uncertain."""
    turn = session.exec(
        select(Turn)
        .where(Turn.conversation_id == conversation.id, Turn.epoch == conversation.epoch)
        .order_by(col(Turn.id).desc())
    ).first()
    if turn is not None and conversation.open_hi is not None:
        # Evidence may have settled it before: then its state stands.
        state = TurnState.UNKNOWN if turn.state == TurnState.SENDING else TurnState(turn.state)
        _close(session, conversation, turn, state, now_ms, policy, reason=turn.reason or reason)
        return
    _let_go(conversation)
    session.flush()
    rearm(session, conversation, policy, now_ms)
