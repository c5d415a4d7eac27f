"""Hearing what a patient wrote, off the way of the webhook: when somebody looks at the conversation.

Deciding about a message costs as much as storing it. So intake only notes that something came, and lets the
conversation be looked at after the shortest wait there is; who looks then hears all that came since, decides by the
last of it, and the window goes on if that says so. The same is done before a typing signal and before a hand-written
answer, so that everything is heard in the order in which it happened.
"""

from collections.abc import Sequence
from typing import Protocol

from clinic_bot.debounce.listener import Listener
from clinic_bot.debounce.patience import FIXED
from clinic_bot.debounce.talk import TURN_GAP_MS
from clinic_bot.events import Content, Kind
from clinic_bot.store.policy import Policy

#: Of more than so many unheard pieces the oldest tell nothing new, and a flood must keep nobody else waiting.
_MOST = 32


class _Piece(Protocol):
    """A message of the patient: a row, or the table's object."""

    @property
    def seq(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def sent_ms(self) -> int | None: ...
    @property
    def received_ms(self) -> int: ...
    @property
    def corrects(self) -> bool | int: ...


class _Listened(Protocol):
    """A conversation: a row, or the table's object."""

    talk: str | None
    heard_seq: int
    signal_ms: int | None
    patience_ms: int | None
    patience_why: str | None
    superseded: int


def catch_up(conversation: _Listened, waiting: Sequence[_Piece], policy: Policy) -> bool:
    """Hear what came since the last look, and decide how long the next piece is waited for.

    A correction is no piece, and neither is what comes out of a queue long after it was written: its sender went on,
    or did not, meanwhile. Both have the fixed patience.

    Args:
        waiting: what is pending, by ``seq``.

    Returns:
        Whether anything was decided. The caller writes the row.
    """
    listener = policy.listener
    if listener is None or conversation.patience_ms is not None or not waiting:
        return False
    fresh = [one for one in waiting if one.seq > conversation.heard_seq]
    pieces = [(_content(one), one.received_ms) for one in fresh[-_MOST:] if _is_piece(one)]
    heard = listener.hear(
        conversation.talk,
        pieces,
        signal_ms=conversation.signal_ms,
        taken_back=conversation.superseded > 0,
    )
    conversation.talk = heard.talk
    conversation.patience_ms, conversation.patience_why = heard.patience_ms, heard.why
    if fresh:
        conversation.heard_seq = fresh[-1].seq
    if not _is_piece(max(waiting, key=lambda one: (one.received_ms, one.seq))):
        conversation.patience_ms, conversation.patience_why = listener.fixed_ms, FIXED
    return True


def reread(conversation: _Listened, last: _Piece, policy: Policy) -> None:
    """The last piece says something else now, and is waited by so; if it was not heard yet, it will be as it is now."""
    if policy.listener is None or conversation.patience_ms is None or last.seq > conversation.heard_seq:
        return
    if _is_piece(last):
        heard = policy.listener.reread(conversation.talk, _content(last))
        conversation.talk = heard.talk
        conversation.patience_ms, conversation.patience_why = heard.patience_ms, heard.why


def spoke(conversation: _Listened, listener: Listener | None, now_ms: int, text: str) -> None:
    """The clinic, or the bot, said something."""
    if listener is not None:
        conversation.talk = listener.spoke(conversation.talk, now_ms, text)


def _is_piece(message: _Piece) -> bool:
    late = message.sent_ms is not None and message.received_ms - message.sent_ms > TURN_GAP_MS
    return not (message.corrects or late)


def _content(message: _Piece) -> Content:
    return Content(Kind(message.kind), message.text)
