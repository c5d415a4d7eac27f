"""What the fitted models of words share: a weight for every word and neighbourhood, found under a number. Pure.

A model knows no list of words: each feature of a text has a number, and the number, modulo the size of a table, finds
its weight. Two features may share a bucket; the fit has seen to it that this does little harm.
"""

import json
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any
from zlib import crc32

START = 1
_PACKAGE = "clinic_bot.turns"


@dataclass(frozen=True, slots=True)
class Weights:
    """A number per bucket; ``scale`` turns a sum of them into log-odds, ``bias`` is added."""

    by_bucket: Sequence[int]  #: as many as a power of two
    scale: float
    bias: float
    power: float = (
        0.5  #: of the number of features, by which a sum is divided: length alone makes nothing surer
    )

    def total(self, features: Sequence[int]) -> int:
        by_bucket, mask = self.by_bucket, len(self.by_bucket) - 1
        return sum([by_bucket[feature & mask] for feature in features])

    def log_odds(self, total: int, features: int) -> float:
        return self.bias + self.scale * total / float(features**self.power)


def number(word: str) -> int:
    return crc32(word.encode())


def pair(first: int, second: int) -> int:
    return ((first * 0x9E3779B1 + second) * 0x85EBCA6B >> 9) & 0xFFFFFFFF


def windows_of(sentences: Sequence[list[int]], joints: Sequence[int], *, most: int) -> Iterator[list[int]]:
    """The features of each run of up to ``most`` sentences; their order says nothing.

    Args:
        sentences: the features of each.
        joints: what joins each to the next.
    """
    for last in range(len(sentences)):
        together: list[int] = []
        for first in range(last, max(-1, last - most), -1):
            if first < last:
                together.append(joints[first])
            together = together + sentences[first]
            yield together


def read_tables(
    name: str, sizes: Sequence[int], *, power: float = 0.5
) -> tuple[dict[str, Any], list[Weights]]:
    """A fitted file of this package: a line of JSON with the ``scales``, then a byte per bucket."""
    head, _, body = resources.files(_PACKAGE).joinpath(name).read_bytes().partition(b"\n")
    known = json.loads(head)
    start, tables = 0, []
    for buckets, (scale, bias) in zip(sizes, known["scales"], strict=True):
        tables.append(Weights(array("b", body[start : start + buckets]), scale, bias, power))
        start += buckets
    return known, tables
