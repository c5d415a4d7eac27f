"""Events that come after their key was forgotten: a redelivery among them brings nothing back."""

from sqlalchemy import Connection

from clinic_bot.events import Edit, Message, StaffMessage
from clinic_bot.store import believed
from clinic_bot.store.policy import Policy
from clinic_bot.store.session import driver_of

_IS_STORED = """
SELECT 1 FROM message JOIN conversation ON conversation.id = message.conversation_id
WHERE message.provider_id = ?1 AND conversation.instance = ?2 LIMIT 1"""

#: So much earlier than it was sent, by its own word, a message may have come (``intake/fields.py``).
_AHEAD_MS = 86_400_000


def was_known(
    connection: Connection, event: Message | StaffMessage | Edit, now_ms: int, policy: Policy
) -> bool:
    """Whether an event came before whose key would be forgotten by now, as far as the records say.

    Past what they keep it is taken for known: nothing but a redelivery comes so late, and what it was is forgotten. A
    clock that is wrong by so much makes every message look like that; so only what was really forgotten counts.
    """
    if event.sent_ms is None or event.sent_ms >= now_ms - policy.horizon_ms:
        return False
    if event.sent_ms < believed.until(connection, now_ms) - policy.records_ms + _AHEAD_MS:
        return True
    if isinstance(event, Edit):
        return False  # what it says already stands in its message
    asked = (event.provider_id, event.contact.instance)
    return driver_of(connection).execute(_IS_STORED, asked).fetchone() is not None
