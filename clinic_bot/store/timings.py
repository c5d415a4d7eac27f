"""When messages and replies of every conversation came, for the lab. Reads only."""

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import groupby
from operator import itemgetter

from sqlalchemy import Connection, func, select
from sqlmodel import Session, col

from clinic_bot.store.session import session_on
from clinic_bot.store.signals import typed_ms
from clinic_bot.store.tables import Author, Message, Turn, TurnState

#: A reply that left, or may have.
_SPOKEN = (TurnState.SENT, TurnState.UNKNOWN, TurnState.HELD)
_AT_A_TIME = 1_000
#: The kind of an event that is no message: the patient began to type.
TYPING = "typing"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was written. ``kind`` is an ``events.Kind`` or ``TYPING``; the text is for its features."""

    conversation_id: int
    at_ms: int  #: our receipt; of a reply, when it left
    by_patient: bool
    kind: str
    text: str


def every_event(connection: Connection) -> Iterator[Event]:
    """What patients wrote, when they began to type, and what the clinic and the bot said: by conversation, then time.

    Replies that never left are not there, and neither are late corrections, which are no pieces of their own.
    """
    with session_on(connection) as session:
        yield from merge(
            _typing(session),
            _written(session),
            _answered(session),
            key=lambda one: (one.conversation_id, one.at_ms),
        )


def _typing(session: Session) -> Iterator[Event]:
    query = (
        select(col(Turn.conversation_id), col(Turn.typed))
        .where(col(Turn.typed) != "")
        .order_by(col(Turn.conversation_id), col(Turn.id))
    )
    rows = session.execute(query).yield_per(_AT_A_TIME)
    for conversation_id, turns in groupby(rows, key=itemgetter(0)):
        for at_ms in sorted(at_ms for _, text in turns for at_ms in typed_ms(text)):
            yield Event(conversation_id, at_ms, True, TYPING, "")


def _written(session: Session) -> Iterator[Event]:
    query = (
        select(
            col(Message.conversation_id),
            col(Message.received_ms),
            col(Message.author),
            col(Message.kind),
            col(Message.text),
        )
        .where(~col(Message.corrects))
        .order_by(col(Message.conversation_id), col(Message.received_ms), col(Message.seq))
    )
    for conversation_id, at_ms, author, kind, text in session.execute(query).yield_per(_AT_A_TIME):
        yield Event(conversation_id, at_ms, author == Author.PATIENT, kind, text)


def _answered(session: Session) -> Iterator[Event]:
    replied_ms = func.coalesce(col(Turn.outcome_ms), col(Turn.intent_ms), col(Turn.claimed_ms))
    query = (
        select(col(Turn.conversation_id), replied_ms, col(Turn.reply))
        .where(col(Turn.reply).is_not(None), col(Turn.state).in_(_SPOKEN))
        .order_by(col(Turn.conversation_id), replied_ms)
    )
    for conversation_id, at_ms, reply in session.execute(query).yield_per(_AT_A_TIME):
        yield Event(conversation_id, at_ms, False, "text", reply)
