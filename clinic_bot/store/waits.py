"""Until when a burst stays open, found out without a write: whoever asks again, or claims, comes to the same answer.

Intake lets a conversation be looked at after the shortest wait there is (``listening.py``). Most patients are waited
for longer, and to note that would be a transaction a pause: so the row goes on saying "look at me", the process that
looked remembers what came of it, and the claim decides once more, in its own transaction, by what is there then.
"""

from sqlalchemy import Connection

from clinic_bot.store import listening, rows
from clinic_bot.store.conversations import wake_of
from clinic_bot.store.policy import Policy


def open_until(connection: Connection, conversation_id: int, *, now_ms: int, policy: Policy) -> int | None:
    """When the conversation will be due, if nothing more comes; None where nobody waits.

    Changes nothing and locks nothing.
    """
    conversation = rows.seen(connection, conversation_id)
    if conversation is None or conversation.wake_at_ms is None:
        return None
    due_ms = conversation.wake_at_ms
    if conversation.owner is not None or conversation.open_hi is not None:
        return due_ms  # the end of a lease, or a range that had its window
    if not listening.catch_up(conversation, rows.pending(connection, conversation), policy):
        return due_ms
    return wake_of(conversation, policy, now_ms)
