"""Posting webhooks the way Z-API does: its headers, no promise about order, and no memory of a refusal."""

import asyncio
import json
import random
from collections import deque
from dataclasses import dataclass

import aiohttp

from clinic_bot.clock import Clock
from clinic_bot.events import Json
from clinic_bot.sandbox.faults import Faults
from clinic_bot.sandbox.payloads import Payload

LOG_SIZE = 50_000
TIMEOUT_S = 30.0
_USER_AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.0.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{v}.1",
    "Mozilla/5.0 (X11; Linux x86_64; rv:{v}.0) Gecko/20100101 Firefox/{v}.0",
)

# Which configured URL an event goes to; the keys are the names in PUT /update-webhook-<key>.
_PURPOSE = {
    "ReceivedCallback": "received",
    "DeliveryCallback": "delivery",
    "MessageStatusCallback": "message-status",
    "PresenceChatCallback": "chat-presence",
    "ConnectedCallback": "connected",
    "DisconnectedCallback": "disconnected",
}
PURPOSES = tuple(_PURPOSE.values())


@dataclass(frozen=True, slots=True)
class Posted:
    """One delivery of one webhook, and what came of it."""

    n: int
    type: str
    message_id: str
    at_ms: int
    took_ms: int
    status: int | None  #: None: no answer at all, ``error`` says why
    body: str = ""  #: the first 300 characters of the answer
    error: str = ""

    @property
    def accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    def as_json(self) -> dict[str, Json]:
        return {
            "n": self.n, "type": self.type, "message_id": self.message_id, "at_ms": self.at_ms,
            "took_ms": self.took_ms, "status": self.status, "body": self.body, "error": self.error,
        }  # fmt: skip


class Webhooks:
    """The URLs Z-API was given, and the log of what went there.

    Args:
        redeliver: how many more times a delivery without 2xx is tried. Whether Z-API does this at all is
            disputed, so the default is never.
    """

    def __init__(self, clock: Clock, faults: Faults, *, token: str, seed: int, redeliver: int = 0) -> None:
        self.urls: dict[str, str | None] = dict.fromkeys((*PURPOSES, "received-delivery"))
        self.redeliver = redeliver
        self.redeliver_after_s = 5.0
        self.log: deque[Posted] = deque(maxlen=LOG_SIZE)
        self._clock = clock
        self._faults = faults
        self._token = token
        self._random = random.Random(f"webhooks{seed}")
        self._session: aiohttp.ClientSession | None = None
        self._n = 0
        self._behind: dict[str, tuple[str, ...]] = {}

    def set_all(self, url: str | None, *others: str) -> None:
        """``others`` stand with ``url`` behind one address: each delivery reaches any one of them."""
        self.urls = dict.fromkeys((*PURPOSES, "received-delivery"), url)
        self._behind = {} if url is None else {url: (url, *others)}

    def open(self) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            timeout=aiohttp.ClientTimeout(total=TIMEOUT_S),
            auto_decompress=True,
            trust_env=False,
        )

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def url_for(self, payload: Payload) -> str | None:
        purpose = _PURPOSE.get(str(payload.get("type")), "received")
        if purpose == "received" and self.urls["received-delivery"]:
            return self.urls["received-delivery"]
        return self.urls[purpose]

    async def post(self, payload: Payload) -> Posted | None:
        """Deliver one event, faults applied; None when nobody configured a URL or the event was lost.

        With duplicates the answer to the first delivery is returned, after all of them came back.
        """
        url, kind = self.url_for(payload), str(payload.get("type"))
        if url is None or self._faults.take("webhook_lose", type=kind) is not None:
            return None
        reorder = self._faults.take("webhook_reorder", type=kind)
        if reorder is not None:
            await self._clock.sleep(self._random.uniform(0, reorder.number("spread_s", 2.0)) * 1000)
        twice = self._faults.take("webhook_duplicate", type=kind)
        if twice is None:
            return await self._deliver(url, payload)
        times, gap_s = max(2, int(twice.number("times", 2))), twice.number("gap_s", 0.0)
        copies = (self._deliver(url, payload, after_s=gap_s * copy) for copy in range(times))
        return (await asyncio.gather(*copies))[0]

    async def _deliver(self, url: str, payload: Payload, *, after_s: float = 0.0) -> Posted:
        if after_s:
            await self._clock.sleep(after_s * 1000)
        posted = await self._once(url, payload)
        for _ in range(self.redeliver):
            if posted.accepted:
                break
            await self._clock.sleep(self.redeliver_after_s * 1000)
            posted = await self._once(url, payload)
        return posted

    async def _once(self, url: str, payload: Payload) -> Posted:
        if self._session is None:
            raise RuntimeError("the stand-in is not being served")
        at_ms, status, body, error = self._clock.now_ms(), None, "", ""
        data = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        try:
            reached = self._random.choice(self._behind.get(url, (url,)))
            async with self._session.post(
                reached, data=data, headers=self._headers(), allow_redirects=False
            ) as answer:
                status, body = answer.status, (await answer.text())[:300]
        except (aiohttp.ClientError, TimeoutError) as exc:
            error = type(exc).__name__
        self._n += 1
        message_id = payload.get("messageId") or payload.get("ids") or ""
        took_ms = self._clock.now_ms() - at_ms
        posted = Posted(
            self._n, str(payload.get("type")), str(message_id), at_ms, took_ms, status, body, error
        )
        self.log.append(posted)
        return posted

    def _headers(self) -> dict[str, str]:
        return {
            "origin": "https://api.z-api.io",
            "server": "Z-API",
            "content-type": "application/json",
            "accept-encoding": "gzip",
            "user-agent": self._random.choice(_USER_AGENTS).format(v=self._random.randint(4, 140)),
            "z-api-token": self._token,
        }
