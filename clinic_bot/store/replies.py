"""How often the bot has spoken in a conversation lately, for who must see that two robots do not talk for ever."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select
from sqlmodel import col

from clinic_bot.store.tables import Turn, TurnState

_SPOKEN = (TurnState.SENDING, TurnState.SENT, TurnState.UNKNOWN, TurnState.HELD)
#: So many turns are looked at, however many there were: more than any count that is asked for, silent ones included.
_MOST_TURNS = 200

# Built once, since claims ask. Newest first along the index, so that it reads the last hour and not the last years.
_LATEST = (
    select(col(Turn.intent_ms), col(Turn.state), col(Turn.hand_over))
    .where(col(Turn.conversation_id).in_(bindparam("ids", expanding=True)))
    .order_by(col(Turn.id).desc())
    .limit(_MOST_TURNS)
)


def replies_since(connection: Connection, conversation_ids: Sequence[int], since_ms: int) -> int:
    """Replies that left, or may have, since an instant; it counts anew after one that handed the chat over.

    A chat that was handed over and is answered again was given back by a person, or long after.

    Args:
        conversation_ids: the conversation and its aliases.
    """
    count = 0
    for intent_ms, state, hand_over in connection.execute(_LATEST, {"ids": list(conversation_ids)}):
        if state not in _SPOKEN:
            continue
        if hand_over is not None or intent_ms is None or intent_ms < since_ms:
            break
        count += 1
    return count
