"""What one replica takes of a model's minute without asking the others, while there is plenty. Told the time; pure.

Asking before each call would be a transaction a turn. While the minute is half empty at least, nobody has to wait, and
it is enough that the others hear of it soon: each takes a small share of what was left when it last looked, and tells
it with its next question.
"""

from dataclasses import dataclass

from clinic_bot.agent.limits import Bucket
from clinic_bot.agent.together import View

#: So many replicas may each take theirs at one moment, and nothing is taken twice; with more of them Groq's count,
#: which each answer brings along, and its refusals put it right.
_SHARES = 8
#: What others took, or were told by Groq, is known this soon.
_FRESH_MS = 2_000


@dataclass(slots=True)
class Room:
    """Of one model, since the last look at what all have taken."""

    tokens: float
    requests: float
    until_ms: int

    @classmethod
    def of(cls, view: View, *, untold: float, now_ms: int) -> "Room | None":
        """None where somebody may have to wait: then each call is asked for.

        Args:
            untold: tokens that this replica took and has not told yet.
        """
        if view.is_tight:
            return None
        tokens = _share(view.tokens, view.tokens_used) - untold
        return cls(tokens, _share(view.requests, view.requests_used), now_ms + _FRESH_MS)

    def takes(self, tokens: float, now_ms: int) -> bool:
        """Whether a call fits; then it is taken."""
        if not 0 < self.until_ms - now_ms <= _FRESH_MS or tokens > self.tokens or self.requests < 1:
            return False
        self.tokens -= tokens
        self.requests -= 1
        return True


def _share(bucket: Bucket, used: float) -> float:
    """A limit that nobody knows holds nothing back."""
    return (bucket.limit - used) / _SHARES if bucket.limit else float("inf")
