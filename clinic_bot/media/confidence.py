"""Whether what Whisper wrote was said. Pure.

On silence and noise it writes what its training knew best: credits of subtitles, thanks for watching, one word again
and again. It says itself how sure it was, for each piece: the mean log probability of its tokens, how likely nobody
spoke, and how well the text can be compressed, which a loop can.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clinic_bot.events import Found, MediaState
from clinic_bot.storable import storable

#: Whisper's own limits for a piece that it writes again with more heat.
_LOGPROB, _COMPRESSION = -1.0, 2.4
#: Nobody spoke: very likely, or likely and the words are a guess.
_SILENT, _SILENT_AND_UNSURE, _UNSURE = 0.9, 0.6, -0.5
#: Words that only ever come from subtitles, as all that was heard; without signs and in lower case.
_CREDITS = (
    "legendas pela comunidade", "legenda adriana zanotto", "amara org", "obrigado por assistir",
    "obrigada por assistir", "inscreva se no canal", "transcrição e legendas", "legendado por",
)  # fmt: skip
_MOST_CHARS = 6_000


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    logprob: float
    silence: float
    compression: float

    @property
    def is_silence(self) -> bool:
        return self.silence > _SILENT or (self.silence > _SILENT_AND_UNSURE and self.logprob < _UNSURE)

    @property
    def is_doubtful(self) -> bool:
        return self.logprob < _LOGPROB or self.compression > _COMPRESSION


def heard(answer: Mapping[str, Any]) -> Found:
    """What a ``verbose_json`` answer is worth; pieces in which nobody spoke are left out."""
    whole = _words(answer.get("text"))
    pieces = _pieces(answer.get("segments"))
    spoken = [piece for piece in pieces if not piece.is_silence]
    text = _words(" ".join(piece.text for piece in spoken)) if pieces else whole
    if not text or _is_credits(text):
        return Found(MediaState.UNCLEAR)
    if any(piece.is_doubtful for piece in spoken):
        return Found(MediaState.UNCLEAR, doubtful=text)
    return Found(MediaState.READ, text=text)


def _pieces(segments: object) -> Sequence[_Piece]:
    """Those with numbers; an answer without any is taken by its text alone."""
    found = [one for one in segments if isinstance(one, dict)] if isinstance(segments, list) else []
    return [
        _Piece(
            str(one.get("text") or ""),
            _number(one.get("avg_logprob"), 0.0),
            _number(one.get("no_speech_prob"), 0.0),
            _number(one.get("compression_ratio"), 1.0),
        )
        for one in found
    ]


def _number(value: object, default: float) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else default


def _words(text: object) -> str:
    return " ".join(storable(text).split())[:_MOST_CHARS] if isinstance(text, str) else ""


def _is_credits(text: str) -> bool:
    plain = " ".join("".join(char if char.isalnum() else " " for char in text.lower()).split())
    return any(plain.startswith(words) for words in _CREDITS) and len(plain) < 120
