"""Whether a reply says to be done here what the file does not know, or knows to be done elsewhere. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence

from clinic_bot.agent.guards.language.clauses import plain_lines, whole
from clinic_bot.agent.guards.language.denials import NO, states_nothing
from clinic_bot.agent.guards.language.service_words import ANY_SERVICE
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.spelling import plain

NOT_THERE = "diz que a clínica tem um serviço ou uma especialidade que não está na ficha"
#: What a patient asks whether it is done.
_ASKED_FOR = re.compile(r"\b(?:faz|fazem|realizam?|oferecem?|trabalham? com) ([^?!.,\n]+)")
#: What a patient asks whether it is there, and of which sort: ``terapia de casal``.
_ASKED_WHETHER = re.compile(
    r"\b(?:faz|fazem|realizam?|oferecem?|usam?) ([a-z]{5,}(?: d[aeo]s? [a-z]{5,})?)"
    r"|\btem ((?:terapia|sess(?:ao|oes)|exames?|tratamento|grupo|curso|aulas?) d[aeo]s? [a-z]{5,}"
    r"|[a-z]+(?:terapia|grafia|scopia|metria|plastia|logia|logista|iatria|iatra|peuta))\b"
)
_NO_SERVICE = re.compile(
    r"\b(?:orcament|descont|parcel|agendament|encaix|recib|pacote|promoc|reembols|entrega|pagament|marcac|atend)\w*"
)
_DOES = re.compile(r"^\W*(?:(?:sim|claro)\W+)?(?:fazemos|realizamos|oferecemos|trabalhamos|faz|realiza)\b")
_DONE = re.compile(r"\b(?:feit|realizad)[oa]s?\b|\b(?:fazemos|realizamos|faz)\b")
_HERE = re.compile(r"\baqui\b|\bn[ao] (?:propria )?(?:clinica|consultorio|recepcao)\b|\bconosco\b")
_ELSEWHERE = re.compile(
    r"\b(?:feit|realizad)[oa]s? (?:so |apenas )?fora\b|\bnao (?:e|sao) (?:feit|realizad)[oa]s? aqui\b"
)
#: What the file says is not there, as a list: ``não fazemos acupuntura, RPG nem atendimento domiciliar``.
_LACKS = re.compile(
    r"\bnao (?:ha|temos|fazemos|oferecemos|realizamos|vendemos|contamos com|trabalhamos com) ([^.;:()]+)"
)
#: ``RPG: não fazemos RPG`` has it no more for its title.
_TITLE = re.compile(r"^[^:]*: (?=nao\b)")
_LISTED = re.compile(r",| nem | e | ou ")
_SMALL = frozenset(
    ("de", "da", "do", "das", "dos", "com", "para", "no", "na", "um", "uma", "nenhum", "nenhuma", "a", "o")
)
_HAS = re.compile(r"\b(?:ha|tem|temos|fazemos|oferecemos|realizamos|vendemos|contamos com|trabalhamos com)\b")
#: Leaves it to somebody else.
_SENDS_ON = re.compile(r"\b(?:recepcao|equipe|profissional)\b")
_STEM = 6
#: ``casal`` and ``casais``.
_SHORT = 4
#: Stand in the names of many services, or in none.
_EVERYWHERE = ANY_SERVICE | {
    "feita", "feitas", "feito", "feitos", "pedido", "quando", "medico", "dentista", "exames", "consultas", "sessoes",
    "horas", "sabado", "domingo", "segunda", "terca", "quarta", "quinta", "sexta", "crianca", "voces", "tambem",
}  # fmt: skip


class Unheard:
    """What one clinic does, and what is not done there.

    Args:
        text: everything its file says.
    """

    def __init__(self, facts: ClinicFacts, text: str) -> None:
        self._text = plain(text)
        self._lacks = list(_lacking(plain(line) for line in text.splitlines()))
        self._called = {word[:_STEM] for one in facts.services for word in _words(plain(one.name))}
        lines = [part for part in re.split(r"[.;:\n]", plain_lines(text)) if _ELSEWHERE.search(part)]
        self._elsewhere = {word[:_STEM] for part in lines for word in _words(part)} - self._called

    def mistake(self, text: str, asked: str, told: Sequence[str]) -> str | None:
        """What ``text`` says wrongly, in Portuguese; None for nothing.

        Args:
            asked: the burst that is answered, plain.
            told: tool results and earlier messages of the clinic.
        """
        if self._done_elsewhere(text) or self._denied_by_the_file(text):
            return NOT_THERE
        if self._unheard_of(text, asked) or self._repeats(text, asked, told):
            return NOT_THERE
        return None

    def _denied_by_the_file(self, text: str) -> bool:
        """Whether something is said to be there of which the file says, in these words, that it is not."""
        return any(
            item <= set(re.findall(r"\w+", part[has.end() :]))
            for sentence in whole(text)
            if not sentence.endswith("?") and not NO.search(sentence)
            for part in re.split(r"[;:]\s|,\s(?=mas\b)", sentence)
            if (has := _HAS.search(part)) and not re.search(r"\bsem\b", part)
            for item in self._lacks
        )

    def _done_elsewhere(self, text: str) -> bool:
        """Whether something is said to be done here of which the file says that it is not."""
        return any(
            self._elsewhere & {word[:_STEM] for word in _words(part)}
            for sentence in whole(text)
            if not sentence.endswith("?") and not NO.search(sentence)
            for part in re.split(r"[,;:]\s", sentence)
            if _DONE.search(part) and _HERE.search(part)
        )

    def _unheard_of(self, text: str, asked: str) -> bool:
        """Whether a yes is for what the file does not know by any word, and no service that it knows is named."""
        match = _ASKED_FOR.search(asked)
        if match is None or not _DOES.search(plain(text)) or _NO_SERVICE.search(match[1]):
            return False
        words = {word[:_STEM] for word in _words(match[1])}
        said = {word[:_STEM] for word in _words(plain(text))}
        return bool(words) and not any(word[:5] in self._text for word in words) and not said & self._called

    def _repeats(self, text: str, asked: str, told: Sequence[str]) -> bool:
        """Whether a reply tells of what was asked for and nobody told of, and not that it is not there."""
        asked_for = (one[1] or one[2] for one in _ASKED_WHETHER.finditer(asked))
        words = {word for one in asked_for if not _NO_SERVICE.search(one) for word in _words(one)}
        known = (self._text, *map(plain, told)) if words else ()
        unknown = {word[:_SHORT] for word in words if not any(word[:5] in one for one in known)}
        return bool(unknown) and any(
            unknown & {word[:_SHORT] for word in _words(sentence)}
            for sentence in whole(text)
            if not states_nothing(sentence) and not _SENDS_ON.search(sentence)
        )


def _lacking(lines: Iterable[str]) -> Iterator[frozenset[str]]:
    """The things that lines deny to be there; of one that some line affirms, too, nothing is said here."""
    told = [_TITLE.sub("", line) for line in lines]
    affirmed = " . ".join(_LACKS.sub(" ", line) for line in told)
    for line in told:
        for match in _LACKS.finditer(line):
            for item in _LISTED.split(match[1]):
                words = frozenset(word for word in item.split() if word not in _SMALL)
                if (
                    words
                    and len(words) < 4
                    and not all(re.search(rf"\b{re.escape(word)}\b", affirmed) for word in words)
                ):
                    yield words


def _words(text: str) -> list[str]:
    """Its longer words, but for those that stand in many names."""
    return [word for word in re.findall(r"[a-z]{5,}", text) if word not in _EVERYWHERE]
