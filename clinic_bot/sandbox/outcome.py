"""One phase as it went, and what was held against it."""

from dataclasses import dataclass

from clinic_bot.events import Json
from clinic_bot.sandbox.expectations import Failure, Reply


@dataclass(frozen=True, slots=True)
class PhaseOutcome:
    """One phase as it went."""

    id: str
    phase: int  #: counts from 1
    replies: tuple[Reply, ...]
    failures: tuple[Failure, ...]
    cuts: int = 0  #: how often it was answered before it was complete

    @property
    def passed(self) -> bool:
        return not self.failures

    def as_json(self) -> dict[str, Json]:
        return {
            "id": self.id,
            "phase": self.phase,
            "replies": [{"at_ms": reply.at_ms, "text": reply.text} for reply in self.replies],
            "failures": [{"kind": one.kind.value, "detail": one.detail} for one in self.failures],
            "cuts": self.cuts,
            "passed": self.passed,
        }
