"""What was said before: the recent turns and hand-written words that the agent reads as context."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlmodel import Session, col, or_, select

from clinic_bot.events import Said, Speaker
from clinic_bot.store import contacts
from clinic_bot.store.session import session_on
from clinic_bot.store.tables import Author, Message, Turn, TurnState


@dataclass(frozen=True, slots=True)
class Background:
    """What a turn needs to know besides its own messages."""

    said: tuple[Said, ...]  #: oldest first
    last_intent_ms: int | None  #: when the last reply was decided; words written before it came late
    quoted: dict[str, str]  #: provider id to the text it had


_UNANSWERED = "[ficou sem resposta]"
_NOT_DELIVERED = "[não entregue]"
_MAYBE_DELIVERED = "[talvez não entregue]"


def background(
    connection: Connection,
    conversation_id: int,
    *,
    turn_id: int,
    since_ms: int,
    turns: int,
    quoted: Sequence[str],
) -> Background:
    """The context of a turn: at most ``turns`` earlier ones, none older than ``since_ms``."""
    with session_on(connection) as session:
        ids = contacts.aliases(session, conversation_id)
        earlier = session.exec(
            select(Turn)
            .where(
                col(Turn.conversation_id).in_(ids),
                Turn.id != turn_id,
                col(Turn.claimed_ms) >= since_ms,
                col(Turn.state).not_in((TurnState.WITHDRAWN, TurnState.EMPTY)),
            )
            .order_by(col(Turn.id).desc())
            .limit(turns)
        ).all()
        said = [line for turn in earlier for line in _lines(turn)]
        said += _outside_turns(session, ids, since_ms, limit=2 * turns)
        said.sort(key=lambda line: line.at_ms)
        intents = [turn.intent_ms for turn in earlier if turn.intent_ms is not None]
        return Background(tuple(said), max(intents, default=None), _quoted(session, quoted))


def _lines(turn: Turn) -> list[Said]:
    question = turn.question or ""
    if turn.state == TurnState.DEAD:
        question = f"{question}\n{_UNANSWERED}"
    lines = [Said(Speaker.PATIENT, question, turn.claimed_ms)] if question else []
    if turn.reply and turn.intent_ms is not None:
        lines.append(Said(Speaker.BOT, _as_delivered(turn.reply, turn.state), turn.intent_ms))
    return lines


def _as_delivered(reply: str, state: str) -> str:
    if state == TurnState.UNDELIVERED:
        return f"{_NOT_DELIVERED} {reply}"
    return f"{_MAYBE_DELIVERED} {reply}" if state in (TurnState.UNKNOWN, TurnState.HELD) else reply


def _outside_turns(session: Session, ids: list[int], since_ms: int, *, limit: int) -> list[Said]:
    """Words a person of the clinic wrote by hand, and the patient's that the person answered."""
    messages = session.exec(
        select(Message)
        .where(
            col(Message.conversation_id).in_(ids),
            col(Message.received_ms) >= since_ms,
            col(Message.deleted_ms).is_(None),
            or_(col(Message.author) == Author.CLINIC, col(Message.handled_ms).is_not(None)),
            Message.text != "",
        )
        .order_by(col(Message.received_ms).desc(), col(Message.seq).desc())
        .limit(limit)
    ).all()
    speakers = {Author.CLINIC: Speaker.CLINIC, Author.PATIENT: Speaker.PATIENT}
    return [Said(speakers[Author(m.author)], m.text, m.sent_ms or m.received_ms) for m in messages]


def _quoted(session: Session, provider_ids: Sequence[str]) -> dict[str, str]:
    if not provider_ids:
        return {}
    found: dict[str, str] = {}
    for turn in session.exec(select(Turn).where(col(Turn.message_id).in_(provider_ids))):
        found[turn.message_id or ""] = turn.reply or ""
    for message in session.exec(select(Message).where(col(Message.provider_id).in_(provider_ids))):
        found[message.provider_id] = message.text
    return found
