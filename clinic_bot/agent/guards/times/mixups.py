"""Whether a reply gives a time that was told with one professional or service to another. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from clinic_bot.agent.guards.language.clauses import sentences
from clinic_bot.agent.guards.language.names import first_names
from clinic_bot.agent.guards.language.service_words import VISITS
from clinic_bot.agent.guards.times import slots
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.spelling import plain, words_of

#: Said of any of them.
_ANY = VISITS | {
    "consultas", "exames", "atendimento", "procedimento", "tratamento", "horario", "preparo", "depois", "antes",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Service:
    head: str  #: the first word that is no common one
    words: frozenset[str]


class MixUps:
    """Who and what is at one clinic."""

    def __init__(self, facts: ClinicFacts) -> None:
        self._people = [frozenset(first_names(one.name)) for one in facts.professionals]
        self._services = list(_services(facts))

    def mistake(self, text: str, told: Sequence[str], now: datetime | None) -> str | None:
        """What ``text`` mixes up, in Portuguese; None for nothing.

        Args:
            told: results of tools and earlier messages of the clinic.
        """
        shown = [
            (
                set(words_of(line)),
                set(words_of(f"{one.splitlines()[0]} {line}")),
                list(slots.pairs(line, now)),
            )
            for one in told
            for line in one.splitlines()
        ]
        for sentence in sentences(text):
            if sentence.rstrip().endswith("?"):
                continue
            words = set(words_of(sentence))
            here = [names for names in self._people if names & words]
            for pair in slots.pairs(sentence, now):
                lines = [
                    (line, whole)
                    for line, whole, pairs in shown
                    if any(pair.at == other.at and pair.day.is_one_of(other.day) for other in pairs)
                ]
                with_whom = [line for line, _ in lines if any(names & line for names in self._people)]
                if with_whom and len(here) == 1 and not any(here[0] & line for line in with_whom):
                    return "dá a um profissional o horário de outro"
                if lines and self._another_service(words, [whole for _, whole in lines]):
                    return "dá a um serviço o horário de outro"
        return None

    def _another_service(self, words: set[str], lines: Sequence[set[str]]) -> bool:
        """Whether services are named, and none of those that the lines name."""
        named = [one for one in self._services if one.head in words]
        told = [one for one in self._services if any(one.words <= line for line in lines)]
        return (
            bool(named and told)
            and not words & _ANY
            and not any(one.head in words or one.words & words for one in told)
        )


def _services(facts: ClinicFacts) -> Iterator[_Service]:
    for one in facts.services:
        words = [word for word in re.findall(r"[a-z]{4,}", plain(one.name)) if word not in ("para", "horas")]
        own = [word for word in words if word not in _ANY]
        if own:
            yield _Service(own[0], frozenset(words))
