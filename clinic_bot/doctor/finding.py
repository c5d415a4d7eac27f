"""What the doctor says."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


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


def summary(found: Sequence[Finding]) -> dict[str, Any]:
    """What ``--json`` prints; the names in it stay, as scripts go by them.

    One thing may have several looks. ``state`` is a ``Mark``; where it is not ``ok``, ``says`` tells what to do.
    """
    looks = [{"name": one.what, "state": one.mark.value, "says": one.says} for one in found]
    return {"ready": all(one.good for one in found), "looks": looks}
