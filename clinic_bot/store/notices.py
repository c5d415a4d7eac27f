"""Sends without a range: alerts to the clinic's own WhatsApp number, in the three steps of a reply (rule 17).

The number is a conversation like any other, and its row is the lock: while a notice is on its way nobody claims
it, and while a burst is open there no notice goes in between. What may or may not have left is never sent again:
an alert that comes twice is a nuisance, one that is missing stands in the log and in the metrics.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, update
from sqlmodel import Session, col, select

from clinic_bot.events import Contact, Delivery, Echo
from clinic_bot.store import contacts, switches
from clinic_bot.store.conversations import locked, pending, rearm
from clinic_bot.store.policy import Policy
from clinic_bot.store.session import session_on
from clinic_bot.store.tables import Conversation, Notice, NoticeState, SwitchName

#: Older than this it is no news any more.
EXPIRES_AFTER_MS = 3_600_000
#: While somebody else has the conversation, or a burst is open there.
_LOOK_AGAIN_MS = 2_000
#: While Z-API takes nothing.
_CLOSED_MS = 30_000
#: First and longest wait after a try that certainly did not leave; it doubles.
_BACKOFF_MS = (5_000, 300_000)

#: What the owner of a row that a notice has begins with.
OWNER = "notice:"

#: Of what a process was sending that is dead, or stands still for longer than it may.
DIED = "the process died"

NO_USE = (SwitchName.ZAPI_ACCOUNT, SwitchName.ZAPI_DISCONNECTED)
_OPEN = (NoticeState.SENDING.value, NoticeState.UNKNOWN.value)


@dataclass(frozen=True, slots=True)
class Intent:
    """A notice that may leave now, once."""

    notice_id: int
    conversation_id: int
    owner: str
    epoch: int
    phone: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class NotNow:
    """Not to be sent at the moment, or not any more: ``ended`` says how it ended then."""

    ended: NoticeState | None = None


@dataclass(frozen=True, slots=True)
class Concluded:
    """How the notice stands, and when to look at its conversation again."""

    state: NoticeState
    conversation_id: int
    wake_at_ms: int | None


def add(connection: Connection, *, kind: str, text: str, now_ms: int) -> int:
    """Keep a notice to be sent; from here on it outlives the process."""
    with session_on(connection) as session:
        notice = Notice(kind=kind, text=text, state=NoticeState.WAITING, created_ms=now_ms, due_ms=now_ms)
        session.add(notice)
        session.flush()
        assert notice.id is not None
        return notice.id


def waiting(connection: Connection) -> list[tuple[int, int]]:
    """(due_ms, id) of all that wait, soonest first. There are few: their raisers are held to a rate."""
    rows = connection.execute(
        select(Notice.due_ms, Notice.id)
        .where(Notice.state == NoticeState.WAITING)
        .order_by(col(Notice.due_ms), col(Notice.id))
        .limit(100)
    )
    return [(row[0], row[1]) for row in rows]


def intend(
    connection: Connection,
    notice_id: int,
    *,
    to: Contact,
    owner: str,
    now_ms: int,
    lease_ms: int,
    policy: Policy,
) -> Intent | NotNow:
    """Take the number's conversation and allow the one send, or say when to look again by the notice's ``due_ms``.

    A pause of the answers does not hold an alert: it answers nobody.

    Args:
        owner: unique to this process. On the row it is marked as a notice's: whoever claims turns would take a row
            of its own for a leftover.
    """
    with session_on(connection) as session:
        notice = session.get_one(Notice, notice_id, with_for_update=True)
        if notice.state != NoticeState.WAITING:
            return NotNow()
        if now_ms >= notice.created_ms + EXPIRES_AFTER_MS:
            notice.state, notice.outcome_ms = NoticeState.EXPIRED, now_ms
            return NotNow(NoticeState.EXPIRED)
        if any(switch.name in NO_USE for switch in switches.active(connection, to.instance)):
            notice.due_ms = now_ms + _CLOSED_MS
            return NotNow()
        conversation = contacts.find_or_open(session, to, policy, now_ms)
        assert conversation.id is not None
        conversation = locked(session, conversation.id)
        if conversation.owner is not None or burst_is_open(session, conversation, now_ms):
            notice.due_ms = now_ms + _LOOK_AGAIN_MS
            return NotNow()
        assert conversation.id is not None
        conversation.owner, conversation.epoch = OWNER + owner, conversation.epoch + 1
        conversation.wake_at_ms = now_ms + lease_ms
        notice.state, notice.intent_ms = NoticeState.SENDING, now_ms
        notice.conversation_id, notice.attempts = conversation.id, notice.attempts + 1
        held = (conversation.id, conversation.owner, conversation.epoch)
        return Intent(notice_id, *held, phone=to.phone or "", kind=notice.kind, text=notice.text)


def burst_is_open(session: Session, conversation: Conversation, now_ms: int) -> bool:
    """What waits for a person who has the chat is no burst that the bot is about to answer."""
    return conversation.human_until_ms <= now_ms and bool(pending(session, conversation))


def conclude(
    connection: Connection,
    intent: Intent,
    state: NoticeState,
    *,
    now_ms: int,
    policy: Policy,
    zaap_id: str | None = None,
    message_id: str | None = None,
    reason: str | None = None,
) -> Concluded:
    """Record what Z-API said, and let go of the conversation if it is still ours (rule 7).

    Who was taken for dead meanwhile knows better than whoever did so.

    Args:
        state: WAITING when it certainly did not leave: it is tried again, later each time.
    """
    with session_on(connection) as session:
        conversation, notice = _locked(session, intent)
        notice.zaap_id, notice.message_id = notice.zaap_id or zaap_id, notice.message_id or message_id
        if is_under_way(notice):  # else evidence came first
            notice.state, notice.reason, notice.outcome_ms = state, reason, now_ms
            if state is NoticeState.WAITING:
                first_ms, longest_ms = _BACKOFF_MS
                notice.due_ms = now_ms + min(first_ms << min(notice.attempts - 1, 10), longest_ms)
        ended = NoticeState(notice.state)
        if conversation.owner == intent.owner and conversation.epoch == intent.epoch:
            let_go(session, conversation, policy, now_ms)
        wake_at_ms = conversation.wake_at_ms if conversation.owner is None else None
        return Concluded(ended, intent.conversation_id, wake_at_ms)


def is_under_way(notice: Notice) -> bool:
    """Whether only its sender knows how it ended; he may have been taken for dead."""
    taken_for_dead = notice.state == NoticeState.UNKNOWN and notice.reason == DIED
    return taken_for_dead or notice.state == NoticeState.SENDING


def _locked(session: Session, intent: Intent) -> tuple[Conversation, Notice]:
    """Both, the conversation first, as evidence takes them."""
    conversation = locked(session, intent.conversation_id)
    return conversation, session.get_one(Notice, intent.notice_id, with_for_update=True)


def prove(connection: Connection, intent: Intent, *, now_ms: int, lease_ms: int) -> bool:
    """Whether a notice past its intent may still be sent: then its lease lasts from now on."""
    with session_on(connection) as session:
        conversation, notice = _locked(session, intent)
        is_ours = conversation.owner == intent.owner and conversation.epoch == intent.epoch
        if not is_ours or notice.state != NoticeState.SENDING:
            return False
        conversation.wake_at_ms = now_ms + lease_ms
        return True


def never_left(connection: Connection, intent: Intent, *, now_ms: int) -> NoticeState:
    """Who took the number had to take the notice for uncertain; whoever had it knows that it never left."""
    with session_on(connection) as session:
        notice = session.get_one(Notice, intent.notice_id, with_for_update=True)
        if is_under_way(notice):
            notice.state, notice.reason, notice.due_ms = NoticeState.WAITING, None, now_ms
        return NoticeState(notice.state)


def recover(connection: Connection, *, now_ms: int, policy: Policy, alone: bool = True) -> int:
    """Take back what a dead process was sending: whether it left, nobody knows. Before the turns are recovered.

    Its conversations are let go here, since the attempts that a dead turn spent are no matter of theirs.

    Args:
        alone: whether no other process can be sending; else a lease that lasts is another one's.
    """
    with session_on(connection) as session:
        sending = select(Notice).where(Notice.state == NoticeState.SENDING)
        count = 0
        for notice in session.exec(sending).all():
            conversation = locked(session, notice.conversation_id or 0)
            leased = conversation.owner is not None and conversation.owner.startswith(OWNER)
            if leased and not alone and (conversation.wake_at_ms or 0) > now_ms:
                continue
            session.refresh(notice, with_for_update=True)
            if notice.state != NoticeState.SENDING:
                continue
            notice.state, notice.reason, notice.outcome_ms = NoticeState.UNKNOWN, DIED, now_ms
            if leased:
                let_go(session, conversation, policy, now_ms)
            count += 1
        return count


def let_go(session: Session, conversation: Conversation, policy: Policy, now_ms: int) -> None:
    """Look again: what came meanwhile gets its window (rule 8)."""
    conversation.owner = conversation.wake_at_ms = None
    session.flush()
    rearm(session, conversation, policy, now_ms)


def prune(connection: Connection, *, before_ms: int, limit: int) -> int:
    """Forget a slice of what was raised before an instant. Nobody proves any more whether an uncertain one left."""
    over = col(Notice.state).not_in((NoticeState.WAITING, NoticeState.SENDING))
    old = select(Notice.id).where(over, col(Notice.created_ms) < before_ms).order_by(col(Notice.id))
    return connection.execute(delete(Notice).where(col(Notice.id).in_(old.limit(limit)))).rowcount


# Evidence: what Z-API says later.


def echo(session: Session, event: Echo, now_ms: int) -> bool:
    """Our own words came back: whether they are a notice's. They prove that it left."""
    known = session.exec(select(Notice.id).where(Notice.message_id == event.provider_id)).first()
    if known is None:
        conversation = contacts.find(session, event.contact)
        fits = [one for one in _uncertain(session) if conversation and one.conversation_id == conversation.id]
        same = [one.id for one in fits if one.text == event.text]
        known = same[0] if len(same) == 1 else None
    if known is None:
        return False
    session.exec(
        update(Notice)
        .where(col(Notice.id) == known, col(Notice.state).in_(_OPEN))
        .values(
            state=NoticeState.SENT,
            outcome_ms=now_ms,
            message_id=func.coalesce(Notice.message_id, event.provider_id),
        )
    )
    return True


def delivery(session: Session, event: Delivery, now_ms: int, *, refused: bool) -> bool:
    """A delivery report: whether it cites a notice by an id. That one left, or it never will.

    Args:
        refused: whether the report's error, if it has one, is a definite no.
    """
    notice = _by(session, Notice.message_id, event.provider_id) or _by(session, Notice.zaap_id, event.zaap_id)
    if notice is None:
        return False
    if event.error is None and notice.state in _OPEN:
        notice.state, notice.outcome_ms = NoticeState.SENT, now_ms
    elif event.error is not None and refused:
        notice.state, notice.reason = NoticeState.UNDELIVERED, event.error_code or "delivery error"
    return True


def may_be_meant(session: Session, conversation_ids: Sequence[int]) -> bool:
    """Whether a report without known ids may be about a notice of these conversations."""
    nameless = select(Notice.id).where(
        col(Notice.conversation_id).in_(conversation_ids),
        col(Notice.state).in_(_OPEN),
        col(Notice.zaap_id).is_(None),
    )
    return session.exec(nameless.limit(1)).first() is not None


def _by(session: Session, column: str | None, given: str | None) -> Notice | None:
    if given is None:
        return None
    return session.exec(select(Notice).where(col(column) == given).with_for_update()).first()


def _uncertain(session: Session) -> Sequence[Notice]:
    return session.exec(
        select(Notice).where(col(Notice.state).in_(_OPEN), col(Notice.message_id).is_(None))
    ).all()
