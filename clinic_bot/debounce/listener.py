"""What is kept of a patient's writing from piece to piece, and how long the next piece is waited for.

Pure. Nothing here raises: a fault of the reading or of the model must not keep a message from being stored, so it
leaves what was known and the fixed patience.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

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


#: A line that delivered typing signals this long ago is taken to deliver them still.
SIGNALS_KEPT_MS = 7 * 86_400_000
#: Clocks of replicas may be apart by less.
_BEFORE_MS = 1_000


def _quiet(fault: str) -> None:
    """Nobody is told."""


class Listener:
    """Listens to every conversation of one line.

    Args:
        tell: gets the name of what went wrong whenever the fixed patience stands in for a fault of ours.
    """

    def __init__(self, limits: Limits, model: Model | None, *, tell: Callable[[str], None] = _quiet) -> None:
        self._limits = limits
        self._model = model
        self._tell = tell
        #: Waited whenever nothing can be said.
        self.fixed_ms = max(limits.floor_ms, min(limits.fixed_ms, limits.ceiling_ms))
        #: Nothing is answered sooner, so nothing has to be decided sooner.
        self.floor_ms = limits.floor_ms
        #: When a typing signal last came from anybody: whether any come depends on how the line is set up.
        self.signal_ms: int | None = None
        self.signal_kept_ms = 0  #: what is stored of it
        #: So long after its window a reply does not leave yet, and a piece takes it back; 0 while nobody knows.
        self.answers_in_ms = 0

    def hear(
        self,
        talk: str | None,
        pieces: Sequence[tuple[Content, int]],
        *,
        signal_ms: int | None = None,
        taken_back: bool = False,
    ) -> Heard:
        """Some more pieces, each with our receipt of it; the last one decides. With none: decide as things stand.

        Args:
            talk: what is known of the patient, as it was kept.
            signal_ms: when the patient was last seen typing or recording.
            taken_back: whether a reply to this burst has been taken back already; that is not counted on again.
        """
        try:
            known = Talk.unpacked(talk)
            for content, at_ms in sorted(pieces, key=itemgetter(1)):
                if known.last_ms - at_ms > _BEFORE_MS:
                    continue  # of a conversation that became a part of this one: what came after it is heard already
                typed = signal_ms is not None and known.last_ms < signal_ms <= at_ms
                known = known.heard(read_piece(content, known.asked), at_ms, typed=typed)
            return self._decided(known, supersede_ms=0 if taken_back else self.answers_in_ms)
        except Exception as exc:
            return self._at_a_loss(talk, exc)

    def reread(self, talk: str | None, content: Content) -> Heard:
        """The last piece says something else now: its patient corrected it."""
        try:
            known = Talk.unpacked(talk)
            piece = read_piece(content, known.asked)
            chars = known.burst.chars + piece.n_chars - (known.last.n_chars if known.last else 0)
            return self._decided(replace(known, burst=known.burst._replace(chars=chars), last=piece))
        except Exception as exc:
            return self._at_a_loss(talk, exc)

    def spoke(self, talk: str | None, at_ms: int, reply: str) -> str | None:
        """What is known after the clinic, or the bot, said something."""
        try:
            return Talk.unpacked(talk).spoke(at_ms, asked_by(reply)).packed()
        except Exception as exc:
            self._tell(type(exc).__name__)
            return talk

    def signals_come(self, now_ms: int) -> bool:
        return self.signal_ms is not None and now_ms - self.signal_ms < SIGNALS_KEPT_MS

    def _at_a_loss(self, talk: str | None, exc: Exception) -> Heard:
        self._tell(type(exc).__name__)
        return Heard(talk, self.fixed_ms, FIXED)

    def _decided(self, talk: Talk, *, supersede_ms: int = 0) -> Heard:
        expected = talk.typing_expected(usual=self.signals_come(talk.last_ms))
        decision = decide(
            talk,
            self._limits,
            self._model,
            now_ms=talk.last_ms,
            typing_expected=expected,
            supersede_ms=supersede_ms,
        )
        if decision.fault is not None and self._model is not None:  # that there is no model was told at start
            self._tell(decision.fault)
        return Heard(talk.packed(), decision.patience_ms, decision.why)
