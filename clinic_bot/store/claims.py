"""Taking a conversation that is due: the one statement that says whose turn it is."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Text, bindparam, func, insert, update
from sqlmodel import col

from clinic_bot.debounce.patience import FIXED
from clinic_bot.debounce.window import Window, closed_by
from clinic_bot.debounce.window import due_ms as window_due_ms
from clinic_bot.events import MediaState
from clinic_bot.store import changes, listening, rows, steps, story
from clinic_bot.store.closing import rearm, take_back
from clinic_bot.store.conversations import wake_of
from clinic_bot.store.lease import Claim
from clinic_bot.store.policy import Policy
from clinic_bot.store.prepared import Prepared
from clinic_bot.store.rows import ConversationRow, Due, MessageRow
from clinic_bot.store.session import driver_of, is_postgres, session_on
from clinic_bot.store.story import Moment, What
from clinic_bot.store.tables import UNREAD, Conversation, Turn, TurnState

#: A turn that failed this often without a reason of the outside world is set aside, and shown.
MAX_ATTEMPTS = 5
#: So often something newer may join a turn; a steady stream of messages is answered all the same (rule 10).
MAX_SUPERSEDED = 3
#: While everything is switched off a conversation that is due is looked at so often; its row stays as it is.
_SWITCHED_OFF_MS = 5_000
#: While another replica's transaction has the row: it is over in milliseconds, and may have moved the window.
_BUSY_MS = 20
#: A turn that was open at so many ends of a process is suspected of causing them.
SUSPECT = 2
_SUSPECTED_MS = 1_000
#: Any number, as long as it is nobody else's.
_SUSPECTS_LOCK = 0x73757370656374
#: Over the open windows, by the index of ``wake_at_ms``; a suspect is rare.
_OPEN_SUSPECTS = """
SELECT EXISTS (SELECT 1 FROM conversation
               WHERE wake_at_ms IS NOT NULL AND owner IS NOT NULL AND attempts > ?1 AND id <> ?2)"""
#: So much of its words is shown with a dead turn; every message stays stored.
_DEAD_WORDS = 2_000


@dataclass(frozen=True, slots=True)
class Later:
    """Nothing to do now."""

    wake_at_ms: int | None
    unanswered: bool = False  #: a patient has waited too long for the person who has the chat
    phone: str | None = None  #: whose that is
    lid: str | None = None
    set_aside: bool = False  #: the turn failed too often and was closed as dead


@dataclass(frozen=True, slots=True)
class _Closed:
    """How a window came to its end."""

    due_ms: int
    closed_by: str
    patience_ms: int | None  #: none where an emergency did not wait
    patience_why: str | None


_CLOSED = ("closed_by", "due_ms", "patience_ms", "patience_why")
_TYPED = bindparam("typed", type_=Text)

# Built once, since every claim runs one of them.
_OPEN = Prepared(
    insert(Turn)
    .values(
        {
            **{name: bindparam(name) for name in ("conversation_id", "low", "high", "epoch", "claimed_ms")},
            **{name: bindparam(name) for name in _CLOSED},
            "typed": _TYPED,
            "state": TurnState.THINKING.value,
            **dict.fromkeys(("prompt_tokens", "completion_tokens", "calls"), 0),
        }
    )
    .returning(col(Turn.id))
)
_GO_ON = Prepared(
    update(Turn)
    .where(col(Turn.id) == bindparam("turn_id"))
    .values(
        {
            **{name: bindparam(name) for name in ("low", "high", "epoch", "claimed_ms", *_CLOSED)},
            "typed": func.coalesce(col(Turn.typed), "") + _TYPED,
        }
    )
)
_BURY = Prepared(
    update(Turn)
    .where(col(Turn.id) == bindparam("turn_id"))
    .values(
        state=TurnState.DEAD.value,
        reason="failed every attempt",
        outcome_ms=bindparam("now_ms"),
        question=func.coalesce(func.nullif(col(Turn.question), ""), bindparam("words")),
    )
)


def claim(
    connection: Connection,
    conversation_id: int,
    *,
    owner: str,
    now_ms: int,
    lease_ms: int,
    policy: Policy,
    by_server: bool = False,
) -> Claim | Later:
    """Take a conversation that is due, if nobody has it. Raises ``epoch`` and counts the attempt.

    ``wake_at_ms`` becomes the end of the lease, so a runner that vanishes is noticed by the same index. A process
    never asks for a row that its own live task holds; so a row that it does own is a leftover, and taken back.

    Args:
        by_server: whether leases go by PostgreSQL's clock. A replica whose own is wrong then looks too early or too
            late, and takes nothing from one that lives.
    """
    due = rows.due(connection, conversation_id)
    if due is None:
        return Later(max(rows.wake_of(connection, conversation_id) or 0, now_ms + _BUSY_MS))
    conversation, wake = due.conversation, due.conversation.wake_at_ms
    lease_clock_ms = due.server_ms if by_server and due.server_ms is not None else now_ms
    if conversation.owner is not None:
        return _of_somebody(connection, conversation, owner, now_ms, lease_clock_ms, policy)
    if wake is None or wake > now_ms:
        return Later(wake)
    waiting = rows.pending(connection, conversation)
    if waiting and policy.is_listed(conversation.phone_key, conversation.lid):
        with session_on(connection) as session:
            changes.handled(session, session.get_one(Conversation, conversation.id), now_ms)
        waiting = []
    if not waiting:
        rearm(connection, conversation, policy, now_ms)
        return Later(conversation.wake_at_ms)
    if (later := _not_yet(connection, due, waiting, policy, now_ms)) is not None:
        return later
    if conversation.attempts >= MAX_ATTEMPTS:
        return _set_aside(connection, due, waiting, policy, now_ms)
    return _take(connection, due, waiting, owner, now_ms, lease_clock_ms + lease_ms, policy)


def _of_somebody(
    connection: Connection,
    conversation: ConversationRow,
    owner: str,
    now_ms: int,
    lease_clock_ms: int,
    policy: Policy,
) -> Later:
    """Another one's while its lease lasts; else it is a leftover, and taken back."""
    left_ms = (conversation.wake_at_ms or 0) - lease_clock_ms
    if conversation.owner != owner and left_ms > 0:
        return Later(now_ms + left_ms)
    reason = "its task ended without an outcome" if conversation.owner == owner else "its lease ran out"
    take_back(connection, conversation, policy, now_ms, reason=reason)
    return Later(rows.locked(connection, conversation.id).wake_at_ms)


def _not_yet(
    connection: Connection, due: Due, waiting: Sequence[MessageRow], policy: Policy, now_ms: int
) -> Later | None:
    """What keeps a turn from beginning now; None where nothing does."""
    conversation = due.conversation
    if conversation.human_until_ms > now_ms:
        return _wait_for_person(connection, conversation, policy, now_ms)
    if due.switched_off:
        return Later(now_ms + _SWITCHED_OFF_MS)
    if _goes_on(conversation, waiting, policy, now_ms):
        rows.save(connection, conversation)
        return Later(conversation.wake_at_ms)
    if (until_ms := heard_until(conversation, waiting, policy, now_ms)) is not None:
        conversation.wake_at_ms = until_ms
        rows.save(connection, conversation)
        return Later(until_ms)
    if conversation.attempts >= SUSPECT and _another_suspect_is_open(connection, conversation.id):
        return Later(now_ms + _SUSPECTED_MS)
    return None


def _another_suspect_is_open(connection: Connection, conversation_id: int) -> bool:
    """Whether some replica runs a turn that may be what ends processes.

    Of turns that were open together when one ended any may be the cause. Run one at a time, only the one that is
    spends its attempts. Alone a process sees to that itself, at its start.
    """
    if not is_postgres(connection):
        return False
    driver = driver_of(connection)
    driver.execute(
        f"SELECT pg_advisory_xact_lock({_SUSPECTS_LOCK})"
    )  # two of them may be claimed at this moment
    asked = (SUSPECT, conversation_id)
    return bool(driver.execute(_OPEN_SUSPECTS, asked).fetchone()[0])


def _goes_on(
    conversation: ConversationRow, waiting: Sequence[MessageRow], policy: Policy, now_ms: int
) -> bool:
    """Whether the window stays open by what came since somebody looked last. A range that is pinned had its window."""
    if not listening.catch_up(conversation, waiting, policy) or conversation.open_hi is not None:
        return False
    conversation.wake_at_ms = wake_of(conversation, policy, now_ms)
    return conversation.wake_at_ms is not None and conversation.wake_at_ms > now_ms


def heard_until(
    conversation: ConversationRow, waiting: Sequence[MessageRow], policy: Policy, now_ms: int
) -> int | None:
    """Until when the burst waits for what is still being heard of it; None where there is nothing to wait for.

    Never beyond the cap, and not for a file that is tried again only after that. Who reads it says so, and the window
    goes on by what it says; this is the time after which the turn goes without.
    """
    if conversation.open_hi is not None or conversation.emergency_seq > conversation.done_seq:
        return None
    limits = [
        message.received_ms + policy.hear_ms
        for message in waiting
        if message.media_state in UNREAD
        and (message.media_until_ms or 0 if message.media_state == MediaState.PENDING else 0)
        < message.received_ms + policy.hear_ms
    ]
    if not limits:
        return None
    until_ms = min(max(limits), (conversation.first_pending_ms or now_ms) + policy.timing.cap_ms)
    return until_ms if until_ms > now_ms else None


def _wait_for_person(
    connection: Connection, conversation: ConversationRow, policy: Policy, now_ms: int
) -> Later:
    """A person has the chat. Once per wait, somebody is told that the patient still waits."""
    unanswered = conversation.alerted_seq <= conversation.done_seq
    conversation.alerted_seq = conversation.next_seq - 1
    rearm(connection, conversation, policy, now_ms)
    return Later(
        conversation.wake_at_ms, unanswered=unanswered, phone=conversation.phone, lid=conversation.lid
    )


def _take(
    connection: Connection,
    due: Due,
    waiting: Sequence[MessageRow],
    owner: str,
    now_ms: int,
    lease_end_ms: int,
    policy: Policy,
) -> Claim:
    conversation = due.conversation
    emergency = conversation.emergency_seq > conversation.done_seq
    first_ms = conversation.first_pending_ms or now_ms
    closed = _closed(conversation, waiting, policy, now_ms, emergency=emergency)
    due_ms = closed.due_ms
    pinned, high = conversation.open_hi, conversation.next_seq - 1
    if pinned is not None:
        high = high if emergency else pinned  # what came later waits; no emergency does
        conversation.open_hi = high
    conversation.owner, conversation.epoch = owner, conversation.epoch + 1
    conversation.attempts += 1
    conversation.wake_at_ms = lease_end_ms
    typed, conversation.typed = conversation.typed or "", None
    rows.save(connection, conversation)
    turn_id, first = _open_turn(connection, due, high, closed, now_ms, typed=typed)
    may_grow = conversation.superseded < MAX_SUPERSEDED and pinned is None
    low, whose = conversation.done_seq + 1, _whose(connection, conversation)
    return Claim(
        turn_id=turn_id, conversation_id=conversation.id, owner=owner, epoch=conversation.epoch,
        low=low, high=high, instance=conversation.instance,
        phone=whose.phone, lid=whose.lid, name=whose.name, due_ms=due_ms,
        first_due_ms=first.due_ms, closed_by=first.closed_by, emergency=emergency, first_ms=first_ms,
        retries=conversation.retries, revision=conversation.revision,
        newer_until_ms=first_ms + policy.timing.cap_ms if may_grow else 0,
        messages=tuple(message for message in waiting if message.seq <= high),
        done_steps=() if pinned is None else steps.changes(connection, conversation.id, low=low, high=high),
        story=[Moment(What.CLAIMED, now_ms, max(0, now_ms - due_ms), _told(first))],
    )  # fmt: skip


def _whose(connection: Connection, conversation: ConversationRow) -> ConversationRow:
    """Where its number and LID stand: those of what becomes a part of another one have moved there already."""
    if conversation.merge_into is None:
        return conversation
    return rows.seen(connection, conversation.merge_into) or conversation


def _closed(
    conversation: ConversationRow,
    waiting: Sequence[MessageRow],
    policy: Policy,
    now_ms: int,
    *,
    emergency: bool,
) -> _Closed:
    due_ms = conversation.wake_at_ms or now_ms
    if emergency:
        return _Closed(due_ms, "emergency", None, None)
    first_ms, last_ms = conversation.first_pending_ms or now_ms, conversation.last_ms or now_ms
    window = Window(first_ms, last_ms, conversation.hold_until_ms, conversation.patience_ms)
    patience_ms = window.quiet_until_ms(policy.timing) - last_ms
    by = closed_by(window, policy.timing)
    if due_ms > window_due_ms(window, policy.timing) and any(message.media_state for message in waiting):
        by = "voice"
    return _Closed(due_ms, by, patience_ms, conversation.patience_why or FIXED)


def _told(closed: _Closed) -> str:
    return story.window_closed(closed.closed_by, closed.patience_ms, closed.patience_why)


def _open_turn(
    connection: Connection, due: Due, high: int, closed: _Closed, now_ms: int, *, typed: str
) -> tuple[int, _Closed]:
    """A new turn, or the one that was given back: its id, and how its window closed first."""
    conversation, turn = due.conversation, due.unended
    low = conversation.done_seq + 1
    written = {"low": low, "high": high, "epoch": conversation.epoch, "claimed_ms": now_ms, "typed": typed}
    if turn is None:
        new = {"conversation_id": conversation.id, **written}
        ((key,),) = _OPEN.rows(connection, {**new, **_values(closed)})
        return key, closed
    if turn.low == low:  # else its first messages were answered by a person or deleted: another wait begins
        closed = _Closed(turn.due_ms, turn.closed_by, turn.patience_ms, turn.patience_why)
    _GO_ON.run(connection, {"turn_id": turn.id, **written, **_values(closed)})
    return turn.id, closed


def _values(closed: _Closed) -> dict[str, object]:
    return {name: getattr(closed, name) for name in _CLOSED}


def _set_aside(
    connection: Connection, due: Due, waiting: Sequence[MessageRow], policy: Policy, now_ms: int
) -> Later:
    """Close a turn that failed every time, with its words, so that the phone goes on and a person can see it."""
    conversation, turn = due.conversation, due.unended
    if turn is not None:
        words = "\n".join(message.text for message in waiting if message.seq <= turn.high)[-_DEAD_WORDS:]
        _BURY.run(connection, {"turn_id": turn.id, "now_ms": now_ms, "words": words})
        conversation.done_seq = turn.high
    conversation.attempts, conversation.open_hi = 0, None
    rearm(connection, conversation, policy, now_ms)
    return Later(conversation.wake_at_ms, set_aside=True)
