"""The counts of a run. They only add, so segments, interrupted runs and shards of different seeds sum up."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

#: What must be zero.
ZERO = ("lost", "doubled", "overlapping", "after_human")
_SHOWN_OFFENDERS = 20


@dataclass(slots=True)
class Tally:
    bursts: int = 0
    turns: int = 0  #: that ended, whatever way
    kills: int = 0
    freezes: int = 0
    blocks: int = 0  #: of an event loop
    cuts: int = 0  #: connections to PostgreSQL that were ended
    restarts: int = 0  #: of PostgreSQL
    starts: int = 0
    seconds: float = 0.0  #: of the machine
    deliveries: int = 0  #: webhooks of patients and reception, redeliveries included
    no_answer: int = 0  #: of those, cut by a kill or refused a connection
    refused: int = 0  #: of those, answered with something else than 200

    acknowledged: int = 0  #: patients' messages that got a 200; each is one of the nine below
    answered: int = 0  #: a reply that read it left Z-API
    handled: int = 0  #: a person answered it by hand
    deleted: int = 0  #: the patient took it back
    shown: int = 0  #: in a turn that ended without a delivered reply and says why
    pending: int = 0  #: still to be looked at when the run ended
    lost: int = 0
    stored: int = 0
    hand_written: int = 0  #: answers of the reception that got a 200
    changes: int = 0  #: edits and deletions that got a 200
    replies: int = 0  #: that left Z-API
    prepared: int = 0  #: turns whose answer was asked for before their window closed

    doubled: int = 0
    overlapping: int = 0
    after_human: int = 0
    uncertain: Counter[str] = field(default_factory=Counter)  #: how each uncertain send ended
    complaints: Counter[str] = field(
        default_factory=Counter
    )  #: events of the log that are the server's own fault
    offenders: list[str] = field(default_factory=list)  #: the first of them

    def offend(self, kind: str, what: str) -> None:
        setattr(self, kind, getattr(self, kind) + 1)
        if len(self.offenders) < _SHOWN_OFFENDERS:
            self.offenders.append(f"{kind}: {what}")

    @property
    def good(self) -> bool:
        return not any(getattr(self, kind) for kind in ZERO)

    def add(self, other: "Tally") -> None:
        for one in fields(self):
            mine, theirs = getattr(self, one.name), getattr(other, one.name)
            setattr(self, one.name, mine + theirs)
        del self.offenders[_SHOWN_OFFENDERS:]

    def as_json(self) -> dict[str, Any]:
        row = {one.name: getattr(self, one.name) for one in fields(self)}
        return {**row, "uncertain": dict(self.uncertain), "complaints": dict(self.complaints)}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "Tally":
        """Raises TypeError when a count is unknown."""
        tally = cls(**row)
        tally.uncertain, tally.complaints = Counter(tally.uncertain), Counter(tally.complaints)
        return tally
