"""Replies that a person's answer overtook, on their way out of Z-API's queue (rule 15)."""

from dataclasses import dataclass

from sqlalchemy import Connection
from sqlmodel import col, select

from clinic_bot.store import contacts, queued
from clinic_bot.store.evidence import Proof
from clinic_bot.store.session import session_on
from clinic_bot.store.tables import Turn, TurnState

_BEGUN = "being recalled: a person answered"
_RECALLED = "recalled: a person answered"


@dataclass(frozen=True, slots=True)
class Recallable:
    """A reply by its id in Z-API's queue, and what it was before it was asked for."""

    turn_id: int
    zaap_id: str
    state: str
    reason: str | None


def begin(connection: Connection, conversation_id: int, *, since_ms: int) -> list[Recallable]:
    """The replies accepted since an instant that nothing shows to have left yet; unknown from here on."""
    with session_on(connection) as session:
        turns = session.exec(
            select(Turn)
            .where(
                col(Turn.conversation_id).in_(contacts.aliases(connection, conversation_id)),
                col(Turn.state).in_((TurnState.SENT, TurnState.UNKNOWN)),
                col(Turn.outcome_ms) >= since_ms,
                *queued.MAY_STAND,
            )
            .order_by(col(Turn.id))
            .with_for_update()
        ).all()
        found = [Recallable(turn.id or 0, turn.zaap_id or "", turn.state, turn.reason) for turn in turns]
        for turn in turns:
            turn.state, turn.reason = TurnState.UNKNOWN, _BEGUN
        return found


def deleted(connection: Connection, turn_id: int, now_ms: int) -> None:
    """Z-API deleted it from its queue. An echo or a receipt that comes all the same proves otherwise."""
    with session_on(connection) as session:
        turn = session.get_one(Turn, turn_id, with_for_update=True)
        is_open = turn.state in (TurnState.SENT, TurnState.UNKNOWN) or turn.settled_by == Proof.TIME
        if is_open and turn.receipt is None:
            queued.withdraw(turn, _RECALLED, now_ms)


def stands(connection: Connection, reply: Recallable) -> None:
    """Z-API did not delete it: it is again what it was."""
    with session_on(connection) as session:
        turn = session.get_one(Turn, reply.turn_id, with_for_update=True)
        if turn.reason != _BEGUN:
            return
        if turn.state == TurnState.HELD and reply.state == TurnState.SENT:
            # The intent was long ago, and time held it for a person meanwhile: there is nothing for her to decide.
            turn.settled_ms = turn.settled_by = None
            turn.state, turn.reason = reply.state, reply.reason
        elif turn.state == TurnState.UNKNOWN:
            turn.state, turn.reason = reply.state, reply.reason
