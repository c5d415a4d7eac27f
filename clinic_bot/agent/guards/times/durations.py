"""Whether a reply names a length of time or an age that nobody told: a tolerance, a validity, a fast. Pure."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from clinic_bot.agent.guards.language.denials import NO, TAKES_UP
from clinic_bot.agent.guards.language.lengths import lengths
from clinic_bot.clinic.spelling import plain

#: ``às 8h`` is a time of the day; only in such company it lasts.
_LASTS = re.compile(
    r"\b(?:jejum|tolerancia|antecedencia|dura(?:cao)?|duram|antes|anterior(?:es)?|seguintes|prazo|validade|repouso|atraso|espera)\b"
)
_LASTS_BEHIND = re.compile(r"\b(?:cerca de|durante|minimo de|maximo de|em|em ate|por|por ate) $")
#: What is counted from now is the model's own counting. Years are not.
_FROM_NOW = re.compile(
    r"\b(?:faltam?|falta so|daqui a?|ha|em menos de|mais de|menos de|so|ainda|dentro de|a cada) $"
)
_UNSURE = re.compile(r"\b(?:talvez|pode ser (?:que|preciso|necessario)|depende)\b")
_NOT_SO = re.compile(
    r"\b(?:ja nao|(?:ja )?pass(?:a|ou|aria)|alem d\w+|fora d\w+|nao (?:da|consigo|garant\w+|seria)|recepcao)\b"
)
#: What makes a rule of a length that only the patient named.
_IS_A_RULE = re.compile(
    r"\b(?:a partir d[eo]s?|menores de|maiores de|acima de|ate|tolerancia (?:e )?de|prazo (?:e )?de|minimo de|em ate"
    r"|validade (?:e )?de|vale(?: por)?) $"
)
_NO_TOLERANCE = re.compile(
    r"\b(?:nao (?:ha|temos|existe|damos)|sem|nenhuma)(?: nenhuma)? tolerancia\b"
    r"(?! (?:mai\w+|alem|superior|depois|apos|d[aeo]))"
)
#: What a clinic rules the length of; a length told of one of these is none of another.
_RULES = {
    "late": r"\batras\w+|\btoleranc\w+|\besper(?:ar|amos|o) (?:por )?(?:ate|mais)\b",
    "fast": r"\bjejum",
    "valid": r"\bvalidade|\bvale(?:m|ndo)?\b(?! (?:lembrar|a pena|dizer|ressaltar|para|so|como|a partir))"
    r"|\bvalid[oa]\b|\bexpira\w*",
    "return": r"\bretornos?\b",
    "ahead": r"\banteced\w+|\bcancel(?!ad)\w+|\bremarc(?!ad)\w+|\bdesmarc(?!ad)\w+|\bavis\w+[^.;]{0,30}\bantes\b",
    "early": r"\bcheg(?!am\b)\w+",  # what arrives by itself is a message
    "age": r"\bmenor(?:es)?\b|\bidade\b|\bidosos?\b|\bmaior(?:es)?\b|\ba partir d[eo]s? \d+ anos",
    "wait": r"(?<!sala de )\bespera\b",
    "lasts": r"\bdura\w*",
    "papers": r"\bnotas?\b|\brecibos?\b|\bdeclarac\w+",
    "ready": r"\bresultados?\b|\blaudos?\b|\bpront[oa]s?\b|\bgarantia\b",
}
#: Of these each thing has its own.
_BY_SUBJECT = frozenset(("ready",))
#: An hour, a day, two, a week: said of anything.
_ROUND = (60, 1440, 2880, 10080)
_EXAMPLE = "por exemplo"
_HOURS_OF_A_DAY = 24


def _rules(sentence: str) -> frozenset[str]:
    return frozenset(rule for rule, pattern in _RULES.items() if re.search(pattern, sentence))


def _affirmed_rules(sentence: str) -> frozenset[str]:
    """The rules it speaks of, but for those that it denies: ``Não é jejum: refeição leve até 2 horas antes``."""
    parts = re.split(r"[,;:!]", sentence)
    return _rules(" , ".join(part for part in parts if not NO.search(part) or any(lengths(part))))


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w{4,}", text))


def _segments(lines: Iterable[str]) -> Iterator["_Segment"]:
    for line in lines:
        title, _, rest = line.partition(": ")
        for part in re.split(r"[.;]\s", rest):
            named = frozenset((unit, count) for unit, count, *_ in lengths(part))
            yield _Segment(_rules(part) or _rules(title), _words(part), named)


def _makes_a_rule(sentence: str, before: str, rules: frozenset[str]) -> bool:
    """Whether what only the patient named is said to hold: ``Tudo bem, até 20 minutos a gente espera``."""
    return bool(_IS_A_RULE.search(before) or (rules - {"lasts"} and not _NOT_SO.search(sentence)))


class _Segment(NamedTuple):
    """A part of a line, with what its title says."""

    rules: frozenset[str]
    words: frozenset[str]
    lengths: frozenset[tuple[str, int]]


class Lengths:
    """What some texts say of how long things last, and of what.

    Args:
        subjects: words, plain, that tell apart what has lengths of its own: ``holter``, ``audiometria``.
    """

    def __init__(self, texts: Iterable[str], subjects: Iterable[str] = ()) -> None:
        texts = list(texts)
        self._numbers = {int(number) for text in texts for number in re.findall(r"\d{1,4}", text)}
        self._known: dict[tuple[str, int], set[str]] = {}
        lines = [plain(line) for text in texts for line in text.splitlines()]
        for line in lines:
            for unit, count, *_ in lengths(line):
                self._known.setdefault((unit, count), set()).update(_rules(line))
        self._subjects = frozenset(subjects)
        self._segments = list(_segments(lines)) if self._subjects else []

    def untold(self, sentence: str, heard: "Lengths", said: "Lengths", asked: str = "") -> bool:
        """Whether a sentence names a length that is neither here nor was heard, or one of another rule or thing.

        Args:
            sentence: plain.
            said: what the patient named; it may be repeated, and not be made a rule of the clinic's.
            asked: the burst that is answered, plain; it tells what a sentence is about that does not say so.
        """
        if sentence.endswith("?") or TAKES_UP.search(sentence):
            return False
        if _NO_TOLERANCE.search(sentence) and any("late" in rules for rules in self._known.values()):
            return True
        rules = _affirmed_rules(sentence)
        found = [one for one in lengths(sentence) if not _is_time_of_day(sentence, *one[2:])]
        is_held_against = any(self.has(unit, count, rules) for unit, count, *_ in found)
        for unit, count, start, _ in found:
            clause = re.split(r"[,;:!]", sentence[:start])[-1]
            if NO.search(clause) or (unit, count) == ("m", 1) or self._is_in_a_name(clause):
                continue
            if unit != "years" and _FROM_NOW.search(clause):
                continue
            if said.names(unit, count) and (
                is_held_against  # ``com 24 horas já passou do prazo de 48``
                or _UNSURE.search(sentence)
                or self._is_within(unit, count, rules)
                or not _makes_a_rule(sentence, clause, rules - {"age"} if unit == "years" else rules)
            ):
                continue
            if rules <= {"lasts"} and unit == "m" and (count in _ROUND or _EXAMPLE in sentence):
                continue
            if not self.has(unit, count, rules) and not heard.has(unit, count, rules):
                return True
            if self._is_of_another(sentence, clause, (unit, count), rules, asked):
                return True
        return False

    def _is_in_a_name(self, before: str) -> bool:
        """``Holter 24 horas`` is what it is called."""
        words = re.findall(r"\w+", before.removesuffix(" de "))
        return bool(words) and words[-1] in self._subjects

    def _is_of_another(
        self, sentence: str, clause: str, length: tuple[str, int], rules: frozenset[str], asked: str
    ) -> bool:
        """Whether the same rule gives another length for the thing that is spoken of."""
        about = next(
            filter(None, (self._subjects & _words(one) for one in (clause, sentence, asked))), frozenset()
        )
        told = [one for one in self._segments if one.words & about and one.rules & rules & _BY_SUBJECT]
        return bool(told) and not any(length in one.lengths for one in told)

    def _is_within(self, unit: str, count: int, rules: frozenset[str]) -> bool:
        """Whether it is no later than what is tolerated, or no shorter than what is asked for."""
        for (known, number), of in self._known.items():
            if known == unit and (
                ("late" in rules & of and count <= number) or ("ahead" in rules & of and count >= number)
            ):
                return True
        return False

    def names(self, unit: str, count: int) -> bool:
        """Whether it is named, or its number alone: ``atraso de 30``."""
        return self.has(unit, count) or bool(self._numbers & {count, count / 60, count / 1440})

    def has(self, unit: str, count: int, rules: frozenset[str] = frozenset()) -> bool:
        known = self._known.get((unit, count))
        return known is not None and (not rules - {"lasts"} or bool(rules & known))


def _is_time_of_day(sentence: str, start: int, end: int) -> bool:
    """``às 8h``, ``até 18 horas``, ``das 8h às 12h``."""
    hour = re.search(r"(\d+) ?h(?:oras?)?$", sentence[start:end])
    if hour is None or int(hour[1]) >= _HOURS_OF_A_DAY:
        return False
    before = sentence[:start]
    if re.search(r"\bjejum (?:de )?$|\bantecedencia (?:de )?$", before):
        return False
    if re.search(r"\b(?:as|das|a|ao|ou|e|tem|:|,|-)\s?$|[:,(\-]\s?$", before):
        return True
    return not _LASTS.search(sentence) and not _LASTS_BEHIND.search(before)
