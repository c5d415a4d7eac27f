"""The words that rooms share: what a webhook body turned out to be, and what was said before.

Instants are epoch milliseconds, UTC. ``key`` is the inbox key that makes a redelivery harmless: it is built
from the provider's ids as the design's key table says, never from a hash of the whole body.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True, slots=True)
class Contact:
    """Who the chat is with, as this payload names them; at least one of phone and lid is set.

    Only evidence about a send of ours, known by its id, may name nobody.
    """

    instance: str
    phone: str | None  #: digits in the spelling received, which is the one to reply to
    phone_key: str | None  #: digits that are equal for all spellings of one number (ninth digit dropped)
    lid: str | None  #: digits, without ``@lid``
    name: str | None = None


class Kind(StrEnum):
    """What a message is. The value is stored, so a name may be added but never changed."""

    TEXT = "text"
    AUDIO = "audio"
    IMAGE = "image"
    VIDEO = "video"
    DOCUMENT = "document"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT = "contact"
    REACTION = "reaction"
    CHOICE = "choice"  #: a button or list answer
    POLL = "poll"
    POLL_VOTE = "poll_vote"
    TEMPLATE = "template"
    PRODUCT = "product"
    ORDER = "order"
    PAYMENT = "payment"
    EVENT = "event"
    CALL = "call"  #: a call that nobody took
    UNSUPPORTED = "unsupported"


class MediaState(StrEnum):
    """How far it has come with what a message carries besides its words. Stored by value."""

    PENDING = "pending"  #: to be fetched, or fetched again
    WORKING = "working"  #: somebody fetches and reads it, until his lease ends
    READ = "read"  #: its words, or what is seen on it, stand with the message
    UNCLEAR = "unclear"  #: something was said, and nobody can be sure what
    FAILED = "failed"
    LATE = "late"  #: its words came when it was answered already: for the history only


@dataclass(frozen=True, slots=True)
class Found:
    """What became of the file that a message carries.

    Args:
        state: READ, UNCLEAR or FAILED.
        text: the patient's spoken words, where they are certain.
        doubtful: words that nobody can be sure of. They say nothing to anybody, but danger is looked for in them.
        seen: what a picture shows, in the words of whoever looked: never the patient's.
    """

    state: MediaState
    text: str = ""
    doubtful: str = ""
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """One message's substance: its own words, plus what a marker needs to describe the rest."""

    kind: Kind
    text: str = ""  #: the person's words: body, caption, label tapped, emoji
    detail: Mapping[str, Json] = field(default_factory=dict)  #: seconds, file_name, url, latitude, ...
    quoted_id: str | None = None  #: provider id of the message this one quotes or answers


@dataclass(frozen=True, slots=True)
class Message:
    """A patient wrote to the clinic."""

    key: str
    contact: Contact
    provider_id: str
    sent_ms: int | None
    content: Content


@dataclass(frozen=True, slots=True)
class StaffMessage:
    """Somebody of the clinic wrote by hand (or WhatsApp Business did, in its own greeting and away texts)."""

    key: str
    contact: Contact
    provider_id: str
    sent_ms: int | None
    content: Content


@dataclass(frozen=True, slots=True)
class Edit:
    """A new version of an earlier message."""

    key: str
    contact: Contact
    target_id: str
    sent_ms: int | None
    content: Content
    from_me: bool


@dataclass(frozen=True, slots=True)
class Deletion:
    """A message was withdrawn by its author."""

    key: str
    contact: Contact
    target_id: str
    from_me: bool


@dataclass(frozen=True, slots=True)
class Echo:
    """Our own API send coming back as an event: evidence, never a take-over."""

    key: str
    contact: Contact
    provider_id: str
    sent_ms: int | None
    text: str


class PresenceStatus(StrEnum):
    AVAILABLE = "AVAILABLE"
    UNAVAILABLE = "UNAVAILABLE"
    COMPOSING = "COMPOSING"
    RECORDING = "RECORDING"
    PAUSED = "PAUSED"


@dataclass(frozen=True, slots=True)
class Presence:
    """Typing or recording; a hint without an id, not kept. ``contact.phone`` may hold bare LID digits."""

    contact: Contact
    status: PresenceStatus


class Verdict(StrEnum):
    """What a failure says about the message it came for."""

    NOT_SENT = "not_sent"  #: it certainly did not leave, and the same may work later
    REFUSED = "refused"  #: a definite no to this one message
    INSTANCE = "instance"  #: a definite no that every other message would get too
    UNKNOWN = "unknown"  #: it may or may not have left


class Trouble(StrEnum):
    """What is behind a send that failed. The value is stored as the reason of a switch."""

    SUBSCRIPTION = "subscription"
    SECURITY_TOKEN = "security_token"  # noqa: S105 - a name, no token
    TOKEN = "token"  # noqa: S105 - likewise
    IP_LIST = "ip_list"
    ADDRESS = "address"
    RESTRICTED = "restricted"  #: WhatsApp lets the clinic's number send little or nothing
    PHONE_OFFLINE = "phone_offline"
    DISCONNECTED = "disconnected"
    BAD_RECIPIENT = "bad_recipient"
    BAD_CONTENT = "bad_content"
    TOO_LATE = "too_late"
    NOT_QUEUED = "not_queued"
    QUEUE_FULL = "queue_full"
    BUSY = "busy"
    UNCLEAR = "unclear"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class SendFailure:
    """Why a send did not end well."""

    verdict: Verdict
    trouble: Trouble


@dataclass(frozen=True, slots=True)
class Delivery:
    """Z-API's queue handed a send to WhatsApp, or failed to."""

    key: str
    contact: Contact
    provider_id: str | None
    zaap_id: str | None
    error: str | None
    error_code: str | None = None
    failure: SendFailure | None = None  #: what ``error`` means; None on success


class ReceiptStatus(StrEnum):
    SENT = "SENT"
    RECEIVED = "RECEIVED"
    READ = "READ"
    PLAYED = "PLAYED"


@dataclass(frozen=True, slots=True)
class Receipt:
    """How far our messages came; one key for each id, in the same order."""

    keys: tuple[str, ...]
    contact: Contact
    provider_ids: tuple[str, ...]
    status: ReceiptStatus


class Reason(StrEnum):
    """Why an event is ignored: the closed list that the webhook answers with."""

    GROUP = "group"
    CHANNEL = "channel"
    BROADCAST = "broadcast"
    STORY = "story"
    NOTIFICATION = "notification"
    LISTED_NUMBER = "listed_number"
    OTHER_INSTANCE = "other_instance"
    WAITING_MESSAGE = "waiting_message"  #: not decrypted yet; the full one comes under its own key
    CONNECTION = "connection"
    UNKNOWN_STATUS = "unknown_status"
    UNKNOWN_TYPE = "unknown_type"
    NO_CONTACT = "no_contact"  #: nothing in it says whose chat it is


@dataclass(frozen=True, slots=True)
class Ignored:
    """Not a patient speaking to the clinic. Kept in the inbox with its reason, and not acted on."""

    key: str
    instance: str
    reason: Reason
    kept: bool = True  #: presence is not
    #: number and LID of somebody listed, so that the LID alone is known as theirs
    pair: Contact | None = None


Event = Message | StaffMessage | Edit | Deletion | Echo | Presence | Delivery | Receipt | Ignored


class Speaker(StrEnum):
    """Who said something in a conversation, as the agent is told."""

    PATIENT = "patient"
    CLINIC = "clinic"  #: written by hand by somebody of the clinic
    BOT = "bot"


@dataclass(frozen=True, slots=True)
class Said:
    """One thing said in a conversation before now: what the store remembers and the agent reads."""

    speaker: Speaker
    text: str
    at_ms: int
