"""What a burst sounds like: a complaint, anger, a bill or a misunderstanding, learned from a corpus. Pure.

The patterns of ``wishes``, ``money`` and ``misunderstanding`` know what somebody thought of; this adds up the weight of
every word, group of synonyms and neighbourhood that ``wish_model.bin`` holds, and so hears wordings that nobody listed.
It also doubts a pattern where all around it speaks of something else: "que absurdo, o ônibus quebrou".
``scripts/fit_wish_model.py`` fits the file.

A long talk would drown one angry sentence, so a window of at most three sentences is weighed at a time.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache, lru_cache
from itertools import combinations, pairwise

from clinic_bot.clinic.spelling import plain
from clinic_bot.turns.wish_groups import GROUPS, SHORT
from clinic_bot.turns.word_weights import START, Weights, number, pair, read_tables, windows_of

DATA = "wish_model.bin"
#: Of each table, one byte each.
BUCKETS = 1 << 15
#: Measured better than the square root: three words of a complaint are less sure than ten.
POWER = 0.3


class Sound(StrEnum):
    """In the order of the tables; the value is what the corpus says."""

    COMPLAINT = "complaint"
    ANGER = "anger"
    MONEY = "money"  #: the patient's own: paid, owed, billed, to be paid back
    MISUNDERSTOOD = "misunderstood"


#: Log-odds from which on it is heard without any pattern, chosen by cross-validation for about one false alarm in a
#: hundred near misses each. Of a misunderstanding one sign alone does nothing.
LEAST: Mapping[Sound, float] = {
    Sound.COMPLAINT: 0.8,
    Sound.ANGER: 0.3,
    Sound.MONEY: 0.5,
    Sound.MISUNDERSTOOD: 0.5,
}
#: Below these log-odds it is not heard in spite of a pattern: so two in three of the patterns' own false alarms went.
DOUBTED = -2.0
#: In fewer words there is too little to doubt a pattern by.
DOUBTABLE_WORDS = 5

_WINDOW_SENTENCES = 3
#: Who writes without a full stop still gets weighed in pieces.
_SENTENCE_WORDS = 25
_STEM_CHARS = 5
_LONG_NUMBER = 3  # digits; a sum of money rather than a day or an hour
_DENIALS = frozenset(("nao", "sem", "nunca", "nem"))
#: Words outside the groups of which it matters what else stands in the sentence.
_ACTORS = _DENIALS | {"voce", "me", "eu", "minha", "meu"}
_LENGTHENED = re.compile(r"([a-z])\1{2,}")
_TOKENS = re.compile(r"[a-z]+|\d+|[?!.,|😠😡🤬🖕👎]")
_BREAKS = frozenset("|.!?")
_WRITTEN_OUT = {short: word for word, shorts in SHORT.items() for short in shorts.split()}
_GROUP_OF = {
    word: f"<{name}>" for name, members in reversed(tuple(GROUPS.items())) for word in members.split()
}
_LONGEST_BEGINNING = max(map(len, _GROUP_OF))
_JOINT, _DENIED, _TOGETHER = 2, 3, 77


def is_heard(sound: Sound, texts: Sequence[str], *, by_pattern: bool) -> bool:
    """Whether the pieces of a burst sound like it, given whether a pattern says so."""
    odds, words = _weighed(tuple(texts))
    if by_pattern:
        return odds[sound] >= DOUBTED or words < DOUBTABLE_WORDS
    return odds[sound] >= LEAST[sound]


@lru_cache(maxsize=256)  # several ask of the same burst, and of the ones before it
def _weighed(texts: tuple[str, ...]) -> tuple[Mapping[Sound, float], int]:
    return log_odds(texts), sum(len(text.split()) for text in texts)


def log_odds(texts: Sequence[str]) -> dict[Sound, float]:
    """The most that any window says, of each."""
    tables = load_tables()
    sentences, joints = _read(texts)
    totals = [[table.total(features) for table in tables] for features in sentences]
    joined = [[table.total((joint,)) for table in tables] for joint in joints]
    most = [float("-inf")] * len(tables)
    for last in range(len(sentences)):
        count, sums = 0, [0] * len(tables)
        for first in range(last, max(-1, last - _WINDOW_SENTENCES), -1):
            if first < last:
                count += 1
                sums = [a + b for a, b in zip(sums, joined[first], strict=True)]
            count += len(sentences[first])
            sums = [a + b for a, b in zip(sums, totals[first], strict=True)]
            most = [
                max(known, table.log_odds(total, count))
                for known, table, total in zip(most, tables, sums, strict=True)
            ]
    return dict(zip(Sound, most, strict=True))


def windows(texts: Sequence[str]) -> Iterator[list[int]]:
    """The features of each run of up to three sentences. For fitting the weights."""
    return windows_of(*_read(texts), most=_WINDOW_SENTENCES)


def whole(texts: Sequence[str]) -> list[int]:
    """The features of all of it. For fitting the weights."""
    sentences, joints = _read(texts)
    return [feature for features in sentences for feature in features] + joints


def _read(texts: Sequence[str]) -> tuple[list[list[int]], list[int]]:
    found = list(_sentences(texts))
    joints = [pair(_seen(a[-1])[2], _seen(b[0])[2] + _JOINT) for a, b in pairwise(found)]
    return [_features(words) for words in found], joints


def _sentences(texts: Sequence[str]) -> Iterator[list[str]]:
    line = " | ".join(plain(line) for text in texts for line in text.splitlines())
    words: list[str] = []
    for piece in _TOKENS.findall(_LENGTHENED.sub(r"\1", line)):
        if piece == "?":
            words.append(piece)
        if piece not in _BREAKS:
            words.append(_spelt(piece))
            if len(words) < _SENTENCE_WORDS:
                continue
        if words:
            yield words
        words = []
    if words:
        yield words


def _spelt(word: str) -> str:
    if word.isdigit():
        return "000" if len(word) >= _LONG_NUMBER else "0"
    return _WRITTEN_OUT.get(word, word)


@lru_cache(maxsize=8_192)
def _seen(word: str) -> tuple[int, int, int, bool]:
    """The numbers of a word, its stem and its group (equal where they are the same thing); whether it is an actor."""
    stem = word if len(word) <= _STEM_CHARS else f"{word[:_STEM_CHARS]}-"
    group = _group_of(word)
    return number(word), number(stem), number(group or word), group is not None or word in _ACTORS


def _group_of(word: str) -> str | None:
    beginnings = (f"{word[:length]}*" for length in range(min(len(word), _LONGEST_BEGINNING), 1, -1))
    return next((_GROUP_OF[form] for form in (word, *beginnings) if form in _GROUP_OF), None)


def _features(words: Sequence[str]) -> list[int]:
    """Each word, stem and group alone; each group with its neighbour, behind a "não", and with any other there."""
    features: list[int] = []
    before = START
    denied = False
    actors: set[int] = set()
    for text in words:
        word, stem, group, acts = _seen(text)
        features += {word, stem, group}
        features.append(pair(before, group))
        if text == ",":
            denied = False
        elif text in _DENIALS:
            denied = True
        elif denied:
            features.append(pair(_DENIED, group))
        if acts:
            actors.add(group)
        before = group
    features.append(pair(before, START))
    features += [pair(a + _TOGETHER, b) for a, b in combinations(sorted(actors), 2)]
    return features


@cache
def load_tables() -> tuple[Weights, ...]:
    _, tables = read_tables(DATA, [BUCKETS] * len(Sound), power=POWER)
    return tuple(tables)
