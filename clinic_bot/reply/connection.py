"""Is the clinic's WhatsApp connected, and does Z-API accept us? While not, nothing is claimed and nothing is sent.

Asked every few seconds, and at once when a webhook or a send says that something changed. Two switches in the store
carry the answer, so that it outlives the process; what turned them on and off is told to a person once.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import structlog

from clinic_bot.clock import Clock
from clinic_bot.errors import AccountRefused, NotSent, Operator, ProviderDown, Retry
from clinic_bot.events import Trouble
from clinic_bot.operations.neighbours import Health, Neighbours
from clinic_bot.reply import outcomes
from clinic_bot.reply.stale import ask_stale_again
from clinic_bot.reply.undelivered import tell_undelivered
from clinic_bot.reply.zapi import ZapiClient
from clinic_bot.store import outages, switches
from clinic_bot.store.database import Database
from clinic_bot.store.duties import alone
from clinic_bot.store.policy import Policy
from clinic_bot.store.switches import ActiveSwitch
from clinic_bot.store.tables import MarkName, SwitchName

log = structlog.get_logger(__name__)

_OURS = (SwitchName.ZAPI_ACCOUNT, SwitchName.ZAPI_DISCONNECTED)
_AWAY = (Trouble.DISCONNECTED, Trouble.PHONE_OFFLINE)
#: How often "heard until" is written while all is well.
_MARK_EVERY_MS = 60_000
#: A look may take so long when Z-API is slow, without anybody having been away.
_STALL_MS = 60_000
#: After an outage late webhooks get this long before somebody is told what is missing.
_SETTLES_MS = 60_000
#: A subscription that ``/me`` calls lapsed is tried again after this all the same: its ``due`` may mean another thing.
_TRY_LAPSED_AFTER_MS = 1_800_000
#: An account that is accepted when asked and refused when it sends is tried again ever more slowly.
_HOLD_MS = (60_000, 900_000)
_CALM_MS = 600_000

Alert = Callable[[str, str], None]
Report = Callable[[int, int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Times:
    """Durations are milliseconds."""

    poll_ms: int  #: between two looks
    restricted_ms: int  #: pause after WhatsApp refused to send for this number; then it is tried again
    ttl_ms: int  #: age at which a reply in Z-API's queue is stale


def nobody(_kind: str, _text: str) -> None:
    """Where no alerts are wired."""


async def nothing(_since_ms: int, _until_ms: int) -> None:
    """Where nobody reports outages."""


class ConnectionWatch:
    """Watches one instance. ``look`` is one look; ``watch_forever`` repeats it until cancelled.

    Args:
        alert: called with a kind and a Portuguese text; must not wait or raise.
        on_duty: whether this process tells, where several watch.
        after_outage: awaited once after each outage, with its two ends, when late webhooks had time to come.
    """

    def __init__(
        self,
        database: Database,
        zapi: ZapiClient,
        clock: Clock,
        policy: Policy,
        neighbours: Neighbours,
        times: Times,
        *,
        alert: Alert = nobody,
        after_outage: Report = nothing,
        on_duty: Callable[[], bool] = alone,
    ) -> None:
        self._database = database
        self._zapi = zapi
        self._clock = clock
        self._policy = policy
        self._neighbours = neighbours
        self._times = times
        self._alert = alert
        self._after_outage = after_outage
        self._on_duty = on_duty
        self._soon = asyncio.Event()
        self._connected = asyncio.Event()
        self._connected.set()
        self._told: dict[SwitchName, str] = {}
        self._healthy_since_ms: int | None = None
        self._refuses_queueing = False
        self._looked_ms: int | None = None
        self._hold_ms = times.poll_ms
        self._accepted_ms: int | None = None

    async def watch_forever(self) -> None:
        while True:
            self._soon.clear()
            try:
                await self.look()
            except (Retry, Operator) as exc:
                log.warning("the connection could not be looked at", problem=str(exc))
            except Exception:  # an answer nobody foresaw must not end the watch
                log.exception("looking at the connection failed")
            with suppress(TimeoutError):
                async with asyncio.timeout(self._clock.real_s(self._times.poll_ms)):
                    await self._soon.wait()

    # What others tell.

    def look_soon(self) -> None:
        """Something may have changed: a webhook said so, or a send. Never waits."""
        self._soon.set()

    async def refused(self, exc: AccountRefused) -> None:
        """A send was refused for the whole instance: nothing more leaves until Z-API accepts us again."""
        await self._turn_on(SwitchName.ZAPI_ACCOUNT, exc.trouble or Trouble.OTHER)
        self.look_soon()

    async def not_sent(self, exc: NotSent) -> None:
        """A send certainly did not leave; where WhatsApp is away, the others need not be tried."""
        if exc.trouble in _AWAY:
            self._connected.clear()
            await self._turn_on(SwitchName.ZAPI_DISCONNECTED, exc.trouble or Trouble.DISCONNECTED)
        self.look_soon()

    async def until_connected(self, within_ms: float) -> None:
        """Wait for WhatsApp to come back, at most so long; where it is not away, wait all the same."""
        if self._connected.is_set():
            await self._clock.sleep(within_ms)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(self._clock.real_s(within_ms)):
                await self._connected.wait()

    def clock_jumped(self, by_ms: int) -> None:
        """Somebody set the machine's clock: nobody was away for that."""
        if self._looked_ms is not None:
            self._looked_ms += by_ms

    # One look.

    async def look(self) -> None:
        """Ask Z-API and the store once, and act on it.

        Raises:
            StorageUnavailable: it is looked again.
        """
        self._notice_absence()
        await self._ask_status()
        on = await self._switches()
        if not self._on_duty():
            self._told = {}  # whoever has the duty tells; should it come here, what lasts is told again
            return
        self._tell(on)
        account = on.get(SwitchName.ZAPI_ACCOUNT)
        if account is not None and await self._accepted_again(account):
            await self._turn_off(SwitchName.ZAPI_ACCOUNT)
            self._accepted_ms = self._clock.now_ms()
            self._tell(await self._switches())
        await self._keep_heard()
        await tell_undelivered(self._database, self._clock, self._zapi.instance_id, self._alert)

    def _notice_absence(self) -> None:
        """A process that stood still for long was away, although nothing told it so."""
        now_ms = self._clock.now_ms()
        if self._looked_ms is not None and now_ms - self._looked_ms > 2 * self._times.poll_ms + _STALL_MS:
            self._healthy_since_ms = None
        self._looked_ms = now_ms

    async def _ask_status(self) -> None:
        try:
            status = await self._zapi.status()
        except AccountRefused as exc:
            self._healthy_since_ms = None
            self._neighbours.zapi = Health.REFUSED
            await self._turn_on(SwitchName.ZAPI_ACCOUNT, exc.trouble or Trouble.OTHER)
            return
        except ProviderDown as exc:  # says nothing about WhatsApp; but what happens meanwhile we may not hear
            self._healthy_since_ms = None
            log.info("Z-API does not say whether it is connected", problem=str(exc))
            return
        if status.trouble is None:
            await self._is_healthy()
            return
        self._healthy_since_ms = None
        self._connected.clear()
        await self._turn_on(SwitchName.ZAPI_DISCONNECTED, status.trouble)
        await self._clear_stale()

    async def _is_healthy(self) -> None:
        if self._healthy_since_ms is None:
            self._healthy_since_ms = self._clock.now_ms()
        await self._turn_off(SwitchName.ZAPI_DISCONNECTED)
        self._connected.set()
        if not self._refuses_queueing:
            with suppress(ProviderDown, AccountRefused):
                await self._zapi.refuse_while_disconnected()
                self._refuses_queueing = True

    async def _clear_stale(self) -> None:
        try:
            await ask_stale_again(
                self._database, self._zapi, self._clock, self._policy, ttl_ms=self._times.ttl_ms
            )
        except (ProviderDown, AccountRefused) as exc:
            log.warning("stale replies stay in the queue", problem=str(exc))

    async def _accepted_again(self, switch: ActiveSwitch) -> bool:
        """Whether sends may be tried again. A try that is refused costs nothing: it is a definite no."""
        waited_ms = self._clock.now_ms() - switch.since_ms
        if switch.reason == Trouble.RESTRICTED:
            return (
                waited_ms >= self._times.restricted_ms
            )  # nothing can be asked about it, and only time heals it
        if waited_ms < self._hold_ms:
            return False
        try:
            account = await self._zapi.account()
        except (ProviderDown, AccountRefused) as exc:
            log.info("Z-API does not accept the account yet", problem=str(exc))
            return False
        return waited_ms >= _TRY_LAPSED_AFTER_MS or not account.lapsed(self._clock.now_ms())

    # The switches, and telling.

    async def _switches(self) -> dict[SwitchName, ActiveSwitch]:
        read = partial(switches.active, instance=self._zapi.instance_id)
        return {one.name: one for one in await self._database.read(read) if one.name in _OURS}

    async def _turn_on(self, name: SwitchName, reason: str) -> None:
        on = partial(switches.turn_on, instance=self._zapi.instance_id, name=name, reason=reason)
        if await self._database.write(partial(on, now_ms=self._clock.now_ms()), urgent=True):
            log.error("answers stop", switch=name.value, reason=reason)

    async def _turn_off(self, name: SwitchName) -> None:
        if name not in await self._switches():  # a look costs no fsync
            return
        off = partial(switches.turn_off, instance=self._zapi.instance_id, name=name)
        if await self._database.write(off, urgent=True):
            log.info("answers go on", switch=name.value)

    def _tell(self, on: dict[SwitchName, ActiveSwitch]) -> None:
        for name, switch in on.items():
            if name not in self._told:
                if name is SwitchName.ZAPI_ACCOUNT:
                    self._lengthen_hold()
                self._alert(
                    name.value, f"{outcomes.happened(switch.reason)} As respostas esperam e seguem depois."
                )
        for name in self._told.keys() - on.keys():
            self._alert(name.value, _BACK[name])
        self._told = {name: switch.reason for name, switch in on.items()}

    def _lengthen_hold(self) -> None:
        soon = self._accepted_ms is not None and self._clock.now_ms() - self._accepted_ms < _CALM_MS
        longer_ms = min(max(_HOLD_MS[0], 2 * self._hold_ms), _HOLD_MS[1])
        self._hold_ms = longer_ms if soon else self._times.poll_ms

    # Until when everything was heard.

    async def _keep_heard(self) -> None:
        """Move "heard until" on while all is well; after an outage only once it was reported."""
        if self._healthy_since_ms is None:
            return
        now_ms, since_ms = self._clock.now_ms(), self._healthy_since_ms
        asked = partial(outages.marked, instance=self._zapi.instance_id, name=MarkName.HEARD)
        heard_ms = await self._database.read(asked)
        if heard_ms is not None and heard_ms < since_ms:
            if now_ms < since_ms + _SETTLES_MS:
                return
            await self._after_outage(heard_ms, since_ms)
        elif heard_ms is not None and 0 <= now_ms - heard_ms < _MARK_EVERY_MS:
            return
        heard = partial(outages.mark, instance=self._zapi.instance_id, name=MarkName.HEARD, at_ms=now_ms)
        await self._database.write(heard)


_BACK = {
    SwitchName.ZAPI_ACCOUNT: "A Z-API voltou a aceitar o envio de mensagens; as respostas continuam.",
    SwitchName.ZAPI_DISCONNECTED: "O WhatsApp da clínica está conectado de novo; as respostas continuam.",
}
