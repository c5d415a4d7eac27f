"""What professionals are called by. Pure."""

import re

from clinic_bot.clinic.spelling import plain

_TITLES = frozenset(("dr", "dra", "prof", "profa", "enf", "fga", "fgo", "psic", "nutri", "ft", "tec"))


def first_names(name: str) -> list[str]:
    """What somebody is called by: not the title, and not a surname that may be a word."""
    words = [word for word in re.findall(r"\w+", plain(name)) if word not in _TITLES]
    return words[:1] if len(words) > 1 and len(words[0]) > 3 else words[:2]
