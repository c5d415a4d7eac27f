"""What was said before: the recent turns and hand-written words that the agent reads as context."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, or_, select
from sqlmodel import col

from clinic_bot.events import MediaState, Said, Speaker
from clinic_bot.store import contacts
from clinic_bot.store.prepared import Prepared
from clinic_bot.store.tables import REMINDER, Author, Message, Notice, Turn, TurnState


@dataclass(frozen=True, slots=True)
class Background:
    """What a turn needs to know besides its own messages."""

    said: tuple[Said, ...]  #: oldest first
    last_intent_ms: int | None  #: when the last reply was decided; words written before it came late
    quoted: dict[str, str]  #: provider id to the text it had


# Built once, since every claim asks them.
_EARLIER = Prepared(
    select(*map(col, (Turn.question, Turn.reply, Turn.state, Turn.claimed_ms, Turn.intent_ms)))
    .where(
        col(Turn.conversation_id).in_(contacts.PARTS),
        col(Turn.id) != bindparam("turn_id"),
        col(Turn.claimed_ms) >= bindparam("since_ms"),
        col(Turn.state) != TurnState.WITHDRAWN,
        col(Turn.state) != TurnState.EMPTY,
    )
    .order_by(col(Turn.id).desc())
    .limit(bindparam("most"))
)
_OUTSIDE = Prepared(
    select(col(Message.author), col(Message.text), col(Message.sent_ms), col(Message.received_ms))
    .where(
        col(Message.conversation_id).in_(contacts.PARTS),
        col(Message.received_ms) >= bindparam("since_ms"),
        col(Message.deleted_ms).is_(None),
        or_(
            col(Message.author) == Author.CLINIC,
            col(Message.handled_ms).is_not(None),
            col(Message.media_state) == MediaState.LATE.value,
        ),
        col(Message.text) != "",
    )
    .order_by(col(Message.received_ms).desc(), col(Message.seq).desc())
    .limit(bindparam("most"))
)

#: What a patient was sent without having asked. It is ours, so the model reads it as its own words.
_REMINDED = Prepared(
    select(col(Notice.text), col(Notice.state), col(Notice.intent_ms))
    .where(
        col(Notice.conversation_id).in_(contacts.PARTS),
        col(Notice.kind) == REMINDER,
        col(Notice.intent_ms) >= bindparam("since_ms"),
    )
    .order_by(col(Notice.id).desc())
    .limit(bindparam("most"))
)

_UNANSWERED = "[ficou sem resposta]"
_NOT_DELIVERED = "[não entregue]"
_MAYBE_DELIVERED = "[talvez não entregue]"
#: A silent turn with a reply is an uncertain one that a person discarded.
_MAYBE = (TurnState.UNKNOWN, TurnState.HELD, TurnState.SILENT)


def background(
    connection: Connection,
    conversation_id: int,
    *,
    turn_id: int,
    since_ms: int,
    turns: int,
    quoted: Sequence[str],
) -> Background:
    """The context of a turn: at most ``turns`` earlier ones, none older than ``since_ms``.

    Read as plain columns: it stands between a window's deadline and the model, and objects cost three times as much.
    """
    asked = {"id": conversation_id, "since_ms": since_ms}
    found = _EARLIER.rows(connection, {**asked, "turn_id": turn_id, "most": turns})
    earlier = [_Earlier(*row) for row in found]
    said = [line for turn in earlier for line in _lines(turn)]
    said += _outside_turns(connection, {**asked, "most": 2 * turns})
    said += [
        Said(Speaker.BOT, _as_delivered(text, state), at_ms)
        for text, state, at_ms in _REMINDED.rows(connection, {**asked, "most": turns})
    ]
    said.sort(key=lambda line: line.at_ms)
    intents = [turn.intent_ms for turn in earlier if turn.intent_ms is not None]
    return Background(tuple(said), max(intents, default=None), _quoted(connection, conversation_id, quoted))


class _Earlier(NamedTuple):
    question: str | None
    reply: str | None
    state: str
    claimed_ms: int
    intent_ms: int | None


def _lines(turn: _Earlier) -> list[Said]:
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
    return f"{_MAYBE_DELIVERED} {reply}" if state in _MAYBE else reply


def _outside_turns(connection: Connection, asked: Mapping[str, int]) -> list[Said]:
    """Words a person of the clinic wrote by hand, and the patient's that the person answered."""
    speakers = {Author.CLINIC: Speaker.CLINIC, Author.PATIENT: Speaker.PATIENT}
    return [
        Said(speakers[Author(author)], text, sent_ms or received_ms)
        for author, text, sent_ms, received_ms in _OUTSIDE.rows(connection, asked)
    ]


def _quoted(connection: Connection, conversation_id: int, provider_ids: Sequence[str]) -> dict[str, str]:
    """What stands behind an id in this conversation; another patient's words are nobody's quote."""
    if not provider_ids:
        return {}
    ids = contacts.aliases(connection, conversation_id)
    replies = select(col(Turn.message_id), col(Turn.reply)).where(
        col(Turn.message_id).in_(provider_ids), col(Turn.conversation_id).in_(ids)
    )
    messages = select(col(Message.provider_id), col(Message.text)).where(
        col(Message.provider_id).in_(provider_ids), col(Message.conversation_id).in_(ids)
    )
    reminders = select(col(Notice.message_id), col(Notice.text)).where(
        col(Notice.message_id).in_(provider_ids), col(Notice.conversation_id).in_(ids)
    )
    found = [*connection.execute(replies), *connection.execute(messages), *connection.execute(reminders)]
    return {provider_id: text or "" for provider_id, text in found}
