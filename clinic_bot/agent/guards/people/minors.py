"""Whether a reply lets a minor come alone who by the clinic's file may not. Pure."""

import re

from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.spelling import plain

_YEARS = re.compile(r"\b(\d{1,2})(?: (?:anos|e \d{1,2} anos))?\b")
_ALONE = re.compile(
    r"\bsozinh[oa]s?\b|\bautoriza\w+|\bdesacompanhad[oa]s?\b|\bsem (?:\w+ ){0,2}?(?:responsavel|acompanhante)\b"
)
_NO = re.compile(r"\b(?:nao|nem|so com|precisa\w* (?:vir|estar|ir) com|acompanhad[oa] d)\b")
_AGE = re.compile(r"\b(?:com|tem|de|aos|ja com) (\d{1,2})(?: anos)?\b(?!/|h|:| ?min| de )")


class Minors:
    """From which age on one clinic sees patients without their parents."""

    def __init__(self, facts: ClinicFacts) -> None:
        rule = plain(facts.policies.minors)
        alone = [part for part in re.split(r"[.;]\s?", rule) if _ALONE.search(part)]
        ages = [int(one[1]) for part in alone or [rule] for one in _YEARS.finditer(part)]
        self._from = min(ages, default=0)

    def mistake(self, sentence: str) -> str | None:
        """What a sentence, plain, says wrongly of a minor, in Portuguese; None for nothing."""
        if not _ALONE.search(sentence) or _NO.search(sentence) or sentence.endswith("?"):
            return None
        if any(int(one[1]) < self._from for one in _AGE.finditer(sentence)):
            return "deixa vir sozinho um menor que pela ficha vem com um responsável"
        return None
