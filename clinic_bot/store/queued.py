"""Replies that may still stand in Z-API's queue, and the word that one was deleted there.

Who takes one back makes it uncertain first: a deletion at Z-API and a commit here are two things, and a process may
die between them. Whoever finds it so later settles it by evidence or shows it to a person. Two have a reason to: the
patient who wrote on (``afterthought.py``), and a person who answered (``recalls.py``).
"""

from sqlmodel import col

from clinic_bot.store.evidence import Proof
from clinic_bot.store.tables import Turn, TurnState

#: Of a turn that Z-API accepted: nothing shows more than that.
MAY_STAND = (col(Turn.zaap_id).is_not(None), col(Turn.receipt).is_(None), col(Turn.settled_by).is_(None))


def may_stand(turn: Turn) -> bool:
    """The same of a turn at hand."""
    return turn.zaap_id is not None and turn.receipt is None and turn.settled_by is None


def withdraw(turn: Turn, reason: str, now_ms: int) -> None:
    """Z-API deleted it from its queue."""
    turn.state, turn.reason = TurnState.WITHDRAWN, reason
    turn.settled_ms, turn.settled_by = now_ms, Proof.QUEUE
