"""Erasing what is kept about a person: what it does to each column is said in ``personal.py``.

In steps, each of which is one transaction and may be done again. The bodies that came of the person are emptied, a page
at a time, with what waits for a message under their keys; what stands in rows is emptied at once, with the bodies that
came meanwhile, and the conversation taken away from a turn that thinks. Then the engine is asked to let go of what it
has freed. Whatever a step needs to find the person's rows is still there before it: whoever breaks off between two of
them finds the rest under the same number.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy import Column, Connection, LargeBinary, delete, false, func, or_, select, text, update
from sqlmodel import Session, col

from clinic_bot.operations.masking import mask_phone
from clinic_bot.store import appointments, cells, patients, privacy
from clinic_bot.store.clinic_tables import STANDS, Appointment, Patient, Proposal
from clinic_bot.store.conversations import locked
from clinic_bot.store.database import Database
from clinic_bot.store.personal import ERASED, ERASED_NAME, HELD, Fate
from clinic_bot.store.privacy import BODIES, Person, Whom, rows_of, table_of
from clinic_bot.store.session import session_on
from clinic_bot.store.tables import (
    Conversation,
    EarlyChange,
    Inbox,
    Message,
    Notice,
    NoticeState,
    Turn,
    TurnState,
)
from clinic_bot.store.whose import unnamed

#: ``settled_by`` of a turn that nobody has to decide about any more.
BY_ERASURE = "erasure"
_GIVEN_UP = (TurnState.UNKNOWN, TurnState.HELD, TurnState.DEAD)
#: What is found by its body or by a body's key, and not by whose it is.
_FOUND_OTHERWISE = ("early_change", *BODIES)
#: Rows that are looked at again: more than come while a transaction lasts.
_OVERLAP = 5_000


@dataclass(frozen=True, slots=True)
class Erased:
    """What came of it."""

    rows: Mapping[str, int]  #: by table: emptied or deleted
    booked: int  #: appointments still to come that stay booked, without a name
    cancelled: int
    left: str | None  #: what the engine could not let go of, in a sentence


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What one transaction emptied."""

    person: Person
    rows: Counter[str]
    booked: int
    cancelled: int
    thinking: tuple[int, ...]  #: conversations whose turn was taken away from whoever asks the model


@dataclass(slots=True)
class _Bodies:
    """What was emptied so far, and how far each table was looked through."""

    rows: Counter[str]
    until: dict[str, int]

    def look_back(self) -> None:
        """Replicas commit in another order than they number: a row may appear before one that was seen."""
        self.until = {name: max(0, until - _OVERLAP) for name, until in self.until.items()}


async def erase(
    database: Database,
    whom: Whom,
    *,
    now_ms: int,
    cancel: bool = False,
    interrupt: Callable[[int], None] = lambda _conversation_id: None,
) -> Erased:
    """Erase a person, by a number or by bookings that none leads to.

    Args:
        cancel: appointments still to come, too; else they stay booked, without a name.
        interrupt: told of each conversation whose model call is of no use any more.

    Raises:
        StorageUnavailable: a part may be done; the same again does the rest.
    """
    person = await database.read(partial(privacy.find, whom=whom))
    bodies = _Bodies(Counter(), dict.fromkeys(BODIES, 0))
    await _empty_bodies(database, person, bodies)
    bodies.look_back()
    job = partial(forget, whom=whom, now_ms=now_ms, cancel=cancel, until=bodies.until)
    done = await database.write(job, urgent=True)
    for conversation_id in done.thinking:
        interrupt(conversation_id)
    whole = replace(
        done.person, numbers=done.person.numbers | person.numbers, ids=done.person.ids | person.ids
    )
    await _empty_bodies(database, whole, bodies)  # of a transaction that was under way
    rows = dict(sorted((done.rows + bodies.rows).items()))
    return Erased(rows, done.booked, done.cancelled, await database.reclaim(list(HELD)))


async def _empty_bodies(database: Database, person: Person, so_far: _Bodies) -> None:
    for name in BODIES:
        is_last = False
        while not is_last:
            after = so_far.until[name]
            page = await database.read(partial(privacy.bodies, name=name, person=person, after=after))
            if page.rows:
                empty = partial(_empty, name=name, person=person, found=page.rows)
                so_far.rows += await database.write(empty)
            so_far.until[name], is_last = page.until, page.is_last


def _empty_since(connection: Connection, person: Person, until: Mapping[str, int]) -> Counter[str]:
    """Those that came behind the rows which were looked at, in the transaction that empties all the rest."""
    rows: Counter[str] = Counter()
    for name in BODIES:
        page = privacy.Found((), until[name], is_last=False)
        while not page.is_last:
            page = privacy.bodies(connection, name, person, after=page.until)
            rows += _empty(connection, name=name, person=person, found=page.rows)
    return rows


def _empty(
    connection: Connection, *, name: str, person: Person, found: tuple[tuple[int, str], ...]
) -> Counter[str]:
    """Keys stay where a redelivery would come under them again; without the numbers in them."""
    table, ids = table_of(name), [key for key, _ in found]
    if HELD[name].goes:
        return Counter({name: connection.execute(delete(table).where(table.c.id.in_(ids))).rowcount})
    for row, key in found:
        if (kept := unnamed(key, person.numbers)) != key:
            connection.execute(update(Inbox).where(col(Inbox.id) == row).values(key=kept))
    early = _forget_early(connection, privacy.targets_of(key for _, key in found))
    emptied = connection.execute(update(table).where(table.c.id.in_(ids)).values(body=b"")).rowcount
    return Counter({name: emptied, "early_change": early})


def _forget_early(connection: Connection, targets: frozenset[str]) -> int:
    """Edits whose message never came: they are found by the key of their body, or by what the message was."""
    gone, of = 0, sorted(targets)
    for at in range(0, len(of), 500):
        some = col(EarlyChange.target_id).in_(of[at : at + 500])
        gone += connection.execute(delete(EarlyChange).where(some)).rowcount
    return gone


def forget(
    connection: Connection, whom: Whom, *, now_ms: int, cancel: bool, until: Mapping[str, int]
) -> Forgotten:
    """Empty every row of a person, and take their conversations away from turns that think.

    A reply that is being sent stays its runner's, which has the words in memory: what becomes of it is written without
    them. Conversations, messages and turns stay as counts and instants, so that what comes late finds that it is dealt
    with; whoever writes again begins a new conversation.

    Args:
        until: how far the tables with bodies were looked through; what stands behind is looked at last of all, when
            whoever proves something of an erased turn waits for us or was waited for.
    """
    with session_on(connection) as session:
        for one in privacy.find(connection, whom).conversations:
            locked(session, one)
        person = privacy.find(connection, whom)  # what was merged until we had the locks, too
        mine = [locked(session, one) for one in person.conversations]
        thinking = tuple(one.id for one in mine if _let_go(session, one) and one.id is not None)
        cancelled, booked = _appointments(connection, mine, now_ms, cancel=cancel)
        _free_proposals(connection, person)
        rows = Counter({name: _empty_table(connection, name, person) for name in HELD})
        rows["early_change"] += _forget_early(connection, person.ids)
        _close(connection, person, now_ms)
        _unname(connection, person)
        rows += _empty_since(connection, person, until)
        session.expire_all()
    return Forgotten(person, rows, booked, cancelled, thinking)


def _let_go(session: Session, conversation: Conversation) -> bool:
    """Nothing waits here any more; whether somebody was thinking about it."""
    thinking = session.scalars(
        select(Turn)
        .where(col(Turn.conversation_id) == conversation.id, col(Turn.state) == TurnState.THINKING)
        .with_for_update()
    ).one_or_none()
    was_owned = conversation.owner is not None
    if thinking is not None:
        thinking.state = TurnState.WITHDRAWN
        conversation.owner, conversation.epoch = None, conversation.epoch + 1
    if conversation.owner is None:  # else a send is under way, and its close looks again
        conversation.wake_at_ms = conversation.first_pending_ms = conversation.open_hi = None
        conversation.attempts = conversation.retries = conversation.superseded = 0
        conversation.done_seq = conversation.next_seq - 1
    conversation.revision += 1
    session.flush()
    return was_owned and thinking is not None


def _appointments(
    connection: Connection, mine: list[Conversation], now_ms: int, *, cancel: bool
) -> tuple[int, int]:
    """How many of those still to come were cancelled, and how many stay booked."""
    to_come = connection.execute(
        select(col(Appointment.id), col(Appointment.conversation_id)).where(
            col(Appointment.conversation_id).in_([one.id for one in mine]),
            text(STANDS),
            col(Appointment.end_ms) > now_ms,
        )
    ).all()
    if not cancel:
        return 0, len(to_come)
    for appointment_id, conversation_id in to_come:
        assert appointment_id is not None
        appointments.cancel(
            connection, patients.owner(connection, conversation_id), appointment_id, now_ms=now_ms
        )
    return len(to_come), 0


def _free_proposals(connection: Connection, person: Person) -> None:
    held = select(col(Proposal.id)).where(col(Proposal.conversation_id).in_(person.conversations))
    for proposal_id in connection.execute(held).scalars().all():
        assert proposal_id is not None
        cells.free_proposal(connection, proposal_id)


def _empty_table(connection: Connection, name: str, person: Person) -> int:
    held, table = HELD[name], table_of(name)
    if name in _FOUND_OTHERWISE:
        return 0
    where = rows_of(name, held, person)
    if name == "notice":  # an alert about the chat names it in part
        where = or_(
            where, *[table.c.text.contains(mask_phone(one), autoescape=True) for one in person.numbers]
        )
    if held.goes:
        return connection.execute(delete(table).where(where)).rowcount
    empty = [table.c[one] for one, column in held.columns.items() if column.fate is Fate.EMPTIED]
    if not empty:
        return 0
    if name == "notice":
        waits = col(Notice.state) == NoticeState.WAITING
        connection.execute(update(table).where(where, waits).values(state=NoticeState.EXPIRED.value))
    return connection.execute(
        update(table).where(where).values({one: _nothing(one) for one in empty})
    ).rowcount


def _nothing(column: Column[Any]) -> object:
    if column.nullable:
        return None
    if isinstance(column.type, LargeBinary):
        return b""
    return "{}" if column.name == "detail" else ""


def _close(connection: Connection, person: Person, now_ms: int) -> None:
    """Messages wait for nobody, and nobody has to decide about a turn."""
    mine = col(Message.conversation_id).in_(person.conversations)
    connection.execute(
        update(Message)
        .where(mine)
        .values(
            deleted_ms=func.coalesce(col(Message.deleted_ms), now_ms),
            handled_ms=func.coalesce(col(Message.handled_ms), now_ms),
        )
    )
    turns = update(Turn).where(col(Turn.conversation_id).in_(person.conversations))
    withdrawn = col(Turn.state) == TurnState.WITHDRAWN
    connection.execute(turns.where(withdrawn).values(reason=ERASED))
    connection.execute(
        turns.where(col(Turn.state).in_(_GIVEN_UP)).values(
            state=TurnState.SILENT.value, reason=ERASED, settled_ms=now_ms, settled_by=BY_ERASURE
        )
    )


def _unname(connection: Connection, person: Person) -> None:
    """What has to stay different from its neighbours stays so, and names nobody."""
    theirs = select(col(Patient.id)).where(col(Patient.conversation_id).in_(person.conversations))
    for patient_id in connection.execute(theirs).scalars().all():
        connection.execute(
            update(Patient)
            .where(col(Patient.id) == patient_id)
            .values(name=ERASED_NAME, name_key=f"{ERASED_NAME} {patient_id}")
        )
    named = select(col(Message.provider_id)).where(
        col(Message.conversation_id).in_(person.conversations),
        or_(false(), *[col(Message.provider_id).contains(one, autoescape=True) for one in person.numbers]),
    )
    for provider_id in set(connection.execute(named).scalars()):
        connection.execute(
            update(Message)
            .where(col(Message.provider_id) == provider_id)
            .values(provider_id=unnamed(provider_id, person.numbers))
        )
