"""Whether a reply sells on terms that the clinic does not have: in parts what is too cheap for it, or cheaper what no
discount is for. Pure.
"""

import re
from decimal import Decimal

from clinic_bot.agent.guards.language.clauses import sentences
from clinic_bot.agent.guards.language.denials import TAKES_UP
from clinic_bot.agent.guards.language.figures import Kind, figures
from clinic_bot.agent.guards.language.service_words import ServiceWords
from clinic_bot.agent.guards.money.prices import amounts_in
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.spelling import plain

_IN_PARTS = re.compile(r"\b\d{1,2} ?x\b|\bvezes\b|\bparcel\w+|\bdivid\w+")
_COUNT = re.compile(r"\b(\d{1,2}) ?(?:x\b|vezes)")
_EACH_PART = re.compile(
    r"\b\d{1,2} ?x (?:de|fixas de) r\$ ?[\d.,]*\d|\bparcelas?\b[^.;,]{0,20}?r\$ ?[\d.,]*\d"
)
_LEAST = re.compile(
    r"\b(?:acima|a partir|superior(?:es)?|maior(?:es)?|mais) (?:de|a|que|do que) r\$ ?[\d.,]*\d"
)
_LEAST_PART = re.compile(r"\bparcelas? minimas? (?:e )?(?:de )?r\$ ?[\d.,]*\d")
_CHEAPER = re.compile(r"\bdescont\w+|\babatiment\w+|\bmais barat\w+|\d ?%")
#: What is a share of a price, and takes nothing off it.
_SHARE = re.compile(r"\bsinal\b|\bentrada\b|\btaxa\b|\bmulta\b|\bcobr\w+")
_SHUTS_OUT = re.compile(r"\bnao\b|\bsem desconto|\bexceto\b|\bmenos\b|\bsalvo\b|\bfora\b")
#: ``sem juros`` denies nothing of this.
_NO = re.compile(r"\b(?:nao|nem|nenhum\w*|infelizmente|so|somente|apenas)\b")
_AT_ONCE = re.compile(r"\b(?:so|somente|apenas) (?:e )?a vista\b")
#: Said of a kind of service, a sentence is not of the one that was asked for.
_KIND = re.compile(r"\b(?:consultas|exames|procedimentos|sessoes|valores|acima)\b")
_VISIT = re.compile(r"\bconsultas?\b|\bavaliac(?:ao|oes)\b|\bretornos?\b")


class Terms:
    """On which terms one clinic is paid."""

    def __init__(self, facts: ClinicFacts) -> None:
        words = ServiceWords(facts)
        self._named, self._spoken_of = words.named, words.named_or_of_kind
        self._services = {one.key: one for one in facts.services}
        payment = [plain(part) for part in re.split(r"[.;](?:\s|$)", facts.payment)]
        in_parts = " ; ".join(part for part in payment if _IN_PARTS.search(part))
        self._least = _first(_LEAST, _LEAST_PART.sub(" ", in_parts))
        self._least_part = _first(_LEAST_PART, in_parts)
        cheaper = [part for part in plain(facts.payment).split(". ") if _CHEAPER.search(part)]
        parts = [one for sentence in cheaper for one in re.split(r"[;,]\s", sentence)]
        self._shut_out = {key for part in parts if _SHUTS_OUT.search(part) for key in self._spoken_of(part)}
        self._at_once = {key for part in payment if _AT_ONCE.search(part) for key in self._spoken_of(part)}
        if in_parts.startswith("pacote") and not _LEAST.search(in_parts):
            self._at_once |= set(self._services) - set(self._spoken_of("pacote"))
        only_visits = any(
            _CHEAPER.search(part) and _VISIT.search(part) and not _SHUTS_OUT.search(part) for part in parts
        ) and any(
            _SHUTS_OUT.search(part) and re.search(r"\bexames?\b|\bprocediment\w+", part) for part in parts
        )
        if only_visits:
            self._shut_out |= {
                key for key, one in self._services.items() if not _VISIT.search(plain(one.name))
            }

    def mistake(self, text: str, asked: str) -> str | None:
        """What ``text`` says wrongly of terms, in Portuguese; None for nothing.

        Args:
            asked: the burst that is answered, plain.
        """
        for sentence in sentences(text):
            bare = plain(sentence)
            in_parts = _IN_PARTS.search(bare)
            if not (in_parts or _CHEAPER.search(bare)):
                continue
            if bare.endswith("?") or _NO.search(bare) or TAKES_UP.search(bare):
                continue
            named = self._named(bare) or ([] if _KIND.search(bare) else self._named(asked))
            of_kind = self._spoken_of(bare) or self._at_price(bare)
            if not of_kind and not _KIND.search(bare):
                of_kind = self._spoken_of(asked)
            if in_parts and self._too_cheap(bare, named):
                return "cita um parcelamento que não está na ficha"
            if in_parts and of_kind and of_kind <= self._at_once and _is_paid_in_parts(bare):
                return "cita um parcelamento que não está na ficha"
            if _CHEAPER.search(bare) and not _SHARE.search(bare) and of_kind and of_kind <= self._shut_out:
                return "promete um desconto que a ficha da clínica não tem"
        return None

    def _at_price(self, bare: str) -> set[str]:
        amounts = amounts_in(bare)
        return {key for key, one in self._services.items() if one.price in amounts}

    def _too_cheap(self, bare: str, named: list[str]) -> bool:
        """Whether what is paid in parts is not dear enough for it, or the parts are too small."""
        parts = frozenset(one for match in _EACH_PART.finditer(bare) for one in amounts_in(match[0]))
        if self._least_part and parts and min(parts) < self._least_part:
            return True
        counts = [int(one) for one in _COUNT.findall(bare)]
        whole = {one.price for one in self._services.values() if one.price is not None}
        shares = {
            one for one in amounts_in(bare) for n in counts if any(abs(one * n - all_) < n for all_ in whole)
        }
        prices = amounts_in(bare) - parts - shares
        if not prices and len(named) == 1 and (price := self._services[named[0]].price) is not None:
            prices = frozenset((price,))
        return bool(self._least and prices and max(prices) < self._least)


def _is_paid_in_parts(bare: str) -> bool:
    """``em duas vezes``, and not ``duas vezes por semana``."""
    return "parcel" in bare or any(one.kind is Kind.INSTALMENTS for one in figures(bare))


def _first(pattern: re.Pattern[str], text: str) -> Decimal | None:
    found = [amount for match in pattern.finditer(text) for amount in amounts_in(match[0])]
    return min(found, default=None)
