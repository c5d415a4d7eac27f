"""Who was handed to the reception and hears nothing: told once, while somebody is there to do something about it."""

from collections.abc import Callable
from functools import partial

import structlog

from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clock import Clock
from clinic_bot.operations.alerts import AlertKind
from clinic_bot.store import reception
from clinic_bot.store.database import Database
from clinic_bot.store.duties import alone
from clinic_bot.turns import alert_words

log = structlog.get_logger(__name__)

#: A long weekend with its holidays; what is older nobody waits for any more.
_LOOK_BACK_MS = 5 * 86_400_000


class Unanswered:
    """Looks for chats that are the reception's and in which nobody of the clinic has written since.

    A patient who writes again is noticed by the chat's own alert; one who was told "a recepção responde amanhã" and
    waits is noticed here, when the clinic is open.

    Args:
        alert_ms: so long a patient may wait.
        on_duty: whether this process tells, where several look.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        facts: ClinicFacts,
        alert: Callable[[str, str], None],
        *,
        alert_ms: int,
        on_duty: Callable[[], bool] = alone,
    ) -> None:
        self._database = database
        self._clock = clock
        self._facts = facts
        self._alert = alert
        self._alert_ms = alert_ms
        self._on_duty = on_duty

    async def look(self) -> None:
        """One look. Raises StorageUnavailable."""
        if not self._on_duty() or not self._facts.is_open(self._clock.local(self._facts.timezone)):
            return
        now_ms = self._clock.now_ms()
        job = partial(
            reception.nobody_came,
            since_ms=now_ms - _LOOK_BACK_MS,
            before_ms=now_ms - self._alert_ms,
            now_ms=now_ms,
        )
        for one in await self._database.write(job):
            log.warning("nobody answered after a hand-over", turn=one.turn_id)
            minutes = (now_ms - one.at_ms) // 60_000
            self._alert(AlertKind.PATIENT_WAITS, alert_words.nobody_came(one.phone, one.lid, minutes=minutes))
