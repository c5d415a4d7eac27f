"""Whether a reply states a term that nobody told: hours of fasting, minutes of tolerance, parts of a payment. Pure.

A patient who fasts too short comes for nothing, and one who may pay in ten parts will ask for ten.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_MOST_BETWEEN = r"[^.!?\n]{0,30}?"


@dataclass(frozen=True, slots=True)
class _Term:
    about: re.Pattern[str]  #: told in words, ``oito horas``, it is not compared
    stated: re.Pattern[str]  #: its number is the first group that matched
    fits: Callable[[int, int], bool]  #: the number stated, one that was told
    problem: str


def _same(stated: int, told: int) -> bool:
    return stated == told


def _no_more(stated: int, told: int) -> bool:
    return stated <= told


_TERMS = (
    _Term(
        re.compile(r"\bjejum\b"),
        re.compile(
            rf"\bjejum\b{_MOST_BETWEEN}\b(\d{{1,2}}) ?h(?:oras?)?\b|\b(\d{{1,2}}) ?h(?:oras?)? (?:de|em) jejum\b"
        ),
        _same,
        "cita um tempo de jejum que não é o da ficha",
    ),
    _Term(
        re.compile(r"\btolerancia\b"),
        re.compile(rf"\btolerancia\b{_MOST_BETWEEN}\b(\d{{1,3}}) ?min|\b(\d{{1,3}}) ?min\w* de tolerancia\b"),
        _same,
        "cita uma tolerância que não é a da ficha",
    ),
    _Term(
        re.compile(r"\bvezes\b|\bparcel"),
        re.compile(
            r"\b(\d{1,2}) ?x\b(?! ao| por| na semana| no mes)|\bem (?:ate )?(\d{1,2}) (?:vezes|parcelas)\b"
        ),
        _no_more,
        "cita um parcelamento que a ficha não tem",
    ),
)


def problem(bare: str, told: Sequence[str], said: Sequence[str], *, states_nothing: bool) -> str | None:
    """What of it stands in a plain sentence and was not told; None for nothing.

    Args:
        told: plain texts of the clinic, the tools and the agent.
        said: the patient's; they may be taken up where the sentence states nothing.
    """
    for term in _TERMS:
        stated = _numbers(term, [bare])
        known = _numbers(term, told) if stated else []
        if not stated or (not known and any(term.about.search(text) for text in told)):
            continue
        known += _numbers(term, said) if states_nothing else []
        if any(not any(term.fits(one, other) for other in known) for one in stated):
            return term.problem
    return None


def _numbers(term: _Term, texts: Sequence[str]) -> list[int]:
    found = (match for text in texts for match in term.stated.finditer(text))
    return [int(next(filter(None, match.groups()))) for match in found]
