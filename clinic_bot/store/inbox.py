"""Taking an event in: kept as it came and applied, in the caller's one transaction.

A patient's message is the hot path (``messages.py``); everything rarer stands in ``changes.py`` and ``evidence.py``.
"""

import math
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from sqlalchemy import Connection
from sqlmodel import Session

from clinic_bot.events import (
    Contact,
    Deletion,
    Delivery,
    Echo,
    Edit,
    Event,
    Ignored,
    Message,
    Presence,
    Reason,
    Receipt,
    StaffMessage,
)
from clinic_bot.store import changes, contacts, evidence, late, locks
from clinic_bot.store.bulk import DUPLICATE as ALREADY_STORED
from clinic_bot.store.bulk import Bulk
from clinic_bot.store.database import Grouped
from clinic_bot.store.messages import append_message
from clinic_bot.store.policy import Policy
from clinic_bot.store.session import driver_of, is_postgres, session_on
from clinic_bot.store.tables import Conversation


class Answer(StrEnum):
    QUEUED = "queued"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"
    BUSY = "busy"  #: never said: nothing was stored, since another replica has the conversation just then


@dataclass(frozen=True, slots=True)
class Taken:
    """What the store did with an event, and what the process should know right after the commit."""

    answer: Answer
    reason: Reason | None = None
    conversation_id: int | None = None
    wake_at_ms: int | None = None
    revision: int | None = None  #: of the conversation, when the patient said, corrected or deleted something
    emergency: bool = False  #: do not wait, and do not let a running model call finish
    taken_over: bool = False  #: a person answered: a running model call is of no use any more


DUPLICATE = Taken(Answer.DUPLICATE)
QUEUED = Taken(Answer.QUEUED)
BUSY = Taken(Answer.BUSY)

_KEEP = "INSERT INTO inbox (key, received_ms, outcome, body) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO NOTHING"


def take_in(connection: Connection, event: Event, body: bytes, now_ms: int, policy: Policy) -> Taken:
    """Keep ``body`` under the event's key and apply the event. The executor commits.

    Args:
        body: as it came, inflated.
        now_ms: when it came.
    """
    match event:
        case Message() | StaffMessage() | Edit() if late.was_known(connection, event, now_ms, policy):
            return DUPLICATE
        case Message():
            return _take_message(connection, event, body, now_ms, policy)
        case Presence():
            return _see_presence(connection, event, now_ms, policy)
        case Ignored():
            return _ignore(connection, event, body, now_ms, policy)
        case Receipt():
            kept = [keep(connection, key, body, now_ms, Answer.QUEUED) for key in event.keys]
            if kept and not any(kept):
                return DUPLICATE
        case _:
            if not keep(connection, event.key, body, now_ms, Answer.QUEUED):
                return DUPLICATE
    with session_on(connection) as session:
        taken = _apply(session, event, now_ms, policy)
    _forget_late(connection, event)
    return taken


def _take_message(connection: Connection, event: Message, body: bytes, now_ms: int, policy: Policy) -> Taken:
    if not keep(connection, event.key, body, now_ms, Answer.QUEUED):
        return DUPLICATE
    added = append_message(connection, event, now_ms, policy)
    if added.early_change:
        with session_on(connection) as session:
            return _changed(changes.apply_early(session, event, added.conversation_id, policy, now_ms))
    where = added.conversation_id, added.wake_at_ms, added.revision
    return Taken(Answer.QUEUED, None, *where, emergency=added.emergency)


def _see_presence(connection: Connection, event: Presence, now_ms: int, policy: Policy) -> Taken:
    with session_on(connection) as session:
        conversation = contacts.find(session, event.contact)
        if conversation is None:
            return QUEUED  # presence opens no conversation
        changes.hold(session, conversation, event.status, policy, now_ms)
        return Taken(Answer.QUEUED, None, conversation.id, conversation.wake_at_ms)


def _ignore(connection: Connection, event: Ignored, body: bytes, now_ms: int, policy: Policy) -> Taken:
    if event.pair is not None:
        with session_on(connection) as session:
            contacts.find_or_open(session, event.pair, policy, now_ms)
    if event.kept and not keep(connection, event.key, body, now_ms, event.reason):
        return DUPLICATE
    return Taken(Answer.IGNORED, event.reason)


#: Every reply has its words, but for one that was erased.
_ERASED = """
SELECT count(*) FROM turn WHERE (message_id = ?1 OR zaap_id = ?2) AND reply IS NULL AND intent_ms IS NOT NULL"""


def _forget_late(connection: Connection, event: Event) -> None:
    """What proves something about a reply that was erased meanwhile is kept without its body, which has the words."""
    keys: tuple[str, ...]
    ids: tuple[str | None, ...]
    match event:
        case Echo() | StaffMessage():
            keys, ids, zaap_id = (event.key,), (event.provider_id,), None
        case Delivery():
            keys, ids, zaap_id = (event.key,), (event.provider_id,), event.zaap_id
        case Receipt():
            keys, ids, zaap_id = event.keys, event.provider_ids, None
        case _:
            return
    driver = driver_of(connection)
    if any(driver.execute(_ERASED, (one, zaap_id)).fetchone()[0] for one in ids):
        for key in keys:
            driver.execute("UPDATE inbox SET body = ? WHERE key = ?", (b"", key))


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event as it came: the body inflated, and when."""

    event: Event
    body: bytes
    now_ms: int


def take_in_all(connection: Connection, arrivals: Sequence[Arrival], policy: Policy) -> list[Taken]:
    """``take_in`` for all of them in their order, with the plain messages among them in a few statements.

    Where other replicas write too, their conversations are locked first. So whoever wrote there before is seen, and
    an edit does not pass by the message it belongs to. Of whom another replica has something just then nothing is
    taken, and nothing more of anybody when they have been kept for too long: ``BUSY``.
    """
    people = [contact for one in arrivals if (contact := _who(one.event)) is not None]
    is_busy = locks.take(connection, people)
    is_over = _Over(_LONGEST_S if is_postgres(connection) else math.inf)

    def kind(arrival: Arrival) -> bool | None:
        who = _who(arrival.event)
        return None if who is not None and is_busy(who) else isinstance(arrival.event, Message)

    taken: list[Taken] = []
    for is_message, group in groupby(arrivals, kind):
        run = list(group)
        if is_message is None:
            taken += [BUSY] * len(run)
        elif is_message and len(run) > 1:
            taken += _take_messages(connection, run, policy, is_over)
        else:
            taken += [_take_one(connection, one, policy, is_over) for one in run]
    return taken


def _take_one(connection: Connection, one: Arrival, policy: Policy, is_over: "_Over") -> Taken:
    return BUSY if is_over() else take_in(connection, one.event, one.body, one.now_ms, policy)


class _Over:
    """Whether a transaction has had its time. The first that asks goes on, however late it is."""

    def __init__(self, longest_s: float) -> None:
        self._ends_s = time.monotonic() + longest_s
        self._asked = False

    def __call__(self) -> bool:
        over = self._asked and time.monotonic() > self._ends_s
        self._asked = True
        return over


#: Of PostgreSQL, by the machine's clock: so long webhooks that share a transaction keep each other's conversations.
#: Beside a machine that is too slow for what comes, others would wait for seconds, for all of them.
_LONGEST_S = 0.15
#: Beside plain messages, of which many take a few statements together, everything else takes ten of its own.
_RARE_WEIGHT = 16


def grouped(
    arrival: Arrival, together: Callable[[Connection, Sequence[Arrival]], Sequence[Taken]]
) -> Grouped[Arrival, Taken]:
    """The job that takes an arrival in with its neighbours, those of one person in their order.

    Args:
        together: ``take_in_all``, with its policy.
    """
    who = _who(arrival.event)
    key = None if who is None else who.phone_key or who.lid
    weight = 1 if isinstance(arrival.event, Message) else _RARE_WEIGHT
    return Grouped(arrival, together, key, weight, busy=BUSY)


def _who(event: Event) -> Contact | None:
    return event.pair if isinstance(event, Ignored) else event.contact


def _take_messages(
    connection: Connection, run: Sequence[Arrival], policy: Policy, is_over: _Over
) -> Iterator[Taken]:
    events = [one.event for one in run if isinstance(one.event, Message)]
    bulk = Bulk(connection, events, policy)
    for one, event in zip(run, events, strict=True):
        if is_over():
            yield BUSY
            continue
        stored = bulk.add(event, one.body, one.now_ms)
        if stored is None:
            bulk.flush()
            bulk.forget(event)
            yield take_in(connection, event, one.body, one.now_ms, policy)
        elif stored is ALREADY_STORED:
            yield DUPLICATE
        else:
            yield Taken(Answer.QUEUED, None, stored.conversation_id, stored.wake_at_ms, stored.revision)
    bulk.flush()


def _apply(
    session: Session,
    event: StaffMessage | Edit | Deletion | Echo | Delivery | Receipt,
    now_ms: int,
    policy: Policy,
) -> Taken:
    match event:
        case StaffMessage() if evidence.is_ours(session, event, now_ms):
            return QUEUED
        case StaffMessage():
            conversation, taken_over = changes.staff_message(session, event, policy, now_ms)
            return Taken(Answer.QUEUED, None, conversation.id, conversation.wake_at_ms, taken_over=taken_over)
        case Edit():
            return _changed(changes.edit(session, event, policy, now_ms))
        case Deletion():
            return _changed(changes.delete(session, event, policy, now_ms))
        case Echo():
            evidence.echo(session, event, now_ms)
        case Delivery():
            evidence.delivery(session, event, now_ms)
        case Receipt():
            evidence.receipt(session, event, now_ms)
    return QUEUED


def _changed(conversation: Conversation | None) -> Taken:
    if conversation is None:
        return QUEUED
    emergency = conversation.emergency_seq > conversation.done_seq
    where = conversation.id, conversation.wake_at_ms, conversation.revision
    return Taken(Answer.QUEUED, None, *where, emergency=emergency)


def keep(connection: Connection, key: str, body: bytes, now_ms: int, outcome: str) -> bool:
    """Store a body under its key; False when that key is known already. A body without identity gets one."""
    row = (key or f"unidentified:{uuid.uuid4()}", now_ms, str(outcome), body)
    return bool(driver_of(connection).execute(_KEEP, row).rowcount)


# Bodies that could not be read.

UNREADABLE_ROWS = 1_000
UNREADABLE_BYTES = 64 * 1024


def keep_unreadable(connection: Connection, body: bytes, problem: str, now_ms: int) -> None:
    """Keep what could not be read, for the day the reader was wrong: the newest 1,000, 64 KiB each."""
    driver = driver_of(connection)
    driver.execute(
        "INSERT INTO unreadable (received_ms, problem, body) VALUES (?, ?, ?)",
        (now_ms, problem, body[:UNREADABLE_BYTES]),
    )
    driver.execute(
        "DELETE FROM unreadable WHERE id <= (SELECT max(id) FROM unreadable) - ?", (UNREADABLE_ROWS,)
    )
