"""One piece of a burst, as far as it tells whether more will follow.

The waiting is fitted on English chats (``patience_model.py``), so what is kept of a piece is what two languages
share: its kind, its length, how it ends. ``piece_words.py`` brings Portuguese to that. The words are not kept.
"""

from dataclasses import dataclass
from enum import StrEnum


class PieceKind(StrEnum):
    """What a piece is; the first eight are the kinds of ``tests/data/bursts``. The value is stored."""

    GREETING = "greeting"  #: nothing but a greeting
    THANKS = "thanks"
    BYE = "bye"
    ACK = "ack"  #: "sim", "pode ser", "blz"
    SYMBOLS = "symbols"  #: no letter and no digit
    QUESTION = "question"
    FRAGMENT = "fragment"  #: one word or two
    STATEMENT = "statement"
    VOICE = "voice"
    PICTURE = "picture"  #: anything seen rather than read, without words of its own


class Asked(StrEnum):
    """What the clinic's last reply asked for. The value is stored."""

    NOTHING = "nothing"
    YES_NO = "yes_no"
    WHEN = "when"  #: a day or a time
    NUMBER = "number"  #: CPF, telephone, card
    NAME = "name"
    CHOICE = "choice"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Piece:
    kind: PieceKind
    n_chars: int
    n_words: int
    question: bool = False  #: ends in a question mark
    punct: bool = False  #: ends in any of ``. ! ? …``
    open: bool = False  #: ends in a comma, a dash, an ellipsis or a joining word
    fits: bool = False  #: answers what the clinic's last reply asked
    complete: bool = False  #: a whole request: what, when, and a full stop

    @property
    def asks(self) -> bool:
        return self.question or self.kind is PieceKind.QUESTION
