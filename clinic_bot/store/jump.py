"""Moving what is armed when somebody set the machine's clock.

An instant that still decides something moves with the clock, so that every wait keeps its length: a window its
seconds, a take-over its hours. Instants that only tell what was stay as they were written. SQLite only: where
replicas share PostgreSQL, its own clock is the only one whose instants are stored.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from clinic_bot.store.clinic_tables import ProposalState
from clinic_bot.store.tables import IS_UNREAD, MarkName, TurnState

#: What happened so short a time ago is still compared with now: a text that goes to many chats at once, a reply that
#: may still be recalled. Longer than any of those.
_RECENT_MS = 120_000
#: Less than this is no jump: the machine's clock is kept right in such steps.
LEAST_MS = 1_000

_OPEN = (TurnState.THINKING, TurnState.SENDING, TurnState.UNKNOWN)
_OPEN_TURNS = f"state IN ({', '.join(repr(str(state)) for state in _OPEN)})"

# ``:since`` lies before everything that could be compared with now, by the old clock and by the new one.
_TURN_EVENTS = f"""
UPDATE turn_event SET at_ms = at_ms + :by
WHERE turn_id IN (SELECT id FROM turn WHERE {_OPEN_TURNS})"""  # noqa: S608 - our own states

_TURNS = f"""
UPDATE turn SET due_ms = due_ms + :by, claimed_ms = claimed_ms + :by, intent_ms = intent_ms + :by,
                outcome_ms = outcome_ms + :by
WHERE {_OPEN_TURNS} OR (outcome_ms > :since AND settled_by IS NULL)"""  # noqa: S608 - as above

_MESSAGES = """
UPDATE message SET received_ms = received_ms + :by, edited_ms = edited_ms + :by
WHERE rowid IN (
    SELECT m.rowid FROM conversation c CROSS JOIN message m
    WHERE c.first_pending_ms IS NOT NULL AND m.conversation_id = c.id AND m.seq > c.done_seq
    UNION ALL
    SELECT rowid FROM message WHERE author = 'clinic' AND received_ms > :since)"""

_MEDIA = f"UPDATE message SET media_until_ms = media_until_ms + :by WHERE {IS_UNREAD}"  # noqa: S608 - our own states

_CONVERSATIONS = """
UPDATE conversation
SET wake_at_ms = wake_at_ms + :by, first_pending_ms = first_pending_ms + :by, last_ms = last_ms + :by,
    signal_ms = signal_ms + :by, typed = NULL,
    talk = CASE WHEN json_valid(talk)
                THEN json_set(talk, '$[3]', json_extract(talk, '$[3]') + :by,
                              '$[5]', CASE WHEN json_extract(talk, '$[5]') > 0
                                           THEN json_extract(talk, '$[5]') + :by ELSE 0 END)
                ELSE talk END,
    hold_until_ms = CASE WHEN hold_until_ms > 0 THEN hold_until_ms + :by ELSE 0 END,
    human_until_ms = CASE WHEN human_until_ms > 0 THEN human_until_ms + :by ELSE 0 END
WHERE wake_at_ms IS NOT NULL OR first_pending_ms IS NOT NULL
   OR last_ms > :since OR hold_until_ms > :since OR human_until_ms > :since"""

_NOTICES = """
UPDATE notice SET created_ms = created_ms + :by, due_ms = due_ms + :by, intent_ms = intent_ms + :by,
                  outcome_ms = outcome_ms + :by
WHERE state IN ('waiting', 'sending', 'unknown')"""

_SWITCHES = "UPDATE switch SET since_ms = since_ms + :by"
_PROPOSALS = f"""
UPDATE proposal SET created_ms = created_ms + :by, held_until_ms = held_until_ms + :by
WHERE state = '{ProposalState.OPEN.value}'"""  # noqa: S608 - our own state
_CELLS = "UPDATE agenda_cell SET held_until_ms = held_until_ms + :by WHERE held_until_ms IS NOT NULL"
#: Set back; after a step forward it was a while ago, as it says.
_APPOINTMENTS = "UPDATE appointment SET changed_ms = :now WHERE changed_ms > :now"
#: Forgetting does not believe a jump (``believed.py``).
_MARKS = f"UPDATE mark SET at_ms = at_ms + :by WHERE name <> '{MarkName.FORGOTTEN_BY}'"  # noqa: S608 - our own name

# What ``catch_up`` reads: nothing of before the jump may look like the future to a start after it, or everything moves
# a second time.
_SEEN = """
UPDATE inbox SET received_ms = min(received_ms, :now) WHERE id IN (SELECT id FROM inbox ORDER BY id DESC LIMIT 100)"""
_CLAIMED = """
UPDATE turn SET claimed_ms = min(claimed_ms, :now) WHERE id IN (SELECT id FROM turn ORDER BY id DESC LIMIT 100)"""

_STATEMENTS = (
    _TURN_EVENTS, _TURNS, _MESSAGES, _MEDIA, _CONVERSATIONS, _NOTICES, _SWITCHES, _PROPOSALS, _CELLS, _APPOINTMENTS,
    _MARKS, _SEEN, _CLAIMED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shifted:
    by_ms: int
    conversations: int
    turns: int


def shift(connection: Connection, *, by_ms: int, before_ms: int) -> Shifted:
    """Move every armed instant, once.

    Args:
        by_ms: what the clock gained; negative when it was set back.
        before_ms: what our clock said just before.
    """
    now_ms = before_ms + by_ms
    given = {"by": by_ms, "since": min(before_ms, now_ms) - _RECENT_MS, "now": now_ms}
    changed = {statement: connection.exec_driver_sql(statement, given).rowcount for statement in _STATEMENTS}
    return Shifted(by_ms, changed[_CONVERSATIONS], changed[_TURNS])


_NEWEST = """
SELECT max((SELECT coalesce(max(received_ms), 0) FROM (SELECT received_ms FROM inbox ORDER BY id DESC LIMIT 100)),
           (SELECT coalesce(max(claimed_ms), 0) FROM (SELECT claimed_ms FROM turn ORDER BY id DESC LIMIT 100)))"""


def catch_up(connection: Connection, *, now_ms: int) -> Shifted | None:
    """At start: a clock that was set back while no process ran, which shows in records from the future.

    Without this a patient who wrote before would wait as long as the clock went back. One that was set forward
    cannot be told from a process that was away; then everything is due, which is right for that too.
    """
    ahead_ms = connection.exec_driver_sql(_NEWEST).scalar_one() - now_ms
    if ahead_ms <= LEAST_MS:
        return None
    return shift(connection, by_ms=-ahead_ms, before_ms=now_ms + ahead_ms)
