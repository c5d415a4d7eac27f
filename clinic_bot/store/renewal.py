"""Keeping what this process holds while it lives, and letting go of nothing that is another's: leases on PostgreSQL.

The end of a lease is ``wake_at_ms`` by the server's clock, whatever the clock of a replica says. One statement renews
all of a process's, and brings along what other replicas took in for its turns meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from clinic_bot.store import rows
from clinic_bot.store.lease import Claim, ours
from clinic_bot.store.session import driver_of
from clinic_bot.store.tables import TurnState

_NOW = "coalesce(?4::bigint, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)"
_SEEN = """
SELECT c.id, held.epoch, c.owner IS NOT DISTINCT FROM ?3::text AND c.epoch = held.epoch, c.revision, c.human_until_ms,
       c.emergency_seq, {renewed}
FROM unnest(?1::bigint[], ?2::bigint[]) AS held (id, epoch) JOIN conversation c USING (id)"""
_LOOK = _SEEN.format(renewed="false")
#: A row that somebody is writing at this moment is left for the next time: one that waits would hold up all others.
_RENEW = f"""
WITH mine AS MATERIALIZED (
    SELECT c.id FROM unnest(?1::bigint[], ?2::bigint[]) AS held (id, epoch) JOIN conversation c USING (id)
    WHERE c.owner = ?3::text AND c.epoch = held.epoch
    ORDER BY c.id FOR NO KEY UPDATE OF c SKIP LOCKED
), renewed AS (
    UPDATE conversation SET wake_at_ms = {_NOW} + ?5::bigint FROM mine WHERE conversation.id = mine.id
    RETURNING conversation.id
)
{_SEEN.format(renewed="c.id IN (SELECT id FROM renewed)")}"""  # noqa: S608 - our own words
_CLOCK = f"SELECT {_NOW.replace('?4', '?1')}"


@dataclass(frozen=True, slots=True)
class Seen:
    """How a conversation stands that this process claimed."""

    conversation_id: int
    epoch: int  #: of our claim
    ours: bool  #: else somebody else has it, or it was closed
    revision: int
    human_until_ms: int
    emergency_seq: int
    renewed: bool


def renew(
    connection: Connection, claims: Sequence[Claim], *, owner: str, now_ms: int | None, lease_ms: int
) -> list[Seen]:
    """Make the leases of these claims last from now on.

    Args:
        now_ms: None where the server's own clock counts.
    """
    asked = (*_keys(claims), owner, now_ms, lease_ms)
    return [Seen(*row) for row in driver_of(connection).execute(_RENEW, asked).fetchall()]


def look(connection: Connection, claims: Sequence[Claim], *, owner: str) -> list[Seen]:
    """What other replicas did to the conversations of these claims; changes nothing."""
    return [Seen(*row) for row in driver_of(connection).execute(_LOOK, (*_keys(claims), owner)).fetchall()]


def prove(connection: Connection, claim: Claim, *, now_ms: int | None, lease_ms: int) -> bool:
    """Whether a reply past its gate may still be sent: then its lease lasts from now on."""
    found = ours(connection, claim)
    if found is None or found.turn.state != TurnState.SENDING:
        return False
    ((server_ms,),) = driver_of(connection).execute(_CLOCK, (now_ms,)).fetchall()
    found.conversation.wake_at_ms = server_ms + lease_ms
    rows.save(connection, found.conversation)
    return True


def _keys(claims: Sequence[Claim]) -> tuple[list[int], list[int]]:
    return [claim.conversation_id for claim in claims], [claim.epoch for claim in claims]
