"""The clinic's own records: patients, what is booked, what is proposed, and which minutes are nobody else's."""

from enum import StrEnum

from sqlalchemy import Column, Index, Integer, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from clinic_bot.store.tables import Big


class AppointmentStatus(StrEnum):
    SCHEDULED = "scheduled"
    CONFIRMED = "confirmed"  #: the patient said that they come
    CANCELLED = "cancelled"


class Action(StrEnum):
    """What a proposal is about."""

    BOOK = "book"
    MOVE = "move"
    CANCEL = "cancel"


class ProposalState(StrEnum):
    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"  #: another one took its place


#: An appointment that stands. A query has to say it in these very words for the index to serve.
STANDS = "status <> 'cancelled'"
#: A proposal that waits for its answer; the same holds for it.
IS_OPEN = "state = 'open'"


class Patient(SQLModel, table=True):
    """Somebody for whom a phone speaks: its holder, or a mother's child. Nobody is a patient of two conversations.

    A child's guardian is no row: it is the phone's holder, whose conversation this is.
    """

    __tablename__ = "patient"
    __table_args__ = (
        # Of one name on one phone there may be two, a father and a son: their birth dates tell them apart.
        Index("uq_patient_born", "conversation_id", "name_key", text("coalesce(born, '')"), unique=True),
    )

    id: int | None = Field(default=None, sa_column=Column(Big, primary_key=True))
    instance: str = Field(sa_column=Column(Text, nullable=False))
    conversation_id: int = Field(sa_column=Column(Big, nullable=False))  # the guardian's, or their own
    name: str = Field(sa_column=Column(Text, nullable=False))
    name_key: str = Field(sa_column=Column(Text, nullable=False))  # one for all spellings
    born: str | None = Field(default=None, sa_column=Column(Text))  # ISO date
    created_ms: int = Field(sa_column=Column(Big, nullable=False))


class Appointment(SQLModel, table=True):
    """``number`` counts within the conversation; it is all that the model sees of a row's identity."""

    __tablename__ = "appointment"
    __table_args__ = (
        UniqueConstraint("conversation_id", "number", name="uq_appointment_number"),
        # Rule 11: a change is unique by its effect.
        Index(
            "uq_appointment_effect",
            "patient_id",
            "service",
            "start_ms",
            unique=True,
            sqlite_where=text(STANDS),
            postgresql_where=text(STANDS),
        ),
        Index("ix_appointment_start", "start_ms"),
    )

    id: int | None = Field(default=None, sa_column=Column(Big, primary_key=True))
    instance: str = Field(sa_column=Column(Text, nullable=False))
    conversation_id: int = Field(sa_column=Column(Big, nullable=False))
    number: int = Field(sa_column=Column(Integer, nullable=False))
    patient_id: int = Field(sa_column=Column(Big, nullable=False))
    service: str = Field(sa_column=Column(Text, nullable=False))  # keys of the clinic's file
    professional: str = Field(sa_column=Column(Text, nullable=False))
    start_ms: int = Field(sa_column=Column(Big, nullable=False))
    end_ms: int = Field(sa_column=Column(Big, nullable=False))
    status: str = Field(sa_column=Column(Text, nullable=False))
    revision: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    turn_id: int | None = Field(default=None, sa_column=Column(Big))  # whose tool booked it
    created_ms: int = Field(sa_column=Column(Big, nullable=False))
    changed_ms: int = Field(sa_column=Column(Big, nullable=False))


class Proposal(SQLModel, table=True):
    """Something the patient is asked about. Of a booking or a move the slot is held for a while."""

    __tablename__ = "proposal"
    __table_args__ = (
        UniqueConstraint("conversation_id", "number", name="uq_proposal_number"),
        Index(
            "ix_proposal_open",
            "conversation_id",
            sqlite_where=text(IS_OPEN),
            postgresql_where=text(IS_OPEN),
        ),
    )

    id: int | None = Field(default=None, sa_column=Column(Big, primary_key=True))
    instance: str = Field(sa_column=Column(Text, nullable=False))
    conversation_id: int = Field(sa_column=Column(Big, nullable=False))
    number: int = Field(sa_column=Column(Integer, nullable=False))
    action: str = Field(sa_column=Column(Text, nullable=False))
    state: str = Field(sa_column=Column(Text, nullable=False))
    patient: str = Field(sa_column=Column(Text, nullable=False))
    patient_key: str = Field(sa_column=Column(Text, nullable=False))
    born: str | None = Field(default=None, sa_column=Column(Text))  # ISO date, where it is known
    service: str = Field(sa_column=Column(Text, nullable=False))
    professional: str = Field(sa_column=Column(Text, nullable=False))
    start_ms: int = Field(sa_column=Column(Big, nullable=False))
    end_ms: int = Field(sa_column=Column(Big, nullable=False))
    appointment_id: int | None = Field(
        default=None, sa_column=Column(Big)
    )  # what it moves or cancels, or made
    turn_id: int = Field(sa_column=Column(Big, nullable=False))
    created_ms: int = Field(sa_column=Column(Big, nullable=False))
    held_until_ms: int = Field(sa_column=Column(Big, nullable=False))


class AgendaCell(SQLModel, table=True):
    """A few minutes of a professional that somebody has: the key is what makes a second taker fail."""

    __tablename__ = "agenda_cell"
    __table_args__ = (
        Index("ix_agenda_cell_appointment", "appointment_id"),
        Index("ix_agenda_cell_proposal", "proposal_id"),
    )

    instance: str = Field(sa_column=Column(Text, primary_key=True))
    professional: str = Field(sa_column=Column(Text, primary_key=True))
    cell: int = Field(sa_column=Column(Big, primary_key=True, autoincrement=False))
    appointment_id: int | None = Field(default=None, sa_column=Column(Big))
    proposal_id: int | None = Field(default=None, sa_column=Column(Big))
    held_until_ms: int | None = Field(default=None, sa_column=Column(Big))  # of a proposal's; then anybody's


class Block(SQLModel, table=True):
    """Time in which the reception wants no appointment, of one professional or of all."""

    __tablename__ = "block"
    __table_args__ = (Index("ix_block_end", "instance", "end_ms"),)

    id: int | None = Field(default=None, sa_column=Column(Big, primary_key=True))
    instance: str = Field(sa_column=Column(Text, nullable=False))
    professional: str | None = Field(default=None, sa_column=Column(Text))
    start_ms: int = Field(sa_column=Column(Big, nullable=False))
    end_ms: int = Field(sa_column=Column(Big, nullable=False))
    reason: str = Field(sa_column=Column(Text, nullable=False))
    created_ms: int = Field(sa_column=Column(Big, nullable=False))


class Reminder(SQLModel, table=True):
    """That a patient is reminded of one appointment at its time, once: the key is what makes a second one fail.

    ``notice_id`` is the send, which several appointments of one phone may share. ``skipped`` says why there is none.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("appointment_id", "start_ms", "hours", name="uq_reminder_once"),
        Index("ix_reminder_notice", "notice_id"),
        Index("ix_reminder_conversation", "conversation_id"),
        Index("ix_reminder_start", "start_ms"),
    )

    id: int | None = Field(default=None, sa_column=Column(Big, primary_key=True))
    instance: str = Field(sa_column=Column(Text, nullable=False))
    appointment_id: int = Field(sa_column=Column(Big, nullable=False))
    start_ms: int = Field(sa_column=Column(Big, nullable=False))  # moved, it is another one
    hours: int = Field(sa_column=Column(Integer, nullable=False))  # before the start
    conversation_id: int = Field(sa_column=Column(Big, nullable=False))
    notice_id: int | None = Field(default=None, sa_column=Column(Big))
    skipped: str | None = Field(default=None, sa_column=Column(Text))
    created_ms: int = Field(sa_column=Column(Big, nullable=False))
    answer: str | None = Field(default=None, sa_column=Column(Text))
    answered_ms: int | None = Field(default=None, sa_column=Column(Big))
    answer_turn_id: int | None = Field(default=None, sa_column=Column(Big))  # whose reply the answer got
