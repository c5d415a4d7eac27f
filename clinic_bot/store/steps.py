"""The journal of a turn's tool calls. A change and its step are written in one transaction (rule 11)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, insert, select
from sqlmodel import col

from clinic_bot.store.tables import Step, Turn

#: State of a step that changed something; all others only read.
CHANGED, READ = "changed", "done"


@dataclass(frozen=True, slots=True)
class DoneStep:
    """A change that an earlier try of the same messages made. It stands, and is not made again."""

    tool: str
    arguments: str  #: JSON, as the model wrote it
    result: str


_WRITE = insert(Step).values(
    {name: bindparam(name) for name in ("turn_id", "n", "tool", "arguments", "result", "state")}
)
_LAST = select(func.coalesce(func.max(col(Step.n)), 0)).where(col(Step.turn_id) == bindparam("turn_id"))
#: Those of a withdrawn turn count too: its reply never left, what it changed did happen.
_CHANGES = (
    select(col(Step.tool), col(Step.arguments), col(Step.result))
    .join(Turn, col(Turn.id) == col(Step.turn_id))
    .where(
        col(Turn.conversation_id) == bindparam("conversation_id"),
        col(Turn.low) <= bindparam("high"),
        col(Turn.high) >= bindparam("low"),
        col(Step.state) == CHANGED,
    )
    .order_by(col(Step.turn_id), col(Step.n))
)


def last(connection: Connection, turn_id: int) -> int:
    """Number of the last step in a turn's journal; 0 before the first."""
    return connection.execute(_LAST, {"turn_id": turn_id}).scalar_one()


def append(
    connection: Connection, turn_id: int, calls: Sequence[tuple[str, str, str]], *, state: str, after: int
) -> None:
    """Write (tool, arguments, result) of each call behind step ``after``, the last one of the turn's journal."""
    names = ("tool", "arguments", "result")
    rows = [
        {"turn_id": turn_id, "n": n, "state": state, **dict(zip(names, call, strict=True))}
        for n, call in enumerate(calls, start=after + 1)
    ]
    connection.execute(_WRITE, rows)


def changes(connection: Connection, conversation_id: int, *, low: int, high: int) -> tuple[DoneStep, ...]:
    """What was changed for messages of this range, in order."""
    asked = {"conversation_id": conversation_id, "low": low, "high": high}
    return tuple(DoneStep(*row) for row in connection.execute(_CHANGES, asked))
