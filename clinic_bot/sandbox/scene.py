"""A scenario while it plays: written by the player, read by the display."""

from dataclasses import dataclass, field
from enum import StrEnum

from clinic_bot.sandbox.scenario import Scenario
from clinic_bot.store.billing import TurnBill


class Now(StrEnum):
    """Where a scenario stands, for whoever watches."""

    STARTING = "starting"
    QUIET = "quiet"
    PERSON = "person"
    WINDOW = "window"
    TURN = "turn"
    SENDING = "sending"
    DONE = "done"


@dataclass(slots=True)
class Scene:
    """A scenario while it plays: written by the player, read by the display."""

    scenario: Scenario
    now: Now = Now.STARTING
    lines: list[tuple[int, str, str]] = field(default_factory=list)  #: (ms since the start, who, what)
    left_ms: int = 0  #: what is left of the window
    window_ms: int = 0  #: how long it was when it began to run down
    bills: list[TurnBill] = field(default_factory=list)  #: of its turns, when it has ended or was ended
