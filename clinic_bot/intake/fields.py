"""Reading one field of a payload without trusting its type: any value is taken, none raises."""

import hashlib
import math
from collections.abc import Mapping

from clinic_bot.events import Json
from clinic_bot.storable import storable

DAY_MS = 86_400_000
_LONGEST_ID = 200


def words(value: object) -> str:
    """A human text: strings cleaned, bare numbers as they read, anything else empty."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value) if -1e15 < value < 1e15 else ""
    return ""


def label(value: object) -> str | None:
    """A short text such as a name or a URL: cleaned, without outer spaces, None when nothing is left."""
    return words(value).strip() or None


def ident(value: object) -> str | None:
    """A provider's id, opaque: one line, bounded, None when there is none. Integers count, True does not."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**40:
        value = str(value)
    if not isinstance(value, str):
        return None
    text = "".join(storable(value).split())
    if len(text) > _LONGEST_ID:
        return f"long-{digest(text)}"
    return text or None


def digest(text: str) -> str:
    """16 hex digits that stand for a text inside a key."""
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def flag(value: object) -> bool:
    """Whether a boolean is set, also when it came as a string or as 1."""
    if isinstance(value, str):
        return value.strip().lower() in ("true", "1")
    return value is True or (isinstance(value, int) and value == 1)


def number(value: object) -> int | float | None:
    """A finite number, also when it came as a string; integral values come back as int."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        if len(value) > 30:
            return None
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, int):
        return value if abs(value) < 2**53 else None
    if not isinstance(value, float) or not math.isfinite(value) or abs(value) >= 2**53:
        return None
    return int(value) if value.is_integer() else value


def part(value: object) -> Mapping[str, object]:
    """A nested object, or an empty one. Of a list, the first object in it."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list):
        return next((item for item in value if isinstance(item, dict)), {})
    return {}


def names(value: object, *keys: str) -> list[Json]:
    """The texts of a list, each a string or an object that holds it under one of ``keys``."""
    found: list[Json] = []
    for item in value if isinstance(value, list) else ():
        texts = (label(part(item).get(key)) for key in keys) if isinstance(item, dict) else (label(item),)
        text = next((text for text in texts if text), None)
        if text:
            found.append(text)
    return found


def some(**pairs: Json) -> dict[str, Json]:
    """The pairs that say something."""
    return {key: value for key, value in pairs.items() if value is not None and value != "" and value != []}


def provider_ms(value: object) -> int | None:
    """A provider's time in ms, by the rule that survives all its units; None when it means nothing.

    Above 1e12 it is ms, from 1e9 to 1e11 s. Whether it lies in the future is asked apart, in ``past_ms``:
    keys are built from this value, and a key must not depend on when a payload came.
    """
    time = number(value)
    if time is None:
        return None
    if time > 1e12:
        return round(time)
    return round(time * 1000) if 1e9 <= time <= 1e11 else None


def past_ms(time_ms: int | None, received_ms: int) -> int | None:
    """The time, unless it is more than a day ahead of our receipt, which no clock error explains."""
    return time_ms if time_ms is not None and time_ms <= received_ms + DAY_MS else None
