"""When two words mean the same thing of a clinic. Pure."""

import re
import unicodedata

from clinic_bot.clinic.fields import same_field

# Words that say nothing about what is meant.
_EMPTY = frozenset(
    re.findall(
        r"\w+",
        "a o as os de da do das dos e em no na nos nas para pra por com que qual quais quanto como um uma "
        "tem ter ser sao consulta consultas sobre informacao informacoes paciente dr dra",
    )
)


def normalise(text: str) -> str:
    """Lower case without accents."""
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def words_in(text: str) -> frozenset[str]:
    """The words of ``text`` that say something, plain."""
    return frozenset(word for word in re.findall(r"\w{2,}", normalise(text)) if word not in _EMPTY)


def alike(word: str, keyword: str) -> bool:
    """Equal, or of one stem as far as a shared beginning of five letters shows it."""
    return word == keyword or (len(word) > 4 and len(keyword) > 4 and word[:5] == keyword[:5])


def related(word: str, keyword: str) -> bool:
    """Of one stem, or two names of one field: ``dentista`` and ``odontologia``."""
    return alike(word, keyword) or same_field(word, keyword)
