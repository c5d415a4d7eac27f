"""What a sentence affirms and what it denies, clause by clause: ``este sim, aquele não`` says two things. Pure.

Everything here is plain: lower case without accents.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from clinic_bot.agent.guards.language.marks import PICTURE, without_markup
from clinic_bot.agent.guards.language.names import without_title_stops
from clinic_bot.clinic.spelling import plain

#: A picture ends a sentence as a full stop does, where the next word begins with a capital.
_ENDS = re.compile(rf"(?<=[.!?\n;])\s+|\n|(?<=[{PICTURE}])\s+(?=[*_~]?[A-ZÀ-Ý])")
#: ``e não aquele``, ``e aquele não`` begin anew; ``este e aquele`` go together.
_BREAK = re.compile(
    r"\s*[,;:!()\u2013\u2014]+\s*|\.\s+|\.$|\s-\s|\s(?:mas|porem|contudo|so que|enquanto|e ja)\s|\sja\s(?=[ao]s? )"
    r"|\se\s(?=nao\b|(?:[ao]s? |n[ao] |pel[ao] )?(?:\w+ ){1,2}(?:nao|sim|tambem nao)\b|(?:so|somente|apenas)\b)"
    r"|\s(?=nem\b)|\s(?=(?:exceto|menos|salvo|a nao ser|tirando|fora(?! d[aeo])|alem d[aeo]s?)\b)"
)
_EXCEPT = re.compile(r"^(?:exceto|menos|salvo|a nao ser|tirando|fora)\b")
_BESIDES = re.compile(r"^alem d")
_MORE_THAN = re.compile(r"\bnao (?:so|apenas|somente)\b")
_NO = re.compile(
    r"\b(?:nao|nem|nunca|nenhum[a]?|tampouco|impossivel|deix(?:amos|ou) de|sus(?:pens\w+)|descredenci\w+"
    r"|fora d[aeo]s?|encerr\w+)\b"
)
_YES = re.compile(r"\b(?:sim|claro|com certeza|so|somente|apenas|tambem)\b")
_SMALL = re.compile(r"\b(?:[aeo]s?|ou|d[aeo]s?|com|n[ao]s?|pel[ao]s?|tambem|ate|mais|para|pra|um|uma)\b")

_BARE = re.compile(
    r"^\W*(?:(?:sim|claro|com certeza|opa|oi|ola)\W+)*(?:sim|claro(?: que sim)?|com certeza|(?:aceitamos|atendemos"
    r"|fazemos|temos|trabalhamos|realizamos|pegamos|aceita|atende|cobre|entra|vale|faz|tem|abrimos"
    r"|funcionamos|damos)(?: sim)?)\W*$"
)
_BARE_NO = re.compile(
    r"^\W*(?:nao\W+)?(?:infelizmente )?(?:nao|nao (?:aceitamos|atendemos|fazemos|temos|trabalhamos|realizamos))\W*$"
)
_LONG_QUESTION = 60


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence.

    Args:
        says: True where it affirms, False where it denies, None where it does neither.
    """

    text: str
    says: bool | None


@dataclass(frozen=True, slots=True)
class Found:
    """Something named, and whether it was affirmed (True) or denied."""

    item: str
    says: bool
    clause: str


def sentences(text: str) -> Iterator[str]:
    """Line by line, and in a line sentence by sentence; the stop behind a title or ``Av`` ends none."""
    return (one for one in _ENDS.split(without_title_stops(text)) if one.strip())


def whole(text: str) -> Iterator[str]:
    """The sentences of a reply, plain and without markup."""
    return (plain(one) for one in sentences(without_markup(text)))


def plain_lines(text: str) -> str:
    """Plain line by line; lines stay lines."""
    return "\n".join(map(plain, text.splitlines()))


def clauses(sentence: str, verbs: re.Pattern[str], items: re.Pattern[str]) -> list[Clause]:
    """The parts of a sentence.

    Args:
        sentence: plain.
        verbs: what affirms where nothing denies it.
        items: what is listed; a clause of nothing else goes with the one before it, or else with the next.
    """
    found: list[Clause] = []
    for text in filter(None, map(str.strip, _BREAK.split(sentence))):
        found.append(Clause(text, _says(text, verbs, found)))
    for n, one in enumerate(found):
        if one.says is None and _only(one.text, items):
            others = [*reversed(found[:n]), *found[n + 1 :]]
            says = next((other.says for other in others if other.says is not None), None)
            found[n] = Clause(one.text, says)
    return found


def _says(text: str, verbs: re.Pattern[str], before: list[Clause]) -> bool | None:
    last = before[-1].says if before else None
    if _EXCEPT.search(text) and last is not None:
        return not last
    if _BESIDES.search(text) and last is False:
        return True
    if _MORE_THAN.search(text):
        return True
    if _NO.search(text):
        return False
    return True if _YES.search(text) or verbs.search(text) else None


def _only(text: str, items: re.Pattern[str]) -> bool:
    return bool(items.search(text)) and not re.search(r"\w", _SMALL.sub("", items.sub("", text)))


def claims(sentence: str, items: re.Pattern[str], verbs: re.Pattern[str]) -> Iterator[Found]:
    """What a sentence affirms or denies to be there."""
    bare = plain(sentence)
    parts = clauses(bare, verbs, items)
    if bare.endswith("?"):  # what is asked claims nothing; what is said before it may
        parts = [one for one in parts[:-1] if re.search(r"\b\w+[ae]mos\b", one.text)]
    for part in parts:
        if part.says is not None:
            yield from (Found(match[0], part.says, part.text) for match in items.finditer(part.text))


def elliptical(text: str, asked: str, items: re.Pattern[str]) -> Iterator[Found]:
    """What a bare yes or no answers for: what was asked for.

    Args:
        asked: the burst that is answered, plain.
    """
    asked_for = [match[0] for match in items.finditer(asked)]
    if not asked_for or ("?" not in asked and len(asked) > _LONG_QUESTION):
        return
    first = next(iter(re.split(r"[.!?,\n]", plain(text))), "")
    if _BARE_NO.search(first):
        if len(set(asked_for)) == 1:  # of several, a no may be for one of them
            yield Found(asked_for[0], False, first)
    elif _BARE.search(first):
        yield from (Found(one, True, first) for one in asked_for)
