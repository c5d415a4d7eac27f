"""Fit the weights of ``clinic_bot/turns/wish_model.py`` from the corpus of the tests.

    python scripts/fit_wish_model.py           # writes clinic_bot/turns/wish_model.bin
    python scripts/fit_wish_model.py --check   # says whether the file is what this would write

Run it after a change to the corpus, the groups of words or the spelling; ``logistic`` says how it is fitted. What is
wanted is one example as a whole, anything else one in each of its windows. The part of ``wishes.jsonl`` that is held
out teaches nothing, nor do the blind parts of the near misses: the tests measure there.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from logistic import Example, example, fit, kept, packed

from clinic_bot.turns.wish_model import BUCKETS, DATA, POWER, Sound, whole, windows

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "tests" / "data"
TARGET = ROOT / "clinic_bot" / "turns" / DATA
ROUNDS = 10
#: A complaint that is no anger says little against anger: people mix them, and either calls a person.
OTHER_SOUND = 0.1


@dataclass(frozen=True)
class Burst:
    texts: Sequence[str]
    sounds: frozenset[Sound]


def main(arguments: Sequence[str]) -> int:
    bursts = list(read_bursts())
    data = packed([fit(examples(bursts, sound), BUCKETS, rounds=ROUNDS) for sound in Sound])
    return kept(TARGET, data, len(bursts), check="--check" in arguments)


def read_bursts() -> Iterator[Burst]:
    for row in read_rows("wishes"):
        if row["part"] == "development":
            yield Burst(row["texts"], frozenset(map(Sound, row["asks"])))
    for row in read_rows("patients_ask"):  # of its complaints and money, some are of another kind
        if row["asks"] in (None, Sound.MISUNDERSTOOD):
            yield Burst([row["text"]], frozenset([Sound(row["asks"])] if row["asks"] else ()))
    for row in read_rows("near_misses"):
        if not row["part"].startswith("blind"):
            yield Burst(row["texts"], frozenset())


def read_rows(name: str) -> Iterator[dict[str, Any]]:
    yield from map(json.loads, (CORPUS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines())


def examples(bursts: Sequence[Burst], sound: Sound) -> list[Example]:
    found: list[Example] = []
    for burst in bursts:
        wanted = sound in burst.sounds
        weight = OTHER_SOUND if burst.sounds and not wanted else 1.0
        seen = [whole(burst.texts)] if wanted else windows(burst.texts)
        found += [
            example(features, wanted, BUCKETS, power=POWER, weight=weight) for features in seen if features
        ]
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
