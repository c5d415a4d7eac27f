"""What waits for the reception: chats that a reply gave to her, and what came that only she can deal with."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, or_, select, text, update
from sqlmodel import col

from clinic_bot.store.by_hand import BY_HAND
from clinic_bot.store.tables import Author, Conversation, Message, Turn, TurnState

#: After these a patient has read the reply, or may have.
_LEFT = (TurnState.SENDING, TurnState.SENT, TurnState.UNKNOWN, TurnState.HELD, TurnState.UNDELIVERED)
#: In these very words, so that the index serves.
_FOR_RECEPTION = text("for_reception IS NOT NULL")
#: Written by hand, or the phrase that gives a chat back, which is kept without words.
_BY_HAND = or_(col(Message.text) == "", BY_HAND)


@dataclass(frozen=True, slots=True)
class Errand:
    """One turn that the reception has to know of."""

    turn_id: int
    at_ms: int  #: when its reply was decided
    phone: str | None
    lid: str | None
    why: str  #: in words of ours
    words: str | None  #: the same as the model understood it, which may hold the patient's words
    is_hers: bool  #: the chat was handed over; else the bot goes on
    answered_ms: int | None  #: when somebody of the clinic wrote in the chat after it


_ANSWERED = (
    select(func.min(col(Message.received_ms)))
    .where(
        or_(
            col(Message.conversation_id) == col(Turn.conversation_id),
            col(Message.conversation_id) == col(Conversation.alias_of),
        ),
        col(Message.author) == Author.CLINIC,
        col(Message.received_ms) >= col(Turn.intent_ms),
        _BY_HAND,
    )
    .correlate(Turn, Conversation)
    .scalar_subquery()
)
_ERRANDS = (
    select(
        col(Turn.id),
        col(Turn.intent_ms),
        col(Conversation.phone),
        col(Conversation.lid),
        col(Turn.for_reception),
        col(Turn.hand_over),
        _ANSWERED,
    )
    .join(Conversation, col(Conversation.id) == col(Turn.conversation_id))
    .where(_FOR_RECEPTION, col(Turn.state).in_(_LEFT))
)


def errands(
    connection: Connection, *, since_ms: int, limit: int = 200, containing: str | None = None
) -> list[Errand]:
    """What there was since an instant, the newest first; with ``containing`` only what says so."""
    asked = _ERRANDS.where(col(Turn.intent_ms) >= since_ms).order_by(col(Turn.intent_ms).desc()).limit(limit)
    if containing is not None:
        asked = asked.where(col(Turn.for_reception).contains(containing, autoescape=True))
    return [
        Errand(turn_id, at_ms, phone, lid, why, words, words is not None, answered_ms)
        for turn_id, at_ms, phone, lid, why, words, answered_ms in connection.execute(asked)
    ]


def nobody_came(connection: Connection, *, since_ms: int, before_ms: int, now_ms: int) -> list[Errand]:
    """Chats handed over in that time in which nobody has written since; each is answered once, and marked as told."""
    asked = _ERRANDS.where(
        col(Turn.intent_ms) >= since_ms,
        col(Turn.intent_ms) <= before_ms,
        col(Turn.hand_over).is_not(None),
        col(Turn.waits_told_ms).is_(None),
    ).order_by(col(Turn.intent_ms))
    found = [
        Errand(turn_id, at_ms, phone, lid, why, words, True, None)
        for turn_id, at_ms, phone, lid, why, words, answered_ms in connection.execute(asked)
        if answered_ms is None
    ]
    if found:
        told = [one.turn_id for one in found]
        connection.execute(update(Turn).where(col(Turn.id).in_(told)).values(waits_told_ms=now_ms))
    return found
