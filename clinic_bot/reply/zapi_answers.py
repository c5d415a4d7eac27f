"""What Z-API's answers hold, whatever their shape. Pure: what cannot be read is absent, and nothing is raised."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from clinic_bot.events import Trouble
from clinic_bot.storable import storable


@dataclass(frozen=True, slots=True)
class Sent:
    """Queued at Z-API, which is not yet sent."""

    zaap_id: str | None
    message_id: str  #: WhatsApp's id, the one that every webhook cites


@dataclass(frozen=True, slots=True)
class PhoneExists:
    exists: bool
    phone: str | None  #: WhatsApp's own spelling, digits
    lid: str | None  #: digits


@dataclass(frozen=True, slots=True)
class Queued:
    """A message that Z-API has accepted and not handed to WhatsApp yet."""

    zaap_id: str
    message_id: str | None
    phone: str
    message: str
    created_ms: int | None


@dataclass(frozen=True, slots=True)
class Status:
    connected: bool
    smartphone_connected: bool

    @property
    def healthy(self) -> bool:
        return self.connected and self.smartphone_connected

    @property
    def trouble(self) -> Trouble | None:
        if self.healthy:
            return None
        return Trouble.PHONE_OFFLINE if self.connected else Trouble.DISCONNECTED


@dataclass(frozen=True, slots=True)
class Account:
    """What ``/me`` says of the instance; its token stays where it is.

    Args:
        due_ms: until when it is paid.
        webhooks: what Z-API posts, by its word for people, to which address. The secret stands in it: show none.
        posts_sent_by_me: whether what somebody writes by hand is posted; None where Z-API does not say.
    """

    due_ms: int | None
    webhooks: Mapping[str, str | None] = field(default_factory=dict, repr=False)
    posts_sent_by_me: bool | None = None

    def lapsed(self, now_ms: int) -> bool:
        return self.due_ms is not None and self.due_ms <= now_ms


@dataclass(frozen=True, slots=True)
class ChatRow:
    """One chat as ``/chats`` lists it; ``phone`` as it came, which may be a LID, a group or a channel."""

    phone: str
    lid: str | None
    name: str | None
    last_message_ms: int | None  #: of the last message either way, to the second
    is_group: bool


def sent_of(answer: object) -> Sent | None:
    """What a success names; a 200 may also carry an error, or nothing."""
    if not isinstance(answer, dict) or answer.get("error"):
        return None
    message_id = _text(answer.get("messageId")) or _text(answer.get("id"))
    return Sent(_text(answer.get("zaapId")), message_id) if message_id else None


def phone_of(answer: object) -> PhoneExists | None:
    """The first row; None when it says nothing usable."""
    row = answer[0] if isinstance(answer, list) and answer else answer
    if not isinstance(row, dict) or "exists" not in row:
        return None
    return PhoneExists(_truth(row["exists"]), _text(row.get("phone")), _lid(row))


def queued_of(answer: Mapping[str, Any]) -> Iterator[Queued]:
    """The messages on one page of the queue."""
    messages = answer.get("messages")
    return filter(None, map(_queued, messages if isinstance(messages, list) else []))


def _queued(row: object) -> Queued | None:
    if not isinstance(row, dict) or not (zaap_id := _text(row.get("ZaapId"))):
        return None
    created = row.get("Created")
    return Queued(
        zaap_id=zaap_id,
        message_id=_text(row.get("MessageId")),
        phone=_text(row.get("Phone")) or "",
        message=_text(row.get("Message")) or "",
        created_ms=created if isinstance(created, int) else None,
    )


def status_of(answer: Mapping[str, Any]) -> Status:
    # `error` is present even when all is well, so it decides nothing here.
    return Status(_truth(answer.get("connected")), _truth(answer.get("smartphoneConnected")))


def account_of(answer: Mapping[str, Any]) -> Account:
    sent_by_me = answer.get("receiveCallbackSentByMe")
    return Account(
        _seconds_to_ms(answer.get("due")),
        dict(_webhooks(answer)),
        posts_sent_by_me=None if sent_by_me is None else _truth(sent_by_me),
    )


_WEBHOOKS = {
    "receivedCallbackUrl": "messages",
    "deliveryCallbackUrl": "deliveries",
    "messageStatusCallbackUrl": "receipts",
    "presenceChatCallbackUrl": "typing signals",
    "connectedCallbackUrl": "connections",
    "disconnectedCallbackUrl": "disconnections",
}


def _webhooks(answer: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """Those that the answer names; for messages the address that has the say while it is set."""
    for name, word in _WEBHOOKS.items():
        if name in answer:
            wins = answer.get("receivedAndDeliveryCallbackUrl") if word == "messages" else None
            yield word, _text(wins) or _text(answer[name])


def chats_of(rows: list[Any]) -> Iterator[ChatRow]:
    return filter(None, map(_chat, rows))


def _chat(row: object) -> ChatRow | None:
    if not isinstance(row, dict) or not (phone := _text(row.get("phone"))):
        return None
    return ChatRow(
        phone=phone,
        lid=_lid(row),
        name=(_text(row.get("name")) or "").strip() or None,
        last_message_ms=_seconds_to_ms(row.get("lastMessageTime")),
        is_group=_truth(row.get("isGroup")),
    )


def confirmed(answer: object, *names: str) -> bool:
    """Whether one of ``names`` is true in it."""
    return isinstance(answer, dict) and any(_truth(answer.get(name)) for name in names)


def _lid(row: Mapping[str, Any]) -> str | None:
    lid = (_text(row.get("lid")) or "").removesuffix("@lid")
    return lid if lid.isdigit() else None


def _seconds_to_ms(value: object) -> int | None:
    """Epoch seconds, which Z-API writes as a text in places; milliseconds are taken too, other numbers are none."""
    text = _text(value) or ""
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        return None
    seconds = int(text)
    if 1_000_000_000 <= seconds < 100_000_000_000:
        return seconds * 1000
    return seconds if seconds > 1_000_000_000_000 else None


def _text(value: object) -> str | None:
    if not isinstance(value, str | int) or isinstance(value, bool):
        return None
    return storable(str(value)) or None


def _truth(value: object) -> bool:
    return value is True or (isinstance(value, str) and value.lower() == "true")
