"""Fit the weights of ``clinic_bot/turns/emergency_model.py`` from the corpus of the tests.

    python scripts/fit_emergency_model.py           # writes clinic_bot/turns/emergency_model.bin
    python scripts/fit_emergency_model.py --check   # says whether the file is what this would write

Run it after a change to the corpus, the lexicon or the spelling. ``logistic`` says how it is
fitted. Every case of an emergency is one example, and so is every window of a harmless text.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from logistic import Example, example, fit, kept, packed

from clinic_bot.turns.emergency import EmergencyKind, canonical_line, find_by_phrase
from clinic_bot.turns.emergency_groups import FUNCTION_WORDS
from clinic_bot.turns.emergency_model import (
    DANGER_BUCKETS,
    DATA,
    EMOTIONAL_BUCKETS,
    EVIDENCE_BUCKETS,
    windows,
)

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "tests" / "data"
TARGET = ROOT / "clinic_bot" / "turns" / DATA
ROUNDS = 30
#: A word tells of danger when so large a share of the cases that hold it are emergencies, at least two of them.
TELLING_SHARE = 0.5
TELLING_LETTERS = 3


@dataclass(frozen=True)
class Case:
    line: str
    danger: bool
    part: str
    emotional: bool  #: as the phrases see it: the corpus names the sign of some cases only


def main(arguments: Sequence[str]) -> int:
    cases = list(read_cases())
    return kept(TARGET, fitted(cases), len(cases), check="--check" in arguments)


def read_cases() -> Iterator[Case]:
    for name, danger in (("emergencies", True), ("near_misses", False)):
        for row in read_rows(CORPUS / f"{name}.jsonl"):
            found = find_by_phrase(row["texts"]) if danger else None
            emotional = found is not None and found.kind is EmergencyKind.EMOTIONAL
            yield Case(canonical_line(row["texts"]), danger, row["part"], emotional)
    for row in read_rows(CORPUS / "scenario_texts.jsonl"):
        if find_by_phrase(row["texts"]) is None:
            yield Case(canonical_line(row["texts"]), danger=False, part="scenarios", emotional=False)


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    yield from map(json.loads, path.read_text(encoding="utf-8").splitlines())


def fitted(cases: Sequence[Case]) -> bytes:
    """The file: a line of JSON, then the weights, one signed byte per bucket."""
    crises = [example(whole(case), case.emotional, EMOTIONAL_BUCKETS) for case in cases if case.danger]
    fits = (
        fit(danger_examples(cases, DANGER_BUCKETS), DANGER_BUCKETS, rounds=ROUNDS),
        fit(
            danger_examples(cases, EVIDENCE_BUCKETS), EVIDENCE_BUCKETS, rounds=ROUNDS, neutral_may_speak=False
        ),
        fit(crises, EMOTIONAL_BUCKETS, rounds=ROUNDS),
    )
    return packed(fits, telling=" ".join(telling_words(cases)))


def danger_examples(cases: Sequence[Case], buckets: int) -> list[Example]:
    examples: list[Example] = []
    for case in cases:
        seen = [whole(case)] if case.danger else list(windows(case.line))
        examples += [example(features, case.danger, buckets) for features in seen]
    return examples


def whole(case: Case) -> Sequence[int]:
    """The widest window at the end: nearly every case is one."""
    last: Sequence[int] = ()
    for features in windows(case.line):
        last = features
    return last


def telling_words(cases: Sequence[Case]) -> list[str]:
    holding = {danger: Counter[str]() for danger in (True, False)}
    for case in cases:
        holding[case.danger].update(set(case.line.split()))
    count = Counter(case.danger for case in cases)
    found: list[str] = []
    for word, times in holding[True].items():
        here, there = times / count[True], holding[False][word] / count[False]
        plain = len(word) >= TELLING_LETTERS and word not in FUNCTION_WORDS
        if plain and times > 1 and here / (here + there) >= TELLING_SHARE:
            found.append(word)
    return sorted(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
