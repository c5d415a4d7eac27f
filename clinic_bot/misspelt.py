"""Variables that look like ours and are none: one with a typo would be a default that nobody chose. Pure."""

import difflib
from collections.abc import Collection, Iterable

#: Of the container files and the tests, which nothing here reads.
_OTHERS = frozenset({"CLINIC_BOT_DOMAIN", "CLINIC_BOT_POSTGRES_PASSWORD"})
_PREFIX = "CLINIC_BOT_"
#: How alike two names are at least; in the shortest, two swapped letters come to it.
_ALIKE = 0.75


def misspelt(given: Iterable[str], known: Collection[str]) -> list[tuple[str, str]]:
    """Each variable that is set under a wrong name, and the one that it looks like.

    Whoever starts the process may set names of their own that begin as ours do; those resemble none.

    Args:
        given: names of all variables that are set, in any case.
        known: names of all settings, in capitals.
    """
    names = {name.upper() for name in given}
    found = []
    for name in sorted(names - set(known) - _OTHERS):
        prefix = next((one for one in (_PREFIX, "GROQ_", "ZAPI_") if name.startswith(one)), None)
        if prefix is None:
            continue
        # Other programs have variables of Groq and Z-API, too: only what is not set under its own name is missed.
        among = [one for one in known if one.startswith(prefix) and (prefix == _PREFIX or one not in names)]
        rests = {one.removeprefix(prefix): one for one in among}
        near = difflib.get_close_matches(name.removeprefix(prefix), rests, n=1, cutoff=_ALIKE)
        found += [(name, rests[one]) for one in near]
    return found
