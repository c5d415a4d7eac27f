"""Whether a reply says of steps at the door, or of parking, the contrary of what the clinic's file says. Pure.

Only what the file says in the same words can be told here; what it says both of and against is let pass.
"""

import re

from clinic_bot.agent.guards.language.clauses import whole
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.spelling import plain

#: What is denied, by its first word that tells anything.
_WITHOUT = re.compile(
    r"\b(?:sem|nao (?:ha|tem|temos)|nao|nem) (?:(?:nenhum|qualquer|um)a? |[ao] )?(?P<what>[a-z]{6,})"
)
_LEVEL = re.compile(r"\b(?:tod[ao]|totalmente|bem) plan[ao]\b")
_PARKING = re.compile(r"\b(?:estacion\w+|garage[mn]\w*)\b")
_NO = re.compile(r"\b(?:nao|nem|sem|nenhum\w*)\b")
#: Leads round the steps.
_ROUND = re.compile(r"\b(?:rampa|lateral|fundos)\b")
_STEM = 6
_STEPS = {"degrau", "escada"}


class Access:
    """How one clinic is entered, and where a car may stand."""

    def __init__(self, facts: ClinicFacts) -> None:
        there, not_there = _told(plain(facts.accessibility))
        self._steps = (there - not_there) & _STEPS
        parking, self._no_parking = _told(plain(facts.parking))
        self._no_parking -= parking

    def mistake(self, text: str) -> str | None:
        """What ``text`` says wrongly, in Portuguese; None for nothing."""
        for sentence in whole(text):
            if sentence.endswith("?"):
                continue
            denied = {one["what"][:_STEM] for one in _WITHOUT.finditer(sentence)}
            if _LEVEL.search(sentence):
                denied |= _STEPS
            if denied & self._steps and not _ROUND.search(sentence):
                return "nega da entrada o que a ficha diz que há"
            for part in re.split(r"[,;:.]\s", sentence):
                if _PARKING.search(part) and not _NO.search(part) and _stems(part) & self._no_parking:
                    return "diz do estacionamento o que a ficha nega"
        return None


def _told(text: str) -> tuple[set[str], set[str]]:
    """What a text says is there, and what it denies."""
    denied = {one["what"][:_STEM] for one in _WITHOUT.finditer(text)}
    return _stems(_WITHOUT.sub(" ", text)), denied


def _stems(text: str) -> set[str]:
    return {word[:_STEM] for word in re.findall(r"[a-z]{6,}", text)}
