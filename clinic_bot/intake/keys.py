"""Inbox keys: what makes a redelivery harmless.

Built from the provider's ids as the design's key table says and never from a whole body, which carries signed
URLs and trace ids that change with every delivery. An event without any identity has the key ``""``: the
store keeps it under a key of its own. Keys stay when a patient has everything erased, so a phone stands in none.
"""

from collections.abc import Iterable

from clinic_bot.intake.fields import digest
from clinic_bot.storable import mark

NONE = ""


def received(instance: str, message_id: str, *, waiting: bool) -> str:
    """The flag keeps an undecrypted message from swallowing the full one, which may share its id."""
    return f"{instance}:received:{message_id}:{int(waiting)}"


def edit(instance: str, target_id: str, time_ms: int | None, text: str) -> str:
    """Every version of a message has its own key, as all of them may carry one id."""
    return f"{instance}:edit:{target_id}:{time_ms or 0}:{digest(text)}"


def deletion(instance: str, target_id: str) -> str:
    return f"{instance}:deletion:{target_id}"


def notification(
    instance: str, name: str, event_id: str | None, chat: str | None, time_ms: int | None
) -> str:
    """``event_id`` is the message's id, or the call's. Profile and label notifications have neither."""
    if event_id is None and (chat is None or time_ms is None):
        return NONE
    return f"{instance}:notification:{name}:{event_id or f'{_mark(chat)}:{time_ms}'}"


def receipt(instance: str, message_id: str, status: str, reader: str | None) -> str:
    return f"{instance}:receipt:{message_id}:{status}:{_mark(reader)}"


def _mark(number: str | None) -> str:
    return mark(number) if number else ""


def receipts(instance: str, message_ids: Iterable[str], status: str, reader: str | None) -> str:
    """One key for a receipt that is ignored as a whole."""
    ids = ",".join(message_ids)
    return (
        receipt(instance, ids if len(ids) <= 200 else f"many-{digest(ids)}", status, reader) if ids else NONE
    )


def delivery(instance: str, queue_id: str | None, error: str | None) -> str:
    if queue_id is None:
        return NONE
    text = error or ""
    return f"{instance}:delivery:{queue_id}:{text if len(text) <= 80 else digest(text)}"
