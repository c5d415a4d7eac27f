"""Text from outside as every database takes it. Pure."""

import hashlib
import re

# No database of ours stores NUL, UTF-8 has no lone surrogates, and other control characters only disturb
# terminals and logs. Newline and tab are part of what people write.
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def storable(text: str) -> str:
    """The text without what cannot be stored; line ends become a plain newline."""
    if text.isprintable():  # by far the most common, and a tenth of the cost
        return text
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNSTORABLE.sub("", text)


def mark(number: str) -> str:
    """Six characters that stand for a phone or a LID where keys are kept for long.

    Short on purpose: beside a message's id they tell the readers of one message apart, and alone they fit some fifteen
    of Brazil's phones, so that nobody is named by a key that outlives what a patient had erased.
    """
    return hashlib.blake2b(number.encode(), digest_size=3).hexdigest()
