"""That typing signals come at all: known to every process of the line, and still known after a restart.

A clinic that has Z-API deliver them gets them for every patient. So one is enough to know, and one write a day to
remember it.
"""

from sqlalchemy import Connection

from clinic_bot.debounce.listener import Listener
from clinic_bot.store import outages
from clinic_bot.store.tables import MarkName

_AGAIN_MS = 86_400_000


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
