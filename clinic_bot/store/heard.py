"""What was really said: the words of the burst that a turn answers, and the replies that were sent before it.

Read from the records inside the tool's transaction, so that a patient's yes is the patient's, whatever the model says.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, or_, select
from sqlmodel import col

from clinic_bot.events import MediaState
from clinic_bot.store.patients import Owner
from clinic_bot.store.tables import REMINDER, Author, Message, Notice, Turn, TurnState

_LATEST_REPLIES = 6
_LATEST_MESSAGES = 60


@dataclass(frozen=True, slots=True)
class SentReply:
    turn_id: int
    text: str
    at_ms: int


_SENT: tuple[Any, ...] = (col(Turn.id), col(Turn.reply), col(Turn.intent_ms))


@dataclass(frozen=True, slots=True)
class Heard:
    turn_id: int  #: of the turn that thinks
    words: str  #: the patient's, of the burst it answers
    earlier: str  #: the patient's before that, as far back as names are looked for
    replies: tuple[SentReply, ...]  #: ours that were sent, the newest first
    person_since: bool  #: after the newest of them somebody of the clinic wrote, or the patient was reminded


def heard(connection: Connection, who: Owner) -> Heard | None:
    """What the turn under way has before it; None when none thinks."""
    turn = connection.execute(
        select(col(Turn.id), col(Turn.low), col(Turn.high)).where(
            col(Turn.conversation_id) == who.conversation_id, col(Turn.state) == TurnState.THINKING
        )
    ).first()
    if turn is None:
        return None
    said = _patients_words(connection, who)
    burst, before = [], []
    for owner, seq, text, is_handled in said:
        if owner == who.conversation_id and seq >= turn.low:
            burst += (
                [] if is_handled or seq > turn.high else [text]
            )  # a person has answered it, or it is newer
        else:
            before.append(text)
    replies = _replies(connection, who)
    last_ms = replies[0].at_ms if replies else 0
    return Heard(
        turn.id,
        "\n".join(burst),
        "\n".join(before),
        replies,
        _person_wrote(connection, who, since_ms=last_ms),
    )


def _patients_words(connection: Connection, who: Owner) -> list[tuple[int, int, str, bool]]:
    """Conversation, number, text, and whether a person answered it; in the order in which they came."""
    rows = connection.execute(
        select(
            col(Message.conversation_id),
            col(Message.seq),
            col(Message.text),
            # Late words were not there when the model read the burst.
            or_(
                col(Message.handled_ms).is_not(None),
                func.coalesce(col(Message.media_state), "") == MediaState.LATE,
            ),
        )
        .where(
            col(Message.conversation_id).in_(who.parts),
            col(Message.author) == Author.PATIENT,
            col(Message.deleted_ms).is_(None),
        )
        .order_by(col(Message.received_ms).desc(), col(Message.seq).desc())
        .limit(_LATEST_MESSAGES)
    )
    return [(row[0], row[1], row[2], bool(row[3])) for row in rows][::-1]


def _replies(connection: Connection, who: Owner) -> tuple[SentReply, ...]:
    rows = connection.execute(
        select(*_SENT)
        .where(
            col(Turn.conversation_id).in_(who.parts),
            col(Turn.state) == TurnState.SENT,
            col(Turn.reply).is_not(None),
            col(Turn.intent_ms).is_not(None),
        )
        .order_by(col(Turn.id).desc())
        .limit(_LATEST_REPLIES)
    )
    return tuple(SentReply(*row) for row in rows)


def _person_wrote(connection: Connection, who: Owner, *, since_ms: int) -> bool:
    newest: int | None = connection.execute(
        select(func.max(col(Message.received_ms))).where(
            col(Message.conversation_id).in_(who.parts), col(Message.author) == Author.CLINIC
        )
    ).scalar_one()
    reminded: int | None = connection.execute(
        select(func.max(col(Notice.intent_ms))).where(
            col(Notice.conversation_id).in_(who.parts), col(Notice.kind) == REMINDER
        )
    ).scalar_one()
    return max(newest or 0, reminded or 0) > since_ms
