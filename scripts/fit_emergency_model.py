"""Fit the weights of ``clinic_bot/turns/emergency_model.py`` from the corpus of the tests.

    python scripts/fit_emergency_model.py           # writes clinic_bot/turns/emergency_model.bin
    python scripts/fit_emergency_model.py --check   # says whether the file is what this would write

Run it after a change to the corpus, the lexicon or the spelling. It is a logistic regression by stochastic gradient
descent, in plain Python so that it needs nothing beyond the package, and the same corpus gives the same bytes, in
seconds. Every case of an emergency is one example, and so is every window of a harmless text.
"""

import json
import math
import random
import sys
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
FIRST_STEP = 4.0
#: As C = 30 of scikit-learn; measured best between 3 and 100.
RIDGE = 1 / 30
#: A word tells of danger when so large a share of the cases that hold it are emergencies, at least two of them.
TELLING_SHARE = 0.5
TELLING_LETTERS = 3

Example = tuple[list[tuple[int, float]], bool]


@dataclass(frozen=True)
class Case:
    line: str
    danger: bool
    part: str
    emotional: bool  #: as the phrases see it: the corpus names the sign of some cases only


def main(arguments: Sequence[str]) -> int:
    cases = list(read_cases())
    data = fitted(cases)
    if "--check" in arguments:
        same = TARGET.read_bytes() == data
        print("as fitted" if same else f"{TARGET.name} is older than the corpus or the lexicon: fit it again")
        return 0 if same else 1
    TARGET.write_bytes(data)
    print(f"wrote {len(data):,} bytes from {len(cases):,} cases")
    return 0


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
    crises = [(example(whole(case), EMOTIONAL_BUCKETS), case.emotional) for case in cases if case.danger]
    fits = (
        fit(danger_examples(cases, DANGER_BUCKETS), DANGER_BUCKETS),
        fit(danger_examples(cases, EVIDENCE_BUCKETS), EVIDENCE_BUCKETS, neutral_may_speak=False),
        fit(crises, EMOTIONAL_BUCKETS),
    )
    head = {"scales": [found[1:] for found in fits], "telling": " ".join(telling_words(cases))}
    return json.dumps(head).encode() + b"\n" + b"".join(found[0] for found in fits)


def danger_examples(cases: Sequence[Case], buckets: int) -> list[Example]:
    examples: list[Example] = []
    for case in cases:
        seen = [whole(case)] if case.danger else list(windows(case.line))
        examples += [(example(features, buckets), case.danger) for features in seen]
    return examples


def whole(case: Case) -> Sequence[int]:
    """The widest window at the end: nearly every case is one."""
    last: Sequence[int] = ()
    for features in windows(case.line):
        last = features
    return last


def example(features: Sequence[int], buckets: int) -> list[tuple[int, float]]:
    root = math.sqrt(len(features))
    counted = Counter(feature % buckets for feature in features)
    return [(bucket, count / root) for bucket, count in sorted(counted.items())]


def fit(
    examples: list[Example], buckets: int, *, neutral_may_speak: bool = True
) -> tuple[bytes, float, float]:
    """Weights as bytes, what one of their units is worth, and the bias."""
    chance = random.Random(13)
    ridge = RIDGE / len(examples)
    weights, shrunk, bias, steps = [0.0] * buckets, 1.0, 0.0, 0
    for _ in range(ROUNDS):
        chance.shuffle(examples)
        for entries, wanted in examples:
            step = FIRST_STEP / (1 + FIRST_STEP * ridge * steps + steps / len(examples) / 3)
            steps += 1
            odds = bias + shrunk * sum(weights[bucket] * value for bucket, value in entries)
            error = wanted - 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))
            shrunk *= 1 - step * ridge
            push = step * error / shrunk
            for bucket, value in entries:
                now = weights[bucket] + push * value
                silenced = now > 0 and not bucket & 1 and not neutral_may_speak
                weights[bucket] = 0.0 if silenced else now
            bias += step * error / 10
    unit = (max(map(abs, weights)) or 1.0) / 127
    return array("b", (round(weight / unit) for weight in weights)).tobytes(), unit * shrunk, bias


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
