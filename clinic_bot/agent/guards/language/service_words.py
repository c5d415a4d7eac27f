"""Which services of a clinic a text names, as people shorten them, too: ``fisio``. Pure."""

import re

from clinic_bot.clinic import team
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.spelling import plain

#: What any visit may be called.
VISITS = frozenset(("consulta", "sessao", "exame", "avaliacao", "retorno"))
#: Stand in the names of many services, and tell none from another.
ANY_SERVICE = VISITS | {"tratamento", "geral", "clinica"}
_COMMON = ANY_SERVICE | {"atendimento", "para"}
#: What a service is, which a clause may say of many: ``consultas só à vista``.
_HEAD = re.compile(r"\b(consulta|sess(?=ao|oes)|avaliac(?=ao|oes)|retorno|pacote)")


class ServiceWords:
    """The words that tell the services of one clinic apart, specialities of those who attend one of them included."""

    def __init__(self, facts: ClinicFacts) -> None:
        self._words = {one.key: _telling(one.name) for one in facts.services}
        self._words |= {
            one.key: self._words[one.key] | {"geral"} for one in facts.services if "geral" in plain(one.name)
        }
        heads = ((one.key, _HEAD.search(plain(one.name))) for one in facts.services)
        self._heads = {key: head[1] for key, head in heads if head}
        for person in facts.professionals:
            attended = team.attended_by(facts, person)
            if len(attended) == 1:
                self._words[attended[0].key] |= _telling(person.specialty)

    def named(self, bare: str) -> list[str]:
        """The keys of the services that a text, plain, names."""
        words = [word for word in re.findall(r"\w{4,}", bare) if word not in _COMMON or word == "geral"]
        return [
            key
            for key, own in self._words.items()
            if any(one == word or (len(word) > 3 and one.startswith(word)) for one in own for word in words)
        ]

    def named_or_of_kind(self, bare: str) -> set[str]:
        """The services that a text, plain, names, or else all of the kinds that it names."""
        heads = set(_HEAD.findall(bare))
        return set(self.named(bare)) or {key for key, head in self._heads.items() if head in heads}


def _telling(name: str) -> frozenset[str]:
    return frozenset(word for word in re.findall(r"\w{4,}", plain(name)) if word not in _COMMON)
