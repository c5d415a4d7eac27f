"""What a scenario finds in the records before its first event, and what it left there.

Used on a file that no server has open yet; ``tally`` only reads and may look beside a running one, and ``books_over``
is one short transaction beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func
from sqlmodel import col, select

from clinic_bot.events import Contact
from clinic_bot.store import appointments, cells, changes, contacts, patients
from clinic_bot.store.appointments import Wanted
from clinic_bot.store.clinic_tables import Appointment, Reminder
from clinic_bot.store.policy import Policy
from clinic_bot.store.session import session_on
from clinic_bot.store.tables import (
    REMINDER,
    Author,
    Conversation,
    Message,
    Notice,
    NoticeState,
    Turn,
    TurnState,
)


def bot_said(connection: Connection, contact: Contact, text: str, *, at_ms: int, policy: Policy) -> None:
    """The bot's last message to a patient, as a reply that was sent: an empty range, answered at ``at_ms``."""
    with session_on(connection) as session:
        conversation = contacts.find_or_open(session, contact, policy, at_ms)
        assert conversation.id is not None
        turn = Turn(
            conversation_id=conversation.id,
            low=conversation.next_seq,
            high=conversation.next_seq - 1,
            epoch=conversation.epoch,
            state=TurnState.SENT,
            closed_by="seed",
            reply=text,
            due_ms=at_ms,
            claimed_ms=at_ms,
            intent_ms=at_ms,
            outcome_ms=at_ms,
        )
        session.add(turn)


def was_reminded(connection: Connection, appointment_id: int, text: str, *, at_ms: int) -> None:
    """A patient's reminder of an appointment, that was sent at ``at_ms`` and has no answer."""
    with session_on(connection) as session:
        of = session.get_one(Appointment, appointment_id)
        notice = Notice(
            kind=REMINDER, text=text, state=NoticeState.SENT, created_ms=at_ms, due_ms=at_ms, intent_ms=at_ms,
            outcome_ms=at_ms, conversation_id=of.conversation_id,
        )  # fmt: skip
        session.add(notice)
        session.flush()
        hours = max(1, (of.start_ms - at_ms) // 3_600_000)
        session.add(
            Reminder(
                instance=of.instance, appointment_id=appointment_id, start_ms=of.start_ms, hours=hours,
                conversation_id=of.conversation_id, notice_id=notice.id, created_ms=at_ms,
            )
        )  # fmt: skip


def person_has_it(connection: Connection, contact: Contact, *, at_ms: int, policy: Policy) -> None:
    """Somebody of the clinic took the chat over at ``at_ms``, for as long as ``policy`` says."""
    with session_on(connection) as session:
        conversation = contacts.find_or_open(session, contact, policy, at_ms)
        changes.take_over(session, conversation, policy, at_ms)


def knows(
    connection: Connection, contact: Contact, names: Sequence[tuple[str, str]], *, at_ms: int, policy: Policy
) -> patients.Owner:
    """A phone that speaks for these patients (name, key), known since ``at_ms``."""
    who = _owner(connection, contact, at_ms=at_ms, policy=policy)
    for name, name_key in names:
        patients.find_or_add(connection, who, name=name, name_key=name_key, now_ms=at_ms)
    return who


def has_booked(
    connection: Connection, contact: Contact, wanted: Wanted, *, at_ms: int, policy: Policy
) -> int | None:
    """An appointment that a phone made at ``at_ms``: its id; None when its time is another's."""
    who = _owner(connection, contact, at_ms=at_ms, policy=policy)
    booked = appointments.book(connection, who, wanted, now_ms=at_ms, turn_id=None)
    return booked.id if booked else None


def books_over(
    connection: Connection, contact: Contact, wanted: Wanted, *, at_ms: int, policy: Policy
) -> int | None:
    """An appointment that a person makes in spite of what is held for others; None when one stands there."""
    cells.drop_holds(connection, wanted.place)
    return has_booked(connection, contact, wanted, at_ms=at_ms, policy=policy)


def _owner(connection: Connection, contact: Contact, *, at_ms: int, policy: Policy) -> patients.Owner:
    with session_on(connection) as session:
        conversation = contacts.find_or_open(session, contact, policy, at_ms)
        session.flush()
        assert conversation.id is not None
        conversation_id = conversation.id
    return patients.owner(connection, conversation_id)


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of one phone's messages."""

    phone: str
    stored: int  #: messages of the patient
    unanswered: int  #: of those, still pending
    turns: int
    hand_overs: (
        int  #: those that opened one: what is said again to who was handed over just before opens none
    )
    opted_out: bool  #: wants no reminders
    for_reception: tuple[str, ...]  #: what the reception was told of these turns


def is_thinking(connection: Connection) -> bool:
    """Whether some turn waits for the model."""
    with session_on(connection) as session:
        return (
            session.exec(select(Turn.id).where(Turn.state == TurnState.THINKING).limit(1)).first() is not None
        )


def tally(connection: Connection, *, since_ms: int = 0) -> list[Tally]:
    """What every conversation came to; turns are counted from ``since_ms`` on."""
    patients = col(Message.author) == Author.PATIENT
    stored = func.count(col(Message.seq))
    with session_on(connection) as session:
        found = []
        for conversation in session.exec(select(Conversation)).all():
            own = col(Message.conversation_id) == conversation.id
            pending = col(Message.handled_ms).is_(None) & col(Message.deleted_ms).is_(None)
            late = pending & (col(Message.seq) > conversation.done_seq)
            turns = session.exec(
                select(Turn)
                .where(Turn.conversation_id == conversation.id, col(Turn.claimed_ms) >= since_ms)
                .order_by(col(Turn.id))
            ).all()
            found.append(
                Tally(
                    phone=conversation.phone or conversation.lid or "",
                    stored=session.exec(select(stored).where(own, patients)).one(),
                    unanswered=session.exec(select(stored).where(own, patients, late)).one(),
                    turns=len(turns),
                    hand_overs=_opened(turns),
                    opted_out=conversation.opted_out_ms is not None,
                    for_reception=tuple(
                        turn.for_reception for turn in turns if turn.for_reception and turn.reply
                    ),
                )
            )
        return found


def _opened(turns: Sequence[Turn]) -> int:
    """How often a conversation came to the reception, of its turns in order."""
    said = [turn for turn in turns if turn.reply is not None]
    before: list[Turn | None] = [None, *said]
    return sum(
        turn.hand_over is not None and (last is None or last.hand_over is None)
        for last, turn in zip(before, said, strict=False)
    )
