"""What is remembered of a patient's way of writing: small sums, brought up to date with every message.

``Talk`` is a value of about 120 bytes when packed, so it fits one column beside the conversation. It holds numbers
only, never words. A burst in it ends with ``spoke``: the clinic, or the bot, said something.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite, log
from typing import Any, NamedTuple, Self

from clinic_bot.debounce.piece import Asked, Piece, PieceKind

#: A longer silence starts a new turn, as in the scorer that came with the timings.
TURN_GAP_MS = 60_000
#: Nobody has read a reply and answered it sooner than this, so such a piece went on with what was there before.
_READING_MS = 2_000
_WRITING_MS_PER_CHAR = 125  # 8 characters a second
#: The weight of one more turn in ``lately``.
_LATELY = 0.2
#: So many show whether a patient's typing is announced.
_ENOUGH_FOLLOW_UPS = 3
#: How often somebody unknown goes on, in the data.
GOES_ON = 0.43


# Both are tuples, since every message makes new ones while its sender waits for the answer to a webhook.
class Burst(NamedTuple):
    """The pieces that no reply has covered."""

    pieces: int = 0
    chars: int = 0
    asked_before: bool = False  #: a piece before the last one asks
    greeted_before: bool = False
    log_gaps: float = 0.0  #: sum over its gaps of log(1 + seconds)
    last_log_gap: float = 0.0


class Rhythm(NamedTuple):
    """How this sender writes, over all bursts. A follow-up is a piece that came within a turn after another."""

    messages: int = 0
    punctuated: int = 0
    log_chars: float = 0.0  #: sum over messages of log(1 + characters)
    follow_ups: int = 0
    turns: int = 0  #: that have ended
    lately: float = GOES_ON  #: share of follow-ups, the last ones counting most
    log_gaps: float = 0.0
    log_speeds: float = 0.0  #: sum over follow-ups of log((characters + 5) / (1 + seconds))
    questions: int = 0
    questions_followed: int = 0
    this_turn: int = 0  #: pieces of the turn that goes on
    last_turn: int = 0
    announced: int = 0  #: follow-ups before which a typing signal came


_NOTHING_YET, _NOBODY = Burst(), Rhythm()


@dataclass(frozen=True, slots=True)
class Talk:
    burst: Burst = _NOTHING_YET
    rhythm: Rhythm = _NOBODY
    last: Piece | None = None
    last_ms: int = 0  #: our receipt of the last piece
    asked: Asked = Asked.NOTHING
    spoke_ms: int = 0  #: when the clinic or the bot last said something; 0: not since the last piece

    def heard(self, piece: Piece, at_ms: int, *, typed: bool = False) -> Self:
        """The talk with one more piece. ``typed``: a typing or recording signal came since the piece before."""
        burst, rhythm, before = self.burst, self.rhythm, self.last
        log_gap: float | None = None
        # After the clock was set back nobody knows how long it took, and nothing is learned from it.
        if before is not None and self.last_ms - at_ms <= TURN_GAP_MS:
            gap_ms = max(0, at_ms - self.last_ms)
            unread = not self.spoke_ms or at_ms - self.spoke_ms < unread_ms(piece)
            if gap_ms > TURN_GAP_MS:
                burst = Burst()
            if gap_ms <= TURN_GAP_MS and unread:
                log_gap = log(1 + gap_ms / 1000)
                rhythm = _went_on(rhythm, before, piece, log_gap, typed=typed)
            else:
                rhythm = _stopped(rhythm, before)
        return type(self)(
            burst=_longer(burst, before, piece, log_gap),
            rhythm=rhythm._replace(
                messages=rhythm.messages + 1,
                punctuated=rhythm.punctuated + piece.punct,
                log_chars=rhythm.log_chars + log(1 + piece.n_chars),
                this_turn=rhythm.this_turn + 1,
            ),
            last=piece,
            last_ms=at_ms,
            asked=self.asked,
        )

    def spoke(self, at_ms: int, asked: Asked = Asked.NOTHING) -> Self:
        """The talk after a reply, or after somebody of the clinic wrote: the next piece begins a burst."""
        return replace(self, burst=Burst(), asked=asked, spoke_ms=max(1, at_ms))

    def without_burst(self) -> Self:
        """How this sender writes, and nothing of what was just written."""
        return replace(self, burst=Burst(), last=None)

    @property
    def typing_known(self) -> bool:
        """Whether enough was seen of this patient to say whether typing signals come."""
        return self.rhythm.follow_ups >= _ENOUGH_FOLLOW_UPS

    def typing_expected(self, *, usual: bool) -> bool:
        """Whether typing signals come from this patient; while too little is known, what is ``usual`` on the line."""
        if not self.typing_known:
            return usual
        return 2 * self.rhythm.announced >= self.rhythm.follow_ups

    def packed(self) -> str:
        piece = self.last
        last = "null" if piece is None else _PIECE % (
            piece.kind, piece.n_chars, piece.n_words,
            piece.question, piece.punct, piece.open, piece.fits, piece.complete,
        )  # fmt: skip
        return _PACKED % (*self.burst, *self.rhythm, last, self.last_ms, self.asked, self.spoke_ms)

    @classmethod
    def unpacked(cls, text: str | None) -> Self:
        """What ``packed`` wrote. Whatever cannot be read, as after an upgrade, is a patient nobody knows yet."""
        try:
            burst, rhythm, last, last_ms, asked, spoke_ms = json.loads(text or "")
            return cls(
                burst=_burst(burst),
                rhythm=_rhythm(rhythm),
                last=None if last is None else _piece(last),
                last_ms=int(last_ms),
                asked=_ASKED[asked],
                spoke_ms=int(spoke_ms),
            )
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
            return cls()


def unread_ms(piece: Piece) -> int:
    """A reply that left less than this before the piece came had not been read when it was written."""
    return _READING_MS + _WRITING_MS_PER_CHAR * piece.n_chars


# JSON, written by hand: that takes a quarter of the time, and a webhook waits for it.
_PIECE = '["%s",%d,%d,%d,%d,%d,%d,%d]'
_PACKED = '[[%d,%d,%d,%d,%.4f,%.4f],[%d,%d,%.4f,%d,%d,%.4f,%.4f,%.4f,%d,%d,%d,%d,%d],%s,%d,"%s",%d]'
_KINDS = {str(kind): kind for kind in PieceKind}
_ASKED = {str(asked): asked for asked in Asked}


def _longer(burst: Burst, before: Piece | None, piece: Piece, log_gap: float | None) -> Burst:
    """The burst with one more piece, ``log_gap`` after the one before."""
    if before is None or not burst.pieces:
        return burst._replace(pieces=burst.pieces + 1, chars=burst.chars + piece.n_chars)
    return Burst(
        pieces=burst.pieces + 1,
        chars=burst.chars + piece.n_chars,
        asked_before=burst.asked_before or before.asks,
        greeted_before=burst.greeted_before or before.kind is PieceKind.GREETING,
        log_gaps=burst.log_gaps + (log_gap or 0.0),
        last_log_gap=burst.last_log_gap if log_gap is None else log_gap,
    )


def _went_on(rhythm: Rhythm, before: Piece, piece: Piece, log_gap: float, *, typed: bool) -> Rhythm:
    return rhythm._replace(
        follow_ups=rhythm.follow_ups + 1,
        lately=rhythm.lately + _LATELY * (1 - rhythm.lately),
        log_gaps=rhythm.log_gaps + log_gap,
        log_speeds=rhythm.log_speeds + log(piece.n_chars + 5) - log_gap,
        questions=rhythm.questions + before.asks,
        questions_followed=rhythm.questions_followed + before.asks,
        announced=rhythm.announced + typed,
    )


def _stopped(rhythm: Rhythm, before: Piece) -> Rhythm:
    return rhythm._replace(
        turns=rhythm.turns + 1,
        lately=rhythm.lately * (1 - _LATELY),
        questions=rhythm.questions + before.asks,
        last_turn=rhythm.this_turn,
        this_turn=0,
    )


def _burst(values: Sequence[Any]) -> Burst:
    pieces, chars, asked_before, greeted_before, log_gaps, last_log_gap = _numbers(values)
    return Burst(pieces, chars, bool(asked_before), bool(greeted_before), log_gaps, last_log_gap)


def _rhythm(values: Sequence[Any]) -> Rhythm:
    return Rhythm._make(_numbers(values))


def _piece(values: Sequence[Any]) -> Piece:
    kind, n_chars, n_words, *flags = values
    return Piece(_KINDS[kind], int(n_chars), int(n_words), *map(bool, flags))


def _numbers(values: Sequence[Any]) -> Sequence[Any]:
    """As they are. A text raises TypeError in the sum, and so does what is no list at all."""
    if not isfinite(sum(values)):
        raise ValueError("not a finite number")
    return values
