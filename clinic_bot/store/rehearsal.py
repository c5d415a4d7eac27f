"""One turn played through and undone, so that no patient pays for what happens only once in a process.

SQLAlchemy compiles each statement at its first use, about 0.1 s for all of a turn's: fifty windows that close in the
first second after a start would all wait for it.
"""

from sqlalchemy import Connection

from clinic_bot.events import Contact, Content, Kind, Message
from clinic_bot.store import claims, closing, gate, history
from clinic_bot.store.bulk import Bulk
from clinic_bot.store.gate import Draft
from clinic_bot.store.inbox import take_in
from clinic_bot.store.lease import Claim
from clinic_bot.store.policy import Policy
from clinic_bot.store.tables import TurnState

_NOBODY = Contact("rehearsal", phone="0", phone_key="0", lid=None, name=None)


def rehearse(connection: Connection, *, now_ms: int, policy: Policy) -> None:
    """Receive, claim, decide and close one turn inside a savepoint, and roll all of it back."""
    savepoint = connection.begin_nested()
    try:
        _play(connection, now_ms, policy)
    finally:
        savepoint.rollback()


def _play(connection: Connection, now_ms: int, policy: Policy) -> None:
    due_ms = now_ms + policy.timing.cap_ms
    content = Content(Kind.TEXT, "ensaio", {}, None)
    messages = [Message(f"rehearsal:{n}", _NOBODY, f"rehearsal{n}", None, content) for n in range(2)]
    taken = take_in(connection, messages[0], b"{}", now_ms, policy)
    bulk = Bulk(connection, messages[1:], policy)
    bulk.add(messages[1], b"{}", now_ms)
    bulk.flush()
    assert taken.conversation_id is not None
    claim = claims.claim(
        connection, taken.conversation_id, owner="rehearsal", now_ms=due_ms, lease_ms=1, policy=policy
    )
    assert isinstance(claim, Claim)
    history.background(
        connection, claim.conversation_id, turn_id=claim.turn_id, since_ms=0, turns=1, quoted=["rehearsal0"]
    )
    gate.write_intent(connection, claim, Draft("ensaio", "ensaio"), now_ms=due_ms, policy=policy)
    closing.record_outcome(connection, claim, TurnState.SENT, now_ms=due_ms, policy=policy)
