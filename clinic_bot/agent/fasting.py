"""Whether a reply asks for a fast that a service does not need, or spares one that it does. Pure."""

import re

from clinic_bot.clinic import team
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.spelling import plain

_FAST = re.compile(r"\bjejum\b")
_NONE = re.compile(
    r"\b(?:sem|nao (?:\w+ ){0,3}?(?:de )?|nem|dispensa(?: o)?) ?jejum\b|\bjejum (?:nao|dispensado)"
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
