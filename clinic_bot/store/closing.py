"""The end of a turn, or of one try of it: the outcome, giving back, taking back from the dead.

Every end looks again (rule 8): what came meanwhile gets its window in the same transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, update
from sqlmodel import col

from clinic_bot.store import by_hand, contacts, rows, steps, story
from clinic_bot.store.conversations import close_leftover, look_again, release_pin
from clinic_bot.store.lease import Claim, let_go, ours
from clinic_bot.store.policy import Policy
from clinic_bot.store.prepared import Prepared
from clinic_bot.store.rows import ConversationRow, TurnRow
from clinic_bot.store.session import session_on
from clinic_bot.store.story import Moment, What
from clinic_bot.store.tables import Author, Conversation, Message, Turn, TurnState


@dataclass(frozen=True, slots=True)
class Closed:
    """Whether the row was ours; and when to look at the conversation again."""

    ours: bool
    wake_at_ms: int | None = None
    overtaken: bool = False  #: a person answered while the reply was on its way


STALE = Closed(ours=False)

_END = Prepared(
    update(Turn)
    .where(col(Turn.id) == bindparam("turn_id"))
    .values(
        {
            name: bindparam(name)
            for name in ("state", "reason", "outcome_ms", "zaap_id", "message_id", "thrown_tokens")
        }
    )
)
_ANSWERED_BY_A_PERSON = Prepared(
    update(Message)
    .where(
        col(Message.conversation_id) == bindparam("of_conversation"),
        col(Message.seq) > bindparam("floor"),
        col(Message.seq) <= bindparam("high"),
        col(Message.author) == Author.PATIENT,
        col(Message.deleted_ms).is_(None),
        col(Message.handled_ms).is_(None),
    )
    .values(handled_ms=bindparam("now_ms"))
)


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
    found = ours(connection, claim)
    if found is None:
        return STALE
    conversation, turn = found.conversation, found.turn
    turn.zaap_id, turn.message_id = turn.zaap_id or zaap_id, turn.message_id or message_id
    if turn.state not in (TurnState.THINKING, TurnState.SENDING):
        state, reason = TurnState(turn.state), turn.reason
    overtaken = conversation.human_until_ms > now_ms and not _has_it_by_itself(conversation, turn, policy)
    wake_at_ms = close(
        connection, conversation, turn, state, now_ms, policy, reason=reason, moments=claim.story
    )
    return Closed(ours=True, wake_at_ms=wake_at_ms, overtaken=overtaken)


def give_back(
    connection: Connection,
    claim: Claim,
    *,
    wake_at_ms: int | None,
    now_ms: int,
    policy: Policy,
    counts: bool = False,
    withdrawn: str | None = None,
    thrown_tokens: int = 0,
    why: str | None = None,
) -> Closed:
    """Let go of a conversation so that the next claim covers everything that is pending then.

    Args:
        wake_at_ms: when to try again; None means the window's own time, as after superseding.
        counts: whether the attempt was the turn's own fault. Outages, draining and superseding give it back.
        withdrawn: why a reply of this turn, if one was pinned already, is proven unsent.
        why: for the story.
        thrown_tokens: what the model spent on an answer that nobody gets.
    """
    found = ours(connection, claim)
    if found is None:
        return STALE
    conversation, turn = found.conversation, found.turn
    turn.thrown_tokens += thrown_tokens
    if not _may_be_asked_again(turn, withdrawn):
        state = TurnState.UNKNOWN if turn.state == TurnState.SENDING else TurnState(turn.state)
        reason, moments = "broke off after the intent", claim.story
        return Closed(
            True, close(connection, conversation, turn, state, now_ms, policy, reason=reason, moments=moments)
        )
    if withdrawn is not None and turn.state != TurnState.THINKING:
        _withdraw(connection, conversation, turn, withdrawn, now_ms, policy)
    if not counts:
        conversation.attempts -= 1
    again_at_ms = return_to_waiting(
        connection, conversation, turn, claim, now_ms, policy, at_ms=wake_at_ms, why=why or withdrawn
    )
    return Closed(True, again_at_ms)


def return_to_waiting(
    connection: Connection,
    conversation: ConversationRow,
    turn: TurnRow,
    claim: Claim,
    now_ms: int,
    policy: Policy,
    *,
    at_ms: int | None = None,
    why: str | None = None,
) -> int | None:
    """End this try of a turn whose words wait for the next one, no sooner than ``at_ms``; answers when that is."""
    # Also a turn that nothing may join any more is given back: by an emergency, a switch, a process that ends.
    if at_ms is None and claim.newer_until_ms and conversation.revision > claim.revision:
        conversation.superseded += 1
    _write_end(connection, turn, (*claim.story, Moment(What.GIVEN_BACK, now_ms, None, why)))
    _let_go_pinned(connection, conversation, turn, now_ms)
    conversation = _merged_if_asked(connection, conversation, policy, now_ms)
    rearm(connection, conversation, policy, now_ms)
    waits_for_a_person = conversation.human_until_ms > now_ms  # then there is nothing to try again
    if at_ms is not None and conversation.wake_at_ms is not None and not waits_for_a_person:
        conversation.retries += 1
        emergency = conversation.emergency_seq > conversation.done_seq and not claim.emergency
        conversation.wake_at_ms = now_ms if emergency else max(at_ms, now_ms)
        rows.save(connection, conversation)
    return conversation.wake_at_ms


def close(
    connection: Connection,
    conversation: ConversationRow,
    turn: TurnRow,
    state: TurnState,
    now_ms: int,
    policy: Policy,
    *,
    reason: str | None = None,
    moments: Sequence[Moment] = (),
) -> int | None:
    """End the turn for good, and look again. Answers when to look at the conversation next."""
    turn.state, turn.reason, turn.outcome_ms = state, reason, now_ms
    _write_end(connection, turn, (*moments, Moment(What.CLOSED, now_ms, None, str(state))))
    let_go(conversation)
    conversation.attempts = conversation.retries = conversation.superseded = 0
    conversation.done_seq = turn.high
    conversation = _merged_if_asked(connection, conversation, policy, now_ms)
    rearm(connection, conversation, policy, now_ms, leftover=False)
    return conversation.wake_at_ms


def take_back(
    connection: Connection, conversation: ConversationRow, policy: Policy, now_ms: int, *, reason: str
) -> None:
    """End a dead lease. Before the intent the burst is asked again; after it the send is uncertain (rule 16).

    A range that is pinned before the intent was pinned by a tool's change: then it is these messages, no others.
    """
    turn = rows.turn_of_epoch(connection, conversation)
    moments = (
        ()
        if turn is None
        else (Moment(What.CLAIMED, turn.claimed_ms), Moment(What.LOST, now_ms, None, reason))
    )
    if turn is not None and conversation.open_hi is not None and turn.state != TurnState.THINKING:
        # Evidence may have settled it before: then its state stands.
        state = TurnState.UNKNOWN if turn.state == TurnState.SENDING else TurnState(turn.state)
        close(
            connection,
            conversation,
            turn,
            state,
            now_ms,
            policy,
            reason=turn.reason or reason,
            moments=moments,
        )
        return
    if turn is None:
        let_go(conversation)
    else:
        story.record(connection, turn.id, moments)
        _let_go_pinned(connection, conversation, turn, now_ms)
    rearm(connection, conversation, policy, now_ms)


def rearm(
    connection: Connection,
    conversation: ConversationRow,
    policy: Policy,
    now_ms: int,
    *,
    leftover: bool = True,
) -> None:
    """Look again at what is pending, and write the row.

    Args:
        leftover: whether a turn may wait to be tried again; not where the caller has just closed it.
    """
    waiting = rows.pending(connection, conversation)
    release_pin(connection, conversation, waiting, now_ms)
    look_again(conversation, waiting, policy, now_ms)
    if leftover and not waiting:
        close_leftover(connection, conversation, now_ms)
    rows.save(connection, conversation)


def _write_end(connection: Connection, turn: TurnRow, moments: Sequence[Moment]) -> None:
    _END.run(
        connection,
        {
            "turn_id": turn.id,
            "state": turn.state,
            "reason": turn.reason,
            "outcome_ms": turn.outcome_ms,
            "zaap_id": turn.zaap_id,
            "message_id": turn.message_id,
            "thrown_tokens": turn.thrown_tokens,
        },
    )
    story.record(connection, turn.id, moments)


def _withdraw(
    connection: Connection,
    conversation: ConversationRow,
    turn: TurnRow,
    why: str,
    now_ms: int,
    policy: Policy,
) -> None:
    """A pinned reply certainly never left: its range is free again, and what it handed over it did not."""
    if _has_it_by_itself(conversation, turn, policy):
        conversation.human_until_ms = 0  # the hand-over was said to nobody
    elif _is_a_persons(connection, conversation, turn, now_ms):
        # Somebody wrote while the reply was on its way: what it was to answer is hers.
        _answered_by_a_person(connection, conversation, turn, now_ms)
    turn.state, turn.reason, turn.outcome_ms = TurnState.WITHDRAWN, why, now_ms


def _is_a_persons(connection: Connection, conversation: ConversationRow, turn: TurnRow, now_ms: int) -> bool:
    return conversation.human_until_ms > now_ms or by_hand.is_after(connection, conversation.id, turn.high)


def _answered_by_a_person(
    connection: Connection, conversation: ConversationRow, turn: TurnRow, now_ms: int
) -> None:
    asked = {"of_conversation": conversation.id, "floor": conversation.done_seq, "high": turn.high}
    _ANSWERED_BY_A_PERSON.run(connection, {**asked, "now_ms": now_ms})


def _let_go_pinned(connection: Connection, conversation: ConversationRow, turn: TurnRow, now_ms: int) -> None:
    """Nobody owns it; but a range that a tool has changed something for stays pinned for whoever asks again."""
    pinned = conversation.open_hi
    if pinned is not None and turn.state != TurnState.THINKING:  # an intent pins too, and is void by now
        low = conversation.done_seq + 1
        pinned = turn.high if steps.changes(connection, conversation.id, low=low, high=turn.high) else None
    if pinned is not None and _is_a_persons(connection, conversation, turn, now_ms):
        _answered_by_a_person(connection, conversation, turn, now_ms)
    let_go(conversation, open_hi=pinned)


def _may_be_asked_again(turn: TurnRow, withdrawn: str | None) -> bool:
    """Before the intent always; after it only what certainly did not leave, and that nothing proves to have left."""
    return turn.state == TurnState.THINKING or (turn.state == TurnState.SENDING and withdrawn is not None)


def _has_it_by_itself(conversation: ConversationRow, turn: TurnRow, policy: Policy) -> bool:
    """Whether the chat is a person's only because this turn handed it over: nobody has written since."""
    return (
        turn.hand_over is not None and conversation.human_until_ms == (turn.intent_ms or 0) + policy.human_ms
    )


def _merged_if_asked(
    connection: Connection, conversation: ConversationRow, policy: Policy, now_ms: int
) -> ConversationRow:
    """Join the conversation that waited for this one's send to close; rare, so with the tables' objects."""
    if conversation.merge_into is None:
        return conversation
    rows.save(connection, conversation)
    with session_on(connection) as session:
        survivor = session.get_one(Conversation, conversation.merge_into)
        other = session.get_one(Conversation, conversation.id)
        contacts.merge(session, survivor, other, policy, now_ms)
    return rows.locked(connection, conversation.id)
