"""Tables of phrases, joined to regular expressions over canonical words.

A row is a phrase; its elements are separated by spaces:

``word``   this word; ``a|b`` either; a trailing ``?`` makes it optional (never the first)
``stem*``  a word that begins so; ``#`` stands for digits
``~3``     up to three words in between
``^a|b``   not behind one of these words, ``!a|b`` not before one of these; in both ``_`` joins words: ``!to_bem``
"""

import re
from collections.abc import Iterable


def rows(text: str) -> tuple[str, ...]:
    """A table of phrases, one a line."""
    return tuple(line.strip() for line in text.strip().splitlines())


def anywhere(table: Iterable[str]) -> re.Pattern[str]:
    """Finds any row of ``table`` between other words."""
    return re.compile(f"{joined(table)}(?= )")


def at_end(
    table: Iterable[str], *, gap: int = 0, pauses: bool = False, links: Iterable[str] = ()
) -> re.Pattern[str]:
    """Finds a row at the end of a text: up to ``gap`` words may follow it, or any number of ``links``."""
    word = r" [\w,]+" if pauses else r" \w+"
    linking = f"(?: (?:{'|'.join(map(_word, links))}))*" if links else f"(?:{word}){{0,{gap}}}"
    return re.compile(rf"{joined(table)}(?= |$){linking}$")


def at_start(table: Iterable[str], *, gap: int = 0) -> re.Pattern[str]:
    """Matches a row at the beginning of a text, behind up to ``gap`` words."""
    return re.compile(rf"(?: \w+){{0,{gap}}}?{joined(table)}(?= )")


def joined(table: Iterable[str]) -> str:
    """The alternatives of a table as a part of a pattern; it begins with the space before the first word."""
    guarded: list[str] = []
    plain: list[str] = []
    for row in table:
        (guarded if row.startswith("^") else plain).append(_row(row))
    # Rows that begin with a plain word share their space: the engine then rejects most positions at once.
    sharing = [f" (?:{'|'.join(plain)})"] if plain else []
    return f"(?:{'|'.join([*sharing, *guarded])})"


def _row(row: str) -> str:
    parts: list[str] = []
    space = ""
    for element in row.split():
        if element.startswith("^"):
            parts += [f"(?<! {word.replace('_', ' ')})" for word in element[1:].split("|")]
            space = " "
        elif element.startswith("!"):
            parts.append(f"(?! (?:{_any(element[1:])})(?: |$))")
        elif element.startswith("~"):
            parts.append(rf"(?: \w+){{0,{element[1:]}}}?")
        elif element.endswith("?"):
            parts.append(f"(?: (?:{_any(element[:-1])}))?")
        else:
            parts.append(f"{space}(?:{_any(element)})(?= |$)")
        space = " "
    return "".join(parts)


def _any(alternatives: str) -> str:
    return "|".join(map(_word, alternatives.split("|")))


def _word(word: str) -> str:
    return word.replace("_", " ").replace("#", r"\d+").replace("*", r"\w*")
