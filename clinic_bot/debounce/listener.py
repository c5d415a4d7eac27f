"""What is kept of a patient's writing from piece to piece, and how long the next piece is waited for.

Pure. Nothing here raises: a fault of the reading or of the model must not keep a message from being stored, so it
leaves what was known and the fixed patience.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from clinic_bot.debounce.patience import FIXED, Limits, decide
from clinic_bot.debounce.patience_model import Model
from clinic_bot.debounce.piece_words import asked_by, read_piece
from clinic_bot.debounce.talk import Talk
from clinic_bot.events import Content


@dataclass(frozen=True, slots=True)
class Heard:
    """What stands beside the conversation after a piece."""

    talk: str | None  #: ``Talk.packed``
    patience_ms: int  #: of silence after the last piece
    why: str  #: for the operator


class Listener:
    """Listens to every conversation of one line."""

    def __init__(self, limits: Limits, model: Model | None) -> None:
        self._limits = limits
        self._model = model
        #: Waited whenever nothing can be said.
        self.fixed_ms = max(limits.floor_ms, min(limits.fixed_ms, limits.ceiling_ms))
        #: Nothing is answered sooner, so nothing has to be decided sooner.
        self.floor_ms = limits.floor_ms
        #: Whether typing signals come at all, which depends on how the line is set up; false until one is seen.
        self.signals_come = False

    def hear(
        self, talk: str | None, pieces: Sequence[tuple[Content, int]], *, signal_ms: int | None = None
    ) -> Heard:
        """Some more pieces, each with our receipt of it; the last one decides. With none: decide as things stand.

        Args:
            talk: what is known of the patient, as it was kept.
            signal_ms: when the patient was last seen typing or recording.
        """
        try:
            known = Talk.unpacked(talk)
            for content, at_ms in pieces:
                typed = signal_ms is not None and known.last_ms < signal_ms <= at_ms
                known = known.heard(read_piece(content, known.asked), at_ms, typed=typed)
            return self._decided(known)
        except Exception:
            return Heard(talk, self.fixed_ms, FIXED)

    def reread(self, talk: str | None, content: Content) -> Heard:
        """The last piece says something else now: its patient corrected it."""
        try:
            known = Talk.unpacked(talk)
            piece = read_piece(content, known.asked)
            chars = known.burst.chars + piece.n_chars - (known.last.n_chars if known.last else 0)
            return self._decided(replace(known, burst=known.burst._replace(chars=chars), last=piece))
        except Exception:
            return Heard(talk, self.fixed_ms, FIXED)

    def spoke(self, talk: str | None, at_ms: int, reply: str) -> str | None:
        """What is known after the clinic, or the bot, said something."""
        try:
            return Talk.unpacked(talk).spoke(at_ms, asked_by(reply)).packed()
        except Exception:
            return talk

    def _decided(self, talk: Talk) -> Heard:
        expected = talk.typing_expected(usual=self.signals_come)
        decision = decide(talk, self._limits, self._model, now_ms=talk.last_ms, typing_expected=expected)
        return Heard(talk.packed(), decision.patience_ms, decision.why)
