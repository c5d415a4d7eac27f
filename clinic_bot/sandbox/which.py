"""Which service the stand-in receptionist takes where a tool asks, by what the patient wrote around it. Pure."""

import re
from collections.abc import Sequence

from clinic_bot.clinic.matching import related, words_in
from clinic_bot.clinic.spelling import plain, words_of
from clinic_bot.sandbox.talk import LABEL, OWN, STAYS, Talk

_ASKED = re.compile(r"Qual serviço\? ([^.]+)\.")
_BETWEEN = re.compile(r", | e (?=[A-ZÀ-Ý])")
_FIRST_TIME = re.compile(
    r"\bprimeira (?:vez|consulta|avaliacao)|\bnunca (?:fui|foi|fiz|fez)\b|\bcomecar\b|\bavaliacao\b"
)
_ONCE_MORE = re.compile(r"\bmais uma?\b|\boutra (?:consulta|sessao)|\bcontinuar\b|\bde novo\b|\bde sempre\b")
#: As a list of free times names it, in a reply of either kind.
_LISTED = re.compile(r"([A-ZÀ-Ý][^\n.:*()]+) \(\d+ min;|\*([^*\n]+)\*: (?:horários livres|nada livre)")


def asked(result: str) -> Sequence[str]:
    """The services among which a tool wants one named; none where it asks something else."""
    match = _ASKED.search(result)
    return _BETWEEN.split(match[1]) if match else ()


def goes_on(talk: Talk) -> bool:
    """Whether one more is wanted of what this phone has already."""
    return (
        bool(_ONCE_MORE.search(plain(f"{talk.earlier}\n{talk.said}"))) and "Consultas futuras" in talk.context
    )


def once_more(talk: Talk) -> str:
    """The one service that this phone has already, where one more of it is wanted."""
    services = {row.partition(" com ")[0] for row in own(talk)} if goes_on(talk) else set()
    return services.pop() if len(services) == 1 else ""


def meant(options: Sequence[str], talk: Talk) -> str:
    """One of ``options``; nothing where the words leave it open."""
    if _FIRST_TIME.search(plain(f"{talk.earlier}\n{talk.said}")):
        first = [one for one in options if plain(one).startswith(("avaliacao", "primeira"))]
        if len(first) == 1:
            return first[0]
    named = [one for one in options if _is_spoken_of(one, options, talk.earlier)]
    if len(named) == 1:
        return named[0]
    visits = [one for one in options if plain(one).startswith("consulta")]
    return visits[0] if len(visits) == 1 else ""


def _is_spoken_of(option: str, options: Sequence[str], earlier: str) -> bool:
    """Whether a word that only this option has was written before."""
    shared = set.intersection(*(set(words_in(one)) for one in options))
    return any(related(word, other) for word in words_in(earlier) for other in words_in(option) - shared)


def listed(before: str) -> str:
    """The one service whose free times our last reply listed."""
    names = {(match[1] or match[2]).strip() for match in _LISTED.finditer(before)}
    return names.pop() if len(names) == 1 else ""


def patient(talk: Talk) -> str:
    """Whose the appointment is of which one more is wanted: who is named, or the only one."""
    names = [row.rpartition(" para ")[2] for row in own(talk)] if goes_on(talk) else []
    lines = f"{talk.earlier}\n{talk.said}".splitlines()
    words = set(words_of("\n".join(line for line in lines if not STAYS.search(plain(line)))))
    called = [name for name in names if set(words_of(name)[:1]) & words]
    left = set(called or names)
    return left.pop() if len(left) == 1 else ""


def own(talk: Talk) -> list[str]:
    return [told for one in talk.results(OWN) for _, told, _ in LABEL.findall(one.result)]
