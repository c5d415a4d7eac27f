"""Does what the patient wrote show an immediate risk to life? (design, rule 13)

A pure detector over words: it reads the pending messages of one conversation, in the order written, as one text.
``emergency_words`` brings them to one spelling, ``emergency_lexicon`` lists the signs (written as ``emergency_sign``
says, with the words of ``emergency_groups``), ``emergency_context`` says what denies a sign or puts it into the past.
``emergency_model`` has a second opinion, learned from the corpus: it sees dangers put in words that no phrase knows,
and drops a phrase where all around it speaks of something else. When in doubt about a danger told in the present the
answer is yes: a fixed text with the numbers 192 and 188 costs little, a missed heart attack does not.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import islice

from clinic_bot.turns.emergency_context import CONTEXT_WORDS, WORDS_OF_NOW, explains_away, words_in
from clinic_bot.turns.emergency_groups import BARRIERS, FUNCTION_WORDS, GROUPS
from clinic_bot.turns.emergency_lexicon import SIGNS
from clinic_bot.turns.emergency_model import load_model, opinion_on
from clinic_bot.turns.emergency_setting import Setting
from clinic_bot.turns.emergency_sign import EmergencyKind, Sign
from clinic_bot.turns.emergency_words import Vocabulary, build_vocabulary, canonical, tokens

__all__ = [
    "Emergency",
    "EmergencyKind",
    "canonical_line",
    "find_by_phrase",
    "find_emergency",
    "may_be_emergency",
]

#: Of a very long text the beginning and the end are read, this many characters each.
READ_CHARS = 2_000
#: Nobody writes the same phrase more often; a text made of one would take long.
MOST_MATCHES = 40
#: How far around a sign the idiom that it is part of may reach; no row of the lexicon spans more.
IDIOM_CHARS = 150
#: Log-odds of the second opinion, chosen on sentences that neither phrases nor weights had learned from: above
#: ``ALARMING`` it is an emergency without any phrase, below ``DOUBTED`` it is none in spite of one.
ALARMING = 0.3
DOUBTED = -2.4
#: In fewer words there is too little to doubt a phrase by: "não, dor no peito".
DOUBTABLE_WORDS = 5
#: The names of the signs when no phrase names one.
RESEMBLES: Mapping[EmergencyKind, str] = {
    EmergencyKind.PHYSICAL: "resembles",
    EmergencyKind.EMOTIONAL: "resembles_crisis",
}

#: Of body or mind, nobody knows; the text for a crisis of the mind names SAMU as well.
_AT_THE_END_OF_STRENGTH = re.compile(
    r" nao (?:(?:to|estou|mais) ){0,2}(?:aguent|suport)\w+(?: mais)? (?:[|/,?] )*$"
)
_WORD_BREAKS = r"(?: [/,])?"
_MARKS = {"!": r"(?: [|/,?])?", "^": r"\A(?: [|,/])*", "$": r"(?=(?: [|,/])* $)"}
#: Whose body it is takes no room in a gap: "o braço da minha mãe não mexe".
_OWNER = rf"(?: (?:do|da) (?:meu |minha )?(?:{'|'.join(GROUPS['kin'].split())})(?= ))?"
_HARD_BREAK = re.compile(r" (?:[|?]|mas|porem|so que|contudo|entretanto)(?= )")


@dataclass(frozen=True, slots=True)
class Emergency:
    """What was seen. ``sign`` is the lexicon's name for it, never the patient's words."""

    kind: EmergencyKind
    sign: str


@dataclass(frozen=True)
class _Phrase:
    sign: Sign
    expression: str
    affirmative: bool  #: it asks for no "não" or "sem"
    needs: tuple[frozenset[str], ...]  #: of each of these, one word must be there; the rarest first

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Compiled for the first text that has its words: all of them take half a second of every start."""
        return re.compile(self.expression)


@dataclass(frozen=True, slots=True)
class _Lexicon:
    vocabulary: Vocabulary
    by_word: dict[str, tuple[int, ...]]  #: a word -> the phrases that it may begin to prove
    phrases: tuple[_Phrase, ...]
    harmless: dict[str, tuple[re.Pattern[str], ...]]
    beside: dict[str, tuple[re.Pattern[str], ...]]
    telling: frozenset[str]  #: words that can complete a sign, or bring a past one into the present


def find_emergency(texts: Sequence[str]) -> Emergency | None:
    """The first sign of danger in ``texts`` (several messages, in the order written), if there is one."""
    lexicon = _lexicon()
    line = canonical_line(texts)
    opinion = opinion_on(line, lexicon.telling)
    if opinion is None or (opinion.danger < DOUBTED and _says_enough(line)):
        return None
    if (named := _by_phrase(lexicon, line)) is not None:
        return named
    if opinion.alarm < ALARMING:
        return None
    emotional = opinion.emotional or _AT_THE_END_OF_STRENGTH.search(line)
    kind = EmergencyKind.EMOTIONAL if emotional else EmergencyKind.PHYSICAL
    return Emergency(kind, RESEMBLES[kind])


def is_other_danger(answered: Sequence[str], texts: Sequence[str]) -> bool:
    """Whether ``texts`` show a kind of danger that is none of those ``answered``, which are names of signs."""
    found = find_emergency(texts)
    return found is not None and found.kind not in map(_kind_of, answered)


def _kind_of(sign: str) -> EmergencyKind:
    """Physical, too, where nobody knows the sign any more: that text was sent for lack of a better one."""
    emotional = {one.name for one in SIGNS if one.kind is EmergencyKind.EMOTIONAL}
    emotional |= {RESEMBLES[EmergencyKind.EMOTIONAL], EmergencyKind.EMOTIONAL}
    return EmergencyKind.EMOTIONAL if sign in emotional else EmergencyKind.PHYSICAL


def find_by_phrase(texts: Sequence[str]) -> Emergency | None:
    """What the phrases say alone; for fitting the second opinion, and for measuring."""
    return _by_phrase(_lexicon(), canonical_line(texts))


def canonical_line(texts: Sequence[str]) -> str:
    """All of it as one line in the spelling that phrases and weights know."""
    return canonical(_bounded("\n".join(texts)), _lexicon().vocabulary)


def _says_enough(line: str) -> bool:
    return sum(word.isalpha() for word in line.split()) >= DOUBTABLE_WORDS


def _by_phrase(lexicon: _Lexicon, line: str) -> Emergency | None:
    present = frozenset(line.split())
    for phrase in _candidates(lexicon, present):
        for found in islice(phrase.pattern.finditer(line), MOST_MATCHES):
            if _is_danger(lexicon, phrase, line, found):
                return Emergency(phrase.sign.kind, phrase.sign.name)
    return None


def may_be_emergency(text: str) -> bool:
    """Whether adding this one message to some pending text could complete an emergency; cheap and generous."""
    lexicon = _lexicon()
    telling = lexicon.telling
    for word in tokens(_bounded(text), lexicon.vocabulary):
        if word in telling or (" " in word and not telling.isdisjoint(word.split())):
            return True
    return False


def _bounded(text: str) -> str:
    if len(text) <= 2 * READ_CHARS:
        return text
    return f"{text[:READ_CHARS]}\n{text[-READ_CHARS:]}"


def _candidates(lexicon: _Lexicon, present: frozenset[str]) -> Iterator[_Phrase]:
    numbers: set[int] = set()
    for word in present:
        numbers.update(lexicon.by_word.get(word, ()))
    for number in sorted(numbers):
        phrase = lexicon.phrases[number]
        if not any(present.isdisjoint(needed) for needed in phrase.needs):
            yield phrase


def _is_danger(lexicon: _Lexicon, phrase: _Phrase, line: str, found: re.Match[str]) -> bool:
    sign, start, end = phrase.sign, found.start(), found.end()
    first = 0
    for hard in _HARD_BREAK.finditer(line, 0, start + 1):
        first = hard.end()
    closing = _HARD_BREAK.search(line, end)
    last = closing.start() + 1 if closing else len(line)
    setting = Setting(
        line=line,
        before=line[first : start + 1],
        match=line[start : end + 1],
        after=line[end:last],
        rest=line[end:],
        affirmative=phrase.affirmative,
    )
    sentence = setting.sentence
    inside = range(len(setting.before) - 1, len(setting.before) + len(setting.match) - 1)
    if any(_overlaps(pattern, sentence, inside) for pattern in lexicon.harmless[sign.name]):
        return False
    if any(pattern.search(sentence) for pattern in lexicon.beside[sign.name]):
        return False
    return not explains_away(setting, emotional=sign.kind is EmergencyKind.EMOTIONAL)


def _overlaps(pattern: re.Pattern[str], sentence: str, inside: range) -> bool:
    nearby = pattern.finditer(sentence, max(0, inside.start - IDIOM_CHARS), inside.stop + IDIOM_CHARS)
    return any(m.start() < inside.stop - 1 and m.end() - 1 > inside.start for m in nearby)


@cache
def _lexicon() -> _Lexicon:
    phrases = tuple(_compile(sign, row) for sign in SIGNS for row in sign.phrases)
    by_word: dict[str, list[int]] = {}
    for number, phrase in enumerate(phrases):
        for word in phrase.needs[0]:
            by_word.setdefault(word, []).append(number)
    spoken = {word for sign in SIGNS for row in sign.phrases for words in _elements(row) for word in words}
    last_words = {word for sign in SIGNS for row in sign.phrases for word in list(_elements(row))[-1]}
    return _Lexicon(
        vocabulary=build_vocabulary(
            sorted(spoken),  # of two words as near, every process takes the same
            CONTEXT_WORDS | words_in(row for sign in SIGNS for row in (*sign.harmless, *sign.beside)),
            FUNCTION_WORDS,
        ),
        by_word={word: tuple(numbers) for word, numbers in by_word.items()},
        phrases=phrases,
        harmless={sign.name: tuple(map(re.compile, sign.harmless)) for sign in SIGNS},
        beside={
            sign.name: tuple(re.compile(f" (?:{'|'.join(row.split())}) ") for row in sign.beside)
            for sign in SIGNS
        },
        telling=frozenset(last_words) | frozenset(WORDS_OF_NOW) | load_model().telling,
    )


def _elements(row: str) -> Iterator[tuple[str, ...]]:
    for element in row.split():
        if not element.startswith(("~", *_MARKS)):
            yield _alternatives(element.rstrip("?"))


def _alternatives(element: str) -> tuple[str, ...]:
    words: list[str] = []
    for part in element.split("|"):
        words.extend(GROUPS[part[1:-1]].split() if part.startswith("{") else [part])
    return tuple(dict.fromkeys(words))


def _compile(sign: Sign, row: str) -> _Phrase:
    parts: list[str] = []
    needs: list[frozenset[str]] = []
    for element in row.split():
        if element.startswith("~"):
            any_word = element.startswith("~~")
            words = "" if any_word else f"(?!(?:{'|'.join(BARRIERS)}) )"
            parts.append(rf"{_OWNER}(?: {words}[^ |?]+){{0,{element.strip('~')}}}?")
            continue
        if element in _MARKS:
            parts.append(_MARKS[element])
            continue
        alternatives = _alternatives(element.rstrip("?"))
        pattern = rf"{_WORD_BREAKS} (?:{'|'.join(alternatives)})(?= )"
        parts.append(f"(?:{pattern})?" if element.endswith("?") else pattern)
        if not element.endswith("?"):
            needs.append(frozenset(alternatives))
    needs.sort(key=lambda words: (bool(words & FUNCTION_WORDS), len(words)))
    affirmative = not any(words & {"nao", "sem", "nem"} for words in needs)
    return _Phrase(sign, "".join(parts), affirmative, tuple(needs))
