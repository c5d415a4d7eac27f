"""What the provider said to replies that left at about the same moment, recorded in one transaction.

Nobody waits for an outcome: the patient has the reply. Where turns end one after the other, the executor of several
replicas therefore lets those of a moment go together.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from clinic_bot.store import rows
from clinic_bot.store.closing import Closed, record_outcome
from clinic_bot.store.lease import Claim
from clinic_bot.store.policy import Policy
from clinic_bot.store.tables import TurnState


@dataclass(frozen=True, slots=True)
class Outcome:
    claim: Claim
    state: TurnState
    now_ms: int
    zaap_id: str | None = None
    message_id: str | None = None
    reason: str | None = None


def record_all(connection: Connection, outcomes: Sequence[Outcome], policy: Policy) -> list[Closed]:
    """``record_outcome`` for each; their conversations are locked first, in the order that all keep."""
    if len(outcomes) > 1:
        rows.lock(connection, [one.claim.conversation_id for one in outcomes])
    return [
        record_outcome(
            connection,
            one.claim,
            one.state,
            now_ms=one.now_ms,
            policy=policy,
            zaap_id=one.zaap_id,
            message_id=one.message_id,
            reason=one.reason,
        )
        for one in outcomes
    ]
