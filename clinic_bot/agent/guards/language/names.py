"""What people are called by, and their titles, whose full stop ends no sentence. Pure."""

import re

from clinic_bot.clinic.spelling import plain

_TITLES = frozenset(
    (
        "dr", "dra", "drs", "dras", "sr", "sra", "srs", "sras", "prof", "profa", "enf", "enfa", "enfo", "fga", "fgo",
        "ft", "fta", "fto", "psic", "nut", "nutri", "tec",
    )
)  # fmt: skip
#: Of a title, or of the street's ``Av.``.
_STOP = re.compile(rf"\b({'|'.join(sorted(_TITLES))}|av)\.(?=\s)", re.IGNORECASE)


def without_title_stops(text: str) -> str:
    """``A Dra. Ana atende.`` with the one full stop that ends it."""
    return _STOP.sub(r"\1", text)


def names_of(name: str) -> list[str]:
    """The words of somebody's name, plain, without the title."""
    return [word for word in re.findall(r"\w+", plain(name)) if word not in _TITLES]


def first_names(name: str) -> list[str]:
    """What somebody is called by: not a surname that may be a word, unless the first name is short."""
    words = names_of(name)
    return words[:1] if len(words) > 1 and len(words[0]) > 3 else words[:2]


def first_name(name: str) -> str:
    """The one word that tells somebody apart; that of a title where there is no other."""
    return next(iter(first_names(name)), plain(name))
