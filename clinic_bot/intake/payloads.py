"""What a webhook body is: from a JSON object of Z-API to one of our events.

Pure and lenient. A field may be missing, null, of another type, spelt the old way, or new: no JSON object
makes this fail, because a 4xx for a merely odd payload only loses the next message. The rules come from
Z-API's documentation and from captures of what it really sends; the tests name them case by case.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from clinic_bot.events import (
    Contact,
    Content,
    Deletion,
    Delivery,
    Echo,
    Edit,
    Event,
    Ignored,
    Kind,
    Message,
    Presence,
    PresenceStatus,
    Reason,
    Receipt,
    ReceiptStatus,
    StaffMessage,
)
from clinic_bot.intake import keys
from clinic_bot.intake.bodies import MalformedBody, TooLarge, inflate, parse_body
from clinic_bot.intake.content import content_key, read_content
from clinic_bot.intake.fields import digest, flag, ident, label, past_ms, provider_ms
from clinic_bot.intake.identity import Address, Chat, parse_lid, parse_phone, phone_key
from clinic_bot.reply.outcomes import of_delivery
from clinic_bot.storable import mark

__all__ = ["DEFAULT_INSTANCE", "MalformedBody", "TooLarge", "inflate", "parse_body", "read_event"]

DEFAULT_INSTANCE = "default"  #: names the instance when neither the settings nor the payload do

Payload = Mapping[str, object]


class Envelope(NamedTuple):
    """What every kind of payload shares."""

    payload: Payload
    instance: str
    address: Address
    from_me: bool
    received_ms: int


def read_event(payload: Payload, *, instance_id: str | None, received_ms: int) -> Event:
    """Say what a payload is.

    Args:
        payload: the JSON object as it came; it is not changed.
        instance_id: ours. A payload without one is ours, one with another is ignored. None takes any.
        received_ms: our receipt; a provider's time more than a day after it is no time.
    """
    given = ident(payload.get("instanceId"))
    foreign = given is not None and instance_id is not None and given.upper() != instance_id.upper()
    instance = given if foreign or instance_id is None else instance_id
    read = _READERS.get(_type(payload), _read_unknown)
    # Presence is the one event known to name a LID without its suffix.
    address = parse_phone(payload.get("phone"), bare_lid=read is _read_presence)
    from_me = flag(payload.get("fromMe"))
    envelope = Envelope(payload, instance or DEFAULT_INSTANCE, address, from_me, received_ms)
    if foreign:
        return Ignored(_key(read(envelope)), envelope.instance, Reason.OTHER_INSTANCE)
    return read(envelope)


def _type(payload: Payload) -> str:
    """The callback's type in lower case, as it was printed with other capitals too.

    Without one, something that has a message's content is taken as a message: reading too much costs an
    answer, reading too little costs a patient's words.
    """
    given = payload.get("type")
    if isinstance(given, str):
        return given.strip().lower()
    return "receivedcallback" if content_key(payload) and "messageId" in payload else ""


def _key(event: Event) -> str:
    if isinstance(event, Presence):
        return keys.NONE
    return event.keys[0] if isinstance(event, Receipt) else event.key


# --- received: messages, echoes, edits, deletions, notifications -------------------------------------------


def _read_received(envelope: Envelope) -> Event:
    payload, instance = envelope.payload, envelope.instance
    message_id, time_ms = ident(payload.get("messageId")), _time(payload)
    if payload.get("notification"):
        return _read_notification(envelope, message_id, time_ms)
    reason, contact = _not_a_person(envelope), _contact(envelope)
    if envelope.from_me and flag(payload.get("fromApi")):
        contact = contact or _by_id_alone(envelope, message_id)
    waiting = flag(payload.get("waitingMessage"))
    if reason is None and waiting:
        reason = Reason.WAITING_MESSAGE
    if reason is not None or contact is None:
        key = keys.received(instance, message_id, waiting=waiting) if message_id else keys.NONE
        return Ignored(key, instance, reason or Reason.NO_CONTACT)
    return _read_written(envelope, contact, message_id, time_ms)


def _read_notification(envelope: Envelope, message_id: str | None, time_ms: int | None) -> Event:
    """Something that happened in a chat. A missed call is one for the reception; a deletion has its message's id."""
    payload, instance = envelope.payload, envelope.instance
    name = (ident(payload.get("notification")) or "unnamed").upper()
    reason, contact = _not_a_person(envelope), _contact(envelope)
    if name == "REVOKE" and message_id and contact and reason is None:
        return Deletion(keys.deletion(instance, message_id), contact, message_id, envelope.from_me)
    event_id = message_id or ident(payload.get("callId"))
    key = keys.notification(instance, name, event_id, ident(payload.get("phone")), time_ms)
    if name in _MISSED_CALLS and contact and reason is None and not _is_our_call(envelope):
        video = name.endswith("VIDEO") or flag(payload.get("isVideo"))
        content = Content(Kind.CALL, "", {"video": True} if video else {})
        sent_ms = past_ms(time_ms, envelope.received_ms)
        return Message(key, contact, f"call-{event_id or time_ms}", sent_ms, content)
    return Ignored(key, instance, reason or Reason.NOTIFICATION)


_MISSED_CALLS = frozenset({"CALL_MISSED", "CALL_MISSED_VOICE", "CALL_MISSED_VIDEO"})


def _is_our_call(envelope: Envelope) -> bool:
    """Whether somebody of the clinic called, and the patient did not take it."""
    direction = ident(envelope.payload.get("callDirection")) or ""
    return envelope.from_me or direction.lower().startswith("out")


def _read_written(envelope: Envelope, contact: Contact, message_id: str | None, time_ms: int | None) -> Event:
    """Something that somebody wrote or did in a chat with one person."""
    payload, instance, from_me = envelope.payload, envelope.instance, envelope.from_me
    content = read_content(payload)
    sent_ms = past_ms(time_ms, envelope.received_ms)
    if message_id is None:
        # WhatsApp's time has a resolution of a second, so the words are needed to tell two messages apart.
        chat = mark(contact.phone_key or contact.lid or "")
        when = envelope.received_ms if time_ms is None else time_ms
        provider_id = f"none-{chat}-{when}-{content.kind.value}-{digest(content.text)}"
    else:
        provider_id = message_id
    # Without an id and without a time a redelivery cannot be told from a repetition: keep both.
    known = message_id is not None or time_ms is not None
    key = keys.received(instance, provider_id, waiting=False) if known else keys.NONE

    if from_me and flag(payload.get("fromApi")):
        return Echo(key, contact, provider_id, sent_ms, content.text)
    if flag(payload.get("isEdit")):
        named = ident(payload.get("editMessageId")) or ident(payload.get("referenceMessageId"))
        target_id = named or provider_id
        edit_key = keys.edit(instance, target_id, time_ms, content.text)
        return Edit(edit_key, contact, target_id, sent_ms, content, from_me)
    if from_me:
        return StaffMessage(key, contact, provider_id, sent_ms, content)
    return Message(key, contact, provider_id, sent_ms, content)


# --- the other callbacks -----------------------------------------------------------------------------------

_OLD_PREFIX = "MESSAGE_"
_RECEIPTS = {status.value: status for status in ReceiptStatus}
_PRESENCES = {status.value: status for status in PresenceStatus}


def _read_status(envelope: Envelope) -> Event:
    payload, instance = envelope.payload, envelope.instance
    name = (ident(payload.get("status")) or "").upper().removeprefix(_OLD_PREFIX)
    ids = _ids(payload)
    reader = ident(payload.get("participant")) or ident(payload.get("participantPhone"))
    reader = reader or ident(payload.get("phone"))
    contact = _contact(envelope) or _by_id_alone(envelope, ids)
    status = _RECEIPTS.get(name)
    reason = _not_a_person(envelope)
    if reason is None and (status is None or not ids):
        reason = Reason.UNKNOWN_STATUS  # also READ_BY_ME: we read theirs, which says nothing of our sends
    if reason is not None or contact is None or status is None:
        return Ignored(keys.receipts(instance, ids, name, reader), instance, reason or Reason.NO_CONTACT)
    receipt_keys = tuple(keys.receipt(instance, i, name, reader) for i in ids)
    return Receipt(receipt_keys, contact, ids, status)


def _ids(payload: Payload) -> tuple[str, ...]:
    given = payload.get("ids") or payload.get("id")
    listed = given if isinstance(given, list) else [given]
    found = (ident(item) for item in listed)
    return tuple(dict.fromkeys(item for item in found if item))


def _read_delivery(envelope: Envelope) -> Event:
    payload, instance = envelope.payload, envelope.instance
    zaap_id, message_id = ident(payload.get("zaapId")), ident(payload.get("messageId"))
    code = label(payload.get("errorCode"))
    error = label(payload.get("error")) or code
    if error is None and payload.get("error"):
        error = "unreadable error"  # success is the absence of the key; this one has it, in a new shape
    key = keys.delivery(instance, zaap_id or message_id, error)
    contact, reason = _contact(envelope), _not_a_person(envelope)
    contact = contact or _by_id_alone(envelope, zaap_id or message_id)
    if reason is not None or contact is None:
        return Ignored(key, instance, reason or Reason.NO_CONTACT)
    failure = of_delivery(error, code) if error is not None else None
    return Delivery(key, contact, message_id, zaap_id, error, code, failure)


def _read_presence(envelope: Envelope) -> Event:
    status = _PRESENCES.get((ident(envelope.payload.get("status")) or "").upper())
    contact, reason = _contact(envelope), _not_a_person(envelope)
    if reason is None and status is None:
        reason = Reason.UNKNOWN_STATUS
    if reason is not None or contact is None or status is None:
        return Ignored(keys.NONE, envelope.instance, reason or Reason.NO_CONTACT, kept=False)
    return Presence(contact, status)


def _read_connection(envelope: Envelope) -> Event:
    return Ignored(keys.NONE, envelope.instance, Reason.CONNECTION)


def _read_unknown(envelope: Envelope) -> Event:
    return Ignored(keys.NONE, envelope.instance, Reason.UNKNOWN_TYPE)


_READERS: dict[str, Callable[[Envelope], Event]] = {
    "receivedcallback": _read_received,
    "messagestatuscallback": _read_status,
    "deliverycallback": _read_delivery,
    "presencechatcallback": _read_presence,
    "connectedcallback": _read_connection,
    "disconnectedcallback": _read_connection,
    "proxycallback": _read_connection,
}


# --- shared ------------------------------------------------------------------------------------------------

_NO_PERSON = {
    Chat.STORY: Reason.STORY,
    Chat.GROUP: Reason.GROUP,
    Chat.CHANNEL: Reason.CHANNEL,
    Chat.BROADCAST: Reason.BROADCAST,
}


def _not_a_person(envelope: Envelope) -> Reason | None:
    """Why a chat is none with one person. Flags and form of ``phone`` can disagree; either is enough."""
    reason = _NO_PERSON.get(envelope.address.chat)
    if reason is not None:
        return reason
    payload = envelope.payload
    if flag(payload.get("isGroup")):
        return Reason.GROUP
    if flag(payload.get("isNewsletter")):
        return Reason.CHANNEL
    return Reason.BROADCAST if flag(payload.get("broadcast")) else None


def _contact(envelope: Envelope) -> Contact | None:
    """Number and LID as far as this payload knows them; None when it knows neither."""
    payload, address = envelope.payload, envelope.address
    if address.chat not in (Chat.PERSON, Chat.NOBODY):
        return None
    lid = address.lid or parse_lid(payload.get("chatLid"))
    if lid is None and not envelope.from_me:
        lid = parse_lid(payload.get("senderLid"))  # on our own messages the sender is us
    phone = address.phone
    if phone is None and lid is None:
        return None
    key = phone_key(phone) if phone else None
    return Contact(envelope.instance, phone, key, lid, _name(payload, envelope.from_me, phone, lid))


def _by_id_alone(envelope: Envelope, known_by: object) -> Contact | None:
    """Nobody, where evidence about a send of ours names no chat: its id says which send that was."""
    if not known_by or envelope.address.chat is not Chat.NOBODY:
        return None
    return Contact(envelope.instance, None, None, None)


def _name(payload: Payload, from_me: bool, phone: str | None, lid: str | None) -> str | None:
    """The patient's name. ``senderName`` is our own on our messages; ``chatName`` may be bare digits."""
    fields = ("chatName",) if from_me else ("senderName", "chatName")
    for field in fields:
        name = label(payload.get(field))
        if name and name not in (phone, lid) and not name.isdigit():
            return name
    return None


def _time(payload: Payload) -> int | None:
    time_ms = provider_ms(payload.get("momment"))
    return provider_ms(payload.get("moment")) if time_ms is None else time_ms
