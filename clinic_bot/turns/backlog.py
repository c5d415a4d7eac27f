"""Messages that waited while the clinic was away: one answer for all of them, or a person. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Choice(StrEnum):
    """What the clinic wants for messages that waited too long."""

    ANSWER = "answer"  #: once, all together: a claim takes everything that is pending anyway
    HAND_OVER = "hand_over"  #: the clinic's sentence, and a person


@dataclass(frozen=True, slots=True)
class Backlog:
    """Args: age_ms: a burst whose first message is older than this is a backlog."""

    choice: Choice
    age_ms: int

    def hands_over(self, *, first_ms: int, now_ms: int, emergency: bool) -> bool:
        """Whether a person gets a claimed burst instead of the model. An emergency is never a backlog (rule 13)."""
        return self.choice is Choice.HAND_OVER and not emergency and now_ms - first_ms > self.age_ms
