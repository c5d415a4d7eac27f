"""A reply without what is there for the eye: markup, and emoji, which end a sentence as a full stop does. Pure."""

import re

_MARKUP = re.compile(r"[*~]|(?<!\w)_|_(?!\w)")
_EMOJI = r"[\u23e9-\u23fa\u2600-\u27bf\u2b50\u2b55\ufe0f\u200d\u20e3\U0001f000-\U0001faff]+"
_AS_A_STOP = re.compile(rf"(?<=[\w)%])\s*{_EMOJI}(?:\s+{_EMOJI})*(?=\s+[A-ZÀ-Ý])")
_ANY_EMOJI = re.compile(_EMOJI)


def unmarked(text: str) -> str:
    """``R$ *155* 😊 Quer marcar? 🙏`` as it is read aloud: ``R$ 155. Quer marcar?``."""
    return _ANY_EMOJI.sub("", _AS_A_STOP.sub(".", _MARKUP.sub("", text))).strip()
