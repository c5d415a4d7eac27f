"""Whether a reply asks for a fast that a service does not need, spares one that it does, or states wrong hours.

A patient who fasts too short comes for nothing. Pure.
"""

import re
from collections.abc import Sequence

from clinic_bot.agent.guards.denials import states_nothing
from clinic_bot.clinic import team
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.spelling import plain

_FAST = re.compile(r"\bjejum\b")
_NONE = re.compile(
    r"\b(?:sem|nao (?:\w+ ){0,3}?(?:de )?|nem|dispensa(?: o)?) ?jejum\b|\bjejum (?:nao|dispensado)"
)
_HOURS = re.compile(
    r"\bjejum\b[^.!?\n]{0,30}?\b(\d{1,2}) ?h(?:oras?)?\b|\b(\d{1,2}) ?h(?:oras?)? (?:de|em) jejum\b"
)


class Fasting:
    """What the services of one clinic say of a fast."""

    def __init__(self, facts: ClinicFacts) -> None:
        self._facts = facts
        general = plain(facts.preparation)
        self._needs = {
            one.key: _needs(f"{plain(one.preparation)} {plain(one.notes)}") or _needs(general)
            for one in facts.services
        }

    def mistake(self, sentence: str, asked: str) -> str | None:
        """What a sentence says wrongly of a fast, in Portuguese; None for nothing.

        Args:
            sentence: plain.
            asked: the burst that is answered, plain.
        """
        if not _FAST.search(sentence) or sentence.endswith("?"):
            return None
        named = team.services_named(self._facts, sentence) or team.services_named(self._facts, asked)
        if len(named) == 1 and self._needs[named[0].key] != _needs(sentence):
            return "diz do jejum o que não está na ficha"
        return None


def _needs(text: str) -> bool:
    return bool(_FAST.search(text)) and not _NONE.search(text)


def untold_hours(sentence: str, told: Sequence[str], said: Sequence[str]) -> bool:
    """Whether a sentence states hours of a fast that nobody told. Hours in words, ``oito horas``, are not compared.

    Args:
        told: plain texts of the clinic, the tools and the agent.
        said: the patient's; they may be taken up where the sentence states nothing.
    """
    stated, known = _hours([sentence]), _hours(told)
    if not stated or (not known and any(_FAST.search(text) for text in told)):
        return False
    return bool(stated - known - (_hours(said) if states_nothing(sentence) else set()))


def _hours(texts: Sequence[str]) -> set[int]:
    return {int(match[1] or match[2]) for text in texts for match in _HOURS.finditer(text)}
