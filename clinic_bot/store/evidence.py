"""What Z-API says later about a send: the echo, the delivery report, receipts.

Evidence is read from the intent on and needs no lease: it compares and sets the turn's state, which only moves
forward. It proves by provider id first; by text only when exactly one uncertain send fits; a delivery report
carries no text, so without an id it proves only when it is the only uncertain send of that phone. Every look-up is
within the instance that the evidence comes from.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, func, literal_column, text
from sqlmodel import Session, col, or_, select

from clinic_bot.events import (
    Contact,
    Delivery,
    Echo,
    Receipt,
    ReceiptStatus,
    SendFailure,
    StaffMessage,
    Trouble,
    Verdict,
)
from clinic_bot.store import contacts, notices, switches
from clinic_bot.store.conversations import AFRESH
from clinic_bot.store.session import session_on
from clinic_bot.store.tables import IS_UNCERTAIN, UNCERTAIN, Conversation, SwitchName, Turn, TurnState

#: An unknown send that no evidence settled within this time is held for a person.
HOLD_AFTER_MS = 120_000

_RANK = {ReceiptStatus.SENT: 1, ReceiptStatus.RECEIVED: 2, ReceiptStatus.READ: 3, ReceiptStatus.PLAYED: 4}

#: Of an error that the reader did not class: it says no to this message.
_A_NO = SendFailure(Verdict.REFUSED, Trouble.OTHER)


class Proof(StrEnum):
    """By what a turn was settled; stored, and shown to the operator."""

    ECHO = "echo"
    DELIVERY = "delivery"
    RECEIPT = "receipt"
    QUEUE = "queue"
    TIME = "time"


def echo(session: Session, event: Echo, now_ms: int) -> bool:
    """Our own words came back: they left. False when no send of ours fits."""
    turn = _by_ids(session, event.contact.instance, event.provider_id, None)
    if turn is None:
        same = [turn for turn in _uncertain(session, event.contact) if turn.reply == event.text]
        turn = same[0] if len(same) == 1 else None
    if turn is not None:
        turn.message_id = turn.message_id or event.provider_id
        _prove_sent(turn, Proof.ECHO, now_ms)
    return turn is not None or notices.echo(session, event, now_ms)


def is_ours(session: Session, event: StaffMessage, now_ms: int) -> bool:
    """Whether what looks typed by hand is an echo that lost its ``fromApi``, as older payloads do. Then it counts."""
    same = Echo(event.key, event.contact, event.provider_id, event.sent_ms, event.content.text)
    return echo(session, same, now_ms)


def delivery(session: Session, event: Delivery, now_ms: int) -> None:
    """Z-API's queue handed the message to WhatsApp, or says why not.

    An error that concerns the whole instance stops its answers in this same transaction, whoever the message was
    for: an alert or a reminder that WhatsApp refuses says the same about the next reply.
    """
    failure = None if event.error is None else event.failure or _A_NO
    if failure is not None and failure.verdict is Verdict.INSTANCE:
        instance, name = event.contact.instance, SwitchName.ZAPI_ACCOUNT
        switches.turn_on(session.connection(), instance, name, failure.trouble, now_ms)
    turn = _by_ids(session, event.contact.instance, event.provider_id, event.zaap_id)
    if turn is None:
        refused = failure is not None and failure.verdict is not Verdict.UNKNOWN
        if notices.delivery(session, event, now_ms, refused=refused):
            return
        turn = _only_one(session, event)
    if turn is None:
        return
    turn.zaap_id = turn.zaap_id or event.zaap_id
    if failure is None:
        turn.message_id = turn.message_id or event.provider_id
        turn.receipt = turn.receipt or ReceiptStatus.SENT
        _prove_sent(turn, Proof.DELIVERY, now_ms)
    elif failure.verdict is Verdict.UNKNOWN:
        # It may come before our own outcome, which then leaves the state as it is.
        if turn.state in (TurnState.SENDING, TurnState.SENT) and turn.receipt is None:
            turn.state, turn.reason = TurnState.UNKNOWN, event.error
    elif turn.receipt is None and turn.state in (TurnState.SENT, *UNCERTAIN):
        turn.state, turn.reason = TurnState.UNDELIVERED, event.error_code or event.error
        turn.settled_ms, turn.settled_by = now_ms, Proof.DELIVERY


def _only_one(session: Session, event: Delivery) -> Turn | None:
    """The send that a delivery report without known ids is about: the only one of that phone it can be."""
    # One whose queue id is known has another one: this report would have found it by that.
    candidates = [turn for turn in _uncertain(session, event.contact) if turn.zaap_id is None]
    # An alert or a reminder whose ids its sender has not heard of yet is one of that phone's sends too.
    if len(candidates) != 1 or notices.may_be_meant(session, _parts(session, event.contact)):
        return None
    return candidates[0]


def receipt(session: Session, event: Receipt, now_ms: int) -> None:
    """How far a message came; steps repeat and come out of order, so only the furthest is kept."""
    for provider_id in event.provider_ids:
        turn = _by_ids(session, event.contact.instance, provider_id, None)
        if turn is None:
            continue
        known = _RANK[ReceiptStatus(turn.receipt)] if turn.receipt else 0
        if _RANK[event.status] > known:
            turn.receipt = event.status
        _prove_sent(turn, Proof.RECEIPT, now_ms)


def _prove_sent(turn: Turn, proof: Proof, now_ms: int) -> None:
    recalled = turn.state == TurnState.WITHDRAWN and turn.message_id is not None
    if turn.state in UNCERTAIN or recalled:
        turn.state, turn.settled_ms, turn.settled_by = TurnState.SENT, now_ms, proof


def _by_ids(session: Session, instance: str, message_id: str | None, zaap_id: str | None) -> Turn | None:
    ids = []
    if message_id is not None:
        ids.append(Turn.message_id == message_id)
    if zaap_id is not None:
        ids.append(Turn.zaap_id == zaap_id)
    if not ids:
        return None
    ours = (
        select(Turn)
        .join(Conversation, col(Conversation.id) == Turn.conversation_id)
        .where(or_(*ids), Conversation.instance == instance)
    )
    # Compare and set: what the state is compared with must stand until it is set.
    ours = ours.order_by(col(Turn.id).desc()).with_for_update(of=Turn).execution_options(**AFRESH)
    return session.exec(ours).first()


def _uncertain(session: Session, contact: Contact) -> Sequence[Turn]:
    """Sends of this person that may be on their way and have no provider id yet."""
    return session.exec(
        select(Turn)
        .where(
            col(Turn.conversation_id).in_(_parts(session, contact)),
            col(Turn.state).in_(UNCERTAIN),
            col(Turn.message_id).is_(None),
        )
        .order_by(col(Turn.id))
        .with_for_update()
        .execution_options(**AFRESH)
    ).all()


def _parts(session: Session, contact: Contact) -> list[int]:
    """This person's conversation, and all that were merged into it."""
    conversation = contacts.find(session, contact)
    if conversation is None or conversation.id is None:
        return []
    return contacts.aliases(session.connection(), conversation.id)


# Settling what is left.


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A send that may or may not have left, and by what Z-API's queue would show it."""

    turn_id: int
    phone: str | None
    lid: str | None
    reply: str | None


def unsettled(connection: Connection, instance: str) -> list[Unsettled]:
    """Every send of an instance that is unknown, oldest first."""
    rows = connection.execute(
        select(Turn.id, Conversation.phone, Conversation.lid, Turn.reply)
        .join(Conversation, col(Conversation.id) == Turn.conversation_id)
        .where(text(IS_UNCERTAIN), Turn.state == TurnState.UNKNOWN, Conversation.instance == instance)
        .order_by(col(Turn.id))
    )
    return [Unsettled(row[0], row[1], row[2], row[3]) for row in rows]


def found_in_queue(connection: Connection, turn_id: int, *, zaap_id: str, message_id: str | None) -> None:
    """Z-API has the message in its queue: from now on its delivery report finds the turn by id."""
    with session_on(connection) as session:
        turn = session.get_one(Turn, turn_id, with_for_update=True)
        turn.zaap_id, turn.message_id = turn.zaap_id or zaap_id, turn.message_id or message_id


def hold_old(connection: Connection, now_ms: int) -> int:
    """Unknown for too long: held for a person, never sent again by itself. Returns how many."""
    with session_on(connection) as session:
        old = session.exec(
            select(Turn)
            .where(
                text(IS_UNCERTAIN),
                Turn.state == TurnState.UNKNOWN,
                col(Turn.intent_ms) <= now_ms - HOLD_AFTER_MS,
            )
            .order_by(col(Turn.id))
            .with_for_update()
        ).all()
        for turn in old:
            turn.state, turn.settled_ms, turn.settled_by = TurnState.HELD, now_ms, Proof.TIME
        return len(old)


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A reply that got a definite no: whom it was for, as the clinic knows them, and why."""

    name: str | None
    phone: str | None
    reason: str


def undelivered(connection: Connection, instance: str, *, after_ms: int, until_ms: int) -> list[Undelivered]:
    """What turned out as undelivered after an instant and up to another, oldest first."""
    when = func.coalesce(Turn.settled_ms, Turn.outcome_ms)
    rows = connection.execute(
        select(Conversation.name, Conversation.phone, Turn.reason)
        .join(Conversation, col(Conversation.id) == Turn.conversation_id)
        .where(
            col(Turn.state) == literal_column("'undelivered'"),  # spelt out, so that the partial index serves
            Conversation.instance == instance,
            when > after_ms,
            when <= until_ms,
        )
        .order_by(col(Turn.id))
    )
    return [Undelivered(row[0], row[1], row[2] or "") for row in rows]
