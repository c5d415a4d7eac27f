"""An emergency in a chat that is the reception's: who answers it.

Rule 15 is about a person: where one has written, the bot stays silent, and an alert calls her. A chat that only a reply
of ours handed over has no person in it yet, at night for hours. There the danger is answered at once by the clinic's
fixed text, and the chat is handed over anew. Who has just read that text reads it no second time.
"""

from clinic_bot.store.policy import Policy
from clinic_bot.store.session import Driver

_ONLY_HANDED_OVER = """
SELECT EXISTS (SELECT 1 FROM turn
               WHERE conversation_id = ?1 AND hand_over IS NOT NULL AND emergency IS NULL AND intent_ms = ?2)"""
_TAKE_BACK = "UPDATE conversation SET human_until_ms = 0 WHERE id = ?1 AND human_until_ms = ?2"


def take_back(driver: Driver, conversation_id: int, human_until_ms: int, policy: Policy) -> bool:
    """Give the chat to the bot for its fixed text if nobody of the clinic has written since it was handed over."""
    handed_over_ms = human_until_ms - policy.human_ms  # a person's words would have moved it
    found = driver.execute(_ONLY_HANDED_OVER, (conversation_id, handed_over_ms)).fetchone()
    if not bool(found[0]):
        return False
    driver.execute(_TAKE_BACK, (conversation_id, human_until_ms))
    return True
