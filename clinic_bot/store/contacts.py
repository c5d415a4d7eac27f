"""Who is who: number and LID of one person are one conversation (rule 18)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import BigInteger, CompoundSelect, Connection, bindparam, union_all
from sqlmodel import Session, col, select

from clinic_bot.debounce.talk import Talk
from clinic_bot.events import Contact
from clinic_bot.store import by_hand
from clinic_bot.store.conversations import AFRESH, is_sending, locked, pending, rearm
from clinic_bot.store.policy import Policy
from clinic_bot.store.prepared import Prepared
from clinic_bot.store.relabel import relabel
from clinic_bot.store.tables import Conversation, Turn, TurnState


def find(session: Session, contact: Contact, *, to_change: bool = True) -> Conversation | None:
    """The conversation a payload speaks of, learning nothing. A bare LID may stand where a number should.

    Args:
        to_change: locks it; who only reads may not.
    """
    by_phone = _by(session, contact.instance, phone_key=contact.phone_key, to_change=to_change)
    if by_phone is not None:
        return by_phone
    return _by(session, contact.instance, lid=contact.lid or contact.phone, to_change=to_change)


def find_or_open(session: Session, contact: Contact, policy: Policy, now_ms: int) -> Conversation:
    """The conversation of this person, opened or merged as the payload teaches us."""
    by_phone = _by(session, contact.instance, phone_key=contact.phone_key)
    by_lid = _by(session, contact.instance, lid=contact.lid)
    if by_phone and by_lid and by_phone.id != by_lid.id:
        # Two known numbers that claim one LID stay two people; a contact known by its LID alone is a part of one.
        if by_lid.phone_key is None:
            merge(session, by_phone, by_lid, policy, now_ms)
        else:
            contact = replace(contact, lid=None)
    conversation = by_phone or by_lid
    if conversation is None:
        conversation = Conversation(instance=contact.instance)
        session.add(conversation)
    _learn(conversation, contact)
    session.flush()
    return conversation


def _by(
    session: Session,
    instance: str,
    *,
    phone_key: str | None = None,
    lid: str | None = None,
    to_change: bool = True,
) -> Conversation | None:
    if phone_key is None and lid is None:
        return None
    same = Conversation.phone_key == phone_key if phone_key is not None else Conversation.lid == lid
    asked = select(Conversation).where(Conversation.instance == instance, same)
    if to_change:
        asked = asked.with_for_update().execution_options(**AFRESH)
    return session.exec(asked).first()


def _learn(conversation: Conversation, contact: Contact) -> None:
    """A new number under a known LID is the same person with another number."""
    if contact.phone_key is not None:
        conversation.phone, conversation.phone_key = contact.phone, contact.phone_key
    if contact.lid is not None and conversation.merge_into is None:
        conversation.lid = contact.lid
    if contact.name:
        conversation.name = contact.name


def merge(session: Session, survivor: Conversation, other: Conversation, policy: Policy, now_ms: int) -> None:
    """Make ``other``, a contact known by its LID alone, a part of ``survivor``.

    A side that thinks is fenced, so the burst becomes one turn. A side whose send is under way cannot be: then
    the merge waits for that send to close, and only the LID moves over at once. Until then a person who has the one
    has the other as well. What she answered under the one name she has answered under both: a hand-written answer comes
    under the LID alone, also before anybody knows whose that is.
    """
    assert survivor.id is not None
    assert other.id is not None
    for conversation_id in sorted((survivor.id, other.id)):  # one order for everybody: no deadlock
        locked(session, conversation_id)
    lid, other.lid = other.lid, None
    session.flush()  # the unique index wants the LID gone there before it comes here
    survivor.lid = lid or survivor.lid  # it moved before, if this merge had to wait for a send
    survivor.human_until_ms = max(survivor.human_until_ms, other.human_until_ms)
    survivor.opted_out_ms = survivor.opted_out_ms or other.opted_out_ms
    _leave_what_was_answered(session, survivor, other.id, now_ms)
    _leave_what_was_answered(session, other, survivor.id, now_ms)
    _listen_to_both(survivor, other)
    if other.open_hi is not None:
        other.merge_into = survivor.id
        other.human_until_ms = survivor.human_until_ms
        if other.owner is None:
            rearm(session, other, policy, now_ms)
        return
    for side in (survivor, other):
        if side.owner is not None and side.open_hi is None:
            fence(session, side)
    _withdraw_thinking(session, other)  # also one that was given back and waits to be tried again
    _take_over_pending(session, survivor, other)
    relabel(session.connection(), survivor.id, other.id)
    other.alias_of, other.merge_into = survivor.id, None
    other.wake_at_ms = other.first_pending_ms = None
    other.done_seq = other.next_seq - 1
    survivor.name = survivor.name or other.name
    survivor.revision += 1
    if survivor.owner is None:
        rearm(session, survivor, policy, now_ms)


def _leave_what_was_answered(
    session: Session, conversation: Conversation, other_id: int, now_ms: int
) -> None:
    """To whoever answered by hand under the other name. Between two names it goes by time; a send goes on."""
    answered_ms = by_hand.newest_ms(session.connection(), other_id)
    if answered_ms is None:
        return
    taken = conversation.open_hi if is_sending(session, conversation) else None
    for message in pending(session, conversation, after=taken):
        if message.received_ms <= answered_ms:
            message.handled_ms = now_ms
    session.flush()


def joining(session: Session, conversation: Conversation) -> Sequence[Conversation]:
    """What becomes a part of this one when its turn closes: whoever writes to it under its LID writes here by now."""
    waits = select(Conversation).where(Conversation.merge_into == conversation.id)
    locking = waits.order_by(col(Conversation.id)).with_for_update().execution_options(**AFRESH)
    return session.exec(locking).all()


def _listen_to_both(survivor: Conversation, other: Conversation) -> None:
    """One window for both, decided anew by what came last. A number has more of a history than a LID."""
    if survivor.talk is None and other.talk is not None:
        # What is pending there becomes pending here, and is heard with what is pending here.
        survivor.talk = Talk.unpacked(other.talk).without_burst().packed()
    survivor.hold_until_ms = max(survivor.hold_until_ms, other.hold_until_ms)
    survivor.signal_ms = max(survivor.signal_ms or 0, other.signal_ms or 0) or None
    survivor.typed = f"{survivor.typed or ''}{other.typed or ''}" or None
    survivor.patience_ms = None


def fence(session: Session, conversation: Conversation) -> None:
    """Take a conversation whose range is not pinned away from its runner; every later write of it is stale."""
    conversation.owner = conversation.wake_at_ms = None
    conversation.epoch += 1
    conversation.attempts = max(0, conversation.attempts - 1)
    _withdraw_thinking(session, conversation)


def _withdraw_thinking(session: Session, conversation: Conversation) -> None:
    thinking = session.exec(
        select(Turn)
        .where(Turn.conversation_id == conversation.id, Turn.state == TurnState.THINKING)
        .with_for_update()
        .execution_options(**AFRESH)
    ).first()
    if thinking is not None:
        thinking.state, thinking.reason = TurnState.WITHDRAWN, "merged"
    session.flush()


def _take_over_pending(session: Session, survivor: Conversation, other: Conversation) -> None:
    assert survivor.id is not None
    emergency = other.emergency_seq > other.done_seq
    for message in sorted(pending(session, other), key=lambda m: (m.received_ms, m.seq)):
        # Rows move by UPDATE; their place in time stays, so inside the turn they are shown in order.
        message.conversation_id, message.seq = survivor.id, survivor.next_seq
        survivor.next_seq += 1
        session.flush()
    if emergency:
        survivor.emergency_seq = survivor.next_seq - 1


#: A conversation and all that were merged into it, or will be, by its ``id``.
PARTS: CompoundSelect[Any] = union_all(
    select(bindparam("id", type_=BigInteger)),
    select(col(Conversation.id)).where(col(Conversation.alias_of) == bindparam("id")),
    select(col(Conversation.id)).where(col(Conversation.merge_into) == bindparam("id")),
)
_ALIASES = Prepared(PARTS)


def aliases(connection: Connection, conversation_id: int) -> list[int]:
    """The conversation and all that were merged into it, or will be, for looking back."""
    return [key for (key,) in _ALIASES.rows(connection, {"id": conversation_id})]


def learn_lid(session: Session, conversation_id: int, lid: str, policy: Policy, now_ms: int) -> None:
    """Write a LID that Z-API named for a conversation's number; a contact known by it alone becomes a part of it.

    A conversation that was erased while Z-API was asked has no number any more, and learns nothing.
    """
    conversation = locked(session, conversation_id)
    if conversation.phone_key is None:
        return
    other = _by(session, conversation.instance, lid=lid)
    if other is None:
        conversation.lid = conversation.lid or lid
    elif other.id != conversation.id and other.phone_key is None:
        merge(session, conversation, other, policy, now_ms)
