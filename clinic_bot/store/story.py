"""The story of a turn, moment by moment, for the operator who asks what happened.

No patient's words and no phone belong into it: what is written here is shown and logged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, bindparam, insert, select
from sqlmodel import col

from clinic_bot.store.prepared import Prepared
from clinic_bot.store.tables import TurnEvent


class What(StrEnum):
    """What the time of a turn is told by; other words are shown and explain no time. Stored by value.

    What takes time is recorded when it ends, with ``took_ms``.
    """

    CLAIMED = "claimed"  #: took: how long it was due before; detail: what closed the window
    MODEL_CALL = "model call"  #: took; detail: model and outcome
    PREPARED = "prepared"  #: a call whose answer was there before the window closed; took; detail: as above
    MODEL_CANCELLED = "model cancelled"  #: took; detail: by what
    CHANGED = "changed"  #: took; detail: by which tool
    WAITED = "waited"  #: took, or none while it held its claim; detail: for what
    GIVEN_BACK = "given back"  #: detail: why
    LOST = "lost"  #: the process or the task that had it ended; detail: which
    INTENT = "intent"
    SEND = "send"  #: one try; took; detail: outcome
    CLOSED = "closed"  #: detail: how it ended
    EVIDENCE = "evidence"  #: what came later about a send; detail: by what
    OPERATOR = "operator"  #: detail: what a person said of it


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened to a turn."""

    what: str  #: a value of ``What``
    at_ms: int  #: when it happened; of something that took time, when it ended
    took_ms: int | None = None
    detail: str | None = None  #: a model and an outcome, a reason, a proof


def window_closed(closed_by: str, patience_ms: int | None, why: str | None) -> str:
    """What closed a window, and how long it waited after its last piece and why."""
    if patience_ms is None:
        return closed_by
    return f"{closed_by}; patience {patience_ms / 1000:.1f} s: {why}"


# Built once: it stands on the way of every reply.
_RECORD = Prepared(
    insert(TurnEvent).values(
        {name: bindparam(name) for name in ("turn_id", "at_ms", "what", "took_ms", "detail")}
    )
)
_TOLD = (
    select(*map(col, (TurnEvent.what, TurnEvent.at_ms, TurnEvent.took_ms, TurnEvent.detail)))
    .where(col(TurnEvent.turn_id) == bindparam("turn_id"))
    .order_by(col(TurnEvent.id))
)


def record(connection: Connection, turn_id: int, moments: Sequence[Moment]) -> None:
    """Add ``moments`` to the story, in their order. The caller's transaction; nothing is read."""
    if moments:
        _RECORD.many(
            connection,
            [
                {
                    "turn_id": turn_id,
                    "at_ms": moment.at_ms,
                    "what": moment.what,
                    "took_ms": moment.took_ms,
                    "detail": moment.detail,
                }
                for moment in moments
            ],
        )


def told(connection: Connection, turn_id: int) -> list[Moment]:
    """The story so far, as it was recorded."""
    rows = connection.execute(_TOLD, {"turn_id": turn_id})
    return [Moment(row.what, row.at_ms, row.took_ms, row.detail) for row in rows]
