"""What an operator has to know about, counted often and cheaply: every query here reads an index of what is wrong."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select, text
from sqlmodel import col

from clinic_bot.store.session import is_postgres
from clinic_bot.store.tables import IS_UNCERTAIN, UNWATCHED, Author, Conversation, Message, Turn, TurnState

_PENDING = (
    select(col(Message.seq))
    .where(
        col(Message.conversation_id) == col(Conversation.id),
        col(Message.seq) > col(Conversation.done_seq),
        col(Message.author) == Author.PATIENT,
        col(Message.deleted_ms).is_(None),
        col(Message.handled_ms).is_(None),
    )
    .exists()
)
_STUCK = select(col(Conversation.id)).where(
    text(UNWATCHED), col(Conversation.park_reason).is_(None), _PENDING
)


def stuck(connection: Connection) -> list[int]:
    """Conversations that break rule 9: something is pending, and neither ``wake_at_ms`` nor a reason to wait.

    It costs what is wrong, not what there is: a conversation at rest is not in the index.
    """
    return [row[0] for row in connection.execute(_STUCK) if row[0] is not None]


def touch(connection: Connection) -> None:
    """Write for real and change nothing: a full disk still answers a SELECT, and so does a standby."""
    # The number itself means nothing, of either.
    connection.exec_driver_sql(
        "SELECT pg_current_xact_id()" if is_postgres(connection) else "PRAGMA user_version = 1"
    )


@dataclass(frozen=True, slots=True)
class Undecided:
    """Turns that wait for an operator, or for evidence."""

    unknown: int
    held: int
    dead: int


_COUNTED = select(col(Turn.state), func.count()).where(text(IS_UNCERTAIN)).group_by(col(Turn.state))
_DEAD = select(func.count()).select_from(Turn).where(text("state = 'dead'"))


def undecided(connection: Connection) -> Undecided:
    counts: dict[str, int] = {row[0]: row[1] for row in connection.execute(_COUNTED)}
    dead = connection.execute(_DEAD).scalar_one()
    return Undecided(counts.get(TurnState.UNKNOWN, 0), counts.get(TurnState.HELD, 0), dead)
