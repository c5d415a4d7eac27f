"""What a message says: which content key the payload carries, read into kind, words and detail.

Z-API has no discriminator. The kind of a message is the content key that is present, new ones appear, and one we do not
know is a message that cannot be shown, never an error. ``content_readers.py`` reads what each key holds.
"""

from collections.abc import Mapping

from clinic_bot.events import Content, Json, Kind
from clinic_bot.intake.content_readers import READERS, Read, read_text
from clinic_bot.intake.fields import flag, ident, label, part, some, words
from clinic_bot.storable import storable

Fields = Mapping[str, object]

_STORIES: dict[str, Kind] = {
    "statusImage": Kind.IMAGE,
    "statusVideo": Kind.VIDEO,
    "statusAudio": Kind.AUDIO,
}

# Objects and lists of the envelope, which are no content.
_ENVELOPE = frozenset(
    {"externalAdReply", "broadcastRecipients", "notificationParameters", "text", "_traceContext"}
)


def read_content(payload: Fields) -> Content:
    """Read the message of a payload, whatever it holds."""
    key = content_key(payload)
    if key is None:
        found = _unsupported(payload)
    elif key == "text":
        found = read_text(payload["text"])
    elif key in _STORIES:
        found = Read(Kind.TEXT, "", {})
    else:
        found = _with_words_beside(READERS[key](payload[key]), payload.get("text"))
    detail = found.detail
    if flag(payload.get("isStatusReply")) or key in _STORIES:
        detail["status_reply"] = True
        detail |= _story(payload)
    if flag(payload.get("forwarded")):
        detail["forwarded"] = True
    if payload.get("externalAdReply"):
        advert = part(payload["externalAdReply"])
        detail |= some(ad_title=label(advert.get("title")), ad_body=label(advert.get("body")))
    quoted = found.quoted or ident(payload.get("referenceMessageId"))
    return Content(found.kind, found.text, detail, quoted)


def content_key(payload: Fields) -> str | None:
    """The known content key that decides the kind, or None. Words beside a picture belong to the picture."""
    for key in READERS:
        value = payload.get(key)
        if value is not None and (value or isinstance(value, dict)):
            return key
    value = payload.get("text")
    if isinstance(value, dict) or words(value):
        return "text"
    return next((key for key in _STORIES if payload.get(key)), None)


def _with_words_beside(found: Read, value: object) -> Read:
    """Add the words of a ``text`` key that stands next to another content key; nothing written is dropped."""
    beside = read_text(value).text if value else ""
    if not beside.strip() or beside == found.text:
        return found
    return found._replace(text=f"{found.text}\n{beside}" if found.text else beside)


def _story(payload: Fields) -> dict[str, Json]:
    """What is known of the story that is being answered."""
    for key, kind in _STORIES.items():
        if payload.get(key):
            caption = label(part(payload[key]).get("caption"))
            return some(status_kind=kind.value, status_caption=caption)
    return {}


def _unsupported(payload: Fields) -> Read:
    """A kind of message that is newer than this file; its key is kept, to be shown to operators."""
    unknown = (k for k, v in payload.items() if v and isinstance(v, dict | list) and k not in _ENVELOPE)
    key = next(unknown, None)
    return Read(Kind.UNSUPPORTED, "", some(content_key=storable(key).strip()[:60] if key else None))
