"""Whether a reply gives a service another one's price, or a range's end as the price. Pure."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from clinic_bot.agent.guards.denials import NOT
from clinic_bot.agent.guards.figures import Kind, figures
from clinic_bot.clinic import team
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.spelling import plain

_CLAUSE = re.compile(r"[;\n]|,(?!\d)|(?<=\d)\.\s|\se (?=[ao]s? |\w+ (?:r\$|custa|sai|fica))|\smas\s")
_RANGE = re.compile(
    r"\b(?:de|entre) (?:r\$ ?)?[\d.,]+ (?:a|e|ate) (?:r\$ ?)?[\d.,]+|\ba partir de (?:r\$ ?)?[\d.,]+"
)
_LOOSELY = re.compile(
    r"\b(?:a partir|entre|de r\$ ?[\d.,]+ a|ate|depend\w+|conforme|vari\w+|minimo|maximo|faixa|comeca\w*"
    r"|inicia\w*|desde)\b"
)
_COMMON = frozenset(
    (
        "consulta", "sessao", "exame", "avaliacao", "retorno", "tratamento", "para", "com", "geral", "clinica", "de",
        "da", "do", "atendimento",
    )
)  # fmt: skip


class Prices:
    """What each service of one clinic costs."""

    def __init__(self, facts: ClinicFacts) -> None:
        texts = {one.key: f"{one.price_text()} {one.notes}" for one in facts.services}
        self._by_service = {key: _amounts(text) for key, text in texts.items()}
        self._words = {one.key: _telling(one.name) for one in facts.services}
        self._words |= {
            one.key: self._words[one.key] | {"geral"} for one in facts.services if "geral" in plain(one.name)
        }
        for person in facts.professionals:
            attended = team.attended_by(facts, person)
            if len(attended) == 1:
                self._words[attended[0].key] |= _telling(person.specialty)
        other = [one.text for one in facts.sections() if not one.title.startswith("Serviço")]
        self._elsewhere = frozenset(amount for text in other for amount in _amounts(text))
        everything = plain("\n".join([*texts.values(), *other]))
        ends = frozenset(amount for match in _RANGE.finditer(everything) for amount in _amounts(match[0]))
        self._ends = ends - _amounts(_RANGE.sub(" ", everything))

    def mistake(self, text: str, asked: str) -> str | None:
        """What ``text`` says wrongly of prices, in Portuguese; None for nothing.

        Args:
            asked: the burst that is answered, plain.
        """
        if not _amounts(text):
            return None
        default = [] if self._named(plain(text)) else self._named(asked)
        for sentence in re.split(r"(?<=[!?;\n])\s+|(?<=[a-z\d])\.\s+|\n", text):
            bare = plain(sentence)
            if NOT.search(bare) or bare.endswith("?"):
                continue
            if not _LOOSELY.search(bare) and _amounts(bare) & self._ends:
                return "dá como certo um valor que na ficha varia"
            if self._mixed_up(bare, default):
                return "dá a um serviço o valor de outro"
        return None

    def _named(self, bare: str) -> list[str]:
        """The services that are named, as people shorten them, too: ``fisio``."""
        words = [word for word in re.findall(r"\w{4,}", bare) if word not in _COMMON or word == "geral"]
        return [
            key
            for key, own in self._words.items()
            if any(one == word or (len(word) > 3 and one.startswith(word)) for one in own for word in words)
        ]

    def _mixed_up(self, bare: str, default: Sequence[str]) -> bool:
        for part in _CLAUSE.split(bare):
            amounts = _amounts(part)
            named = self._named(part) or default
            if (
                not (len(amounts) == 1 or _RANGE.search(part))
                or len(named) != 1
                or not self._by_service[named[0]]
            ):
                continue
            others = {one for key, own in self._by_service.items() if key != named[0] for one in own}
            if amounts & (others - self._by_service[named[0]] - self._elsewhere):
                return True
        return False


def _amounts(text: str) -> frozenset[Decimal]:
    return frozenset(
        Decimal(one.value) for one in figures(text.replace("r$", "R$")) if one.kind is Kind.AMOUNT
    )


def _telling(name: str) -> frozenset[str]:
    words: Iterable[str] = re.findall(r"\w{4,}", plain(name))
    return frozenset(word for word in words if word not in _COMMON)
