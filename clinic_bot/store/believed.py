"""How far the clock is believed where something is lost for good: what is old by it is forgotten, every minute.

A machine may start with its clock a year ahead, and nothing inside tells that from a year in which no process ran. So
forgetting follows the clock, but no faster than this: who was away is back in step after a while, and a clock that is
put right within the hour has cost the oldest hours of a year. Set back it is followed at once: then nothing is old.
"""

from sqlalchemy import Connection

from clinic_bot.store import outages
from clinic_bot.store.tables import MarkName

#: With one step a minute: a month without a process takes two days.
STEP_MS = 900_000
#: The mark is of the whole database, whatever the instance.
_ALL = ""


def until(connection: Connection, now_ms: int) -> int:
    """The time by which something was forgotten last; now, where nothing ever was."""
    reached_ms = outages.marked(connection, _ALL, MarkName.FORGOTTEN_BY)
    return now_ms if reached_ms is None else min(reached_ms, now_ms)


def step(connection: Connection, now_ms: int) -> int:
    """Move it on towards now; the time by which something may be forgotten."""
    reached_ms = min(until(connection, now_ms) + STEP_MS, now_ms)
    outages.mark(connection, _ALL, MarkName.FORGOTTEN_BY, reached_ms)
    return reached_ms
