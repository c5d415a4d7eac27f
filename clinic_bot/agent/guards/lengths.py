"""Whether a reply names a length of time or an age that nobody told: a tolerance, a validity, a fast. Pure."""

import re
from collections.abc import Iterable, Iterator

from clinic_bot.agent.guards.denials import TAKES_UP
from clinic_bot.clinic.numerals import NUMBER, value
from clinic_bot.clinic.spelling import plain

_LENGTH = re.compile(
    rf"(?<![\d/:,.])\b(\d{{1,3}}|{NUMBER})(?: ?a (\d{{1,3}}))? ?(min(?:uto)?s?|h(?:oras?)?|dias?|semanas?"
    r"|mes(?:es)?|anos?)\b"
    r"(?: (uteis))?"
)
#: ``leva cerca de 1h30``; ``às 8h30`` is a time of the day.
_HOURS_AND_MINUTES = re.compile(
    r"\b(?:dura\w*|cerca de|leva\w*|por|em|mais ou menos|aproximadamente|reserv\w+|uns|umas)(?: \w+)? (\d)h([0-5]\d)\b"
)
_HALF_AN_HOUR = re.compile(r"\bmeia hora\b")
_TO_MINUTES = {"m": 1, "h": 60, "d": 1440, "s": 10080}
#: ``às 8h`` is a time of the day; only in such company it lasts.
_LASTS = re.compile(
    r"\b(?:jejum|tolerancia|antecedencia|dura(?:cao)?|duram|antes|prazo|validade|repouso|atraso|espera)\b"
    r"|\b(?:cerca de|durante|minimo|maximo|ate|em|por|de) $"
)
#: What is counted from now is the model's own counting.
_FROM_NOW = re.compile(
    r"\b(?:faltam?|falta so|daqui a?|ha|em menos de|mais de|menos de|so|ainda|dentro de|a cada) $"
)
_UNSURE = re.compile(r"\b(?:talvez|pode ser (?:que|preciso|necessario)|depende)\b")
_NO = re.compile(r"\b(?:nao|nem|nunca|sem)\b")


def lengths(text: str) -> Iterator[tuple[str, int, int, int]]:
    """Each length: ``m`` for minutes, ``y`` for months or years as they are; its count, and where it stands."""
    for match in _HALF_AN_HOUR.finditer(text):
        yield "m", 30, match.start(), match.end()
    for match in _HOURS_AND_MINUTES.finditer(text):
        yield "m", int(match[1]) * 60 + int(match[2]), match.start(1), match.end()
    for match in _LENGTH.finditer(text):
        unit = match[3][0]
        if match[3].startswith("mes"):
            unit = "months"
        elif unit == "a":
            unit = "years"
        for count in filter(None, (match[1], match[2])):
            number = int(count) if count.isdigit() else value(count)
            factor = _TO_MINUTES.get(unit)
            yield (
                ("m", number * factor, match.start(), match.end())
                if factor
                else (
                    unit,
                    number,
                    match.start(),
                    match.end(),
                )
            )


#: What a clinic rules the length of; a length told of one of these is none of another.
_RULES = {
    "late": r"\batras\w+|\btoleranc\w+|\bespera\w*",
    "fast": r"\bjejum",
    "valid": r"\bvalidade|\bvale(?:m|ndo)?\b|\bvalid[oa]\b|\bexpira\w*",
    "return": r"\bretornos?\b",
    "ahead": r"\banteced\w+|\bcancel\w+|\bremarc\w+|\bdesmarc\w+",
    "early": r"\bcheg\w+",
    "age": r"\bmenor(?:es)?\b|\bidade\b|\bidosos?\b|\bmaior(?:es)?\b|\ba partir d[eo]s? \d+ anos",
    "lasts": r"\bdura\w*",
    "ready": r"\bresultados?\b|\bpront[oa]s?\b|\bgarantia\b",
}


def _rules(sentence: str) -> frozenset[str]:
    return frozenset(rule for rule, pattern in _RULES.items() if re.search(pattern, sentence))


class Lengths:
    """What some texts say of how long things last, and of what."""

    def __init__(self, texts: Iterable[str]) -> None:
        texts = list(texts)
        self._numbers = {int(number) for text in texts for number in re.findall(r"\d{1,4}", text)}
        self._known: dict[tuple[str, int], set[str]] = {}
        for line in (plain(line) for text in texts for line in text.splitlines()):
            for unit, count, *_ in lengths(line):
                self._known.setdefault((unit, count), set()).update(_rules(line))

    def untold(self, sentence: str, heard: "Lengths", said: "Lengths") -> bool:
        """Whether a sentence names a length that is neither here nor was heard, or one of another rule.

        Args:
            sentence: plain.
            said: what the patient named; it may be repeated, and not be made a rule of the clinic's.
        """
        if sentence.endswith("?") or TAKES_UP.search(sentence):
            return False
        rules = _rules(sentence)
        found = list(lengths(sentence))
        is_held_against = any(self.has(unit, count, rules) for unit, count, *_ in found)
        for unit, count, start, end in found:
            clause = re.split(r"[,;:!]", sentence[:start])[-1]
            if _NO.search(clause) or _is_time_of_day(sentence, start, end) or _FROM_NOW.search(clause):
                continue
            if (is_held_against or _UNSURE.search(sentence)) and said.names(unit, count):
                continue  # ``com 24 horas já passou do prazo de 48``
            if rules <= {"lasts"} and (said.has(unit, count) or (unit == "m" and count in _ROUND)):
                continue
            if not self.has(unit, count, rules) and not heard.has(unit, count, rules):
                return True
        return False

    def names(self, unit: str, count: int) -> bool:
        """Whether it is named, or its number alone: ``atraso de 30``."""
        return self.has(unit, count) or bool(self._numbers & {count, count / 60, count / 1440})

    def has(self, unit: str, count: int, rules: frozenset[str] = frozenset()) -> bool:
        known = self._known.get((unit, count))
        return known is not None and (not rules - {"lasts"} or bool(rules & known))


#: An hour, a day, two, a week: said of anything.
_ROUND = (60, 1440, 2880, 10080)


def _is_time_of_day(sentence: str, start: int, end: int) -> bool:
    """``às 8h``, ``até 18 horas``, ``das 8h às 12h``."""
    if not re.search(r"\d ?h(?:oras?)?$", sentence[start:end]):
        return False
    before = sentence[:start]
    return bool(
        re.search(r"\b(?:as|das|a|ao|ou|e|tem|:|,|-)\s?$|[:,(\-]\s?$", before) or not _LASTS.search(sentence)
    ) and not re.search(r"\bjejum (?:de )?$|\bantecedencia (?:de )?$", before)
