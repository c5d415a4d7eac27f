"""Erasing what is kept about a patient, as the desk is asked for it."""

from collections.abc import Callable
from functools import partial

import structlog

from clinic_bot.store import erasing
from clinic_bot.store.database import Database
from clinic_bot.store.privacy import Whom
from clinic_bot.turns.asked import Body, NotUnderstood

log = structlog.get_logger(__name__)


class PrivacyDesk:
    """Does what a patient's right asks of the records.

    Args:
        interrupt: told of a conversation whose model call is of no use any more.
    """

    def __init__(self, database: Database, interrupt: Callable[[int], None]) -> None:
        self._database = database
        self._interrupt = interrupt

    async def erase(self, asked: Body, now_ms: int) -> Body:
        whom = _whom(asked)
        forget = partial(
            erasing.erase, cancel=asked.get("cancel") is True, now_ms=now_ms, interrupt=self._interrupt
        )
        done = await forget(self._database, whom)
        by = {"phone": whom} if isinstance(whom, str) else {"bookings": len(whom)}
        log.info("erased", **by, rows=sum(done.rows.values()), left=done.left is not None)
        said = {
            "rows": dict(done.rows),
            "booked": done.booked,
            "cancelled": done.cancelled,
            "left": done.left,
        }
        return {"ok": True, **said}


def _whom(asked: Body) -> Whom:
    """A number, or appointments that none leads to."""
    number, bookings = asked.get("number"), asked.get("bookings")
    if isinstance(number, str) and number.isdigit() and bookings is None:
        return number
    if (
        isinstance(bookings, list)
        and bookings
        and number is None
        and all(type(one) is int for one in bookings)
    ):
        return tuple(bookings)
    raise NotUnderstood("who is to be erased")
