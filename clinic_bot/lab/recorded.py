"""Recorded conversations: who wrote when, and how it looked. Never what was written.

A file holds one conversation a line, as ``tests/data/bursts/README.md`` describes.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from math import isfinite
from pathlib import Path
from typing import Any

from clinic_bot.debounce.piece import Asked, Piece, PieceKind
from clinic_bot.errors import Misconfigured

_KINDS = {str(kind): kind for kind in PieceKind}
#: One conversation in so many is never fitted on.
HELD_OUT_OF = 3
#: The ``source`` of the conversations that were fitted on.
FITTED_SOURCE = "chitchat"


@dataclass(frozen=True, slots=True)
class Written:
    at_s: float
    sender: str
    piece: Piece
    typing_s: float = 0.0  #: typed this long before it was sent, by estimate; 0: no signal is known
    asked: Asked = Asked.NOTHING  #: what it asks of the other side


@dataclass(frozen=True, slots=True)
class Recording:
    id: str
    source: str
    messages: tuple[Written, ...]
    patients: frozenset[str]  #: whose turns are waited for and scored


def is_held_out(conversation_id: str) -> bool:
    """Whether the fit never sees this conversation: SHA-256 of its id, the first 8 hex digits modulo 3, is 0."""
    return int(sha256(conversation_id.encode()).hexdigest()[:8], 16) % HELD_OUT_OF == 0


def read_recordings(path: Path) -> Iterator[Recording]:
    """Conversations of a file.

    Raises:
        Misconfigured: the file cannot be used; says which line.
    """
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _recording(line, f"{path}, line {number}")
    except OSError as exc:
        raise Misconfigured(f"{path}: {exc.strerror or exc}") from exc


def _recording(line: bytes, where: str) -> Recording:
    try:
        known = json.loads(line)
    except (ValueError, RecursionError) as exc:
        raise Misconfigured(f"{where}: not JSON: {exc}") from exc
    if not isinstance(known, dict) or not isinstance(messages := known.get("messages"), list) or not messages:
        raise Misconfigured(f"{where}: not a conversation: an object with a list of messages is expected")
    if not isinstance(name := known.get("id"), str):
        raise Misconfigured(f"{where}: the conversation has no id")
    written: list[Written] = []
    for number, message in enumerate(messages, 1):
        here = f"{where}, message {number}"
        if not isinstance(message, dict):
            raise Misconfigured(f"{here}: not an object")
        one = _written(message, here)
        if written and one.at_s < written[-1].at_s:
            raise Misconfigured(f"{here}: t goes back in time")
        written.append(one)
    return Recording(
        name, str(known.get("source", "")), tuple(written), frozenset(one.sender for one in written)
    )


def _written(message: Mapping[str, Any], where: str) -> Written:
    sender = message.get("sender")
    if not isinstance(sender, str) or not sender:
        raise Misconfigured(f"{where}: sender is not a name")
    kind = _KINDS.get(str(message.get("kind")))
    if kind is None:
        raise Misconfigured(f"{where}: kind is none of {', '.join(_KINDS)}")
    piece = Piece(
        kind=kind,
        n_chars=int(_number(message, "n_chars", where)),
        n_words=int(_number(message, "n_words", where)),
        question=_flag(message, "ends_with_question", where),
        punct=_flag(message, "ends_with_punct", where),
        open=_flag(message, "ends_open", where),
    )
    return Written(
        at_s=_number(message, "t", where),
        sender=sender,
        piece=piece,
        typing_s=_number(message, "typing_s_est", where, missing=0.0),
        asked=Asked.OTHER if piece.asks else Asked.NOTHING,
    )


#: Larger than any count or time of a chat, and far from where sums lose digits.
_LARGEST = 1e9


def _number(message: Mapping[str, Any], name: str, where: str, *, missing: float | None = None) -> float:
    value = message.get(name, missing)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Misconfigured(f"{where}: {name} is not a number")
    if not 0 <= value <= _LARGEST or not isfinite(value):
        raise Misconfigured(f"{where}: {name} is not between 0 and {_LARGEST:g}")
    return float(value)


def _flag(message: Mapping[str, Any], name: str, where: str) -> bool:
    value = message.get(name, False)
    if not isinstance(value, bool):
        raise Misconfigured(f"{where}: {name} is neither true nor false")
    return value
