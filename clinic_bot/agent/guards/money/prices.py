"""Whether a reply gives a service another one's price, or a range's end as the price. Pure."""

import re
from collections.abc import Sequence
from decimal import Decimal

from clinic_bot.agent.guards.language.clauses import sentences
from clinic_bot.agent.guards.language.denials import NOT
from clinic_bot.agent.guards.language.figures import Kind, figures
from clinic_bot.agent.guards.language.service_words import ServiceWords
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.spelling import plain

_CLAUSE = re.compile(r"[;\n]|,(?!\d)|(?<=\d)\.\s|\se (?=[ao]s? |\w+ (?:r\$|custa|sai|fica))|\smas\s")
_RANGE = re.compile(
    r"\b(?:de|entre) (?:r\$ ?)?[\d.,]+ (?:a|e|ate) (?:r\$ ?)?[\d.,]+|\ba partir de (?:r\$ ?)?[\d.,]+"
)
_LOOSELY = re.compile(
    r"\b(?:a partir|part(?:e|em|indo) de|entre|ate(?! \d{1,2} ?(?:x|vezes|parcel))|depend\w+|conforme|vari\w+|minimo"
    r"|maximo|faixa"
    r"|(?:comeca\w*|inicia\w*) (?:em|n[oa]s?|com|por|a)|desde)\b"
    r"|r\$ ?[\d.,]+ ?(?:a|ate|e|ou|-|\u2013) ?(?:r\$ ?)?\d"
)


class Prices:
    """What each service of one clinic costs."""

    def __init__(self, facts: ClinicFacts) -> None:
        texts = {one.key: f"{one.price_text()} {one.notes}" for one in facts.services}
        self._by_service = {key: amounts_in(text) for key, text in texts.items()}
        self._names = {one.key: plain(one.name) for one in facts.services}
        self._named = ServiceWords(facts).named
        other = [one.text for one in facts.sections() if not one.title.startswith("Serviço")]
        self._elsewhere = frozenset(amount for text in other for amount in amounts_in(text))
        everything = plain("\n".join([*texts.values(), *other]))
        ends = frozenset(amount for match in _RANGE.finditer(everything) for amount in amounts_in(match[0]))
        self._ends = ends - amounts_in(_RANGE.sub(" ", everything))

    def mistake(self, text: str, asked: str, heard: Sequence[str] = ()) -> str | None:
        """What ``text`` says wrongly of prices, in Portuguese; None for nothing.

        Args:
            asked: the burst that is answered, plain.
            heard: results of tools, plain; they tell which visit is meant where nothing else does.
        """
        if not amounts_in(text):
            return None
        default = [] if self._named(plain(text)) else self._named(asked) or self._read(heard)
        said = {Decimal(number) for number in re.findall(r"\d+", asked)}
        for sentence in sentences(text):
            bare = plain(sentence)
            if NOT.search(bare) or bare.endswith("?"):
                continue
            if not _LOOSELY.search(bare) and amounts_in(bare) & self._ends - said:
                return "dá como certo um valor que na ficha varia"
            if self._mixed_up(bare, default):
                return "dá a um serviço o valor de outro"
        return None

    def _read(self, heard: Sequence[str]) -> list[str]:
        return [key for key, name in self._names.items() if any(name in text for text in heard)]

    def _mixed_up(self, bare: str, default: Sequence[str]) -> bool:
        for part in _CLAUSE.split(bare):
            ranges = " ".join(match[0] for match in _RANGE.finditer(part))
            amounts = amounts_in(ranges or part)
            named = self._named(part) or default
            if not (len(amounts) == 1 or ranges) or len(named) != 1 or not self._by_service[named[0]]:
                continue
            others = {one for key, own in self._by_service.items() if key != named[0] for one in own}
            if amounts & (others - self._by_service[named[0]] - self._elsewhere):
                return True
        return False


def amounts_in(text: str) -> frozenset[Decimal]:
    return frozenset(
        Decimal(one.value) for one in figures(text.replace("r$", "R$")) if one.kind is Kind.AMOUNT
    )
