"""Why a text may not go to a patient, in the words that make the model write another. Pure.

The prompt asks for all of this; here it is held. A second such text of one turn is not argued about: the clinic's own
sentence hands over.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from clinic_bot.agent import claims, disclosure, health_words, inventions, wording
from clinic_bot.agent.inventions import Known
from clinic_bot.agent.tools import OWN_APPOINTMENTS
from clinic_bot.clinic import texts
from clinic_bot.clinic.facts import ClinicFacts

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


@dataclass(frozen=True, slots=True)
class Situation:
    """What a reply may build on.

    Args:
        called: tools that succeeded in this turn.
        has_booked: the records hold an appointment of this patient, as the turn was told.
        told: tool results, the agent's remark, earlier messages of the clinic.
        said: what the patient wrote, now and before.
    """

    called: Collection[str]
    has_booked: bool
    told: Iterable[str]
    said: Iterable[str]


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
        self._books = books
        self._file = "\n".join(_everything(facts))
        # The hot line's being free is no offer of the clinic's.
        fixed = Known("\n".join(_fixed(facts)), offers=False)
        self._facts = (Known(self._file), fixed)

    def objection(self, written: str, text: str, situation: Situation) -> str | None:
        """What the model is told of a text that a patient may not see; None of one that may be sent.

        Args:
            written: as the model wrote it.
            text: as WhatsApp would show it.
        """
        if wording.leaks(written, self._system, self._names) or not text:
            return WRITE_AGAIN
        if claims.unfounded(text, called=situation.called, has_booked=situation.has_booked):
            return _NOT_DONE
        if disclosure.denies(text):
            return _NO_PERSON
        told = "\n".join(situation.told)
        if problem := health_words.advises(text, (self._file, told)):
            return _HEALTH.format(problem)
        said = Known("\n".join(situation.said), loosely=True)
        problem = inventions.invented(text, (*self._facts, Known(told)), (said,), times=self._books)
        return _NOT_TOLD.format(problem) if problem else None


def has_booked(standing: str | None) -> bool:
    """Whether the records hold something of this patient's. Without an agenda of ours what stands in the reception's
    is not known here, and may be told by the history."""
    return standing is None or OWN_APPOINTMENTS in standing


def _everything(facts: ClinicFacts) -> Iterable[str]:
    yield from (facts.name, facts.assistant_name, facts.ai_disclosure)
    yield from (f"{section.title}: {section.text}" for section in facts.sections())


def _fixed(facts: ClinicFacts) -> Iterable[str]:
    own = facts.texts
    yield from (own.emergency, own.emotional_crisis, own.hand_over, own.unavailable)
    yield from (texts.EMERGENCY, texts.EMOTIONAL_CRISIS)
