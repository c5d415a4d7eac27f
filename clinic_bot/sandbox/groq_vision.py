"""What the Groq stand-in makes of pictures: it sees nothing, and knows of some what they show."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from typing import Any

from clinic_bot.sandbox.groq_bodies import Model
from clinic_bot.sandbox.groq_checks import Refused

_MOST_PICTURES = 3
#: Of the base64 text; a larger body is refused as such, with 413.
LARGEST = 4 * 1024 * 1024


def pictures(body: Mapping[str, Any]) -> list[str]:
    """The URLs of the pictures in a request that was checked."""
    found: list[str] = []
    for message in body["messages"]:
        content = message.get("content")
        parts = content if isinstance(content, list) else []
        for part in parts:
            if isinstance(part, dict) and part.get("type") == "image_url":
                url = part.get("image_url")
                found.append(str(url.get("url")) if isinstance(url, dict) else "")
    return found


def check_pictures(model: Model, urls: list[str]) -> None:
    """Raises Refused where a model that sees would refuse, or one that does not."""
    if not urls:
        return
    if not model.sees:
        raise Refused(
            "'messages.0' : for 'role:user' the following must be satisfied[content must be a string]"
        )
    if len(urls) > _MOST_PICTURES:
        raise Refused(f"Too many images provided. This model supports up to {_MOST_PICTURES} images")
    if not all(_is_picture(url) for url in urls):
        raise Refused("invalid image data", param="messages")


def seen(urls: list[str], known: Mapping[str, str]) -> str:
    """What the pictures show, by the sha256 of each."""
    digests = [hashlib.sha256(_data(url) or url.encode()).hexdigest() for url in urls]
    return " ".join(known.get(digest, f"Imagem de teste {digest[:6]}.") for digest in digests)


def _is_picture(url: str) -> bool:
    return url.startswith("https://") or (url.startswith("data:image/") and _data(url) is not None)


def _data(url: str) -> bytes | None:
    head, _, text = url.partition(",")
    if not head.startswith("data:image/") or not head.endswith(";base64"):
        return None
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return None
