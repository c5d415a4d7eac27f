"""The patients' and the reception's phones: webhooks as Z-API posts them, each at its time, and what came back."""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from typing import Any

import aiohttp

from chaos_suite.ledger import Delivered, Ledger
from chaos_suite.plan import Burst, Kind, Piece
from clinic_bot.clock import Clock
from clinic_bot.sandbox import payloads
from clinic_bot.sandbox.payloads import Line, Payload
from clinic_bot.sandbox.standins import INSTANCE_ID

LINE = Line(INSTANCE_ID, "551140000001")
_TIMEOUT_S = 15.0
_AGAIN_S = 1.0
_TRIES = 100


class Patients:
    """Posts bursts. One for a whole run; enter it as a context.

    Args:
        urls: each delivery reaches any of them.
        ledger: where deliveries are noted; it may be exchanged between two segments.
    """

    def __init__(self, urls: Sequence[str], clock: Clock, ledger: Callable[[], Ledger]) -> None:
        self._urls = urls
        self._clock = clock
        self._ledger = ledger
        self._session: aiohttp.ClientSession

    async def __aenter__(self) -> "Patients":
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=200),
            timeout=aiohttp.ClientTimeout(total=_TIMEOUT_S),
            trust_env=False,
        )
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._session.close()

    async def say(self, burst: Burst) -> None:
        """Deliver all of a burst; return when the last delivery was answered or given up."""
        began_ms = self._clock.now_ms()
        async with asyncio.TaskGroup() as group:
            for piece in burst.pieces:
                for after_s in piece.copies_s:
                    group.create_task(self._deliver(burst, piece, began_ms, piece.after_s + after_s))

    async def _deliver(self, burst: Burst, piece: Piece, began_ms: int, after_s: float) -> None:
        await self._clock.sleep(began_ms + after_s * 1000 - self._clock.now_ms())
        ledger = self._ledger()
        payload = _payload(burst, piece, round(began_ms + piece.after_s * 1000))
        item = ledger.delivered(piece.kind, piece.message_id, burst.phone, piece.text, self._clock.now_ms())
        for _ in range(_TRIES if piece.insists else 1):
            if await self._post(ledger, item, payload):
                return
            await asyncio.sleep(_AGAIN_S)

    async def _post(self, ledger: Ledger, item: Delivered, payload: Payload) -> bool:
        ledger.deliveries += 1
        started_s = time.perf_counter()
        try:
            async with self._session.post(random.choice(self._urls), json=payload) as response:
                if response.status != 200:
                    ledger.refused[response.status] = ledger.refused.get(response.status, 0) + 1
                    return False
                answer = await response.json()
        except (aiohttp.ClientError, TimeoutError):
            ledger.unanswered += 1
            return False
        status = f"{answer['status']} {answer.get('reason', '')}".strip()
        ledger.acked(item, status, self._clock.now_ms(), (time.perf_counter() - started_s) * 1000)
        return True


def _payload(burst: Burst, piece: Piece, at_ms: int) -> Payload:
    lid: dict[str, Any] = {} if burst.shows_lid else {"chatLid": None}
    match piece.kind:
        case Kind.TEXT:
            return payloads.received_text(
                LINE, burst.phone, piece.text, message_id=piece.message_id, at_ms=at_ms, **lid
            )
        case Kind.EDIT:
            return payloads.edited(LINE, burst.phone, piece.text, of=piece.message_id, at_ms=at_ms, **lid)
        case Kind.DELETE:
            return payloads.revoked(LINE, burst.phone, of=piece.message_id, at_ms=at_ms)
        case Kind.STAFF:
            return payloads.staff_text(
                LINE, burst.phone, piece.text, message_id=piece.message_id, at_ms=at_ms,
                by_number=burst.staff_by_number,
            )  # fmt: skip
        case Kind.COMPOSING:
            return payloads.presence(LINE, burst.phone, "COMPOSING")
