"""Erasing what is kept about a patient, as the desk is asked for it."""

from collections.abc import Callable
from functools import partial
from typing import Any

import structlog

from clinic_bot.store import erasing
from clinic_bot.store.database import Database

log = structlog.get_logger(__name__)

Body = dict[str, Any]


class PrivacyDesk:
    """Does what a patient's right asks of the records.

    Args:
        interrupt: told of a conversation whose model call is of no use any more.
    """

    def __init__(self, database: Database, interrupt: Callable[[int], None]) -> None:
        self._database = database
        self._interrupt = interrupt

    async def erase(self, asked: Body, now_ms: int) -> Body:
        number = asked.get("number")
        if not isinstance(number, str) or not number.isdigit():
            return {"ok": False, "error": "not understood: number"}
        forget = partial(
            erasing.erase, cancel=asked.get("cancel") is True, now_ms=now_ms, interrupt=self._interrupt
        )
        done = await forget(self._database, number)
        log.info("erased", phone=number, rows=sum(done.rows.values()), left=done.left is not None)
        said = {
            "rows": dict(done.rows),
            "booked": done.booked,
            "cancelled": done.cancelled,
            "left": done.left,
        }
        return {"ok": True, **said}
