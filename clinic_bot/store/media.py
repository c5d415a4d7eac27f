"""What is still to be heard or seen of patients' messages: the work list, and what became of each.

The list is the messages themselves, by ``media_state``. So a restart forgets nothing, and of several replicas one has
each of them, until its lease ends. What was found out changes a message as an edit does: while no turn has it, and
while the turn that has it may still grow; after that it is kept for the history and answered by nobody.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, or_, update
from sqlmodel import Session, col, select

from clinic_bot.events import Contact, Content, Found, Json, Kind, MediaState
from clinic_bot.events import Message as MessageEvent
from clinic_bot.store import changes, listening
from clinic_bot.store.claims import MAX_SUPERSEDED
from clinic_bot.store.conversations import AFRESH, locked, pending, rearm
from clinic_bot.store.messages import append_message
from clinic_bot.store.policy import Policy
from clinic_bot.store.session import session_on
from clinic_bot.store.tables import UNREAD, Conversation, Message, Turn, TurnState

#: A message that moves with its conversation while it is looked for is looked for again so often.
_LOOKS = 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to fetch and read, taken until its lease ends."""

    token: str  #: of this time of taking it; who comes back too late has another
    provider_id: str
    conversation_id: int  #: as it was taken; a merge may move the message
    kind: Kind
    url: str = field(repr=False)  #: signed: never logged
    seconds: float
    tries: int  #: this one included
    received_ms: int


@dataclass(frozen=True, slots=True)
class Settled:
    """What the process should know right after the commit, as of a webhook."""

    conversation_id: int
    wake_at_ms: int | None = None
    revision: int | None = None  #: where the turn that has the message may take it in
    emergency: bool = False
    whose: Contact | None = None  #: where there is an emergency
    late: bool = False  #: it was answered already
    person_has_it: bool = False


_IS_UNREAD = or_(*(col(Message.media_state) == state.value for state in UNREAD))


def next_due(connection: Connection, *, now_ms: int) -> int | None:
    """When the work list has something to take: now, at an instant, or, with None, not as far as is known."""
    due: int | None = connection.execute(
        select(func.min(func.coalesce(col(Message.media_until_ms), 0))).where(_IS_UNREAD)
    ).scalar_one()
    return None if due is None else max(due, now_ms)


def take(connection: Connection, *, now_ms: int, lease_ms: int, most: int) -> list[Wanted]:
    """Take what has waited for longest. What was withdrawn meanwhile is not fetched."""
    with session_on(connection) as session:
        found = session.exec(
            select(Message)
            .where(_IS_UNREAD, func.coalesce(col(Message.media_until_ms), 0) <= now_ms)
            .order_by(col(Message.received_ms), col(Message.seq))
            .limit(most)
            .with_for_update(skip_locked=True)
        ).all()
        taken: list[Wanted] = []
        for message in found:
            url = json.loads(message.detail).get("url")
            if message.deleted_ms is not None or not isinstance(url, str):
                message.media_state = MediaState.FAILED.value
                continue
            message.media_state, message.media_owner = MediaState.WORKING.value, uuid.uuid4().hex
            message.media_until_ms = now_ms + lease_ms
            message.media_tries += 1
            taken.append(_wanted(message, url))
        return taken


def _wanted(message: Message, url: str) -> Wanted:
    seconds = json.loads(message.detail).get("seconds")
    return Wanted(
        token=message.media_owner or "",
        provider_id=message.provider_id,
        conversation_id=message.conversation_id,
        kind=Kind(message.kind),
        url=url,
        seconds=float(seconds) if isinstance(seconds, int | float) else 0.0,
        tries=message.media_tries,
        received_ms=message.received_ms,
    )


def take_back(connection: Connection) -> int:
    """At the start of the only process: what a dead one was reading is to be read again, at once."""
    working = col(Message.media_state) == MediaState.WORKING.value
    back = update(Message).where(working).values(media_state=MediaState.PENDING.value, media_until_ms=None)
    return connection.execute(back).rowcount


def put_back(
    connection: Connection, wanted: Wanted, *, at_ms: int, now_ms: int, policy: Policy, tried: bool = True
) -> Settled | None:
    """Try it again at ``at_ms``. A burst that will not wait so long need not wait at all.

    Args:
        tried: whether this was a try, of which there are only so many.
    """
    with session_on(connection) as session:
        found = _located(session, wanted)
        if found is None:
            return None
        conversation, message = found
        _let_go(message, MediaState.PENDING)
        message.media_until_ms = at_ms
        message.media_tries -= not tried
        session.flush()
        return _looked_at_again(session, conversation, policy, now_ms)


def settle(
    connection: Connection, wanted: Wanted, found: Found, *, now_ms: int, policy: Policy
) -> Settled | None:
    """Store what was found out, and let the window or the turn know.

    Returns:
        None when somebody else has it by now, and this changed nothing.
    """
    with session_on(connection) as session:
        located = _located(session, wanted)
        if located is None:
            return None
        conversation, message = located
        _let_go(message, found.state)
        if message.deleted_ms is not None:
            session.flush()
            return _looked_at_again(session, conversation, policy, now_ms)
        _keep(message, found)
        session.flush()
        texts = _danger(session, conversation, message, found, policy)
        danger = bool(texts)
        if message.handled_ms is not None:
            whose = _contact(conversation) if danger else None
            return Settled(_id(conversation), emergency=danger, whose=whose, person_has_it=True)
        turn = _turn_with(session, conversation, message)
        if message.seq <= conversation.done_seq or (turn is not None and turn.state == TurnState.SENDING):
            return _too_late(session, conversation, message, found, policy, now_ms, danger=danger)
        if turn is not None and not danger and not _may_join(conversation, policy, now_ms):
            return _too_late(session, conversation, message, found, policy, now_ms, danger=False)
        return _joins(session, conversation, message, found, policy, now_ms, danger=texts)


def _joins(
    session: Session,
    conversation: Conversation,
    message: Message,
    found: Found,
    policy: Policy,
    now_ms: int,
    *,
    danger: Sequence[str],
) -> Settled:
    """It is a part of what is to be answered: of an open window, or of the turn that thinks about it.

    Args:
        danger: all that is pending, where it is an emergency.
    """
    tells = found.state is MediaState.READ or bool(danger)
    if tells:
        conversation.revision += 1
    waiting = pending(session, conversation)
    if found.text and waiting and waiting[-1].seq == message.seq:
        listening.reread(conversation, waiting[-1], policy)
    if danger:
        conversation.emergency_seq = max(conversation.emergency_seq, message.seq)
        changes.answer_danger(session, conversation, now_ms, danger, policy)
    settled = _looked_at_again(session, conversation, policy, now_ms)
    return Settled(
        settled.conversation_id,
        settled.wake_at_ms,
        revision=conversation.revision if tells else None,
        emergency=bool(danger),
        whose=_contact(conversation) if danger else None,
    )


def _too_late(
    session: Session,
    conversation: Conversation,
    message: Message,
    found: Found,
    policy: Policy,
    now_ms: int,
    *,
    danger: bool,
) -> Settled:
    """The turn went without it. Only danger is still answered: as a message of its own, as a late edit is."""
    if found.state is MediaState.READ:
        message.media_state = MediaState.LATE.value
    session.flush()
    if not danger:
        return Settled(_id(conversation), late=True)
    contact = _contact(conversation)
    content = Content(Kind(message.kind), found.text or found.doubtful)
    said = MessageEvent("", contact, message.provider_id, None, content)
    added = append_message(session.connection(), said, now_ms, policy, corrects=True)
    session.expire_all()
    where = added.conversation_id, added.wake_at_ms, added.revision
    return Settled(*where, emergency=added.emergency, whose=contact, late=True)


def _looked_at_again(session: Session, conversation: Conversation, policy: Policy, now_ms: int) -> Settled:
    """Nothing of this message is waited for any more: the window's own time counts, if it is not over already."""
    if conversation.owner is not None:
        return Settled(_id(conversation))
    rearm(session, conversation, policy, now_ms)
    if conversation.wake_at_ms is not None:
        conversation.wake_at_ms = max(conversation.wake_at_ms, now_ms)
    return Settled(_id(conversation), conversation.wake_at_ms)


def _located(session: Session, wanted: Wanted) -> tuple[Conversation, Message] | None:
    """The message and its conversation, both locked, the conversation first; None when it is no longer ours."""
    ours = (
        select(Message)
        .where(Message.provider_id == wanted.provider_id, Message.media_owner == wanted.token)
        .execution_options(**AFRESH)
    )
    for _ in range(_LOOKS):
        message = session.exec(ours).first()
        if message is None:
            return None
        conversation = locked(session, message.conversation_id)
        message = session.exec(ours.with_for_update()).first()
        if message is not None and message.conversation_id == conversation.id:
            return conversation, message
    return None


def _let_go(message: Message, state: MediaState) -> None:
    message.media_state, message.media_owner, message.media_until_ms = state.value, None, None


def _keep(message: Message, found: Found) -> None:
    if found.text:
        message.text = f"{message.text}\n{found.text}" if message.text else found.text
    if found.seen:
        detail: Mapping[str, Json] = json.loads(message.detail)
        message.detail = json.dumps({**detail, "seen": found.seen}, ensure_ascii=False)


def _danger(
    session: Session, conversation: Conversation, message: Message, found: Found, policy: Policy
) -> Sequence[str]:
    """All that is pending, where it is an emergency; the doubtful words count here and nowhere else."""
    words = found.text or found.doubtful
    if not words or not policy.may_be_emergency(words):
        return ()
    texts = {one.seq: one.text for one in pending(session, conversation)}
    texts[message.seq] = words
    said = [texts[seq] for seq in sorted(texts)]
    return said if policy.is_emergency(said) else ()


def _turn_with(session: Session, conversation: Conversation, message: Message) -> Turn | None:
    """The turn that somebody runs, if the message is a part of it."""
    if conversation.owner is None:
        return None
    return session.exec(
        select(Turn).where(
            Turn.conversation_id == conversation.id,
            col(Turn.state).in_((TurnState.THINKING, TurnState.SENDING)),
            Turn.high >= message.seq,
        )
    ).first()


def _may_join(conversation: Conversation, policy: Policy, now_ms: int) -> bool:
    """Whether something newer may still supersede the turn, by rule 10."""
    cap_ms = (conversation.first_pending_ms or 0) + policy.timing.cap_ms
    return conversation.open_hi is None and conversation.superseded < MAX_SUPERSEDED and now_ms < cap_ms


def _contact(conversation: Conversation) -> Contact:
    return Contact(conversation.instance, conversation.phone, conversation.phone_key, conversation.lid)


def _id(conversation: Conversation) -> int:
    assert conversation.id is not None
    return conversation.id
