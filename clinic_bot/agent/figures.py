"""Amounts, percentages, clock times, links, addresses and long numbers in a text, in one spelling each. Pure."""

import re
from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from clinic_bot.clinic.spelling import plain


class Kind(StrEnum):
    AMOUNT = "amount"
    PERCENT = "percent"
    TIME = "time"
    LINK = "link"
    EMAIL = "email"
    NUMBER = "number"  #: a phone, a document, a protocol: eight digits and more


class Figure(NamedTuple):
    kind: Kind
    value: str  #: the same for every spelling
    shown: str  #: as it was written


_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s)>\]]+|\b(?:[a-z0-9-]+\.)+(?:com|net|org|io|me|app|link|site|online"
    r"|br)(?:/[^\s)>\]]*)?(?![\w@-])",
    re.IGNORECASE,
)
_NUMBER = r"(\d{1,3}(?:\.\d{3})+|\d+)(?:,(\d{1,2}))?(?![\d.,]*\d)"
_AMOUNTS = (
    re.compile(rf"R\$\s*{_NUMBER}(\s+mil\b)?", re.IGNORECASE),
    re.compile(rf"(?<![\d.,]){_NUMBER}(\s+mil)?\s+(?:reais|real|contos?|pila)\b", re.IGNORECASE),
    re.compile(
        r"\b(?:custa|custam|sai(?:ndo)? (?:por|a)|fica (?:em|por)|por (?:apenas|s[oó])|valor(?: [eé]| de"
        r"| fica(?: em)?)?|"
        rf"preço(?: [eé]| de)?)\s*:?\s*{_NUMBER}(\s+mil\b)?(?!\s*(?:h\b|:\d|x\b|min|hora|dia|m[eê]s|vez|%|/|°|º"
        rf"|parcela))",
        re.IGNORECASE,
    ),
)
_PERCENT = re.compile(r"(\d{1,3}(?:[.,]\d+)?)\s*(?:%|por\s+cento\b)", re.IGNORECASE)
_TIME = re.compile(
    r"(?<![\d/:,.])(?<!R\$ )(?P<hour>[01]?\d|2[0-3])(?:\s?h(?:oras?)?(?:\s?(?P<minute>[0-5]\d)(?:\s?min)?)?"
    r"|:(?P<colon>[0-5]\d))"
    r"(?![\w:])",
    re.IGNORECASE,
)
#: ``em 2h``, ``24h de antecedência`` and the like last so long; they are at no time of the day.
_LASTS_BEFORE = re.compile(
    r"\b(?:em|por|durante|ha|cerca de|mais de|menos de|dentro de|ao menos|pelo menos|minimo de|ate|jejum de)\s$"
)
_LASTS_AFTER = re.compile(r"^\s?(?:de (?:antecedencia|jejum|duracao|repouso)|antes|depois|por dia|apos)\b")
_NOON = re.compile(r"\bmeio[- ]dia\b", re.IGNORECASE)
_LONG = re.compile(r"\+?\(?\d[\d\s().\-\u2011]{5,}\d")
_DATES = re.compile(
    r"\b(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2})?|(?:19"
    r"|20)\d{2}\s?[-\u2013]\s?(?:19|20)\d{2})\b"
)
_LONG_DIGITS = 8


def figures(text: str) -> list[Figure]:
    """Every figure of ``text``, in no order that means anything."""
    found = [Figure(Kind.EMAIL, match[0].casefold(), match[0]) for match in _EMAIL.finditer(text)]
    text = _EMAIL.sub(" ", text)
    found += (Figure(Kind.LINK, _link(match[0]), match[0]) for match in _LINK.finditer(text))
    text = _LINK.sub(" ", text)
    for pattern in _AMOUNTS:
        found += (Figure(Kind.AMOUNT, _amount(match), match[0].strip()) for match in pattern.finditer(text))
    found += (Figure(Kind.PERCENT, one[1].replace(",", "."), one[0]) for one in _PERCENT.finditer(text))
    found += _times(text)
    text = _DATES.sub("; ", text)
    for match in _LONG.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if len(digits) >= _LONG_DIGITS:
            found.append(Figure(Kind.NUMBER, digits, match[0].strip()))
    return found


def _times(text: str) -> Iterator[Figure]:
    for match in _TIME.finditer(text):
        if match["colon"] is None and _lasts(text, match):
            continue
        minute = match["minute"] or match["colon"] or "00"
        yield Figure(Kind.TIME, f"{int(match['hour']):02d}:{minute}", match[0])
    for match in _NOON.finditer(text):
        yield Figure(Kind.TIME, "12:00", match[0])


def _lasts(text: str, match: re.Match[str]) -> bool:
    """Whether it is a length of time. ``até 18h`` is none, and ``até 2 horas`` is one."""
    if _LASTS_AFTER.search(plain(text[match.end() : match.end() + 20])):
        return True
    before = plain(text[max(0, match.start() - 24) : match.start()]) + " "
    found = _LASTS_BEFORE.search(before)
    return found is not None and (found[0].strip() != "ate" or "hora" in match[0].casefold())


def _link(written: str) -> str:
    bare = re.sub(r"^(?:https?://)?(?:www\.)?", "", written.casefold())
    return bare.rstrip(".,;:!?*_/")


def _amount(match: re.Match[str]) -> str:
    value = Decimal(f"{match[1].replace('.', '')}.{match[2] or '0'}")
    return f"{value * 1000 if match[3] else value:.2f}"
