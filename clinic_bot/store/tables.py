"""The records. Instants are epoch milliseconds, UTC; phones are digits; every key carries the Z-API instance."""

from enum import StrEnum

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from clinic_bot.events import MediaState

# Epoch milliseconds do not fit PostgreSQL's 32-bit INTEGER; SQLite only numbers rows itself for INTEGER.
Big = BigInteger().with_variant(Integer, "sqlite")


class TurnState(StrEnum):
    """Forward only: thinking, sending, then how it ended. Stored by value."""

    THINKING = "thinking"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"  #: it may or may not have left; settled by evidence
    WITHDRAWN = "withdrawn"  #: proven unsent; its messages went on to another turn
    UNDELIVERED = "undelivered"  #: a definite no
    HELD = "held"  #: uncertain for too long: a person decides
    DEAD = "dead"  #: it failed every time it was tried
    SILENT = "silent"  #: a person took over
    NO_REPLY = "no_reply"  #: there was nothing to say
    EMPTY = "empty"  #: the patient deleted every message


#: States in which a reply may be on its way without our knowing.
UNCERTAIN = (TurnState.SENDING, TurnState.UNKNOWN, TurnState.HELD)
#: The same for a query over all turns. It has to say it in these very words for the index to serve: with the states as
#: parameters every turn there ever was is read.
IS_UNCERTAIN = "state IN ('sending', 'unknown', 'held')"


class Author(StrEnum):
    PATIENT = "patient"
    CLINIC = "clinic"


#: Somebody may still read it.
UNREAD = (MediaState.PENDING, MediaState.WORKING)
#: The same in the words of the index.
IS_UNREAD = "media_state = 'pending' OR media_state = 'working'"


class Inbox(SQLModel, table=True):
    """Every webhook body as it came. ``key`` is what makes a redelivery harmless."""

    __tablename__ = "inbox"

    id: int | None = Field(default=None, sa_column=Column(Big, primary_key=True))
    key: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    received_ms: int = Field(sa_column=Column(Big, nullable=False))
    outcome: str = Field(sa_column=Column(Text, nullable=False))  # queued, or the reason it was ignored
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Unreadable(SQLModel, table=True):
    """Bodies that came with the right secret and could not be read, so that a mistake of ours loses nothing."""

    __tablename__ = "unreadable"

    id: int | None = Field(default=None, sa_column=Column(Big, primary_key=True))
    received_ms: int = Field(sa_column=Column(Big, nullable=False))
    problem: str = Field(sa_column=Column(Text, nullable=False))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


#: Conversations with something after their last turn that nothing will wake. A query has to say it in these very words
#: for its index to serve.
UNWATCHED = "wake_at_ms IS NULL AND alias_of IS NULL AND next_seq > done_seq + 1"


class Conversation(SQLModel, table=True):
    """One patient's phone at one instance, and the unit of locking.

    Messages with ``done_seq < seq < next_seq`` are pending. ``wake_at_ms`` means "look at me then", for every
    reason there is. While ``owner`` is set only its owner writes ``wake_at_ms``.
    """

    __tablename__ = "conversation"
    __table_args__ = (
        UniqueConstraint("instance", "phone_key", name="uq_conversation_phone"),
        UniqueConstraint("instance", "lid", name="uq_conversation_lid"),
        Index(
            "ix_conversation_wake",
            "wake_at_ms",
            sqlite_where=text("wake_at_ms IS NOT NULL"),
            postgresql_where=text("wake_at_ms IS NOT NULL"),
        ),
        # Empty while rule 9 holds and nothing is parked: the check that proves it reads nothing else.
        Index(
            "ix_conversation_unwatched",
            "id",
            sqlite_where=text(UNWATCHED),
            postgresql_where=text(UNWATCHED),
        ),
        Index(
            "ix_conversation_merge",
            "merge_into",
            sqlite_where=text("merge_into IS NOT NULL"),
            postgresql_where=text("merge_into IS NOT NULL"),
        ),
        Index(
            "ix_conversation_alias",
            "alias_of",
            sqlite_where=text("alias_of IS NOT NULL"),
            postgresql_where=text("alias_of IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, sa_column=Column(Big, primary_key=True))
    instance: str = Field(sa_column=Column(Text, nullable=False))
    phone: str | None = Field(default=None, sa_column=Column(Text))  # the spelling received, to reply to
    phone_key: str | None = Field(default=None, sa_column=Column(Text))  # one for all spellings
    lid: str | None = Field(default=None, sa_column=Column(Text))
    name: str | None = Field(default=None, sa_column=Column(Text))
    alias_of: int | None = Field(default=None, sa_column=Column(Big))  # merged into that conversation
    merge_into: int | None = Field(
        default=None, sa_column=Column(Big)
    )  # to be merged when its open send closes

    next_seq: int = Field(default=1, sa_column=Column(Big, nullable=False, server_default="1"))
    done_seq: int = Field(default=0, sa_column=Column(Big, nullable=False, server_default="0"))
    revision: int = Field(default=0, sa_column=Column(Big, nullable=False, server_default="0"))
    first_pending_ms: int | None = Field(default=None, sa_column=Column(Big))
    last_ms: int | None = Field(default=None, sa_column=Column(Big))
    hold_until_ms: int = Field(default=0, sa_column=Column(Big, nullable=False, server_default="0"))
    emergency_seq: int = Field(default=0, sa_column=Column(Big, nullable=False, server_default="0"))

    talk: str | None = Field(default=None, sa_column=Column(Text))  # ``debounce/talk.py``, packed: no words
    heard_seq: int = Field(
        default=0, sa_column=Column(Big, nullable=False, server_default="0")
    )  # is in ``talk``
    signal_ms: int | None = Field(default=None, sa_column=Column(Big))  # last seen typing or recording
    typed: str | None = Field(default=None, sa_column=Column(Text))  # ``signals.py``; goes to the next turn
    patience_ms: int | None = Field(
        default=None, sa_column=Column(Big)
    )  # after ``last_ms``; none: not decided yet
    patience_why: str | None = Field(default=None, sa_column=Column(Text))

    wake_at_ms: int | None = Field(default=None, sa_column=Column(Big))
    owner: str | None = Field(default=None, sa_column=Column(Text))
    epoch: int = Field(default=0, sa_column=Column(Big, nullable=False, server_default="0"))
    attempts: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    retries: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    superseded: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    open_hi: int | None = Field(default=None, sa_column=Column(Big))  # set once the range is pinned

    human_until_ms: int = Field(default=0, sa_column=Column(Big, nullable=False, server_default="0"))
    alerted_seq: int = Field(default=0, sa_column=Column(Big, nullable=False, server_default="0"))
    park_reason: str | None = Field(default=None, sa_column=Column(Text))
    opted_out_ms: int | None = Field(
        default=None, sa_column=Column(Big)
    )  # wants nothing that they did not ask for


class Message(SQLModel, table=True):
    """One thing somebody wrote in a conversation. ``seq`` is gapless, in commit order."""

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_provider", "provider_id"),
        Index(
            "ix_message_clinic",
            "received_ms",
            sqlite_where=text("author = 'clinic'"),
            postgresql_where=text("author = 'clinic'"),
        ),
        Index(
            "ix_message_media",
            "media_until_ms",
            sqlite_where=text(IS_UNREAD),
            postgresql_where=text(IS_UNREAD),
        ),
    )

    conversation_id: int = Field(sa_column=Column(Big, primary_key=True, autoincrement=False))
    seq: int = Field(sa_column=Column(Big, primary_key=True, autoincrement=False))
    provider_id: str = Field(sa_column=Column(Text, nullable=False))
    author: str = Field(sa_column=Column(Text, nullable=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    text: str = Field(sa_column=Column(Text, nullable=False))
    detail: str = Field(default="{}", sa_column=Column(Text, nullable=False))  # JSON, what a marker needs
    quoted_id: str | None = Field(default=None, sa_column=Column(Text))
    sent_ms: int | None = Field(default=None, sa_column=Column(Big))
    received_ms: int = Field(sa_column=Column(Big, nullable=False))
    edited_ms: int | None = Field(default=None, sa_column=Column(Big))
    deleted_ms: int | None = Field(default=None, sa_column=Column(Big))
    handled_ms: int | None = Field(default=None, sa_column=Column(Big))  # a person answered it
    corrects: bool = Field(default=False)  # an edit that came too late to replace its message
    media_state: str | None = Field(default=None, sa_column=Column(Text))  # none: there is nothing to fetch
    media_owner: str | None = Field(default=None, sa_column=Column(Text))  # one for each time it is taken
    media_until_ms: int | None = Field(
        default=None, sa_column=Column(Big)
    )  # pending: not before; working: end of the lease
    media_tries: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))


class EarlyChange(SQLModel, table=True):
    """An edit or deletion that came before its message, and waits for it. ``text`` None means deletion."""

    __tablename__ = "early_change"

    instance: str = Field(sa_column=Column(Text, primary_key=True))
    target_id: str = Field(sa_column=Column(Text, primary_key=True))
    received_ms: int = Field(sa_column=Column(Big, nullable=False))
    text: str | None = Field(default=None, sa_column=Column(Text))


class Turn(SQLModel, table=True):
    """One burst taken to the agent and answered: messages ``low`` to ``high`` of a conversation."""

    __tablename__ = "turn"
    __table_args__ = (
        # A second guard behind the claim: one open turn in a conversation.
        Index(
            "uq_turn_open",
            "conversation_id",
            unique=True,
            sqlite_where=text("state = 'thinking' OR state = 'sending'"),
            postgresql_where=text("state = 'thinking' OR state = 'sending'"),
        ),
        Index("ix_turn_conversation", "conversation_id", "id"),
        Index(
            "ix_turn_uncertain",
            "state",
            sqlite_where=text(IS_UNCERTAIN),
            postgresql_where=text(IS_UNCERTAIN),
        ),
        Index(
            "ix_turn_dead",
            "id",
            sqlite_where=text("state = 'dead'"),
            postgresql_where=text("state = 'dead'"),
        ),
        Index(
            "ix_turn_undelivered",
            "id",
            sqlite_where=text("state = 'undelivered'"),
            postgresql_where=text("state = 'undelivered'"),
        ),
        Index("ix_turn_message", "message_id"),
        Index("ix_turn_zaap", "zaap_id"),
        Index(
            "ix_turn_for_reception",
            "intent_ms",
            sqlite_where=text("for_reception IS NOT NULL"),
            postgresql_where=text("for_reception IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, sa_column=Column(Big, primary_key=True))
    conversation_id: int = Field(sa_column=Column(Big, nullable=False))
    low: int = Field(sa_column=Column(Big, nullable=False))
    high: int = Field(sa_column=Column(Big, nullable=False))
    epoch: int = Field(sa_column=Column(Big, nullable=False))
    state: str = Field(sa_column=Column(Text, nullable=False))
    reason: str | None = Field(default=None, sa_column=Column(Text))  # why it is in that state
    closed_by: str = Field(sa_column=Column(Text, nullable=False))  # quiet, cap, presence, emergency, retry
    patience_ms: int | None = Field(default=None, sa_column=Column(Big))  # of the window's last piece
    patience_why: str | None = Field(default=None, sa_column=Column(Text))
    typed: str | None = Field(default=None, sa_column=Column(Text))  # when typing began, piece by piece
    question: str | None = Field(
        default=None, sa_column=Column(Text)
    )  # the merged burst, as the agent read it
    reply: str | None = Field(default=None, sa_column=Column(Text))
    hand_over: str | None = Field(default=None, sa_column=Column(Text))
    for_reception: str | None = Field(default=None, sa_column=Column(Text))  # why, without a patient's words
    waits_told_ms: int | None = Field(
        default=None, sa_column=Column(Big)
    )  # when it was told that nobody came
    emergency: str | None = Field(default=None, sa_column=Column(Text))
    model: str | None = Field(default=None, sa_column=Column(Text))
    prompt_tokens: int = Field(default=0)
    completion_tokens: int = Field(default=0)
    thrown_tokens: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    calls: int = Field(default=0)
    zaap_id: str | None = Field(default=None, sa_column=Column(Text))
    message_id: str | None = Field(default=None, sa_column=Column(Text))
    receipt: str | None = Field(default=None, sa_column=Column(Text))  # how far WhatsApp says it came
    due_ms: int = Field(sa_column=Column(Big, nullable=False))
    claimed_ms: int = Field(sa_column=Column(Big, nullable=False))
    intent_ms: int | None = Field(default=None, sa_column=Column(Big))
    outcome_ms: int | None = Field(default=None, sa_column=Column(Big))
    settled_ms: int | None = Field(default=None, sa_column=Column(Big))
    settled_by: str | None = Field(default=None, sa_column=Column(Text))


class Step(SQLModel, table=True):
    """A tool call of a turn, in order."""

    __tablename__ = "step"

    turn_id: int = Field(sa_column=Column(Big, primary_key=True, autoincrement=False))
    n: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    tool: str = Field(sa_column=Column(Text, nullable=False))
    arguments: str = Field(sa_column=Column(Text, nullable=False))
    result: str = Field(sa_column=Column(Text, nullable=False))
    state: str = Field(default="done", sa_column=Column(Text, nullable=False))


class TurnEvent(SQLModel, table=True):
    """One moment in the story of a turn, for the operator: no patient's words in it."""

    __tablename__ = "turn_event"
    __table_args__ = (Index("ix_turn_event_turn", "turn_id", "id"),)

    id: int | None = Field(default=None, sa_column=Column(Big, primary_key=True))
    turn_id: int = Field(sa_column=Column(Big, nullable=False))
    at_ms: int = Field(sa_column=Column(Big, nullable=False))
    what: str = Field(sa_column=Column(Text, nullable=False))
    took_ms: int | None = Field(default=None, sa_column=Column(Big))
    detail: str | None = Field(default=None, sa_column=Column(Text))


class SwitchName(StrEnum):
    """Why nothing is answered at the moment, besides the conversations' own reasons."""

    PAUSED = "paused"  #: an operator said so
    ZAPI_ACCOUNT = "zapi_account"  #: Z-API refuses the whole instance: subscription or token
    ZAPI_DISCONNECTED = "zapi_disconnected"  #: the clinic's WhatsApp is not connected


class Switch(SQLModel, table=True):
    """Something that stops all answers of an instance while its row is there."""

    __tablename__ = "switch"

    instance: str = Field(sa_column=Column(Text, primary_key=True))
    name: str = Field(sa_column=Column(Text, primary_key=True))
    since_ms: int = Field(sa_column=Column(Big, nullable=False))
    reason: str = Field(sa_column=Column(Text, nullable=False))


class MarkName(StrEnum):
    """An instant that a process must know of the one before it."""

    HEARD = "heard"  #: until then Z-API was connected and we were there: nothing can have been missed
    TYPING_SEEN = "typing_seen"  #: somebody was last seen typing, within a day: typing signals come
    UNDELIVERED_TOLD = "undelivered_told"  #: until then the operator knows of replies that did not arrive
    FORGOTTEN_BY = "forgotten_by"  #: the time by which what is old was forgotten (``believed.py``)


class Mark(SQLModel, table=True):
    """The latest instant of one kind, for one instance."""

    __tablename__ = "mark"

    instance: str = Field(sa_column=Column(Text, primary_key=True))
    name: str = Field(sa_column=Column(Text, primary_key=True))
    at_ms: int = Field(sa_column=Column(Big, nullable=False))


class Duty(SQLModel, table=True):
    """Something that one of several replicas does for all, until an instant."""

    __tablename__ = "duty"

    name: str = Field(sa_column=Column(Text, primary_key=True))
    owner: str = Field(sa_column=Column(Text, nullable=False))
    until_ms: int = Field(sa_column=Column(Big, nullable=False))


class NoticeState(StrEnum):
    """Forward only, except that what certainly did not leave waits again."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"  #: it may or may not have left; never sent again
    UNDELIVERED = "undelivered"  #: a definite no
    EXPIRED = "expired"  #: it waited too long to be news


#: The kind of a notice to a patient; every other is an alert to the clinic.
REMINDER = "reminder"


class Notice(SQLModel, table=True):
    """A send without a range: an alert to the clinic's own number, or a reminder. Intent and outcome as of a reply."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_state", "state", "due_ms"),
        Index("ix_notice_message", "message_id"),
        Index("ix_notice_conversation", "conversation_id"),
    )

    id: int | None = Field(default=None, sa_column=Column(Big, primary_key=True))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    text: str = Field(sa_column=Column(Text, nullable=False))
    state: str = Field(sa_column=Column(Text, nullable=False))
    reason: str | None = Field(default=None, sa_column=Column(Text))
    created_ms: int = Field(sa_column=Column(Big, nullable=False))
    due_ms: int = Field(sa_column=Column(Big, nullable=False))  # when to try, or to try again
    attempts: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    conversation_id: int | None = Field(default=None, sa_column=Column(Big))  # from the intent on
    intent_ms: int | None = Field(default=None, sa_column=Column(Big))
    outcome_ms: int | None = Field(default=None, sa_column=Column(Big))
    zaap_id: str | None = Field(default=None, sa_column=Column(Text))
    message_id: str | None = Field(default=None, sa_column=Column(Text))


class Common(SQLModel, table=True):
    """What replicas know together and nobody needs tomorrow: a small text each, changed under its row's lock."""

    __tablename__ = "common"

    name: str = Field(sa_column=Column(Text, primary_key=True))
    state: str = Field(sa_column=Column(Text, nullable=False))
