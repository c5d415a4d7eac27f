"""A voice note that nobody could hear, and the patient who has to know it. Pure.

The model is told so, and says it; where it does not, the sentence is added, so that nobody believes a request was
understood that nobody heard.
"""

import re
from collections.abc import Iterable
from typing import Protocol

from clinic_bot.clinic.spelling import plain
from clinic_bot.events import Kind, MediaState
from clinic_bot.turns.added import below

SENTENCE = "Não consegui ouvir o seu áudio. Pode me escrever o que disse nele?"
SENTENCE_MANY = "Não consegui ouvir os seus áudios. Pode me escrever o que disse neles?"

_SAID = re.compile(
    r"\bnao\b[^.!?\n]{0,60}\b(?:ouv\w+|escut\w+|entend\w+[^.!?\n]{0,20}\baudios?|audios?)\b"
    r"|\baudios?\b[^.!?\n]{0,60}\b(?:nao|falh\w+|inaudive\w+)\b"
)


class _Message(Protocol):
    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def media_state(self) -> str | None: ...
    @property
    def corrects(self) -> int: ...


def is_unheard(message: _Message) -> bool:
    """Whether it is a recording of which nobody knows what was said; words of it are then a caption."""
    if message.kind != Kind.AUDIO:
        return False
    brought_later = bool(message.corrects)  # its words were heard when another message had its place
    return not message.text or (message.media_state != MediaState.READ and not brought_later)


def unheard(messages: Iterable[_Message]) -> int:
    """How many voice notes of a burst nobody heard."""
    return sum(is_unheard(one) for one in messages)


def told(reply: str, messages: Iterable[_Message]) -> str:
    """The reply, which says that something could not be heard if that is so."""
    count = unheard(messages)
    if not count or _SAID.search(plain(reply)):
        return reply
    return below(reply, SENTENCE if count == 1 else SENTENCE_MANY)
