"""From a claim's rows to the one text that the agent reads."""

import json

from clinic_bot.events import Kind
from clinic_bot.store.history import Background
from clinic_bot.store.lease import Claim
from clinic_bot.turns.merge import PendingMessage, merge
from clinic_bot.turns.unheard import is_unheard


def merged(claim: Claim, background: Background) -> str:
    """The claim's messages as one text, with what they quote and what came late."""
    return merge(
        [
            PendingMessage(
                seq=message.seq,
                provider_id=message.provider_id,
                sent_ms=message.sent_ms,
                received_ms=message.received_ms,
                kind=Kind(message.kind),
                text=message.text,
                detail=json.loads(message.detail),
                quoted_id=message.quoted_id,
                quoted_text=background.quoted.get(message.quoted_id or ""),
                late=_is_late(message.sent_ms, message.received_ms, background.last_intent_ms),
                corrects=bool(message.corrects),
                unheard=is_unheard(message),
            )
            for message in claim.messages
        ]
    )


def _is_late(sent_ms: int | None, received_ms: int, last_intent_ms: int | None) -> bool:
    """Written before our last reply and stored after it: rule 3 wants it said."""
    if sent_ms is None or last_intent_ms is None:
        return False
    return sent_ms < last_intent_ms < received_ms
