"""An emergency in a chat that is the reception's: who answers it.

Rule 15 is about a person: where one has written, the bot stays silent, and an alert calls her. A chat that only a reply
of ours handed over has no person in it yet, at night for hours. There the danger is answered at once by the clinic's
fixed text, and the chat is handed over anew. Who has just read that text reads it no second time; but there are two of
them, and who was told of SAMU and then writes of dying is told of CVV.
"""

from collections.abc import Sequence
from itertools import takewhile

from clinic_bot.store.policy import Policy
from clinic_bot.store.session import Driver

# The newest hand-over, and whether somebody wrote by hand after it. By ``seq``, which no clock moves; between a
# conversation and one that was merged into it, which count apart, by time.
_ONLY_HANDED_OVER = """
WITH ours AS (SELECT id FROM conversation WHERE id = ?1 OR alias_of = ?1),
     last AS (SELECT conversation_id, high, intent_ms FROM turn
              WHERE conversation_id IN (SELECT id FROM ours) AND hand_over IS NOT NULL AND intent_ms IS NOT NULL
              ORDER BY intent_ms DESC LIMIT 1)
SELECT EXISTS (
    SELECT 1 FROM last WHERE NOT EXISTS (
        SELECT 1 FROM message WHERE author = 'clinic' AND (text = '' OR detail LIKE '%"automatic": false%')
            AND conversation_id IN (SELECT id FROM ours)
            AND CASE WHEN message.conversation_id = last.conversation_id THEN seq > last.high
                     ELSE received_ms >= last.intent_ms END))"""
# Signs of danger that were answered, the newest first; NULL of a hand-over for another reason. By time, too.
_ANSWERED = """
SELECT emergency FROM turn
WHERE conversation_id IN (SELECT id FROM conversation WHERE id = ?1 OR alias_of = ?1)
    AND hand_over IS NOT NULL AND intent_ms IS NOT NULL
ORDER BY intent_ms DESC LIMIT 5"""
_TAKE_BACK = "UPDATE conversation SET human_until_ms = 0 WHERE id = ?1 AND human_until_ms = ?2"


def take_back(
    driver: Driver, conversation_id: int, human_until_ms: int, texts: Sequence[str], policy: Policy
) -> bool:
    """Give the chat to the bot for its fixed text if nobody of the clinic has written since it was handed over.

    Args:
        texts: what is pending, an emergency.
    """
    if not bool(driver.execute(_ONLY_HANDED_OVER, (conversation_id,)).fetchone()[0]):
        return False
    signs = [row[0] for row in driver.execute(_ANSWERED, (conversation_id,)).fetchall()]
    answered = list(takewhile(lambda sign: sign is not None, signs))
    if answered and not policy.is_other_danger(answered, texts):
        return False
    driver.execute(_TAKE_BACK, (conversation_id, human_until_ms))
    return True
