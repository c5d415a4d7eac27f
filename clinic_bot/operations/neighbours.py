"""How the providers answered last: one word each, for ``/health/ready`` and whoever looks at it."""

from enum import StrEnum


class Health(StrEnum):
    UNKNOWN = "unknown"  #: not called yet
    OK = "ok"
    BUSY = "busy"
    DOWN = "down"
    REFUSED = "refused"


class Neighbours:
    """What the rooms that call a provider note after each call. In memory: it is news, not a record."""

    def __init__(self) -> None:
        self.groq = Health.UNKNOWN
        self.zapi = Health.UNKNOWN
