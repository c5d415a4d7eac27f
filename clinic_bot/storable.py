"""Text from outside as every database takes it. Pure."""

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
