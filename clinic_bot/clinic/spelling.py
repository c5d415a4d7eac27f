"""What people write, made plain for the readers of dates and answers: no accents, no abbreviations, few typos. Pure."""

import re
import unicodedata
from functools import lru_cache

_SHORT = {
    "hj": "hoje", "oje": "hoje", "amn": "amanha", "amnh": "amanha", "amanh": "amanha", "amh": "amanha", "dps": "depois",
    "seg": "segunda", "qua": "quarta", "qui": "quinta", "sex": "sexta", "sab": "sabado",
    "dom": "domingo", "2a": "segunda", "3a": "terca", "4a": "quarta", "5a": "quinta", "6a": "sexta",
    "sesta": "sexta", "q": "que", "prox": "proxima", "proximo": "proxima", "proximas": "proxima",
    "fds": "fim de semana", "hrs": "h", "hs": "h", "hr": "h", "hora": "h", "horas": "h", "pras": "as", "pelas": "as",
    "meiodia": "meio dia", "primeiro": "1", "1o": "1",
}  # fmt: skip
_SHORT_MONTHS = {
    "jan": "janeiro", "fev": "fevereiro", "mar": "marco", "abr": "abril", "mai": "maio", "jun": "junho", "jul": "julho",
    "ago": "agosto", "set": "setembro", "out": "outubro", "nov": "novembro", "dez": "dezembro",
}  # fmt: skip
#: "mar", "set" and "dez" are words of their own, and months only beside a day or a part of them.
_SHORT_MONTH = re.compile(
    r"((?<![\d:])\b\d{1,2}[ /-]?(?:de )?|\bem |\b(?:fim|final|comeco|inicio|meados) de )"
    rf"({'|'.join(_SHORT_MONTHS)})\b"
)
#: So is "ter", which most people mean as a verb: "vou ter que remarcar".
_SHORT_TUESDAY = re.compile(
    r"(^|,|\b(?:na|e|ou|essa|nessa|proxima|seg|segunda) ?|/)\s*\bter"
    r"(?=$| ?[,/\d]|\s(?:as?|de|pela|e|ou|que vem|feira|agora)\b)"
)
_HOUR_SIGN = re.compile(r"(?<=\d)(?:hrs?|hs|horas?)\b")
#: Words worth repairing: a day or a part of one hangs on them.
_KNOWN = (
    "hoje", "amanha", "depois", "segunda", "terca", "quarta", "quinta", "sexta", "sabado", "domingo", "semana",
    "proxima", "manha", "tarde", "noite", "almoco", "janeiro", "fevereiro", "marco", "abril", "junho", "julho",
    "agosto", "setembro", "outubro", "novembro", "dezembro",
)  # fmt: skip
#: One letter away from a known word, and words themselves.
_REAL = frozenset(
    (
        "quanta", "quanto", "quinto", "quarto", "sexto", "segundo", "cerca", "terra", "tarda", "parte", "minha",
        "maria", "manda", "marca", "marcos", "barco", "sexto", "noites", "tardes", "segundos", "semanas", "terco",
        "junto", "juntos", "manhas", "banha", "ganha", "tinha", "linha", "mente", "tarte", "sabados", "segunda",
        "domingos", "marcou", "marcar", "marcado", "pronta", "proximos", "depoi", "quita", "arco", "largo", "carta",
        "muito",
    )
)  # fmt: skip
#: The combining marks of European languages; the others are looked for one by one.
_ACCENTS = re.compile("[\u0300-\u034e\u0350-\u036f]+")
_ENCLITIC = re.compile(r"(?<=[a-z])-(?=feira\b)|(?<=\d)\s*(?=feira\b)")


def plain(text: str) -> str:
    """Lower case without accents; every run of spaces is one. ``ª`` and ``º`` become letters."""
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold()))
    if not bare.isascii():
        bare = "".join(char for char in bare if not unicodedata.combining(char))
    return " ".join(bare.split())


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z]+|\d+", plain(text))


def name_key(name: str) -> str:
    """One for all spellings of a person's name."""
    return " ".join(words_of(name)) or plain(name)


def repaired(text: str) -> str:
    """``text`` made plain, with abbreviations written out and the words that name a day spelt right."""
    joined = _HOUR_SIGN.sub("h", _ENCLITIC.sub(" ", plain(text)))
    joined = _SHORT_MONTH.sub(lambda match: match[1] + _SHORT_MONTHS[match[2]], joined)
    joined = _SHORT_TUESDAY.sub(lambda match: f"{match[1]} terca" if match[1] else "terca", joined)
    return re.sub(r"\b(?:\d[ao]|[a-z]+)\b", lambda match: _repair(match[0]), joined)


@lru_cache(maxsize=4096)
def _repair(word: str) -> str:
    if word in _SHORT:
        return _SHORT[word]
    if len(word) < 4 or word in _REAL or word in _KNOWN:
        return word
    return next((known for known in _KNOWN if is_slip(word, known)), word)


def is_slip(word: str, known: str) -> bool:
    """One letter more, less, other or swapped, behind a first letter that is right."""
    if word[0] != known[0] or abs(len(word) - len(known)) > 1 or len(known) < 5:
        return False
    at = next((n for n, (a, b) in enumerate(zip(word, known, strict=False)) if a != b), None)
    if at is None:
        return True
    rest, expected = word[at:], known[at:]
    swapped = rest[:2] == expected[:2][::-1] and rest[2:] == expected[2:]
    return swapped or rest[1:] == expected[1:] or rest[1:] == expected or rest == expected[1:]
