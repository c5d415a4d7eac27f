"""What every replica notices by itself is told by one of them: that the model's provider is out, say."""

from functools import partial

from clinic_bot.clock import Clock
from clinic_bot.errors import StorageUnavailable
from clinic_bot.operations.alerts import Alert, AlertKind, Channel
from clinic_bot.store import duties
from clinic_bot.store.database import Database

#: Everything else is raised by the one replica that has the turn, or the duty.
_NOTICED_BY_ALL = frozenset(
    (AlertKind.GROQ_ACCOUNT, AlertKind.GROQ_MODEL_GONE, AlertKind.GROQ_DAY_EXHAUSTED, AlertKind.GROQ_OUT)
)
#: So long one of them speaks for the others.
_SPEAKS_MS = 600_000


class Once:
    """A channel in front of one that other replicas have too."""

    def __init__(self, inner: Channel, database: Database, clock: Clock, *, owner: str) -> None:
        self.name = inner.name
        self._inner = inner
        self._database = database
        self._clock = clock
        self._owner = owner

    async def deliver(self, alert: Alert) -> None:
        if alert.kind not in _NOTICED_BY_ALL or await self._speak(alert.kind):
            await self._inner.deliver(alert)

    async def close(self) -> None:
        await self._inner.close()

    async def _speak(self, kind: str) -> bool:
        speak = partial(duties.take, name=f"alert {self.name} {kind}", owner=self._owner, lasts_ms=_SPEAKS_MS)
        try:
            return await self._database.write(partial(speak, now_ms=self._clock.now_ms()))
        except StorageUnavailable:  # rather twice than not at all
            return True
