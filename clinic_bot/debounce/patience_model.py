"""How likely it is that a patient goes on, and how soon: learned from public chats.

A multinomial logistic regression over what ``talk.py`` remembers: one outcome is "that was the last piece", the
others are stretches of time in which the next one comes. ``patience_model.json`` holds the coefficients and says
what they were fitted on; ``scripts/fit_patience.py`` writes it. There are two sets: one foresees the next *message*,
the other, for lines that deliver typing signals, the next *sign* of the patient, which is the signal or the message.

``SHIFTS`` are no part of the fit. They say what English strangers at a keyboard cannot teach about a clinic's
patients, and are judgement.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from itertools import accumulate, pairwise
from math import exp, isfinite, log
from operator import itemgetter, mul

from clinic_bot.debounce.piece import Asked, Piece, PieceKind
from clinic_bot.debounce.talk import GOES_ON, Talk

DATA = "patience_model.json"

#: Added to the log-odds that another piece comes.
SHIFTS: Mapping[str, float] = {
    # Strangers who chat say "hi" and wait for the "hi" back; a patient's "oi" comes before what it is about.
    "greeting": 1.5,
    # An answer to what the clinic just asked is mostly all there is to say.
    "fits": -3.5,
    # What, when and a full stop: little is missing.
    "complete": -1.5,
    # "queria marcar e": in a chat it may be a typo, at a clinic somebody is still thinking.
    "open": 0.5,
    "picture": 1.0,
}


#: In the order of the coefficients.
FEATURES = (
    "greeting", "thanks", "bye", "ack", "symbols", "question", "fragment", "open", "asks", "punct",
    "chars", "words", "first", "second", "pieces", "asked_before", "greeted_before", "burst_chars",
    "goes_on", "lately", "gaps", "last_gap", "has_gap", "burst_gaps", "speed",
    "unpunctuated", "punctuated", "longer", "answering", "answering_first", "answering_asks",
    "messages", "last_turn", "questions_followed", "asks_followed",
)  # fmt: skip

# Yes or no. What they come to together is the same for many pieces, so it is worked out once.
_FLAGS = frozenset({
    "greeting", "thanks", "bye", "ack", "symbols", "question", "fragment", "open", "asks", "punct", "first", "second",
    "asked_before", "greeted_before", "has_gap", "answering", "answering_first", "answering_asks",
})  # fmt: skip
_flags = itemgetter(*(at for at, name in enumerate(FEATURES) if name in _FLAGS))
_scales = itemgetter(*(at for at, name in enumerate(FEATURES) if name not in _FLAGS))
#: Combinations remembered; a chat has some dozens.
_REMEMBERED = 2_000

Values = Sequence[float]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """A set of coefficients: the first row is "that was the last piece", then one for each stretch of time."""

    biases: tuple[float, ...]
    weights: tuple[tuple[float, ...], ...]
    means: tuple[float, ...]  #: of the features, where it was fitted
    going_on: tuple[float, ...]  #: what one unit of a feature adds to the log-odds of going on, about
    scaled: tuple[Values, ...] = field(init=False, compare=False, repr=False)  #: weights of what is no flag

    _by_flags: dict[Values, Values] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "scaled", tuple(map(_scales, self.weights)))
        object.__setattr__(self, "_by_flags", {})

    def scores(self, values: Values) -> list[float]:
        """Of each outcome.

        Raises:
            ValueError, TypeError: there are not as many coefficients as features, or not as many rows.
        """
        flags, scales = _flags(values), _scales(values)
        begun = self._by_flags.get(flags)
        if begun is None:
            if len(self._by_flags) >= _REMEMBERED:
                self._by_flags.clear()
            begun = self._by_flags[flags] = tuple(
                bias + sum(map(mul, _flags(row), flags))
                for bias, row in zip(self.biases, self.weights, strict=True)
            )
        return [start + sum(map(mul, row, scales)) for start, row in zip(begun, self.scaled, strict=True)]

    def pushes(self, values: Sequence[float]) -> tuple[float, ...]:
        """What each feature adds to the log-odds of going on, beside what is usual."""
        return tuple(
            unit * (value - mean) for unit, value, mean in zip(self.going_on, values, self.means, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Model:
    edges_s: tuple[float, ...]  #: ends of the stretches
    message: Outcomes
    sign: Outcomes

    def outcomes(self, *, typing_expected: bool) -> Outcomes:
        return self.sign if typing_expected else self.message


@dataclass(frozen=True, slots=True)
class Forecast:
    last: float  #: chance that nothing more comes
    by: tuple[float, ...]  #: chance that something came by the end of each stretch


# What somebody unknown is taken to do, as a number of pieces already seen that behave as the average.
_USUAL_LOG_GAP = 2.3
_USUAL_LOG_SPEED = 0.8
_USUAL_PUNCTUATED = 0.45
_USUAL_LOG_CHARS = 3.2
_USUAL_QUESTION_FOLLOWED = 0.22
#: The kinds of which no timings are known, as the kind they resemble.
_LIKE = {PieceKind.VOICE: PieceKind.STATEMENT, PieceKind.PICTURE: PieceKind.FRAGMENT}


def features(talk: Talk, piece: Piece) -> tuple[float, ...]:
    """``FEATURES`` of the talk whose last piece this is."""
    burst, sender = talk.burst, talk.rhythm
    kind = _LIKE.get(piece.kind, piece.kind)
    pieces, asks, answering = burst.pieces, piece.asks, talk.asked is not Asked.NOTHING
    gaps = burst.pieces - 1
    follow_ups, messages = sender.follow_ups, sender.messages
    chars = log(1 + piece.n_chars)
    goes_on = (follow_ups + 4 * GOES_ON) / (follow_ups + sender.turns + 4)
    usual_gap = (sender.log_gaps + 3 * _USUAL_LOG_GAP) / (follow_ups + 3)
    # Sums over what came before this piece: its own marks are features of their own.
    punctuated = (sender.punctuated - piece.punct + 2 * _USUAL_PUNCTUATED) / (
        messages + 1
    ) - _USUAL_PUNCTUATED
    usual_chars = (sender.log_chars - chars + 2 * _USUAL_LOG_CHARS) / (messages + 1)
    followed = (sender.questions_followed + 3 * _USUAL_QUESTION_FOLLOWED) / (
        sender.questions + 3
    ) - _USUAL_QUESTION_FOLLOWED
    values = (
        kind is PieceKind.GREETING, kind is PieceKind.THANKS, kind is PieceKind.BYE, kind is PieceKind.ACK,
        kind is PieceKind.SYMBOLS, kind is PieceKind.QUESTION, kind is PieceKind.FRAGMENT,
        piece.open, piece.question, piece.punct and not piece.question,
        chars, log(1 + piece.n_words), pieces == 1, pieces == 2, log(pieces or 1),
        burst.asked_before, burst.greeted_before, log(1 + burst.chars),
        log(goes_on / (1 - goes_on)), sender.lately, usual_gap - _USUAL_LOG_GAP,
        burst.last_log_gap - _USUAL_LOG_GAP if gaps > 0 else 0.0, gaps > 0,
        (burst.log_gaps + 1.5 * usual_gap) / (max(0, gaps) + 1.5) - _USUAL_LOG_GAP,
        (sender.log_speeds + 3 * _USUAL_LOG_SPEED) / (follow_ups + 3) - _USUAL_LOG_SPEED,
        0.0 if piece.punct else punctuated, punctuated if piece.punct else 0.0,
        chars - usual_chars, answering, answering and pieces == 1, answering and asks,
        log(messages or 1), log(1 + sender.last_turn) if sender.last_turn else 0.9,
        followed, followed if asks else 0.0,
    )  # fmt: skip
    # Multiplied by floats thirteen times over: a sixth faster than the truth values themselves.
    return tuple(map(float, values))


def shift(piece: Piece, pieces: int) -> float:
    """What judgement adds to the log-odds of going on."""
    total = 0.0
    if piece.kind is PieceKind.GREETING and pieces == 1:
        total += SHIFTS["greeting"]
    if piece.kind is PieceKind.PICTURE:
        total += SHIFTS["picture"]
    if piece.open:
        total += SHIFTS["open"]
    elif piece.fits:
        total += SHIFTS["fits"]
    elif piece.complete:
        total += SHIFTS["complete"]
    return total


def forecast(outcomes: Outcomes, values: Sequence[float], shifted: float = 0.0) -> Forecast:
    """Chances of the last piece and of another one by each edge.

    Raises:
        ValueError: a number is not finite, or there are not as many coefficients as features.
    """
    if len(values) != len(outcomes.going_on):
        raise ValueError("not the features that the coefficients are for")
    scores = outcomes.scores(values)
    scores[0] -= shifted
    highest = max(scores)
    chances = [exp(score - highest) for score in scores]
    total = sum(chances)
    if not isfinite(total):
        raise ValueError("not a finite chance")
    last, *stretches = (chance / total for chance in chances)
    return Forecast(last, tuple(accumulate(stretches)))


@cache
def load_model() -> Model | None:
    """The coefficients; None when they cannot be read, which leaves the fixed patience."""
    try:
        return read_model(resources.files("clinic_bot.debounce").joinpath(DATA).read_text("utf-8"))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def read_model(text: str) -> Model:
    """The coefficients from their file.

    Raises:
        ValueError, KeyError, TypeError: the file is not what the fit writes.
    """
    known = json.loads(text)
    if tuple(known["features"]) != FEATURES:
        raise ValueError("fitted for other features")
    edges_s = tuple(map(float, known["edges_s"]))
    if not edges_s or not all(map(isfinite, edges_s)) or any(a >= b for a, b in pairwise((0.0, *edges_s))):
        raise ValueError("the stretches of time do not follow each other")
    means = tuple(map(float, known["means"]))
    return Model(edges_s, *(_outcomes(known[name], means, len(edges_s) + 1) for name in ("message", "sign")))


def _outcomes(
    known: Mapping[str, Sequence[Sequence[float]]], means: tuple[float, ...], rows: int
) -> Outcomes:
    """Rows of (bias, weights...)."""
    biases = tuple(float(row[0]) for row in known)
    weights = tuple(tuple(map(float, row[1:])) for row in known)
    if len(weights) != rows or any(len(row) != len(means) for row in weights):
        raise ValueError("not as many coefficients as features")
    if not all(map(isfinite, (*biases, *means, *(one for row in weights for one in row)))):
        raise ValueError("a coefficient is not a finite number")
    average = [bias + sum(map(mul, row, means)) for bias, row in zip(biases, weights, strict=True)]
    shares = [exp(one) for one in average[1:]]
    going_on = tuple(
        sum(share * row[column] for share, row in zip(shares, weights[1:], strict=True)) / sum(shares)
        - weights[0][column]
        for column in range(len(means))
    )
    return Outcomes(biases, weights, means, going_on)
