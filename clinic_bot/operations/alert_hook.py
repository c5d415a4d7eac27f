"""The clinic's hook for alerts: a JSON POST, tried a few times, within deadlines of its own.

    {"kind": "send_held", "text": "...", "at": "2026-10-06T13:12:00.000Z", "instance": "3D...", "suppressed": 0}

``kind`` is an ``AlertKind``, ``text`` Portuguese, ``at`` when it happened, ``instance`` Z-API's, and ``suppressed``
how many more of this kind were held back since the last one. Any 2xx is a yes. The address may hold a secret, as
those of chat services do, so it stands in no log.
"""

import asyncio
import logging
from datetime import UTC, datetime

import httpx
import structlog

from clinic_bot.clock import Clock
from clinic_bot.operations.alerts import Alert
from clinic_bot.operations.metrics import Metrics

log = structlog.get_logger(__name__)

#: Waits between the tries.
_RETRY_MS = (1_000, 5_000, 30_000)
#: Of one try. The machine's seconds: this is no part of what a sandbox speeds up.
_DEADLINE_S = 5.0
_WORTH_ANOTHER_TRY = (408, 425, 429)


class Hook:
    """A ``Channel``. Build it inside the running loop."""

    name = "hook"

    def __init__(
        self, url: str, instance: str, clock: Clock, metrics: Metrics, *, deadline_s: float = _DEADLINE_S
    ) -> None:
        logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs every URL at info
        self._url = url
        self._instance = instance
        self._clock = clock
        self._metrics = metrics
        self._deadline_s = deadline_s
        self._failing = False
        self._http = httpx.AsyncClient(timeout=deadline_s, follow_redirects=False)

    async def close(self) -> None:
        await self._http.aclose()

    async def deliver(self, alert: Alert) -> None:
        problem: str | None = None
        for pause_ms in (*_RETRY_MS, None):
            problem, again = await self._post(alert)
            if problem is None or not again or pause_ms is None:
                break
            await self._clock.sleep(pause_ms)
        self._metrics.alert_delivered(self.name, "delivered" if problem is None else "failed")
        if problem is not None and not self._failing:
            # Once for as long as it fails: the metric counts the others.
            log.error("alert hook fails", problem=problem)
        elif problem is None and self._failing:
            log.info("alert hook works again")
        self._failing = problem is not None

    async def _post(self, alert: Alert) -> tuple[str | None, bool]:
        """What went wrong, if anything, and whether another try may help."""
        try:
            async with asyncio.timeout(self._deadline_s):
                answer = await self._http.post(self._url, json=payload(alert, self._instance))
        except (httpx.HTTPError, TimeoutError) as exc:
            return type(exc).__name__, True
        if answer.is_success:
            return None, False
        again = answer.status_code >= 500 or answer.status_code in _WORTH_ANOTHER_TRY
        return f"HTTP {answer.status_code}", again


def payload(alert: Alert, instance: str) -> dict[str, str | int]:
    at = datetime.fromtimestamp(alert.at_ms / 1000, UTC).isoformat(timespec="milliseconds")
    return {
        "kind": alert.kind,
        "text": alert.text,
        "at": at.replace("+00:00", "Z"),
        "instance": instance,
        "suppressed": alert.suppressed,
    }
