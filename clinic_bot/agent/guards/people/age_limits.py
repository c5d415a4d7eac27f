"""Whether a reply says that somebody is seen who by the clinic's file is too young for it, or too old. Pure."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from clinic_bot.agent.guards.language.denials import states_nothing
from clinic_bot.agent.guards.language.names import first_name
from clinic_bot.agent.guards.language.service_words import ServiceWords
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.spelling import plain

_FROM = re.compile(r"\ba partir d[eo]s? (\d{1,2}) anos\b")
_UP_TO = re.compile(r"\bate (?:os )?(\d{1,2}) anos\b")
#: Of coming alone, and of who is called first, is told elsewhere.
_OF_SOMETHING_ELSE = re.compile(r"\bsozinh\w+|\bautoriza\w+|\bprefer\w+|\bidos\w+|\bresponsave\w+")
_AGE = re.compile(
    r"\b(?:com|tem|de|do|da|aos|seus) (\d{1,2}) an(?:os|inhos)\b"
    r"|\b(?:filh[oa]|net[oa]|sobrinh[oa]|menin[oa]|ele|ela) (?:de|tem|com|fez) (\d{1,2})\b"
    r"(?! ?(?:mes|dia|seman|h\b|min|:|/))"
)
_BOUND = re.compile(
    r"\b(?:a partir|ate|menores|maiores|entre|acima|abaixo|so|somente|apenas|faixa|mais de|ha|experiencia|formad[oa])\b"
)
_YES = re.compile(r"^\W*(?:\w+, )?(?:sim|pode\w*|claro|da sim|atende\w*|faz\w*|com certeza)\b")
_OLDEST = 130


class _Limit(NamedTuple):
    of: str  #: a first name, or the key of a service
    least: int
    most: int


class AgeLimits:
    """From which age on, and up to which, the professionals and services of one clinic are for."""

    def __init__(self, facts: ClinicFacts) -> None:
        self._services = ServiceWords(facts).named
        self._limits = {one.of: one for one in self._read(facts)}
        staff = (first_name(one.name) for one in facts.professionals)
        self._staff = frozenset(staff)

    def _read(self, facts: ClinicFacts) -> Iterator[_Limit]:
        for person in facts.professionals:
            for part in _parts(person.notes):
                if not self._services(re.sub(r"s\b", "", part)) and not re.search(
                    r"\bavaliac\w+|\bconsultas?\b", part
                ):
                    yield from _limit(first_name(person.name), part)
        for service in facts.services:
            for part in _parts(f"{service.notes}. {service.preparation}"):
                yield from _limit(service.key, part)
        for part in _parts(facts.policies.minors):
            for key in self._services(part):
                yield from _limit(key, part)

    def mistake(self, sentence: str, asked: str) -> str | None:
        """What a sentence, plain, says wrongly of who is seen, in Portuguese; None for nothing.

        Args:
            asked: the burst that is answered, plain; a bare yes is said of what it asks for.
        """
        if not self._limits or states_nothing(sentence) or _BOUND.search(sentence):
            return None
        ages = _ages(sentence) or (_ages(asked) if _YES.search(sentence) else set())
        if len(ages) != 1:
            return None
        things = self._things(sentence) or (self._things(asked) if _YES.search(sentence) else [])
        limits = [self._limits[one] for one in things if one in self._limits]
        if len(limits) != 1 or len(things) != 1:
            return None
        return (
            None
            if limits[0].least <= min(ages) <= limits[0].most
            else "diz que se atende uma idade que pela ficha não se atende"
        )

    def _things(self, bare: str) -> list[str]:
        """Who is named, or else which services."""
        people = self._staff & set(re.findall(r"\w+", bare))
        return sorted(people) or self._services(bare)


def _ages(bare: str) -> set[int]:
    return {int(one[1] or one[2]) for one in _AGE.finditer(bare)}


def _parts(text: str) -> Iterator[str]:
    return (part for part in re.split(r"[.;]\s?", plain(text)) if not _OF_SOMETHING_ELSE.search(part))


def _limit(of: str, part: str) -> Iterator[_Limit]:
    least, most = _FROM.search(part), _UP_TO.search(part)
    if least or most:
        yield _Limit(of, int(least[1]) if least else 0, int(most[1]) if most else _OLDEST)
