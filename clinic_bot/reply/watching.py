"""Z-API for the mode that drafts and sends nothing: it reads, and no other call leaves.

The gate before it never asks for a send there. This is the second lock on that door.
"""

from collections.abc import Mapping
from typing import Any

from clinic_bot.errors import NotSent, SendRefused
from clinic_bot.reply.zapi import ZapiClient
from clinic_bot.reply.zapi_answers import Sent

#: Listed by POST, and read-only all the same.
_READ_BY_POST = ("queue",)


class WatchingZapi(ZapiClient):
    """Refuses whatever could change something at Z-API or reach a phone."""

    async def send_text(
        self, phone: str, message: str, *, delay_typing_s: float = 0, delay_s: float | None = None
    ) -> Sent:
        raise SendRefused("watch mode sends nothing")

    async def _exchange(
        self, what: str, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> tuple[int, object]:
        if method != "GET" and not (method == "POST" and path in _READ_BY_POST):
            raise NotSent(f"watch mode changes nothing: {what}")
        return await super()._exchange(what, method, path, body)
