"""Events as intake hands them to the store, with everything a test does not speak of filled in."""

from clinic_bot.debounce.window import Timing
from clinic_bot.events import (
    Contact,
    Content,
    Deletion,
    Delivery,
    Echo,
    Edit,
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
from clinic_bot.intake.identity import phone_key
from clinic_bot.reply.outcomes import of_delivery
from clinic_bot.sandbox.standins import INSTANCE_ID
from clinic_bot.store.policy import Policy
from clinic_bot.turns.emergency import find_emergency, is_other_danger, may_be_emergency

INSTANCE = INSTANCE_ID
PHONE = "5511987650001"
LID = "10000000000001"
EMERGENCY_TEXT = "estou com dor no peito e falta de ar"
GREETING = "Olá! Recebemos sua mensagem e já vamos responder."

QUIET_MS, CAP_MS, HOLD_MS = 6_000, 60_000, 12_000
HUMAN_MS, ALERT_MS = 4 * 3_600_000, 600_000
HORIZON_MS = 8 * 86_400_000
LEASE_MS = 165_000

TIMING = Timing(quiet_ms=QUIET_MS, cap_ms=CAP_MS, hold_ms=HOLD_MS)
POLICY = Policy(
    timing=TIMING,
    human_ms=HUMAN_MS,
    alert_ms=ALERT_MS,
    horizon_ms=HORIZON_MS,
    may_be_emergency=may_be_emergency,
    is_emergency=lambda texts: find_emergency(texts) is not None,
    is_other_danger=is_other_danger,
    is_listed=lambda _phone_key, _lid: False,
    is_automatic=lambda text: text == GREETING,
)


def contact(phone: str | None = PHONE, *, lid: str | None = None, name: str | None = None) -> Contact:
    return Contact(INSTANCE, phone, phone_key(phone) if phone else None, lid, name)


def _content(text: str) -> Content:
    return Content(Kind.TEXT, text)


def message(
    text: str = "oi", *, id: str = "m1", who: Contact | None = None, sent_ms: int | None = None
) -> Message:
    return Message(f"received:{id}", who or contact(), id, sent_ms, _content(text))


def staff(text: str = "Oi, aqui é a Ana", *, id: str = "s1", who: Contact | None = None) -> StaffMessage:
    return StaffMessage(f"received:{id}", who or contact(), id, None, _content(text))


def edit(text: str, *, of: str = "m1", n: int = 1, who: Contact | None = None, from_me: bool = False) -> Edit:
    return Edit(f"edit:{of}:{n}:{text}", who or contact(), of, None, _content(text), from_me)


def deletion(*, of: str = "m1", who: Contact | None = None, from_me: bool = False) -> Deletion:
    return Deletion(f"deletion:{of}", who or contact(), of, from_me)


def presence(status: PresenceStatus, *, who: Contact | None = None) -> Presence:
    return Presence(who or contact(), status)


def echo(text: str, *, id: str = "e1", who: Contact | None = None) -> Echo:
    return Echo(f"received:{id}", who or contact(), id, None, text)


def delivery(
    *,
    message_id: str | None = None,
    zaap_id: str | None = None,
    error: str | None = None,
    who: Contact | None = None,
) -> Delivery:
    key = f"delivery:{zaap_id or message_id}:{error}"
    failure = of_delivery(error, None) if error else None
    return Delivery(key, who or contact(), message_id, zaap_id, error, failure=failure)


def receipt(status: ReceiptStatus, *ids: str, who: Contact | None = None) -> Receipt:
    keys = tuple(f"receipt:{one}:{status}" for one in ids)
    return Receipt(keys, who or contact(), ids, status)


def ignored(reason: Reason = Reason.GROUP, *, id: str = "g1") -> Ignored:
    return Ignored(f"received:{id}", INSTANCE, reason)
