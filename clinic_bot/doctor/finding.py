"""What the doctor says."""

from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    OK = "ok"
    LOOK = "look"  #: it serves, and somebody should know
    NO = "no"  #: it does not, before something is changed


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    mark: Mark
    says: str  #: where it is not OK, with what to change

    @property
    def good(self) -> bool:
        """Whether patients can be served with it."""
        return self.mark is not Mark.NO
