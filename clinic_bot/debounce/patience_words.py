"""Why a wait is what it is, in words an operator reads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from clinic_bot.debounce.patience_model import FEATURES
from clinic_bot.debounce.piece import Piece, PieceKind
from clinic_bot.debounce.talk import Talk

#: Pushes smaller than this are not worth a word.
_WORTH_SAYING = 0.1

_KIND = {
    PieceKind.GREETING: "only a greeting",
    PieceKind.THANKS: "a thank-you",
    PieceKind.BYE: "a goodbye",
    PieceKind.ACK: "a short assent",
    PieceKind.SYMBOLS: "only symbols",
    PieceKind.QUESTION: "a question",
    PieceKind.FRAGMENT: "a word or two",
    PieceKind.STATEMENT: "a statement",
    PieceKind.VOICE: "a voice note",
    PieceKind.PICTURE: "a picture without words",
}


@dataclass(frozen=True, slots=True)
class _Habit:
    """Features that tell of one thing, and what to say when they speak for going on, or for being done."""

    features: frozenset[str]
    more: str
    done: str
    is_known: Callable[[Talk], bool]  #: whether enough was seen to speak of it

    def places(self) -> tuple[int, ...]:
        return tuple(at for at, name in enumerate(FEATURES) if name in self.features)


_HABITS = (
    _Habit(
        frozenset({"goes_on", "lately", "last_turn", "questions_followed", "asks_followed"}),
        "this patient mostly goes on",
        "this patient seldom goes on",
        lambda talk: talk.rhythm.turns + talk.rhythm.follow_ups >= 3,
    ),
    _Habit(
        frozenset({"gaps", "speed", "burst_gaps", "last_gap", "has_gap"}),
        "the pace so far speaks for another piece",
        "the pace so far speaks for the last piece",
        lambda talk: talk.burst.pieces > 1,
    ),
    _Habit(
        frozenset({"first", "second", "pieces", "burst_chars", "asked_before", "greeted_before"}),
        "what came before speaks for another piece",
        "what came before speaks for the last piece",
        lambda talk: talk.burst.pieces > 1,
    ),
    _Habit(
        frozenset({"punctuated", "unpunctuated", "longer"}),
        "this patient ends otherwise",
        "this patient ends so",
        lambda talk: talk.rhythm.messages >= 4,
    ),
)
_PLACES = tuple((habit, habit.places()) for habit in _HABITS)


def reasons(talk: Talk, pushes: Sequence[float]) -> str:
    """The last piece, and what is most telling beside it."""
    assert talk.last is not None
    said = [_piece(talk.last)]
    known = [(sum(pushes[at] for at in places), habit) for habit, places in _PLACES if habit.is_known(talk)]
    if known:
        total, habit = max(known, key=lambda one: abs(one[0]))
        if abs(total) >= _WORTH_SAYING:
            said.append(habit.more if total > 0 else habit.done)
    return "; ".join(said)


def _piece(piece: Piece) -> str:
    if piece.open:
        return "a sentence left open"
    if piece.fits:
        return "it answers what the clinic asked"
    if piece.complete:
        return "a complete request"
    said = _KIND[piece.kind]
    return f"{said} with a full stop" if piece.punct and piece.kind is PieceKind.STATEMENT else said
