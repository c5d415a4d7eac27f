"""What a provider says about its limits, and how much is left by that. Told the time: no clock, no I/O.

Groq tells of two limits in the headers of every answer, requests a day and tokens a minute, and of the others only in
the text of a refusal. Its buckets drain evenly: ``reset`` is when one will be empty again, not when a window turns.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

MINUTE_MS, DAY_MS = 60_000, 86_400_000
_DEFAULT_WAIT_S = 5.0
#: Calls begun this shortly before an answer may not have been counted in its headers.
ON_THE_WAY_MS = 300
#: A shorter reset is rounded too much to tell how fast a bucket drains.
_TELLING_RESET_MS = 1_000


@dataclass(slots=True)
class Bucket:
    """What was used of one limit lately. While the limit is unknown it holds nothing back."""

    window_ms: int
    limit: float = 0.0  #: 0: unknown
    drains: float = 0.0  #: a millisecond
    _used: float = 0.0
    _at_ms: int = 0

    def used(self, now_ms: int) -> float:
        drained = max(0, now_ms - self._at_ms) * self.drains
        self._used, self._at_ms = max(0.0, self._used - drained), now_ms
        return self._used

    def wait_ms(self, amount: float, now_ms: int) -> float:
        """How long until ``amount`` fits; more than the whole limit waits for an empty bucket."""
        over = self.used(now_ms) + min(amount, self.limit) - self.limit
        return over / self.drains if over > 0 and self.drains else 0.0

    def take(self, amount: float, now_ms: int) -> None:
        """Use ``amount``; a negative one gives back."""
        self._used = max(0.0, self.used(now_ms) + amount)

    def learn(self, limit: float, used: float, now_ms: int, *, reset_ms: float = 0.0) -> None:
        """What the provider counted. ``reset_ms`` is when that much will have drained, where it said so."""
        if limit <= 0:
            return
        self.limit, self._used, self._at_ms = limit, max(0.0, used), now_ms
        told = used > 0 and reset_ms >= _TELLING_RESET_MS
        self.drains = used / reset_ms if told else limit / self.window_ms

    def follow(self, other: "Bucket", used: float, now_ms: int) -> None:
        """Take over another one of the same limit, of which so much is used by now."""
        self.limit, self.drains, self._used, self._at_ms = other.limit, other.drains, used, now_ms

    def numbers(self) -> list[float]:
        """What ``of_numbers`` makes the same bucket of."""
        return [self.limit, self.drains, self._used, self._at_ms]

    @classmethod
    def of_numbers(cls, window_ms: int, numbers: Sequence[float]) -> Self:
        limit, drains, used, at_ms = numbers
        return cls(window_ms, float(limit), float(drains), float(used), int(at_ms))


@dataclass(frozen=True, slots=True)
class Told:
    """What the provider counted of one limit, and when that much will have drained, where it said so."""

    limit: float
    used: float
    reset_ms: float = 0.0


def told(headers: Mapping[str, str], name: str) -> Told | None:
    """From the headers of an answer: ``tokens`` a minute, ``requests`` a day. None where they say nothing usable."""
    limit = _number(headers.get(f"x-ratelimit-limit-{name}"))
    left = _number(headers.get(f"x-ratelimit-remaining-{name}"))
    if limit is None or left is None:
        return None
    reset_s = duration_s(headers.get(f"x-ratelimit-reset-{name}", "")) or 0.0
    return Told(limit, limit - left, reset_s * 1000)


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers in the text of a refusal.

    Args:
        dimension: TPM, RPM, TPD, RPD, ITPM, OTPM, ...: the only word that tells the limits apart.
        used: None in the text about a request that is too large by itself.
    """

    dimension: str
    limit: int
    used: int | None
    requested: int

    @property
    def of_the_day(self) -> bool:
        return self.dimension in ("TPD", "RPD")


_FIGURES = re.compile(r"\(([A-Z]{3,4})\)(?:: Limit (\d+)(?:, Used (\d+))?, Requested (\d+))?")


def figures(text: str) -> Figures | None:
    found = _FIGURES.search(text)
    if found is None:
        return None
    used = int(found[3]) if found[3] else None
    return Figures(found[1], int(found[2] or 0), used, int(found[4] or 0))


class ModelLimits:
    """The limits of one model, as far as they are known, and what is left of them.

    Args:
        tokens_per_minute: until the first answer tells; 0 when nobody knows.
        requests_per_minute: the headers never tell this one; 0 holds nothing back before a refusal does.
    """

    def __init__(self, *, tokens_per_minute: int = 0, requests_per_minute: int = 0) -> None:
        self.tokens = Bucket(MINUTE_MS)
        self.requests = Bucket(MINUTE_MS)
        self.requests_of_the_day = Bucket(DAY_MS)
        self.tokens.learn(tokens_per_minute, 0, 0)
        self.requests.learn(requests_per_minute, 0, 0)
        self._on_the_way = _OnTheWay()

    def wait_ms(self, tokens: float, requests: int, now_ms: int) -> float:
        """How long until so much fits into the minute."""
        return max(self.tokens.wait_ms(tokens, now_ms), self.requests.wait_ms(requests, now_ms))

    def stays_half_free(self, tokens: float, now_ms: int) -> bool:
        """Whether half of every known limit is left after one call more; false while nobody has told the tokens."""
        wanted = ((self.tokens, tokens), (self.requests, 1), (self.requests_of_the_day, 1))
        return self.tokens.limit > 0 and all(
            2 * (bucket.used(now_ms) + amount) <= bucket.limit for bucket, amount in wanted if bucket.limit
        )

    def reserve(self, tokens: float, now_ms: int) -> int:
        """Take one request and its tokens, as the provider will when it arrives. Returns its number."""
        self.tokens.take(tokens, now_ms)
        self.requests.take(1, now_ms)
        return self._on_the_way.add(tokens, now_ms)

    def release(self, reservation: int, tokens: float, now_ms: int) -> None:
        """The provider refused it before it ran, so that it counts for nothing there."""
        self.tokens.take(-tokens, now_ms)
        self.requests.take(-1, now_ms)
        self._on_the_way.arrived(reservation)

    def follow(
        self, tokens: Bucket, tokens_used: float, requests: Bucket, requests_used: float, now_ms: int
    ) -> None:
        """Take over the minute of all replicas, and how much of it is used, what is reserved here included."""
        self.tokens.follow(tokens, tokens_used, now_ms)
        self.requests.follow(requests, requests_used, now_ms)

    def not_taken(self, reservation: int) -> None:
        """All replicas' count, which is taken over already, does not have it."""
        self._on_the_way.arrived(reservation)

    def read(self, headers: Mapping[str, str], reservation: int, now_ms: int) -> None:
        """Take over what the headers of an answer say; what is not there or no number changes nothing."""
        self._on_the_way.arrived(reservation)
        for name, bucket in (("tokens", self.tokens), ("requests", self.requests_of_the_day)):
            if (it := told(headers, name)) is not None:
                bucket.learn(it.limit, it.used, now_ms, reset_ms=it.reset_ms)
        self.tokens.take(self._on_the_way.tokens(now_ms), now_ms)

    def refused(self, said: Figures | None, now_ms: int) -> None:
        """Take over what a refusal says of the limit that it names."""
        bucket = {"TPM": self.tokens, "RPM": self.requests, "RPD": self.requests_of_the_day}
        if said is not None and said.used is not None and said.dimension in bucket:
            bucket[said.dimension].learn(said.limit, said.used, now_ms)


@dataclass(slots=True)
class _OnTheWay:
    """Reservations so young that the provider's own count may lack them."""

    _young: dict[int, tuple[int, float]] = field(default_factory=dict)  # in order of their beginning
    _last: int = 0

    def add(self, tokens: float, now_ms: int) -> int:
        self._last += 1
        self._forget(now_ms)
        self._young[self._last] = (now_ms, tokens)
        return self._last

    def arrived(self, reservation: int) -> None:
        self._young.pop(reservation, None)

    def tokens(self, now_ms: int) -> float:
        self._forget(now_ms)
        return sum(tokens for _, tokens in self._young.values())

    def _forget(self, now_ms: int) -> None:
        while self._young:
            oldest = next(iter(self._young))
            if 0 <= now_ms - self._young[oldest][0] <= ON_THE_WAY_MS:
                return
            del self._young[oldest]


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() else None


def stated_wait_s(headers: Mapping[str, str], text: str) -> float:
    """From the header, which is whole seconds; else from the text; else from the bucket's reset."""
    try:
        header = float(headers.get("retry-after", ""))
    except ValueError:
        header = 0.0
    if 0 < header < DAY_MS:
        return header
    said = re.search(r"try again in ([0-9hmsµun.]+)", text)
    return (
        (duration_s(said[1].rstrip(".")) if said else None)
        or duration_s(headers.get("x-ratelimit-reset-tokens", ""))
        or _DEFAULT_WAIT_S
    )


_UNITS_S = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:h|ms|us|µs|ns|m|s))+")
_PART = re.compile(r"(\d+(?:\.\d+)?)(h|ms|us|µs|ns|m|s)")


def duration_s(text: str) -> float | None:
    """Seconds of a Go duration such as ``9m38.016s`` or ``577ms``; None when it is none."""
    if not _DURATION.fullmatch(text):
        return None
    return sum(float(number) * _UNITS_S[unit] for number, unit in _PART.findall(text))
