"""What the health plans of one clinic pay for, as the notes of its file say. Pure.

Notes are prose: what they do not say in the words of the clinic's services cannot be told here, and is let pass.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from clinic_bot.agent.guards.language.names import first_names
from clinic_bot.agent.guards.language.service_words import ANY_SERVICE
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.spelling import plain

_STEM = 6
#: A plan may pay for a visit and not for its return.
_COMMON = (ANY_SERVICE - {"retorno"}) | {
    "consultas", "exames", "sessoes", "avaliacoes", "procedimento", "procedimentos", "plano", "planos", "convenio",
    "convenios", "particular", "outro", "outros", "atendidos", "aceitos", "para", "apenas", "somente", "sempre", "pelo",
    "pela", "pedem", "valem", "vale", "cobre", "cobrem", "recibo", "reembolso", "nota", "fiscal", "demais", "saude",
    "previa", "todos", "todas", "como",
}  # fmt: skip
_PARTS = re.compile(r"[.;](?:\s|$)|,\s(?=nao\b|mas\b|exceto\b|menos\b)|\s(?=(?:nao para|exceto|menos)\b)")
_PRIVATE = re.compile(
    r"\b(?:so|apenas|somente|sempre|sao|e) (?:\w+ )?particular(?:es)?\b|\bnao\b|\bexceto\b|\bmenos\b"
)
_PAYS = re.compile(r"\b(?:so|apenas|somente|cobr\w+|val(?:e|em)|inclu\w+)\b")
#: Names no service, and any may be meant.
_ANY = re.compile(r"\b(?:consultas|exames|sessoes|procedimentos|atendimentos|terapias|tudo|tod[ao]s)\b")
_WITH = re.compile(r"\b(?:so|apenas|somente) (?:\w+ )?com .*")
_OTHERS = re.compile(r"\b(?:outros|demais)\b")


@dataclass(frozen=True, slots=True)
class _Note:
    plans: frozenset[str]  #: squeezed; none where it is of all
    words: frozenset[str]
    pays: bool
    of_any: bool  #: names a sort of services, of which any may be one


class PlanScope:
    """What is paid for.

    Args:
        names: matches every plan.
    """

    def __init__(self, facts: ClinicFacts, names: re.Pattern[str]) -> None:
        called = [plain(one.name) for one in facts.services]
        called += (plain(one.specialty) for one in facts.professionals)
        self._services = [words for name in called if (words := stems(name))]
        self._lines = re.split(r"(?<!\bdr)(?<!\bdra)[.;](?:\s|$)", plain(facts.insurance.notes))
        self._names = [frozenset(first_names(one.name)) for one in facts.professionals]
        self._with = list(self._only_with(names))
        self._notes: list[_Note] = []
        plans: frozenset[str] = frozenset()
        for sentence in self._lines:
            for n, part in enumerate(filter(None, _PARTS.split(sentence))):
                named = frozenset(one[0].replace(" ", "") for one in names.finditer(part))
                plans = named or (plans if n else frozenset())
                private = _PRIVATE.search(part) is not None
                if not _OTHERS.search(part) and (private or _PAYS.search(part)):
                    self._notes.append(
                        _Note(plans, stems(names.sub(" ", part)), not private, _ANY.search(part) is not None)
                    )
        self._notes = [one for one in self._notes if one.words or one.of_any]
        self._said = frozenset(
            word[:_STEM] for word in re.findall(r"[a-z]{4,}", plain(facts.insurance.notes))
        )
        self.words = frozenset(word for one in self._notes for word in one.words)

    def is_limited(self) -> bool:
        """Whether it says of anything that it is paid for, or is not."""
        return bool(self._notes)

    def names_a_service(self, text: str) -> bool:
        words = stems(text)
        return any(words & one for one in self._services) or bool(words & self.words)

    def says(self, text: str) -> bool:
        """Whether the notes have every word of ``text`` that tells anything."""
        words = {word[:_STEM] for word in re.findall(r"[a-z]{4,}", text)} - {
            "apenas",
            "soment",
            "para",
            "pelo",
            "cobre",
        }
        return bool(words) and words <= self._said

    def asks(self, condition: str, text: str) -> bool:
        """Whether the notes ask ``condition``, a stem, of something that ``text`` names."""
        words = stems(text)
        return any(condition in line and words & stems(line) - {condition[:_STEM]} for line in self._lines)

    def leaves_out(self, text: str, plans: Iterable[str]) -> bool:
        """Whether ``text``, plain, names what these plans do not pay for."""
        words, squeezed = stems(text), [one.replace(" ", "") for one in plans]
        who = self._named(text)
        if who and any(_is_in(plan, squeezed) and not theirs & who for plan, theirs in self._with):
            return True
        theirs = [one for one in self._notes if _is_of(one, squeezed)]
        paid = [one for one in theirs if one.pays and one.plans] or [one for one in theirs if one.pays]
        covered = frozenset(word for one in paid for word in one.words)
        if any(words & (one.words if one.plans else one.words - covered) for one in theirs if not one.pays):
            return True
        if any(one.of_any for one in paid) or not any(covered & one for one in self._services):
            return False  # not in the words of the services
        named = {word for one in self._services for word in one & words}
        return any(
            word not in covered and not any(word in one and one & covered for one in self._services)
            for word in named
        )

    def _named(self, text: str) -> frozenset[str]:
        """Whom a text names, by all that they are called by."""
        words = set(re.findall(r"\w+", text))
        return frozenset(name for names in self._names if names & words for name in names)

    def _only_with(self, names: re.Pattern[str]) -> Iterator[tuple[str, frozenset[str]]]:
        """Plans that pay for what some professionals do alone."""
        for line in self._lines:
            limit = _WITH.search(line)
            if limit and (whom := self._named(limit[0])):
                yield from ((one[0].replace(" ", ""), whom) for one in names.finditer(line))


def stems(text: str) -> frozenset[str]:
    """Its words but for those that tell nothing apart, by how they begin."""
    return frozenset(word[:_STEM] for word in re.findall(r"[a-z]{4,}", text) if word not in _COMMON)


def _is_of(note: _Note, plans: Iterable[str]) -> bool:
    return not note.plans or any(_is_in(one, plans) for one in note.plans)


def _is_in(named: str, plans: Iterable[str]) -> bool:
    return any(named in plan or plan in named for plan in plans)
