"""What a sign of danger is, and the notation of its phrases.

A phrase is a row of elements that follow each other, across message breaks too:

``word``        this word; ``a|b`` either; ``{group}`` any word of a group below; they combine: ``{chest}|braco``
``word?``       the same, and it may be missing
``~3``          up to three words in between, but no part of the body: "dor de cabeça e caroço no peito" is
                no pain in the chest
``~~3``         up to three words, whatever they are
``$``           the end of everything: "me cortei" alone, but not "me cortei ontem fazendo salada"
``^``           the beginning of everything: "convulsão" alone is a cry for help
``!``           perhaps the end of a sentence: "convulsão! o que faço"

The prefilter looks for the words of last elements only: the message that completes a sign holds one of them.
"""

from dataclasses import dataclass
from enum import StrEnum


class EmergencyKind(StrEnum):
    PHYSICAL = "physical"
    EMOTIONAL = "emotional"


@dataclass(frozen=True, slots=True)
class Sign:
    """One kind of danger.

    Args:
        harmless: regular expressions that share words with the match and turn it into something else: an
            idiom, another organ, a trifle.
        beside: words (each a small expression) that do so wherever they stand in the sentence: another topic.
    """

    name: str
    kind: EmergencyKind
    phrases: tuple[str, ...]
    harmless: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
