"""Which sections of the clinic's file are meant, and how a patient reads them: word for word. Pure."""

import re
from collections.abc import Sequence
from unicodedata import normalize

from clinic_bot.clinic import lookup
from clinic_bot.clinic.lookup import Section
from clinic_bot.clinic.matching import related
from clinic_bot.clinic.spelling import plain, words_of

#: What stands before the name of a service or of a person in the title of its section.
_KIND = re.compile(r"^(?:Serviço|Profissional): ")
_PLAIN_WORDS = re.compile(r"[a-z0-9][a-z0-9 -]*")
#: In one line, and no accent that is not part of a letter: what is repeated to a patient brings no marks along.
_UNMARKED = re.compile(r"[^\W_](?:[^\W_]|[ -])*")
_TELLING_CHARS = 4  #: shorter words say nothing of what is meant
#: What one topic may bring along where no title is named: more is no answer.
_MOST = 2


def meant(sections: Sequence[Section], topic: str) -> list[Section]:
    """The section so called, or else the ones that fit best; empty where the file has nothing of it."""
    wanted = plain(_KIND.sub("", topic))
    named = [one for one in sections if plain(_name(one)) == wanted]
    return named[:1] or lookup.best(sections, topic)[:_MOST]


def is_missing(sections: Sequence[Section], thing: str, asked: str) -> bool:
    """Whether the patient wrote ``thing``, word by word, and no word of the file has to do with it."""
    words = words_of(thing)
    if not stands_in(thing, asked):
        return False
    if lookup.best(sections, thing):
        return False
    told = [word for one in sections for word in words_of(f"{one.title} {one.text}")]
    said = [_singular(word) for word in words if len(word) >= _TELLING_CHARS]
    known = {_singular(word) for word in told}.union(*(one.keywords for one in sections))
    if any(related(word, other) for word in said for other in known if len(other) >= _TELLING_CHARS):
        return False
    # ``wifi`` is the file's ``Wi-Fi``, and ``sul america`` its ``SulAmérica``.
    return "".join(words) not in "".join(told)


def stands_in(thing: str, text: str) -> bool:
    """Whether it is plain words, and they stand there side by side."""
    if not (_PLAIN_WORDS.fullmatch(plain(thing)) and _UNMARKED.fullmatch(normalize("NFC", thing))):
        return False
    words, there = words_of(thing), words_of(text)
    return any(there[n : n + len(words)] == words for n in range(len(there) - len(words) + 1))


def _singular(word: str) -> str:
    """``cartões`` is more than one ``cartão``."""
    return re.sub(r"(?:oes|aes)$", "ao", word) if word.endswith("es") else word.removesuffix("s")


def shown(section: Section) -> str:
    """``*Estacionamento*: ...``; a list begins on its own line."""
    between = "\n" if section.text.startswith("- ") else " "
    name = _name(section)
    return f"*{name[:1].upper()}{name[1:]}*:{between}{section.text}"


def names(sections: Sequence[Section]) -> list[str]:
    """What the model may name."""
    return list(dict.fromkeys(map(_name, sections)))


def _name(section: Section) -> str:
    return _KIND.sub("", section.title)
