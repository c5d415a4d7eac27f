"""Many pending messages, one text for the agent.

Merging shortens what the agent sees and never what is kept: every message stays in the history.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from clinic_bot.turns.markers import PendingMessage, show

__all__ = ["LIMIT_CHARS", "PendingMessage", "merge"]

LIMIT_CHARS = 6000  #: about 1,500 tokens, which the smallest plan of the provider still carries
_NOTICE_CHARS = 100  #: room for one notice of what was left out
_NOTICE = "[… {} mensagens omitidas aqui, guardadas no histórico …]"
_NOTICE_ONE = "[… 1 mensagem omitida aqui, guardada no histórico …]"
_HEAD_SHARE = 1 / 3  #: what is wanted stands more often at the end of a long burst than at its beginning


class _Line(NamedTuple):
    text: str
    messages: int


def merge(messages: Sequence[PendingMessage], *, limit_chars: int = LIMIT_CHARS) -> str:
    """Join a burst in the order it was written.

    A correction stands in the place of what it corrects, where both are here. A text that comes again is shown once,
    at its first place, with its count. What does not fit is left out of the middle and says so.

    Args:
        messages: in any order; those withdrawn are already gone.
        limit_chars: longest result, at least 400.
    """
    lines = _counted(sorted(_corrected(messages), key=_written))
    return "\n".join(line.text for line in _bounded(lines, max(limit_chars, 400)))


def _corrected(messages: Sequence[PendingMessage]) -> list[PendingMessage]:
    """One message for all versions of it: the first one here with the words of the newest.

    An edit that came while a turn was thinking is a message of its own; when that turn is asked again it reads both.
    """
    found: list[PendingMessage] = []
    place: dict[str, int] = {}
    for message in sorted(messages, key=lambda message: message.seq):
        known = place.get(message.provider_id) if message.corrects else None
        if known is None:
            place[message.provider_id] = len(found)
            found.append(message)
        else:
            found[known] = replace(found[known], text=message.text, unheard=message.unheard)
    return found


def _written(message: PendingMessage) -> tuple[int, int]:
    """By second, then by arrival: the provider's times have no finer resolution, whatever their digits say."""
    time_ms = message.received_ms if message.sent_ms is None else message.sent_ms
    return time_ms // 1000, message.seq


def _counted(messages: Sequence[PendingMessage]) -> list[_Line]:
    counts: dict[str, int] = {}
    for message in messages:
        text = show(message)
        counts[text] = counts.get(text, 0) + 1
    return [_Line(text if n == 1 else f"{text} (×{n})", n) for text, n in counts.items()]


def _bounded(lines: Sequence[_Line], limit: int) -> list[_Line]:
    """Lines that fit ``limit`` when joined: all of them, or beginning, notice and end."""
    if sum(len(line.text) + 1 for line in lines) - 1 <= limit:
        return list(lines)
    room = limit - _NOTICE_CHARS
    shortened = [_shortened(line, room // 3 - 1) for line in lines]
    if sum(len(line.text) + 1 for line in shortened) - 1 <= limit:
        return shortened
    head = _fitting(shortened, round(room * _HEAD_SHARE))
    tail = _fitting(shortened[: len(head) - 1 : -1] if head else shortened[::-1], room - _size(head))
    omitted = sum(line.messages for line in shortened[len(head) : len(shortened) - len(tail)])
    notice = _NOTICE_ONE if omitted == 1 else _NOTICE.format(omitted)
    return [*head, _Line(notice, omitted), *reversed(tail)]


def _fitting(lines: Sequence[_Line], room: int) -> list[_Line]:
    taken: list[_Line] = []
    for line in lines:
        room -= len(line.text) + 1
        if room < 0:
            break
        taken.append(line)
    return taken


def _size(lines: Sequence[_Line]) -> int:
    return sum(len(line.text) + 1 for line in lines)


def _shortened(line: _Line, longest: int) -> _Line:
    """One very long text with its middle left out."""
    if len(line.text) <= longest:
        return line
    notice = f" [… {len(line.text)} caracteres, meio omitido …] "
    kept = longest - len(notice)
    head = kept // 2
    return line._replace(text=f"{line.text[:head]}{notice}{line.text[head - kept :]}")
