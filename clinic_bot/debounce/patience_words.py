"""Why a wait is what it is, in words an operator reads."""

from collections.abc import Sequence

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

#: What to say of a feature that pushes towards going on, and of one that pushes towards being done.
_SENDER: tuple[tuple[frozenset[str], str, str], ...] = (
    (
        frozenset({"goes_on", "lately", "last_turn", "messages"}),
        "this patient mostly goes on",
        "this patient seldom goes on",
    ),
    (
        frozenset({"gaps", "speed", "burst_gaps", "last_gap", "has_gap"}),
        "the pace of the pieces says more is coming",
        "the pace of the pieces says it is the last",
    ),
    (
        frozenset({"first", "second", "pieces", "burst_chars", "asked_before", "greeted_before"}),
        "little was said so far",
        "much was said already",
    ),
    (
        frozenset({"punctuated", "unpunctuated"}),
        "this patient ends sentences otherwise",
        "this patient ends sentences so",
    ),
)
_POSITIONS = tuple(
    (tuple(FEATURES.index(name) for name in FEATURES if name in names), more, done)
    for names, more, done in _SENDER
)


def reasons(talk: Talk, pushes: Sequence[float]) -> str:
    """The last piece, and what is most telling about the sender."""
    assert talk.last is not None
    said = [_piece(talk.last)]
    total, more, done = max(
        ((sum(pushes[at] for at in places), more, done) for places, more, done in _POSITIONS),
        key=lambda one: abs(one[0]),
    )
    if abs(total) >= _WORTH_SAYING:
        said.append(more if total > 0 else done)
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
