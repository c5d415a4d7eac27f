"""A reply without what is there for the eye: markup, and emoji, which end a sentence as a full stop does. Pure."""

import re

#: Characters of which emoji are made, with their joiners, and what a list is decorated with; plain arrows are none.
PICTURE = r"\u200d\u20e3\u2300-\u23ff\u25a0-\u27bf\u2b00-\u2bff\ufe0f\U0001f000-\U0001faff"
PICTURES = re.compile(f"[{PICTURE}]+")
_MARKUP = re.compile(r"[*~]|(?<!\w)_|_(?!\w)")
_AS_A_STOP = re.compile(rf"(?<=[\w)%])\s*{PICTURES.pattern}(?:\s+{PICTURES.pattern})*(?=\s+[A-ZÀ-Ý])")


def without_markup(text: str) -> str:
    """WhatsApp's markup is left out; an underscore within a word, as links have it, is none."""
    return _MARKUP.sub("", text)


def unmarked(text: str) -> str:
    """``R$ *155* 😊 Quer marcar? 🙏`` as it is read aloud: ``R$ 155. Quer marcar?``."""
    return PICTURES.sub("", _AS_A_STOP.sub(".", without_markup(text))).strip()
