"""What somebody else books while a scenario plays, as ``state.external_booking`` tells it. Pure.

One object or a list of them: ``professional`` and ``start`` (local, ``2026-10-08T16:00``), and where they are told
``service``, ``patient``, ``phone``. It stands before the first event, unless ``at_ms`` counts from the scenario's
start, ``after_phase`` names a phase that is over by then, or ``at`` says when, in the words of an event without a time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

#: Whose it is where nobody says: a phone that writes in no scenario.
_NOBODY = "5500000000000"
_KEYS = ("professional", "start", "slot", "service", "patient", "phone", "at_ms", "at", "after_phase", "id")


@dataclass(frozen=True, slots=True)
class External:
    """A booking that is not the bot's doing."""

    professional: str
    start: datetime
    service: str = ""
    patient: str = "Paciente da recepção"
    phone: str = _NOBODY
    at_ms: int | None = None  #: from the scenario's start
    at: str = ""
    after_phase: int | None = None  #: counts from 1

    @property
    def is_there_before(self) -> bool:
        return self.at_ms is None and not self.at and self.after_phase is None


def externals(given: object) -> tuple[External, ...]:
    """The bookings of a scenario's state. Raises ValueError, naming the key."""
    rows = given if isinstance(given, list) else [given] if given else []
    return tuple(_one(row) for row in rows)


def _one(row: object) -> External:
    if not isinstance(row, Mapping):
        raise ValueError("expected an object with professional and start, or a list of such")
    if unknown := [name for name in row if name not in _KEYS]:
        raise ValueError(f"{', '.join(unknown)}: not known; there are {', '.join(_KEYS)}")
    start = row.get("start") or row.get("slot")
    try:
        begins = datetime.fromisoformat(str(start)).replace(tzinfo=None)
    except ValueError:
        raise ValueError("start: expected a local time such as 2026-10-08T16:00") from None
    if not isinstance(row.get("professional"), str):
        raise ValueError("professional: missing; expected an id of the clinic's file")
    told: dict[str, Any] = {
        name: str(row[name]) for name in ("service", "patient", "phone", "at") if row.get(name)
    }
    told |= {name: _number(row, name) for name in ("at_ms", "after_phase") if row.get(name) is not None}
    return External(row["professional"], begins, **told)


def _number(row: Mapping[str, Any], name: str) -> int:
    value = row[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ValueError(f"{name}: expected a number that is not negative")
    return round(value)
