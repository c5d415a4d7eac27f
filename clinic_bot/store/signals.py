"""Typing signals: that they come at all, and when a patient began to type.

A clinic that has Z-API deliver them gets them for every patient. So one is enough to know that they come, for every
process of the line and after a restart, and one write a day to remember it.

Of the signals between two messages the first is kept, for the lab: as an instant, in the row that a signal changes
anyway, until a claim takes it over into its turn.
"""

from sqlalchemy import Connection

from clinic_bot.debounce.listener import Listener
from clinic_bot.store import outages
from clinic_bot.store.tables import Conversation, MarkName

_AGAIN_MS = 86_400_000
#: Whoever types and sends nothing, again and again while a person has the chat, fills no column.
_MOST_TYPED = 64


def seen(connection: Connection, instance: str, listener: Listener, now_ms: int) -> None:
    """Somebody types. Until ``recall`` has read what is written here it is written again, which costs little."""
    listener.signal_ms = now_ms
    if now_ms - listener.signal_kept_ms > _AGAIN_MS:
        outages.mark(connection, instance, MarkName.TYPING_SEEN, now_ms)


def recall(connection: Connection, instance: str, listener: Listener) -> None:
    """Learn what this and other processes have seen."""
    kept_ms = outages.marked(connection, instance, MarkName.TYPING_SEEN)
    if kept_ms is not None:
        listener.signal_ms = max(listener.signal_ms or 0, kept_ms)
        listener.signal_kept_ms = kept_ms


def note(conversation: Conversation, now_ms: int) -> None:
    """The patient types or records."""
    if (conversation.signal_ms or 0) <= (
        conversation.last_ms or 0
    ):  # for the first time since the last message
        kept = (conversation.typed or "").split()[1 - _MOST_TYPED :]
        conversation.typed = "".join(f"{at} " for at in (*kept, now_ms))
    conversation.signal_ms = now_ms


def typed_ms(typed: str) -> list[int]:
    """The instants at which typing began."""
    return [int(at) for at in typed.split() if at.isdecimal()]
