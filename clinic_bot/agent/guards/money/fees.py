"""Whether a reply asks a deposit for what needs none, or another share of the price of who does not come. Pure."""

import re

from clinic_bot.agent.guards.language.clauses import whole
from clinic_bot.agent.guards.language.denials import NOT
from clinic_bot.agent.guards.language.service_words import ServiceWords
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.spelling import plain

_DEPOSIT = re.compile(r"\bsinal\b|\bcaucao\b")
_ASKS = re.compile(r"\b(?:ped\w+|pec[ao]\w*|exig\w+|cobr\w+|precis\w+|paga\w*|tem|necessari[oa])\b")
_BREAK = re.compile(r"[.;]\s|,\s(?=(?:mas|porem|ja)\b)")
_NOT_COMING = re.compile(r"\bfalt(?:a|ar|as|ou|e|em)\b|\bnao (?:vier|vir|comparec\w+|aparec\w+)\b")
_ALL_OF_IT = re.compile(
    r"\b(?:por inteiro|integralmente|(?:valor|preco|consulta|sessao) (?:\w+ )?(?:integral|inteir[oa]|chei[oa]|total))\b"
    r"|\b100 ?%"
)
_A_SHARE = re.compile(r"\bmetade\b|\b\d{1,2} ?%")
_CHARGES = re.compile(r"\b(?:e|sera|fica|se|ser) cobrad\w+|\bcobra\w*|\bpaga\w*")
_LETS_OFF = re.compile(r"\bnao (?:\w+ )?(?:cobra|paga|e|sera)\w*")


class Fees:
    """What one clinic asks beside its prices."""

    def __init__(self, facts: ClinicFacts) -> None:
        self._services = ServiceWords(facts).named_or_of_kind
        lines = (plain(section.text) for section in facts.sections())
        parts = [part for line in lines for part in _BREAK.split(line) if _DEPOSIT.search(part)]
        asked = {key for part in parts if not NOT.search(part) for key in self._listed(part)}
        self._none = {key for part in parts if NOT.search(part) for key in self._listed(part)} - asked
        cancel = plain(facts.policies.cancel)
        self._in_part = bool(_A_SHARE.search(cancel)) and not _ALL_OF_IT.search(cancel)

    def mistake(self, text: str, asked: str) -> str | None:
        """What ``text`` says wrongly of fees, in Portuguese; None for nothing.

        Args:
            asked: the burst that is answered, plain.
        """
        if not (self._none or self._in_part):
            return None
        for sentence in whole(text):
            if sentence.endswith("?"):
                continue
            if self._asks_for_nothing(sentence, asked):
                return "pede um sinal que a ficha não pede"
            if (
                self._in_part
                and _ALL_OF_IT.search(sentence)
                and _NOT_COMING.search(sentence)
                and _CHARGES.search(sentence)
                and not (_LETS_OFF.search(sentence) or _A_SHARE.search(_ALL_OF_IT.sub("", sentence)))
            ):
                return "cobra de uma falta mais do que está na ficha"
        return None

    def _listed(self, part: str) -> set[str]:
        return {key for item in re.split(r", | e ", part) for key in self._services(item)}

    def _asks_for_nothing(self, sentence: str, asked: str) -> bool:
        if not _DEPOSIT.search(sentence) or NOT.search(sentence) or not _ASKS.search(sentence):
            return False
        named = self._services(sentence) or self._services(asked)
        return bool(named) and named <= self._none
