"""What may not be read in a log: phones, what patients wrote, secrets."""

import json
import re
from collections.abc import Callable, Iterable
from urllib.parse import quote

#: Names of log fields that hold a phone or a LID; ``to_phone`` and the like count too.
PHONE_FIELDS = frozenset({"phone", "lid", "chat", "to"})

#: Names of log fields that hold somebody's words.
WORD_FIELDS = frozenset(
    {"text", "texts", "body", "content", "caption", "reply", "arguments", "result", "patient", "patient_name"}
)

# A Brazilian number with its country code, or any digits that are marked as somebody's chat. Other countries'
# numbers look like every other number, so they are masked by the name of their field alone.
_PHONE_IN_TEXT = re.compile(r"(?<!\w)\+?55\d{10,11}(?!\w)|(?<!\w)\d{8,18}(?=@(?:lid|c\.us|s\.whatsapp\.net))")

_HIDDEN = "***"


def mask_phone(number: str) -> str:
    """A phone or LID that an operator can tell from others and nobody can call: ``55119*****321``.

    A number keeps country, area and a first digit and its last three; five digits are gone. A LID, which is
    longer and has no area, keeps its last four.
    """
    digits = re.sub(r"@.*|\D", "", number)
    if len(digits) < 8:
        return _HIDDEN
    if len(digits) >= 14:
        return "*" * (len(digits) - 4) + digits[-4:]
    shown = max(0, len(digits) - 8)
    return digits[:shown] + "*****" + digits[-3:]


def mask_phones_in(text: str) -> str:
    return _PHONE_IN_TEXT.sub(lambda found: mask_phone(found[0]), text)


def mask_field(name: str, value: object) -> object:
    """The value a log line may show under ``name``; containers are looked into."""
    if value is None or (isinstance(value, bool | int | float) and not is_phone_field(name)):
        return value
    if name in WORD_FIELDS:
        return f"<{len(value)} characters>" if isinstance(value, str) else "<hidden>"
    if isinstance(value, dict):
        return {key: mask_field(str(key), each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [mask_field(name, each) for each in value]
    text = value if isinstance(value, str) else repr(value)
    return mask_phone(text) if is_phone_field(name) else mask_phones_in(text)


def is_phone_field(name: str) -> bool:
    return name in PHONE_FIELDS or name.endswith(("phone", "_lid")) or name == "phone_key"


def secret_scrubber(secrets: Iterable[str]) -> Callable[[str], str]:
    """A function that replaces every secret in a finished line, however it is spelt there.

    It works on the finished line because a secret hides in many places: an address, an exception's text, a
    nested value. Spelt there means: as it is, inside a JSON string, inside an address.
    """
    spellings = {
        spelling
        for secret in secrets
        if secret
        for spelling in (secret, json.dumps(secret)[1:-1], quote(secret, safe=""), quote(secret))
    }
    if not spellings:
        return lambda line: line
    # The longest first: a secret may begin with another one.
    pattern = re.compile("|".join(re.escape(each) for each in sorted(spellings, key=len, reverse=True)))
    return lambda line: pattern.sub(_HIDDEN, line)
