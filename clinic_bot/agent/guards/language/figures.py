"""Amounts, percentages, instalments, clock times, links, addresses, accounts and long numbers in a text. Pure.

Each has one spelling here, however it was written: ``8:30``, ``8h30`` and ``oito e meia da manhã`` are one time.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from clinic_bot.clinic.numerals import NUMBER, value
from clinic_bot.clinic.spelling import plain


class Kind(StrEnum):
    AMOUNT = "amount"
    PERCENT = "percent"
    INSTALMENTS = "instalments"
    TIME = "time"
    HANDLE = "handle"  #: an account of a social network
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
_WORDED_AMOUNT = re.compile(rf"\b({NUMBER}) (?:reais|real|contos?|pila)\b(?: e ({NUMBER}) centavos?\b)?")
_INSTALMENTS = re.compile(
    rf"\b(?:em|ate|de|divid\w+|parcel\w+|faz(?:emos)?)(?: em)?(?: ate)? (\d{{1,2}}|{NUMBER}) ?(?:x\b|vezes\b"
    r"|parcelas?\b)"
    r"(?! (?:ao|por|na semana|no dia|no ano|mais)\b)"
)
_HANDLE = re.compile(r"(?<![\w.@])@[a-z0-9_][a-z0-9_.]{2,}", re.IGNORECASE)
_HALF = re.compile(r"\bmetade d[oae]s? (?:valor|preco|sinal|sess|consult)")
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
_NOON = re.compile(r"\bmeio[- ]dia\b( e meia)?", re.IGNORECASE)
_HOUR_WORDS = "uma|duas|tres|quatro|cinco|seis|sete|oito|nove|dez|onze|doze"
#: Without a unit a number is a time where the part of the day follows it; a written one also behind ``às``.
_PART_OF_DAY = re.compile(
    rf"(?<![\d/:,.])\b(\d{{1,2}}|{_HOUR_WORDS})(?:(?: ?h(?:oras?)?)? ?e (meia|quinze)| ?h(?:oras?)?(\d\d)?|:(\d\d))?"
    r" d[ae] (manha|tarde|noite)\b"
)
_WORDED_TIME = re.compile(  # of a text that keeps its accents: ``as duas`` are two of something
    r"\b[àá]s? (uma|duas|tr[eê]s|quatro|cinco|seis|sete|oito|nove|dez|onze|doze)\b(?: horas?)?(?: e (meia|quinze)\b)?"
    r"(?! (?:dias?|semanas?|meses|vezes|d[ae] (?:manh[ãa]|tarde|noite)))",
    re.IGNORECASE,
)
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
    bare = plain(text)
    found += (Figure(Kind.PERCENT, "50", match[0]) for match in _HALF.finditer(bare))
    found += (
        Figure(Kind.AMOUNT, f"{value(match[1]) + (value(match[2]) / 100 if match[2] else 0):.2f}", match[0])
        for match in _WORDED_AMOUNT.finditer(bare)
    )
    found += (
        Figure(Kind.INSTALMENTS, match[1] if match[1].isdigit() else str(value(match[1])), match[0])
        for match in _INSTALMENTS.finditer(bare)
    )
    found += (
        Figure(Kind.HANDLE, match[0].casefold().rstrip("."), match[0]) for match in _HANDLE.finditer(text)
    )
    found += _times(text)
    text = _DATES.sub("; ", text)
    for match in _LONG.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if len(digits) >= _LONG_DIGITS:
            found.append(Figure(Kind.NUMBER, digits, match[0].strip()))
    return found


def times(text: str) -> Iterator[Figure]:
    """The times of the day alone, which is a fraction of the work."""
    return _times(text)


def _times(text: str) -> Iterator[Figure]:
    bare = plain(text)
    for found in _PART_OF_DAY.finditer(bare):
        yield _in_a_part_of_the_day(found)
    for found in _WORDED_TIME.finditer(text):
        minute = {"meia": "30", "quinze": "15"}.get(plain(found[2] or ""), "00")
        yield Figure(Kind.TIME, f"{value(plain(found[1])):02d}:{minute}", found[0])
    for match in _TIME.finditer(text):
        if match["colon"] is None and _lasts(text, match):
            continue
        if re.match(r"\s?d[ae] (?:manh|tarde|noite)", text[match.end() :], re.IGNORECASE):
            continue
        minute = match["minute"] or match["colon"] or "00"
        yield Figure(Kind.TIME, f"{int(match['hour']):02d}:{minute}", match[0])
    for match in _NOON.finditer(text):
        yield Figure(Kind.TIME, "12:30" if match[1] else "12:00", match[0])


def _in_a_part_of_the_day(match: re.Match[str]) -> Figure:
    hour = int(match[1]) if match[1].isdigit() else value(match[1])
    if match[5] != "manha" and hour < 12:
        hour += 12
    minute = {"meia": "30", "quinze": "15"}.get(match[2] or "") or match[3] or match[4] or "00"
    return Figure(Kind.TIME, f"{hour % 24:02d}:{minute}", match[0])


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
