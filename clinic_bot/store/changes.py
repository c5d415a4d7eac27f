"""What changes a conversation besides a new message: presence, edits, deletions, and a person of the clinic.

Each raises ``revision`` as a message does (rule 4), except presence.
"""

import json
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import func
from sqlmodel import Session, col, select

from clinic_bot.debounce.window import hold_until_ms
from clinic_bot.events import Contact, Content, Deletion, Edit, Kind, PresenceStatus, StaffMessage
from clinic_bot.events import Message as MessageEvent
from clinic_bot.store import contacts, listening, signals, urgent
from clinic_bot.store.conversations import is_sending, locked, pending, rearm, wake_of
from clinic_bot.store.messages import append_message
from clinic_bot.store.policy import Policy
from clinic_bot.store.session import driver_of
from clinic_bot.store.tables import Author, Conversation, EarlyChange, Message, Turn, TurnState

#: One text typed into this many chats, each within seconds of a patient's message, is WhatsApp Business, not a person.
_AUTOMATIC_CHATS = 3
_AUTOMATIC_WITHIN_MS = 120_000
_AUTOMATIC_AFTER_PATIENT_MS = 10_000


def hold(
    session: Session, conversation: Conversation, status: PresenceStatus, policy: Policy, now_ms: int
) -> None:
    """Let a presence signal hold the window open; only the owner writes ``wake_at_ms`` of an owned row.

    A turn that waits to be tried again has had its window: its instant is the provider's, not the patient's.
    """
    _catch_up(session, conversation, policy)  # what came before is not announced by this
    if status in (PresenceStatus.COMPOSING, PresenceStatus.RECORDING):
        signals.note(conversation, now_ms)
        if policy.listener is not None:
            signals.seen(session.connection(), conversation.instance, policy.listener, now_ms)
    conversation.hold_until_ms = hold_until_ms(status, conversation.hold_until_ms, now_ms, policy.timing)
    if conversation.owner is None and conversation.wake_at_ms is not None and not conversation.retries:
        conversation.wake_at_ms = wake_of(conversation, policy, now_ms)


def _catch_up(session: Session, conversation: Conversation, policy: Policy) -> None:
    if policy.listener is not None and conversation.patience_ms is None:
        listening.catch_up(conversation, pending(session, conversation), policy)


# A person of the clinic.


def staff_message(
    session: Session, event: StaffMessage, policy: Policy, now_ms: int
) -> tuple[Conversation, bool]:
    """Keep the words of a hand-written answer, and give the chat to the person who wrote it (rule 15).

    Everything the patient wrote before is answered by it. A turn that is thinking finds the take-over at its
    gate. An automatic text of WhatsApp Business is kept as context and changes nothing else. The phrase that gives
    the chat back is no word to anybody: it does that.

    Returns:
        The conversation, and whether a person took it over.
    """
    conversation = contacts.find_or_open(session, event.contact, policy, now_ms)
    old = event.sent_ms is not None and event.sent_ms < now_ms - policy.horizon_ms
    if policy.is_give_back(event.content.text):
        wordless = replace(event, content=replace(event.content, text=""))
        _append_clinic(session, conversation, wordless, now_ms, automatic=True)
        if not old:
            give_back_to_bot(session, conversation, policy, now_ms)
        return conversation, False
    automatic = _is_automatic(session, conversation, event.content.text, policy, now_ms)
    if not (automatic or old):
        _catch_up(session, conversation, policy)
        listening.spoke(conversation, policy.listener, now_ms, event.content.text)
    _append_clinic(session, conversation, event, now_ms, automatic=automatic)
    if automatic or old:
        return conversation, False
    take_over(session, conversation, policy, now_ms)
    return conversation, True


def take_over(session: Session, conversation: Conversation, policy: Policy, now_ms: int) -> None:
    """A person has the chat: what is pending is theirs, and the bot stays silent for ``policy.human_ms``."""
    for one in (conversation, *contacts.joining(session, conversation)):
        one.human_until_ms = max(one.human_until_ms, now_ms + policy.human_ms)
        one.revision += 1
        handled(session, one, now_ms)
        if one.owner is None:
            rearm(session, one, policy, now_ms)


def give_back_to_bot(session: Session, conversation: Conversation, policy: Policy, now_ms: int) -> None:
    """The bot has the chat again: what waited for the person is due by its own window. What she handled stays hers."""
    for one in (conversation, *contacts.joining(session, conversation)):
        one.human_until_ms = 0
        one.revision += 1
        if one.owner is None:
            rearm(session, one, policy, now_ms)


def by_command(
    session: Session, conversation: Conversation, policy: Policy, now_ms: int, *, to_bot: bool
) -> None:
    """A person says at a terminal whose chat it is: as if they had typed in it, and the patient sees nothing."""
    contact = Contact(
        conversation.instance, conversation.phone, conversation.phone_key, conversation.lid, None
    )
    name = f"command-{conversation.id}-{conversation.next_seq}"
    wordless = StaffMessage(name, contact, name, None, Content(Kind.TEXT))
    if to_bot:
        _append_clinic(session, conversation, wordless, now_ms, automatic=True)
        give_back_to_bot(session, conversation, policy, now_ms)
        return
    _catch_up(session, conversation, policy)
    _append_clinic(session, conversation, wordless, now_ms, automatic=True)
    take_over(session, conversation, policy, now_ms)


def handled(session: Session, conversation: Conversation, now_ms: int) -> None:
    """Nobody needs an answer of the bot to what is pending now; what is being sent stays the send's."""
    taken = conversation.open_hi if is_sending(session, conversation) else None
    for message in pending(session, conversation, after=taken):
        message.handled_ms = now_ms
    session.flush()


def _append_clinic(
    session: Session, conversation: Conversation, event: StaffMessage, now_ms: int, *, automatic: bool
) -> None:
    assert conversation.id is not None
    session.add(
        Message(
            conversation_id=conversation.id,
            seq=conversation.next_seq,
            provider_id=event.provider_id,
            author=Author.CLINIC,
            kind=event.content.kind,
            text=event.content.text,
            detail=json.dumps({**event.content.detail, "automatic": automatic}, ensure_ascii=False),
            quoted_id=event.content.quoted_id,
            sent_ms=event.sent_ms,
            received_ms=now_ms,
        )
    )
    conversation.next_seq += 1
    session.flush()


def _is_automatic(
    session: Session, conversation: Conversation, text: str, policy: Policy, now_ms: int
) -> bool:
    """Whether WhatsApp Business wrote this: a configured text, or one text going to many chats at once."""
    if policy.is_automatic(text):
        return True
    if not text or (conversation.last_ms or 0) < now_ms - _AUTOMATIC_AFTER_PATIENT_MS:
        return False
    elsewhere = session.exec(
        select(func.count(func.distinct(Message.conversation_id))).where(
            Message.author == Author.CLINIC,
            col(Message.received_ms) > now_ms - _AUTOMATIC_WITHIN_MS,
            Message.text == text,
            Message.conversation_id != conversation.id,
        )
    ).one()
    return elsewhere >= _AUTOMATIC_CHATS - 1


# Edits and deletions.


def edit(session: Session, event: Edit, policy: Policy, now_ms: int) -> Conversation | None:
    """Apply a new version of a message: in its place while no turn has it, else as a message of its own.

    Returns:
        The conversation it changed; None when it waits for its message, or corrects words of the clinic.
    """
    versions = _versions(session, event.target_id, event.from_me)
    if not versions:
        if not event.from_me:
            _wait_for_message(session, event.contact.instance, event.target_id, now_ms, event.content.text)
        return None
    message = versions[0]
    if event.from_me:
        message.text, message.edited_ms = event.content.text, now_ms
        return None
    conversation = locked(session, message.conversation_id)
    if message.deleted_ms is not None or message.text == event.content.text:
        return None
    if not _is_open(session, conversation, message):
        return _correct(session, event, policy, now_ms)
    message.text, message.edited_ms = event.content.text, now_ms
    session.flush()
    _changed(session, conversation, policy, now_ms, seq=message.seq)
    return conversation


def delete(session: Session, event: Deletion, policy: Policy, now_ms: int) -> Conversation | None:
    """Mark a message deleted; while it is pending, the burst goes on without it."""
    versions = _versions(session, event.target_id, event.from_me)
    if not versions:
        if not event.from_me:
            _wait_for_message(session, event.contact.instance, event.target_id, now_ms, None)
        return None
    if versions[0].deleted_ms is not None:
        return None
    for message in versions:
        message.deleted_ms = now_ms
    session.flush()
    if event.from_me:
        return None
    conversation = locked(session, versions[0].conversation_id)
    conversation.revision += 1
    if conversation.owner is None:
        rearm(session, conversation, policy, now_ms)
    return conversation


def apply_early(
    session: Session, event: MessageEvent, conversation_id: int, policy: Policy, now_ms: int
) -> Conversation:
    """The message came after its edit or deletion: apply what waited for it."""
    conversation = locked(session, conversation_id)
    message = session.get_one(Message, (conversation_id, conversation.next_seq - 1))
    early = session.get_one(EarlyChange, (event.contact.instance, event.provider_id))
    if early.text is None:
        message.deleted_ms = now_ms
    else:
        message.text, message.edited_ms = early.text, now_ms
    session.delete(early)
    session.flush()
    _changed(session, conversation, policy, now_ms, seq=message.seq)
    return conversation


def _changed(session: Session, conversation: Conversation, policy: Policy, now_ms: int, *, seq: int) -> None:
    conversation.revision += 1
    waiting = pending(session, conversation)
    texts = [message.text for message in waiting]
    if waiting and waiting[-1].seq == seq:
        listening.reread(conversation, waiting[-1], policy)
    if texts and policy.is_emergency(texts):
        conversation.emergency_seq = max(conversation.emergency_seq, seq)
        answer_danger(session, conversation, now_ms, texts, policy)
    if conversation.owner is None:
        rearm(session, conversation, policy, now_ms)


def answer_danger(
    session: Session, conversation: Conversation, now_ms: int, texts: Sequence[str], policy: Policy
) -> None:
    """A chat that only a reply of ours handed over has nobody in it who could answer an emergency."""
    human_until_ms = conversation.human_until_ms
    if human_until_ms <= now_ms:
        return
    assert conversation.id is not None
    session.flush()
    if urgent.take_back(driver_of(session.connection()), conversation.id, human_until_ms, texts, policy):
        session.refresh(conversation, ["human_until_ms"])


def _versions(session: Session, provider_id: str, from_me: bool) -> Sequence[Message]:
    """A message and the corrections that stand beside it because they came too late, newest first."""
    author = Author.CLINIC if from_me else Author.PATIENT
    return session.exec(
        select(Message)
        .where(Message.provider_id == provider_id, Message.author == author)
        .order_by(col(Message.received_ms).desc(), col(Message.seq).desc())
    ).all()


def _is_open(session: Session, conversation: Conversation, message: Message) -> bool:
    """Whether no turn and no person has the message yet."""
    if message.handled_ms is not None or message.seq <= conversation.done_seq:
        return False
    if conversation.open_hi is not None:
        return message.seq > conversation.open_hi
    taken = session.exec(
        select(Turn.high).where(
            Turn.conversation_id == conversation.id,
            col(Turn.state).in_((TurnState.THINKING, TurnState.SENDING)),
        )
    ).first()
    return conversation.owner is None or taken is None or message.seq > taken


def _correct(session: Session, event: Edit, policy: Policy, now_ms: int) -> Conversation | None:
    """An edit that came too late to replace its message is a message of its own."""
    content = event.content
    said = MessageEvent(event.key, event.contact, event.target_id, event.sent_ms, content)
    added = append_message(session.connection(), said, now_ms, policy, corrects=True)
    session.expire_all()
    return session.get(Conversation, added.conversation_id)


def _wait_for_message(session: Session, instance: str, target_id: str, now_ms: int, text: str | None) -> None:
    waiting = session.get(EarlyChange, (instance, target_id))
    if waiting is not None and waiting.text is None:
        return  # a deletion is final
    session.merge(EarlyChange(instance=instance, target_id=target_id, received_ms=now_ms, text=text))
