"""Bringing back what lies further ahead than anything of ours may: somebody set PostgreSQL's clock back.

SQLite's one writer moves every armed instant by what the clock moved (``jump.py``). Replicas cannot: each sees the jump
at a moment of its own, and until all have, instants of both clocks are written side by side. After a step forward
nothing tells them apart, and nothing has to: what waits is due. After a step back a patient would wait as long as the
clock went back. But then what was written before is known for itself: it lies in the future. So each such instant
becomes the latest that it could be if it happened now. To do that twice, or in several replicas, does no more.
"""

from functools import partial

import structlog
from sqlalchemy import Connection

from clinic_bot.clock import Clock
from clinic_bot.store.database import Database
from clinic_bot.store.jump import LEAST_MS
from clinic_bot.store.policy import Policy
from clinic_bot.store.session import driver_of
from clinic_bot.store.tables import IS_UNCERTAIN, IS_UNREAD

log = structlog.get_logger(__name__)

_NEWEST = """
SELECT greatest((SELECT max(received_ms) FROM (SELECT received_ms FROM inbox ORDER BY id DESC LIMIT 100) AS newest),
                (SELECT max(claimed_ms) FROM (SELECT claimed_ms FROM turn ORDER BY id DESC LIMIT 100) AS newest))"""
#: Of a conversation: now, and then the end of a window, of typing, of a take-over, of the wait for an alert and of a
#: lease that began now. A window begins anew. In the order of the ids, as everybody locks them.
_CONVERSATIONS = """
UPDATE conversation
SET last_ms = least(last_ms, ?1), first_pending_ms = least(first_pending_ms, ?1), signal_ms = least(signal_ms, ?1),
    typed = NULL, hold_until_ms = least(hold_until_ms, ?3), human_until_ms = least(human_until_ms, ?4),
    wake_at_ms = least(wake_at_ms, CASE WHEN owner IS NOT NULL THEN ?6::bigint
                                        WHEN human_until_ms > ?1 THEN ?5::bigint ELSE ?2::bigint END)
WHERE id IN (
    SELECT id FROM conversation
    WHERE last_ms > ?1 OR first_pending_ms > ?1 OR signal_ms > ?1 OR hold_until_ms > ?3 OR human_until_ms > ?4
    ORDER BY id FOR UPDATE)"""
_MESSAGES = """
UPDATE message SET received_ms = least(received_ms, ?1), edited_ms = least(edited_ms, ?1)
FROM conversation
WHERE conversation.first_pending_ms IS NOT NULL AND message.conversation_id = conversation.id
  AND message.seq > conversation.done_seq AND (message.received_ms > ?1 OR message.edited_ms > ?1)"""
_TURNS = f"""
UPDATE turn SET due_ms = least(due_ms, ?1), claimed_ms = least(claimed_ms, ?1), intent_ms = least(intent_ms, ?1),
                outcome_ms = least(outcome_ms, ?1)
WHERE (state = 'thinking' OR {IS_UNCERTAIN}) AND greatest(claimed_ms, intent_ms, outcome_ms) > ?1"""  # noqa: S608 - our own words
#: An alert waits at most five minutes between two tries; nobody has a duty for longer than ten.
_NOTICES = """
UPDATE notice SET created_ms = ?1, due_ms = least(due_ms, ?1::bigint + 300000)
WHERE state = 'waiting' AND created_ms > ?1"""
_DUTIES = "UPDATE duty SET until_ms = ?1::bigint + 600000 WHERE until_ms > ?1::bigint + 600000"
_SWITCHES = "UPDATE switch SET since_ms = ?1 WHERE since_ms > ?1"
_MARKS = "UPDATE mark SET at_ms = ?1 WHERE at_ms > ?1"
#: A slot is held no longer than it would be if its patient had been asked now.
_PROPOSALS = """
UPDATE proposal SET held_until_ms = held_until_ms - (created_ms - ?1::bigint), created_ms = ?1
WHERE state = 'open' AND created_ms > ?1"""
_CELLS = """
UPDATE agenda_cell SET held_until_ms = ?1::bigint + p.held_until_ms - p.created_ms
FROM proposal p
WHERE agenda_cell.proposal_id = p.id AND agenda_cell.held_until_ms > ?1::bigint + p.held_until_ms - p.created_ms"""
#: Whoever changed something just now is not reminded of it; nobody knows of it from tomorrow on.
_APPOINTMENTS = "UPDATE appointment SET changed_ms = ?1 WHERE changed_ms > ?1"
#: No file is tried again, or read, for longer than ten minutes.
_MEDIA = f"""
UPDATE message SET media_until_ms = ?1::bigint + 600000
WHERE ({IS_UNREAD}) AND media_until_ms > ?1::bigint + 600000"""  # noqa: S608 - our own words
#: What ``is_ahead`` reads, so that it is over.
_SEEN = """
UPDATE inbox SET received_ms = least(received_ms, ?1)
WHERE id IN (SELECT id FROM inbox ORDER BY id DESC LIMIT 100) AND received_ms > ?1"""
_CLAIMED = """
UPDATE turn SET claimed_ms = least(claimed_ms, ?1)
WHERE id IN (SELECT id FROM turn ORDER BY id DESC LIMIT 100) AND claimed_ms > ?1"""

#: In this order: what a cell says follows its proposal.
_THE_REST = (
    _MESSAGES, _MEDIA, _TURNS, _NOTICES, _DUTIES, _SWITCHES, _MARKS, _PROPOSALS, _CELLS, _APPOINTMENTS, _SEEN,
    _CLAIMED,
)  # fmt: skip


def is_ahead(connection: Connection, *, now_ms: int) -> bool:
    """Whether what came last came in the future. Cheap: it is asked every few seconds."""
    newest_ms = driver_of(connection).execute(_NEWEST).fetchone()[0]
    return newest_ms is not None and newest_ms > now_ms + LEAST_MS


def bring_back(connection: Connection, *, now_ms: int, policy: Policy, lease_ms: int) -> int:
    """Let nothing of the past lie in the future, and nothing that waits wait longer than it could; how many chats."""
    driver, timing = driver_of(connection), policy.timing
    waits = (0, timing.quiet_ms, timing.hold_ms, policy.human_ms, policy.alert_ms, lease_ms)
    chats = driver.execute(_CONVERSATIONS, [now_ms + wait_ms for wait_ms in waits]).rowcount
    for statement in _THE_REST:
        driver.execute(statement, (now_ms,))
    return chats


async def heal(database: Database, clock: Clock, policy: Policy, *, lease_ms: int) -> None:
    """Look, and bring back what there is; ``clock`` follows the server's. Raises StorageUnavailable."""
    now_ms = clock.now_ms()
    if await database.read(partial(is_ahead, now_ms=now_ms)):
        job = partial(bring_back, now_ms=now_ms, policy=policy, lease_ms=lease_ms)
        chats = await database.write(job)
        log.warning("PostgreSQL's clock was set back, and what was armed came with it", conversations=chats)
