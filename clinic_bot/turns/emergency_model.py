"""A second opinion beside the phrases: how much what was written resembles emergencies, learned from a corpus.

Phrases know only what somebody thought of; this knows no phrase, but adds up the weight of every word, pair of
words and word behind a "não" that ``emergency_model.bin`` holds. ``scripts/fit_emergency_model.py`` fits the file.

Two sums are kept. ``danger`` weighs everything and may doubt a phrase. ``evidence`` lets small words speak against a
danger only: "ela ta com" begins most emergencies and most bookings. To see one without any phrase takes both.

A long talk would drown one sentence of danger, so a window of at most three sentences is weighed at a time, and only
where its last sentence holds a telling word. So a message without such a word never changes the opinion, and the
prefilter can tell by that word alone.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from clinic_bot.turns.emergency_groups import FUNCTION_WORDS, GROUPS
from clinic_bot.turns.word_weights import START, Weights, number, pair, read_tables, windows_of

DATA = "emergency_model.bin"
#: Buckets of the three sums, one byte each.
DANGER_BUCKETS = 1 << 15
EVIDENCE_BUCKETS = 1 << 14
EMOTIONAL_BUCKETS = 1 << 13
TABLES = (DANGER_BUCKETS, EVIDENCE_BUCKETS, EMOTIONAL_BUCKETS)

_WINDOW_SENTENCES = 3
#: Who writes without a full stop still gets weighed in pieces.
_SENTENCE_WORDS = 20
_STEM_CHARS = 5
_BREAKS = frozenset("|/?")
#: Words that are no evidence by themselves; a feature made of them alone has an even number, any other an odd one.
_NEUTRAL = FUNCTION_WORDS | frozenset(
    f"{GROUPS['kin']} {GROUPS['child']} , ? agora hoje amanha ontem cedo tarde noite".split()
)
_DENIALS = frozenset(("nao", "sem", "nunca", "nem"))
_GROUP_OF = {
    word: f"<{name}>"
    for name, members in reversed(tuple(GROUPS.items()))
    for word in members.split()
    if word not in FUNCTION_WORDS
}


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the windows say at most, in log-odds: 0 is as likely as not."""

    danger: float
    alarm: float  #: of the window where danger and evidence agree best, the lesser of the two
    emotional: bool  #: if it is an emergency, then of the kind that CVV helps with


@dataclass(frozen=True, slots=True)
class Model:
    danger: Weights
    evidence: Weights
    emotional: Weights
    telling: frozenset[str]  #: words that speak of danger in the corpus


#: What some features add to the totals of a window: their number, danger, evidence, emotional.
_Sums = tuple[int, int, int, int]


def opinion_on(line: str, telling: Collection[str]) -> Opinion | None:
    """Weigh the windows of a canonical line that end in a sentence with a telling word; None without one."""
    found = [tuple(words) for words in _sentences(line)]
    lasts = [n for n, words in enumerate(found) if any(word in telling for word in words)]
    if not lasts:
        return None
    model = load_model()
    most_danger = most_alarm = float("-inf")
    emotional = False
    for count, danger_sum, evidence_sum, emotional_sum in _windows_of(found, lasts):
        danger = model.danger.log_odds(danger_sum, count)
        most_danger = max(most_danger, danger)
        if danger <= most_alarm:
            continue
        alarm = min(danger, model.evidence.log_odds(evidence_sum, count))
        if alarm > most_alarm:
            most_alarm, emotional = alarm, model.emotional.log_odds(emotional_sum, count) > 0
    return Opinion(most_danger, most_alarm, emotional)


def _windows_of(found: Sequence[tuple[str, ...]], lasts: Sequence[int]) -> Iterator[_Sums]:
    for last in lasts:
        n, danger, evidence, emotional = _sentence_sums(found[last])
        yield n, danger, evidence, emotional
        for first in range(last - 1, max(-1, last - _WINDOW_SENTENCES), -1):
            added = _sums_with_joint(found[first], found[first + 1][0])
            n, danger, evidence, emotional = (
                n + added[0],
                danger + added[1],
                evidence + added[2],
                emotional + added[3],
            )
            yield n, danger, evidence, emotional


# The messages before a new one are weighed again with each that comes.
@lru_cache(maxsize=4_096)
def _sentence_sums(words: tuple[str, ...]) -> _Sums:
    return _sums_of(_features(words))


@lru_cache(maxsize=4_096)
def _sums_with_joint(words: tuple[str, ...], after: str) -> _Sums:
    """Of a sentence, and of its last word beside the first of the next."""
    return _sums_of([*_features(words), _joint(words[-1], after)])


def _sums_of(features: Sequence[int]) -> _Sums:
    model = load_model()
    tables = model.danger, model.evidence, model.emotional
    danger, evidence, emotional = (table.total(features) for table in tables)
    return len(features), danger, evidence, emotional


def windows(line: str) -> Iterator[list[int]]:
    """The features of each run of up to three sentences; their order says nothing. For fitting the weights."""
    found = list(_sentences(line))
    features = [_features(sentence) for sentence in found]
    joints = [_joint(a[-1], b[0]) for a, b in pairwise(found)]
    return windows_of(features, joints, most=_WINDOW_SENTENCES)


def _joint(before: str, after: str) -> int:
    """The last word of a sentence beside the first of the next."""
    left, right = _seen(before), _seen(after)
    return _flag(pair(left[0], right[0] + _JOINT), left[3] and right[3])


def _sentences(line: str) -> Iterator[list[str]]:
    words: list[str] = []
    for word in line.split():
        if word == "?":
            words.append(word)
        if word not in _BREAKS:
            words.append(word)
            if len(words) < _SENTENCE_WORDS:
                continue
        if kept := _without_pause(words):
            yield kept
        words = []
    if kept := _without_pause(words):
        yield kept


def _without_pause(words: list[str]) -> list[str]:
    """A comma that ends a message is dropped: whether it stays on the line depends on what follows."""
    while words and words[-1] == ",":
        words = words[:-1]
    return words


_JOINT, _DENIED, _APART = 2, 3, 0x5BD1E995


@lru_cache(maxsize=8_192)
def _seen(word: str) -> tuple[int, int, int, bool]:
    """The numbers of a word, its stem and its group (equal where they are the same thing); whether it is neutral."""
    stem = word if len(word) <= _STEM_CHARS else f"{word[:_STEM_CHARS]}-"
    group = _GROUP_OF.get(word, word)
    return number(word), number(stem), number(group), word in _NEUTRAL


def _flag(feature: int, neutral: bool) -> int:
    return feature & ~1 if neutral else feature | 1


def _features(words: Sequence[str]) -> list[int]:
    """Buckets before the modulo: each word, stem and group alone, with its neighbour, and with the one after."""
    features: list[int] = []
    word1 = stem1 = group1 = word2 = group2 = START
    neutral1 = neutral2 = True
    denied = False
    for text in words:
        word, stem, group, neutral = _seen(text)
        alone = {word, stem, group}
        pairs = {pair(word1, word), pair(stem1, stem), pair(group1, group)}
        apart = {pair(word2 + _APART, word), pair(group2 + _APART, group)}
        features += [_flag(x, neutral) for x in alone]
        features += [_flag(x, neutral and neutral1) for x in pairs]
        features += [_flag(x, neutral and neutral2) for x in apart]
        if text == ",":
            denied = False
        elif text in _DENIALS:
            denied = True
        elif denied:
            features.append(_flag(pair(_DENIED, group), False))
        word2, group2, neutral2 = word1, group1, neutral1
        word1, stem1, group1, neutral1 = word, stem, group, neutral
    features.append(_flag(pair(word1, START), neutral1))
    return features


@cache
def load_model() -> Model:
    known, (danger, evidence, emotional) = read_tables(DATA, TABLES)
    return Model(danger, evidence, emotional, frozenset(known["telling"].split()))
