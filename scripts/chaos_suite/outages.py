"""Z-API carries nothing for a while: disconnected, unpaid, or under another token; then all is well again."""

import asyncio

from chaos_suite.plan import Outage, OutKind
from clinic_bot.clock import Clock
from clinic_bot.sandbox.zapi_state import ZapiState

_OTHER_TOKEN = "F0000000000000000000000000000000S"


class Outages:
    """One at a time: the next one ends the one before."""

    def __init__(self, zapi: ZapiState, clock: Clock) -> None:
        self._zapi = zapi
        self._clock = clock
        self._token = zapi.client_token
        self._under_way: asyncio.Task[None] | None = None

    def begin(self, outage: Outage) -> None:
        if self._under_way is not None:
            self._under_way.cancel()
            self._be_well()
        self._under_way = asyncio.create_task(self._pass(outage))

    async def heal(self) -> None:
        """At once, if there is one."""
        if self._under_way is not None:
            self._under_way.cancel()
            await asyncio.gather(self._under_way, return_exceptions=True)
            self._under_way = None
        self._be_well()

    async def _pass(self, outage: Outage) -> None:
        match outage.kind:
            case OutKind.DISCONNECTED:
                self._zapi.connect(False)
            case OutKind.LAPSED:
                self._zapi.lapsed = True
            case OutKind.TOKEN:
                self._zapi.client_token = _OTHER_TOKEN
        await self._clock.sleep(outage.seconds * 1000)
        self._be_well()

    def _be_well(self) -> None:
        self._zapi.connect(True)
        self._zapi.lapsed = False
        self._zapi.client_token = self._token
