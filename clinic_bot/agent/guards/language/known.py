"""What a text tells, looked up by those who hold a reply against it. Pure."""

import re
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from clinic_bot.agent.guards.language.clauses import sentences
from clinic_bot.agent.guards.language.figures import Figure, Kind, figures
from clinic_bot.agent.guards.language.lengths import lengths
from clinic_bot.clinic.spelling import plain

_LONGEST_COUNTED = 24 * 60
_LONGEST_TITLE = 60
#: ``Não há retorno gratuito`` offers none.
_DENIED = re.compile(r"\b(?:nao|nem|sem|nenhum\w*)(?: \w+){0,2} $")


class Offer(NamedTuple):
    """Where a text offers something: plain."""

    subject: str  #: the title of the line, and what the sentence says before
    clause: str  #: the part between commas
    sentence: str


class Known:
    """What a text says, looked up when it is asked for: most replies ask for little, and a patient waits.

    Args:
        raw: the text.
        loosely: any bare number may be a time of the day, as patients write it.
        offers: whether a discount or something free in it may be repeated.
    """

    def __init__(self, raw: str, *, loosely: bool = False, offers: bool = True) -> None:
        self._raw = raw
        self._loosely = loosely
        self._offers = offers

    @cached_property
    def figures(self) -> frozenset[tuple[Kind, str]]:
        return frozenset((one.kind, one.value) for one in figures(self._raw))

    @cached_property
    def hours(self) -> frozenset[str]:
        """What may be read as a time of the day, ``as 9`` too."""
        numbers = re.findall(r"(?<![\d:])\d{1,2}(?![\d:])", self._raw) if self._loosely else []
        return frozenset(
            f"{hour + half:02d}:00" for hour in map(int, numbers) for half in (0, 12) if hour + half < 24
        )

    @cached_property
    def minutes(self) -> frozenset[int]:
        """The lengths of time in it that are no more than a day."""
        return frozenset(
            count for unit, count, *_ in lengths(self.text) if unit == "m" and count <= _LONGEST_COUNTED
        )

    @cached_property
    def text(self) -> str:
        return plain(self._raw)

    @cached_property
    def amounts(self) -> tuple[Decimal, ...]:
        return tuple(Decimal(value) for kind, value in self.figures if kind is Kind.AMOUNT)

    @cached_property
    def percents(self) -> tuple[str, ...]:
        return tuple(value for kind, value in self.figures if kind is Kind.PERCENT)

    def offered(self, pattern: re.Pattern[str]) -> list[Offer]:
        """Each place where it offers such a thing."""
        if not self._offers:
            return []
        return [
            Offer(f"{title} {sentence[: match.start()]}", between_commas(sentence, match), sentence)
            for title, sentence in self._titled
            for match in pattern.finditer(sentence)
            if not _DENIED.search(sentence[: match.start()])
        ]

    @cached_property
    def _titled(self) -> list[tuple[str, str]]:
        """Its sentences, each with what stands before the colon of its line."""
        return [
            (plain(line.partition(":")[0]) if ":" in line[:_LONGEST_TITLE] else "", plain(sentence))
            for line in self._raw.splitlines()
            for sentence in sentences(line)
        ]

    def has(self, figure: Figure) -> bool:
        if (figure.kind, figure.value) in self.figures:
            return True
        if figure.kind is Kind.TIME:
            return figure.value in self.hours
        if figure.kind is Kind.INSTALMENTS:  # what may be paid in six may be paid in three
            counts = (int(value) for kind, value in self.figures if kind is Kind.INSTALMENTS)
            return int(figure.value) <= max(counts, default=1)
        if figure.kind is Kind.NUMBER:  # with and without the country's and the area's code
            numbers = (value for kind, value in self.figures if kind is Kind.NUMBER)
            return any(one.endswith(figure.value) or figure.value.endswith(one) for one in numbers)
        if figure.kind is Kind.LINK:
            return figure.value in self.text
        return False


def between_commas(line: str, match: re.Match[str]) -> str:
    start, end = bounds(line, *match.span())
    return line[start:end]


def bounds(line: str, start: int, end: int) -> tuple[int, int]:
    """Where the part between commas begins and ends that holds this stretch."""
    before = max(line.rfind(mark, 0, start) for mark in ",;:") + 1
    return before, min((at for mark in ",;" if (at := line.find(mark, end)) >= 0), default=len(line))
