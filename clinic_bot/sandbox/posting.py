"""The webhook bodies behind what patients do in a scenario, and how that is shown."""

from collections.abc import Callable, Mapping
from functools import partial

from clinic_bot.sandbox import payloads
from clinic_bot.sandbox.payloads import Payload
from clinic_bot.sandbox.scenario import Event


def message(
    line: payloads.Line,
    phone: str,
    event: Event,
    *,
    message_id: str,
    at_ms: int,
    about: str,
    url: str | None = None,
) -> Payload:
    """The webhook body behind an event that says something.

    Args:
        url: where its file can be fetched; None: a link that leads nowhere.
    """
    caption = event.text("caption") or None
    make: Mapping[str, Callable[[], Payload]] = {
        "text": partial(_text, line, phone, event.text("text"), message_id, at_ms),
        "audio": lambda: payloads.received_audio(
            line, phone, seconds=round(seconds(event)), message_id=message_id, at_ms=at_ms, url=url
        ),
        "image": lambda: payloads.received_image(
            line, phone, caption=caption, message_id=message_id, at_ms=at_ms
        ),
        "document": lambda: payloads.received_document(
            line, phone, file_name=event.text("file_name") or "documento.pdf", caption=caption,
            message_id=message_id, at_ms=at_ms,
        ),
        "edit": lambda: payloads.edited(line, phone, event.text("text"), of=about, at_ms=at_ms),
        "delete": lambda: payloads.revoked(line, phone, of=about, at_ms=at_ms),
        "group_text": lambda: payloads.group_text(
            line, phone, event.text("text"), group=event.text("group") or "grupo", message_id=message_id,
            at_ms=at_ms,
        ),
    }  # fmt: skip
    return make[event.type]()


def seconds(event: Event) -> float:
    """How long a voice note lasts."""
    said = event.fields.get("duration_s")
    return float(said) if isinstance(said, int | float) and said > 0 else 5.0


def _text(line: payloads.Line, phone: str, text: str, message_id: str, at_ms: int) -> Payload:
    return payloads.received_text(line, phone, text, message_id=message_id, at_ms=at_ms)


_SHOWN: Mapping[str, Callable[[Event], str]] = {
    "text": lambda event: event.text("text"),
    "audio": lambda event: f"[audio, {event.fields.get('duration_s', '?')} s]",
    "image": lambda event: f"[image] {event.text('caption')}".strip(),
    "document": lambda event: f"[document] {event.text('file_name')}".strip(),
    "presence": lambda event: f"({event.text('status').lower()})",
    "redelivery": lambda _event: "(the same message, delivered again)",
    "edit": lambda event: f"(edited) {event.text('text')}",
    "delete": lambda _event: "(deleted a message)",
    "group_text": lambda event: f"(in a group) {event.text('text')}",
}


def shown(event: Event) -> str:
    who = f"…{event.phone[-4:]}: " if event.phone else ""
    return who + _SHOWN[event.type](event)
