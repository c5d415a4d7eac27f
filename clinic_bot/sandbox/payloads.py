"""Webhook bodies as Z-API writes them. Pure: ids and instants come from the caller.

The envelope of a received text is that of a real capture, key by key and in its order; where captures and
documentation disagree (who is ``phone`` in a message typed by hand, what an edit looks like), the capture
wins and the docstring says so.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from clinic_bot.events import Json

Payload = dict[str, Json]


@dataclass(frozen=True, slots=True)
class Line:
    """The clinic's side: which instance, and which number it is connected to."""

    instance_id: str
    phone: str


def hex_of(*parts: object, length: int) -> str:
    """Upper-case hex that depends on ``parts`` alone: ids that are the same in every run."""
    return (
        hashlib.shake_256("\x1f".join(map(str, parts)).encode()).hexdigest(length // 2 + 1)[:length].upper()
    )


def lid_digits(phone: str) -> str:
    """The Linked ID of a number, stable, and the same for both spellings of a Brazilian mobile."""
    digits = "".join(character for character in phone if character.isdigit())
    if len(digits) == 13 and digits.startswith("55") and digits[4] == "9":
        digits = digits[:4] + digits[5:]
    return str(100_000_000_000_000 + int(hex_of("lid", digits, length=14), 16) % 800_000_000_000_000)


def lid_of(phone: str) -> str:
    """What stands in ``chatLid``: the LID itself when ``phone`` already is one."""
    return phone if phone.endswith("@lid") else f"{lid_digits(phone)}@lid"


def _second(at_ms: int) -> int:
    return at_ms // 1000 * 1000  # WhatsApp's own times have whole seconds


def received(
    line: Line,
    phone: str,
    content: Payload,
    *,
    message_id: str,
    at_ms: int,
    name: str = "Paciente",
    chat_lid: str | None = "derive",
    **envelope: Any,
) -> Payload:
    """A ``ReceivedCallback`` of a private chat around ``content``; ``envelope`` replaces or adds keys.

    Args:
        chat_lid: ``derive`` takes the number's own; None is what many real payloads carry.
    """
    trace = {
        "traceId": hex_of("trace", message_id, at_ms, length=32).lower(),
        "spanId": hex_of("span", message_id, at_ms, length=16).lower(),
    }
    body: Payload = {
        "isStatusReply": False,
        "chatLid": lid_of(phone) if chat_lid == "derive" else chat_lid,
        "connectedPhone": line.phone,
        "waitingMessage": False,
        "isEdit": False,
        "isGroup": False,
        "isNewsletter": False,
        "instanceId": line.instance_id,
        "messageId": message_id,
        "phone": phone,
        "fromMe": False,
        "momment": _second(at_ms),
        "status": "RECEIVED",
        "chatName": name,
        "senderPhoto": None,
        "senderName": name,
        "photo": f"https://pps.whatsapp.net/v/{hex_of('photo', phone, length=16).lower()}.jpg",
        "broadcast": False,
        "participantLid": None,
        "messageExpirationSeconds": 0,
        "forwarded": False,
        "type": "ReceivedCallback",
        "fromApi": False,
    }
    body.update(content)
    body["_traceContext"] = {**trace}
    body.update(envelope)
    return body


def _media_url(line: Line, message_id: str, extension: str) -> str:
    folder = f"{line.instance_id}/{message_id}/{hex_of('media', message_id, length=16)}=="
    return f"https://f004.backblazeb2.com/file/temp-file-download/instances/{folder}.{extension}"


def text_content(text: str) -> Payload:
    return {"text": {"message": text}}


def audio_content(line: Line, message_id: str, *, seconds: int, url: str | None = None) -> Payload:
    return {
        "audio": {
            "ptt": True,
            "seconds": seconds,
            "audioUrl": url or _media_url(line, message_id, "ogg"),
            "mimeType": "audio/ogg; codecs=opus",
            "viewOnce": False,
        }
    }


def image_content(
    line: Line, message_id: str, *, caption: str | None = "", url: str | None = None
) -> Payload:
    return {
        "image": {
            "mimeType": "image/jpeg",
            "imageUrl": url or _media_url(line, message_id, "jpeg"),
            "thumbnailUrl": url or _media_url(line, message_id, "thumb.jpeg"),
            "downloadError": None,
            "caption": caption,
            "width": 960,
            "height": 1280,
            "viewOnce": False,
        }
    }


def document_content(
    line: Line, message_id: str, *, file_name: str, caption: str | None = None, url: str | None = None
) -> Payload:
    extension = file_name.rpartition(".")[2] or "pdf"
    document: Payload = {
        "documentUrl": url or _media_url(line, message_id, extension),
        "mimeType": "application/pdf" if extension == "pdf" else "application/octet-stream",
        "title": file_name.rpartition(".")[0] or file_name,
        "pageCount": 1,
        "fileName": file_name,
    }
    if caption is not None:
        document["caption"] = caption
    return {"document": document}


def received_text(
    line: Line,
    phone: str,
    text: str,
    *,
    message_id: str,
    at_ms: int,
    name: str = "Paciente",
    **envelope: Any,
) -> Payload:
    return received(
        line, phone, text_content(text), message_id=message_id, at_ms=at_ms, name=name, **envelope
    )


def received_audio(
    line: Line,
    phone: str,
    *,
    seconds: int,
    message_id: str,
    at_ms: int,
    url: str | None = None,
    **envelope: Any,
) -> Payload:
    content = audio_content(line, message_id, seconds=seconds, url=url)
    return received(line, phone, content, message_id=message_id, at_ms=at_ms, **envelope)


def received_image(
    line: Line, phone: str, *, caption: str | None, message_id: str, at_ms: int, url: str | None = None,
    **envelope: Any,
) -> Payload:  # fmt: skip
    content = image_content(line, message_id, caption=caption, url=url)
    return received(line, phone, content, message_id=message_id, at_ms=at_ms, **envelope)


def received_document(
    line: Line, phone: str, *, file_name: str, message_id: str, at_ms: int, caption: str | None = None,
    url: str | None = None, **envelope: Any,
) -> Payload:  # fmt: skip
    content = document_content(line, message_id, file_name=file_name, caption=caption, url=url)
    return received(line, phone, content, message_id=message_id, at_ms=at_ms, **envelope)


def edited(line: Line, phone: str, text: str, *, of: str, at_ms: int, **envelope: Any) -> Payload:
    """A new text for message ``of``. No sample of an edit exists: only the flag is documented, so
    the id is taken to be the original's. Pass ``messageId=`` and ``editMessageId=`` for the other reading."""
    envelope.setdefault("isEdit", True)
    return received(line, phone, text_content(text), message_id=of, at_ms=at_ms, **envelope)


def notification(
    line: Line, phone: str, kind: str, *, message_id: str, at_ms: int, parameters: list[Json] | None = None,
    **envelope: Any,
) -> Payload:  # fmt: skip
    """A ``ReceivedCallback`` with a ``notification`` and no content, in the shape of the captured call."""
    body: Payload = {
        "type": "ReceivedCallback",
        "notification": kind,
        "notificationParameters": parameters or [],
        "callId": None,
        "code": None,
        "messageId": message_id,
        "phone": phone,
        "chatLid": None,
        "fromMe": False,
        "isGroup": False,
        "isNewsletter": False,
        "broadcast": False,
        "forwarded": False,
        "status": "RECEIVED",
        "momment": _second(at_ms),
        "expiresAt": None,
        "referenceMessageId": None,
        "externalAdReply": None,
        "senderName": "",
        "chatName": "Paciente",
        "connectedPhone": line.phone,
        "instanceId": line.instance_id,
    }
    body.update(envelope)
    return body


def revoked(line: Line, phone: str, *, of: str, at_ms: int, **envelope: Any) -> Payload:
    """The deletion of message ``of``: no sample exists, so ``messageId`` follows the one known report."""
    return notification(line, phone, "REVOKE", message_id=of, at_ms=at_ms, **envelope)


def group_text(
    line: Line, phone: str, text: str, *, group: str, message_id: str, at_ms: int, **envelope: Any
) -> Payload:
    """A text in a group: ``phone`` is the author, the chat gets a group id made of its name."""
    chat = f"120363{int(hex_of('group', group, length=10), 16) % 10**12:012d}-group"
    envelope = {
        "isGroup": True,
        "chatName": group,
        "participantPhone": phone,
        "participantLid": lid_of(phone),
        "chatLid": None,
        **envelope,
    }
    return received(line, chat, text_content(text), message_id=message_id, at_ms=at_ms, **envelope)


def staff_text(
    line: Line,
    phone: str,
    text: str,
    *,
    message_id: str,
    at_ms: int,
    by_number: bool = False,
    **envelope: Any,
) -> Payload:
    """Somebody of the clinic typed on the phone. Captures of 2025 and 2026 name the chat by its LID alone, in
    ``phone`` and in ``chatName``; ``by_number`` gives the older form."""
    lid = lid_of(phone)
    envelope = {
        "fromMe": True,
        "chatLid": lid,
        "senderName": "Clínica",
        "chatName": phone if by_number else lid.removesuffix("@lid"),
        **envelope,
    }
    chat = phone if by_number else lid
    return received(line, chat, text_content(text), message_id=message_id, at_ms=at_ms, **envelope)


def echo_text(
    line: Line,
    phone: str,
    text: str,
    *,
    message_id: str,
    at_ms: int,
    by_number: bool = True,
    **envelope: Any,
) -> Payload:
    """Our own API send coming back. By number it carries the LID as well (Jan 2026); by LID, ``chatLid`` is
    null (Dec 2025)."""
    lid = lid_of(phone)
    envelope = {
        "fromMe": True,
        "fromApi": True,
        "status": "SENT",
        "senderName": "Clínica",
        "chatName": phone,
        "chatLid": lid if by_number else None,
        "momment": _second(at_ms) + 1,
        **envelope,
    }
    chat = phone if by_number else lid
    return received(line, chat, text_content(text), message_id=message_id, at_ms=at_ms, **envelope)


def delivery(
    line: Line, phone: str, *, message_id: str, zaap_id: str, at_ms: int, error: str | None = None,
    error_code: str | None = None,
) -> Payload:  # fmt: skip
    body: Payload = {
        "phone": phone,
        "messageId": message_id,
        "zaapId": zaap_id,
        "instanceId": line.instance_id,
        "momment": at_ms,
        "type": "DeliveryCallback",
    }
    if error is not None:
        body["error"] = error
    if error_code is not None:
        body["errorCode"] = error_code
    return body


def status(line: Line, phone: str, *, ids: list[str], status: str, at_ms: int) -> Payload:
    return {
        "instanceId": line.instance_id,
        "status": status,
        "ids": [*ids],
        "momment": at_ms,
        "phoneDevice": 0,
        "phone": phone,
        "type": "MessageStatusCallback",
        "isGroup": False,
    }


def presence(line: Line, phone: str, status: str) -> Payload:
    return {
        "type": "PresenceChatCallback",
        "phone": phone,
        "status": status,
        "lastSeen": None,
        "instanceId": line.instance_id,
    }


def connected(line: Line, *, at_ms: int) -> Payload:
    return {
        "type": "ConnectedCallback",
        "connected": True,
        "momment": at_ms,
        "instanceId": line.instance_id,
        "phone": line.phone,
    }


def disconnected(line: Line, *, at_ms: int, error: str = "Device has been disconnected") -> Payload:
    """Its documented sample counts ``momment`` in seconds, unlike every other callback."""
    return {
        "type": "DisconnectedCallback",
        "disconnected": True,
        "error": error,
        "momment": at_ms // 1000,
        "instanceId": line.instance_id,
    }
