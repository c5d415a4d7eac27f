"""Where the time of a turn went, from its first message to its outcome. Pure: moments in, durations out."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from clinic_bot.store.story import Moment, What


class Part(StrEnum):
    """What a stretch of a turn's time was spent on."""

    WINDOW = "window"  #: until the burst was complete
    WAITING = "waiting"  #: for a free slot, for a provider, for the end of a pause, for a new process
    MODEL = "model"
    SENDING = "sending"  #: from the intent to the outcome
    REST = "rest"  #: our own work


#: A story that gave its claim back for one of these has its window open again.
_REOPENED = ("newer", "emergency")

_TAKEN_BY: Mapping[str, Part] = {
    What.CLAIMED: Part.WAITING,
    What.MODEL_CALL: Part.MODEL,
    What.MODEL_CANCELLED: Part.MODEL,
    What.WAITED: Part.WAITING,
    What.SEND: Part.SENDING,
}


def spent(first_ms: int, end_ms: int, moments: Sequence[Moment]) -> dict[Part, int]:
    """Milliseconds by part; together they are exactly ``end_ms - first_ms``.

    What took time counts for its own part; what lies between two moments counts for what the turn was then
    about: collecting, waiting, sending, or else our own work.
    """
    parts = dict.fromkeys(Part, 0)
    reached, between, before = first_ms, Part.WINDOW, ""
    for moment in sorted(moments, key=lambda each: each.at_ms):
        at_ms = min(moment.at_ms, end_ms)
        began_ms = max(reached, at_ms - (moment.took_ms or 0))
        if at_ms > reached:
            parts[between] += began_ms - reached
            parts[_TAKEN_BY.get(moment.what, between)] += at_ms - began_ms
            reached = at_ms
        between = _afterwards(moment, between, before)
        before = moment.what
    parts[between] += max(0, end_ms - reached)
    return parts


def _afterwards(moment: Moment, between: Part, before: str) -> Part:
    """What the turn is about after a moment, until the next one."""
    match moment.what:
        case What.CLAIMED | What.MODEL_CALL | What.MODEL_CANCELLED:
            return Part.REST
        case What.WAITED:
            return Part.WAITING if moment.took_ms is None else between
        case What.GIVEN_BACK:
            superseded = moment.detail in _REOPENED or before == What.MODEL_CANCELLED
            return Part.WINDOW if superseded else Part.WAITING
        case What.LOST:
            return Part.WAITING
        case What.INTENT | What.SEND:
            return Part.SENDING
    return between
