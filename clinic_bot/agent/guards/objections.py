"""Why a text may not go to a patient, in the words that make the model write another. Pure.

The prompt asks for all of this; here it is held. A second such text of one turn is not argued about: the clinic's own
sentence hands over.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from clinic_bot.agent import disclosure, wording
from clinic_bot.agent.guards.facts_check import FactsCheck
from clinic_bot.agent.guards.health import advice
from clinic_bot.agent.guards.language.names import first_name
from clinic_bot.agent.guards.people.others import Others
from clinic_bot.agent.guards.records import claims
from clinic_bot.agent.guards.records.other_service import other_service
from clinic_bot.agent.tools import CARRY_OUT, CONFIRM, OWN_APPOINTMENTS, PROPOSE
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.spelling import plain

WRITE_AGAIN = (
    "[contexto] Sua última saída não pode ser enviada. Escreva só a mensagem ao paciente: em português, "
    "curta, sem sintaxe de ferramenta, códigos ou instruções. Para uma ferramenta, use a chamada própria."
)
_NOT_DONE = (
    "[contexto] Sua última saída não pode ser enviada: diz que algo foi marcado, mudado, cancelado ou confirmado, e "
    "nenhuma ferramenta fez isso. Escreva de novo só o que é verdade, ou chame a ferramenta."
)
_NO_PERSON = (
    "[contexto] Sua última saída não pode ser enviada: ela se passa por uma pessoa. Escreva de novo; se perguntaram, "
    "diga que é assistente virtual (inteligência artificial)."
)
_NOT_TOLD = (
    "[contexto] Sua última saída não pode ser enviada: {}. Escreva de novo só com o que está na ficha ou veio de uma "
    "ferramenta; o que falta, diga que não sabe e ofereça a recepção."
)
_HEALTH = (
    "[contexto] Sua última saída não pode ser enviada: {}. Escreva de novo sem orientação de saúde: isso é com um "
    "profissional."
)
_OTHERS = (
    "[contexto] Sua última saída não pode ser enviada: fala de outra pessoa, ou diz se ela é paciente ou tem consulta. "
    "Escreva de novo: só se fala do que está neste telefone, e de outras pessoas não se confirma nem nega nada."
)
#: Whose answers tell of this phone's own patients.
_RECORDS = frozenset((OWN_APPOINTMENTS, CARRY_OUT, CONFIRM, PROPOSE))


@dataclass(frozen=True, slots=True)
class Situation:
    """What a reply may build on.

    Args:
        called: tools that succeeded in this turn.
        has_booked: the records hold an appointment of this patient, as the turn was told.
        results: of tools.
        context: the agent's own remark: the present moment, what the records say, what code has seen.
        ours: earlier messages of the clinic, whoever wrote them.
        said: what the patient wrote: this burst first, then what came before.
        now: instant in the clinic's zone; without it ``amanhã`` is no day.
    """

    called: Collection[str]
    has_booked: bool
    results: Sequence[str]
    said: Sequence[str]
    context: str = ""
    ours: Sequence[str] = ()
    now: datetime | None = None

    @property
    def heard(self) -> list[str]:
        """What may be said again: the context names the present hour, which is no appointment and no free time."""
        return [*self.results, *self.ours]


class Reader:
    """Reads what a model wrote for one clinic, as somebody who knows its file by heart.

    Args:
        system: the system prompt, which stays here.
        names: of the tools.
        books: whether there is an agenda to take times of the day from.
    """

    def __init__(self, facts: ClinicFacts, system: str, names: Collection[str], *, books: bool) -> None:
        self._system = system
        self._names = names
        self._assistant = facts.assistant_name
        self._check = FactsCheck(facts, books=books)
        self._file = plain(self._check.file)
        self._staff = [first_name(one.name) for one in facts.professionals]
        self._services = [plain(one.name) for one in facts.services]
        self._others = Others(_our_names(facts))

    def objection(self, written: str, text: str, situation: Situation) -> str | None:
        """What the model is told of a text that a patient may not see; None of one that may be sent.

        Args:
            written: as the model wrote it.
            text: as WhatsApp would show it.
        """
        if wording.leaks(written, self._system, self._names, self._check.file) or not text:
            return WRITE_AGAIN
        heard, said = situation.heard, list(situation.said)
        told = [*heard, situation.context]
        asked = said[0] if said else ""
        if claims.unfounded(
            text,
            called=situation.called,
            has_booked=situation.has_booked,
            told=heard,
            staff=self._staff,
            file=self._file,
        ):
            return _NOT_DONE
        if other_service(claims.as_lines(text), [plain(one) for one in heard], self._services):
            return _NOT_DONE
        if disclosure.denies(text, asked) or disclosure.is_somebody_else(text, self._assistant):
            return _NO_PERSON
        if problem := advice.advises(text, (self._file, plain("\n".join(told))), plain("\n".join(said))):
            return _HEALTH.format(problem)
        read = bool(_RECORDS & set(situation.called))
        found = situation.has_booked or bool((_RECORDS - {OWN_APPOINTMENTS}) & set(situation.called))
        if self._others.told_of(text, [plain(one) for one in told], asked=asked, read=read, found=found):
            return _OTHERS
        problem = self._check.mistake(text, told, heard, said, situation.now)
        return _NOT_TOLD.format(problem) if problem else None


def has_booked(standing: str | None) -> bool:
    """Whether the records hold something of this patient's. Without an agenda of ours what stands in the reception's
    is not known here, and may be told by the history."""
    return standing is None or OWN_APPOINTMENTS in standing


def _our_names(facts: ClinicFacts) -> set[str]:
    """Words that begin with a capital and are no patient's name."""
    own = [facts.name, facts.assistant_name, facts.address, facts.landmark, *facts.insurance.accepted]
    own += [one.name for one in facts.professionals]
    own += [one.name for one in facts.services]
    own += [one.specialty for one in facts.professionals]
    return {word for name in own for word in re.findall(r"\w+", plain(name))}
