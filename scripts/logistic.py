"""Logistic regression over hashed words, for the models whose weights lie in ``clinic_bot/turns``.

By stochastic gradient descent, in plain Python so that it needs nothing beyond the package, and the same corpus gives
the same bytes, in seconds.
"""

import json
import math
import random
from array import array
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

FIRST_STEP = 4.0
#: As C = 30 of scikit-learn; measured best between 3 and 100.
RIDGE = 1 / 30


class Example(NamedTuple):
    entries: list[tuple[int, float]]  #: bucket and value
    wanted: bool
    weight: float = 1.0


class Fit(NamedTuple):
    weights: bytes  #: one signed byte per bucket
    scale: float  #: what one of their units is worth
    bias: float


def example(
    features: Sequence[int], wanted: bool, buckets: int, *, power: float = 0.5, weight: float = 1.0
) -> Example:
    """Args: ``power`` as in ``word_weights``; ``weight`` is how much the example counts."""
    root = len(features) ** power
    counted = Counter(feature % buckets for feature in features)
    return Example([(bucket, count / root) for bucket, count in sorted(counted.items())], wanted, weight)


def fit(examples: list[Example], buckets: int, *, rounds: int, neutral_may_speak: bool = True) -> Fit:
    """Args: ``neutral_may_speak`` false keeps even buckets from speaking for anything; they may speak against it."""
    chance = random.Random(13)
    ridge = RIDGE / len(examples)
    weights, shrunk, bias, steps = [0.0] * buckets, 1.0, 0.0, 0
    for _ in range(rounds):
        chance.shuffle(examples)
        for entries, wanted, weight in examples:
            step = FIRST_STEP / (1 + FIRST_STEP * ridge * steps + steps / len(examples) / 3)
            steps += 1
            odds = bias + shrunk * sum(weights[bucket] * value for bucket, value in entries)
            error = weight * (wanted - 1 / (1 + math.exp(-max(-30.0, min(30.0, odds)))))
            shrunk *= 1 - step * ridge
            push = step * error / shrunk
            for bucket, value in entries:
                now = weights[bucket] + push * value
                silenced = now > 0 and not bucket & 1 and not neutral_may_speak
                weights[bucket] = 0.0 if silenced else now
            bias += step * error / 10
    unit = (max(map(abs, weights)) or 1.0) / 127
    return Fit(array("b", (round(weight / unit) for weight in weights)).tobytes(), unit * shrunk, bias)


def packed(fits: Sequence[Fit], **head: str) -> bytes:
    """The file: a line of JSON, then the weights of one after the other."""
    known = {"scales": [(found.scale, found.bias) for found in fits], **head}
    return json.dumps(known).encode() + b"\n" + b"".join(found.weights for found in fits)


def kept(target: Path, data: bytes, cases: int, *, check: bool) -> int:
    """Write the file, or only tell whether it is what would be written. The exit status."""
    if check:
        same = target.read_bytes() == data
        print("as fitted" if same else f"{target.name} is older than the corpus or the lexicon: fit it again")
        return 0 if same else 1
    target.write_bytes(data)
    print(f"wrote {len(data):,} bytes from {cases:,} cases")
    return 0
