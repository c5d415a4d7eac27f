"""Who attends what, and which of it a patient's words mean. Pure."""

import re
from collections.abc import Iterable, Sequence
from typing import TypeVar

from clinic_bot.clinic.clinic_file import ClinicFile, Professional, Service
from clinic_bot.clinic.matching import alike, normalise, related, words_in

T = TypeVar("T")


def attended_by(facts: ClinicFile, professional: Professional) -> tuple[Service, ...]:
    """What somebody attends by appointment.

    The services the file names for them; else those whose name has the speciality in it, or another word for it; else,
    where no service has, those that are nobody's.
    """
    timed = [service for service in facts.services if service.minutes is not None and not service.walk_in]
    if professional.services:
        named = {normalise(name) for name in professional.services}
        return tuple(
            one for one in timed if normalise(one.name) in named or (one.id and normalise(one.id) in named)
        )
    if own := [service for service in timed if _is_of(professional, service)]:
        return tuple(own)
    return tuple(
        service for service in timed if not any(_is_of(other, service) for other in facts.professionals)
    )


def _is_of(professional: Professional, service: Service) -> bool:
    """Whether the service has one of their specialities in its name."""
    name = words_in(service.name)
    specialities = map(words_in, re.split(r"\s+e\s+|[,;/&]", professional.specialty))
    return any(
        words and all(any(related(word, other) for other in name) for word in words) for words in specialities
    )


def bookable(facts: ClinicFile) -> dict[str, tuple[Professional, ...]]:
    """By the key of each service that can be booked: who attends it, in the file's order."""
    found: dict[str, tuple[Professional, ...]] = {}
    for professional in facts.professionals:
        if professional.has_agenda:
            for service in attended_by(facts, professional):
                found[service.key] = (*found.get(service.key, ()), professional)
    return found


def services_meant(facts: ClinicFile, text: str) -> list[Service]:
    """The bookable services that ``text`` fits best, by their own name or by who attends them; none if nothing does."""
    attend = bookable(facts)
    services = [service for service in facts.services if service.key in attend]
    people = {one.key: " ".join(f"{who.name} {who.specialty}" for who in attend[one.key]) for one in services}
    words = words_in(text)
    return _best(
        services, [_named(words, f"{s.name} {s.id}") * 10 + _hits(words, people[s.key]) for s in services]
    )


def services_named(facts: ClinicFile, text: str) -> list[Service]:
    """The services, bookable or not, whose own name stands best in ``text``; none if none does."""
    words = words_in(text)
    return _best(facts.services, [_named(words, f"{one.name} {one.id}") for one in facts.services])


def professionals_meant(professionals: Sequence[Professional], text: str) -> list[Professional]:
    """Those of ``professionals`` whose own name stands in ``text``; none if nobody's does."""
    words = words_in(text)
    return _best(professionals, [_hits(words, one.name) for one in professionals])


def _hits(words: Iterable[str], name: str) -> int:
    return sum(any(related(word, other) for other in words_in(name)) for word in words)


def _named(words: Iterable[str], name: str) -> int:
    """How well ``name`` is meant: by each word, and by one of its own a little better than by another of its field.

    ``gineco`` is the consultation rather than the ``preventivo`` of the same professional.
    """
    own = words_in(name)
    return sum(
        10 if any(alike(word, other) for other in own) else 9
        for word in words
        if any(related(word, other) for other in own)
    )


def _best(items: Sequence[T], scores: Sequence[int]) -> list[T]:
    best = max(scores, default=0)
    return [item for item, score in zip(items, scores, strict=True) if score == best] if best else []


def visit_words(facts: ClinicFile, service: str, professional: str) -> str:
    """``Consulta de dermatologia com Dra. Ana Reis``, by their keys. What the file no longer names has no name."""
    what = next((one.name for one in facts.services if one.key == service), "consulta")
    who = next((one.name for one in facts.professionals if one.key == professional), "")
    return " com ".join(filter(None, (what, who)))
