"""Whether the clinic takes a health plan that a patient named: said in code, from the file's list. Pure."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from clinic_bot.agent.composed.facts import is_missing
from clinic_bot.clinic.lookup import Section
from clinic_bot.clinic.matching import alike
from clinic_bot.clinic.spelling import words_of

#: Of no plan alone: whoever writes "bradesco" means what a file calls "Bradesco Saúde".
_GENERAL = frozenset(
    ("saude", "plano", "convenio", "seguro", "assistencia", "medica", "do", "da", "de", "o", "a")
)
#: "unimd" is 0.91 of "unimed", "cassi" and "camed" are 0.4.
_CLOSE = 0.75


def said_of(plan: str, accepted: Sequence[str], sections: Sequence[Section], asked: str) -> str | None:
    """That it is on the clinic's list, by the list's own name, or that it is not.

    None where that is not certain: "unimed nacional" beside a plain "Unimed". The file's section on plans then has to
    do, which is shown in any case, since its notes may limit what the list says.

    Args:
        plan: as the patient wrote it.
        asked: the patient's words.
    """
    listed = next((name for name in accepted if _same(plan, name)), None)
    if listed is not None:
        return f"{listed} está entre os convênios aceitos."
    if accepted and not _misspelt(plan, accepted) and is_missing(sections, plan, asked):
        return f"{plan[:1].upper()}{plan[1:]} não está entre os convênios aceitos."
    return None


def _same(plan: str, name: str) -> bool:
    """Whether every telling word of each has its like in the other; blanks tell nothing ("sul america")."""
    written, listed = _telling(plan), _telling(name)
    if not written or not listed:
        return False
    return "".join(written) == "".join(listed) or (_covered(written, listed) and _covered(listed, written))


def _misspelt(plan: str, accepted: Sequence[str]) -> bool:
    """Whether it may be one of the list, written in haste: "unimd"."""
    listed = [word for name in accepted for word in _telling(name)]
    return any(get_close_matches(word, listed, n=1, cutoff=_CLOSE) for word in _telling(plan))


def _covered(words: Iterable[str], by: Sequence[str]) -> bool:
    return all(any(alike(word, other) for other in by) for word in words)


def _telling(text: str) -> list[str]:
    return [word for word in words_of(text) if word not in _GENERAL]
