"""An emergency in a chat that is the reception's: who answers it.

Rule 15 is about a person: where one has written, the bot stays silent, and an alert calls her. A chat that only a reply
of ours handed over has no person in it yet, at night for hours. There the danger is answered at once by the clinic's
fixed text, and the chat is handed over anew. Who has just read that text reads it no second time.
"""

from clinic_bot.store.session import Driver

# The newest hand-over, and whether somebody wrote by hand after it. By ``seq``, which no clock moves; between a
# conversation and one that was merged into it, which count apart, by time.
_ONLY_HANDED_OVER = """
WITH ours AS (SELECT id FROM conversation WHERE id = ?1 OR alias_of = ?1),
     last AS (SELECT conversation_id, high, intent_ms, emergency FROM turn
              WHERE conversation_id IN (SELECT id FROM ours) AND hand_over IS NOT NULL AND intent_ms IS NOT NULL
              ORDER BY intent_ms DESC LIMIT 1)
SELECT EXISTS (
    SELECT 1 FROM last WHERE emergency IS NULL AND NOT EXISTS (
        SELECT 1 FROM message WHERE author = 'clinic' AND (text = '' OR detail LIKE '%"automatic": false%')
            AND conversation_id IN (SELECT id FROM ours)
            AND CASE WHEN message.conversation_id = last.conversation_id THEN seq > last.high
                     ELSE received_ms >= last.intent_ms END))"""
_TAKE_BACK = "UPDATE conversation SET human_until_ms = 0 WHERE id = ?1 AND human_until_ms = ?2"


def take_back(driver: Driver, conversation_id: int, human_until_ms: int) -> bool:
    """Give the chat to the bot for its fixed text if nobody of the clinic has written since it was handed over."""
    if not bool(driver.execute(_ONLY_HANDED_OVER, (conversation_id,)).fetchone()[0]):
        return False
    driver.execute(_TAKE_BACK, (conversation_id, human_until_ms))
    return True
