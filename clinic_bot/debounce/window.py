"""The window: until when a burst stays open.

Pure: state and time in, deadline out. The formula is the design's::

    due = min(max(last_message + patience, hold_until), first_message + cap)

Presence only ever holds the window open; without any presence signal it still works.
"""

from dataclasses import dataclass

from clinic_bot.events import PresenceStatus

#: PAUSED follows typing, and a sentence often follows PAUSED: the window stays open this much longer.
PAUSED_HOLD_MS = 2_000


@dataclass(frozen=True, slots=True)
class Timing:
    """The clinic's settings of the window, in milliseconds."""

    quiet_ms: int  #: the patience where none was decided for the last piece
    cap_ms: int
    hold_ms: int


@dataclass(frozen=True, slots=True)
class Window:
    """What is known of an open burst. Instants are epoch milliseconds of *our* receipt.

    The provider's own times come out of order and with one second's resolution, so they order words inside a
    turn but never decide when it is due.
    """

    first_ms: int
    last_ms: int
    hold_until_ms: int = 0
    patience_ms: int | None = None  #: of silence after the last message; None: the clinic's fixed one

    def quiet_until_ms(self, timing: Timing) -> int:
        """When nothing more came for as long as is waited, presence aside."""
        return self.last_ms + (timing.quiet_ms if self.patience_ms is None else self.patience_ms)


def due_ms(window: Window, timing: Timing) -> int:
    """The instant at which the burst is taken to the agent."""
    quiet_ms = max(window.quiet_until_ms(timing), window.hold_until_ms)
    return min(quiet_ms, window.first_ms + timing.cap_ms)


def hold_until_ms(status: PresenceStatus, held_until_ms: int, now_ms: int, timing: Timing) -> int:
    """Until when a presence signal holds the window open, given until when it was held before.

    COMPOSING is repeated about every 10 s while somebody types, and PAUSED may never come, so a hold expires by
    itself. AVAILABLE and UNAVAILABLE say nothing about typing.
    """
    match status:
        case PresenceStatus.COMPOSING | PresenceStatus.RECORDING:
            return max(held_until_ms, now_ms + timing.hold_ms)
        case PresenceStatus.PAUSED:
            return min(held_until_ms, now_ms + PAUSED_HOLD_MS)
        case _:
            return held_until_ms


def closed_by(window: Window, timing: Timing) -> str:
    """Which of the three limits closed the window, in a word an operator reads."""
    if due_ms(window, timing) == window.first_ms + timing.cap_ms:
        return "cap"
    return "presence" if window.hold_until_ms > window.quiet_until_ms(timing) else "quiet"
