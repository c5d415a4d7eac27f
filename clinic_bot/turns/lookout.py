"""Looks around once a minute: what no step notices by itself is counted, and told to a person."""

from collections.abc import Callable
from functools import partial

import structlog

from clinic_bot.operations.alerts import AlertKind, Alerts
from clinic_bot.operations.metrics import Metrics
from clinic_bot.store import conversations, switches, watch
from clinic_bot.store.database import Database
from clinic_bot.store.duties import alone

log = structlog.get_logger(__name__)

#: Below this much room a database that grows may soon store nothing; told again only after there was more.
_LITTLE_ROOM = 500_000_000
_ENOUGH_ROOM = 700_000_000


class Lookout:
    """What was told is remembered here, so that a person is told of something new and not of every look."""

    def __init__(
        self,
        database: Database,
        metrics: Metrics,
        alerts: Alerts,
        *,
        instance: str,
        room_bytes: Callable[[], int] | None,
        on_duty: Callable[[], bool] = alone,
    ) -> None:
        """Args:
        on_duty: whether this process tells, where several look.
        room_bytes: how much more the disk of the database takes; None where it is a server's.
        """
        self._database = database
        self._metrics = metrics
        self._alerts = alerts
        self._instance = instance
        self._room_bytes = room_bytes
        self._on_duty = on_duty
        self._held = self._dead = 0

    async def look(self) -> None:
        """One look. Raises StorageUnavailable, after looking at the disk: it may be why."""
        self._look_at_disk()
        await self._look_for_stuck()
        await self._look_for_undecided()
        self._metrics.open_windows.set(await self._database.read(conversations.open_windows))
        on = await self._database.read(partial(switches.active, instance=self._instance))
        self._metrics.switches({switch.name.value for switch in on})

    async def _look_for_stuck(self) -> None:
        """Rule 9 proves itself: nobody waits for something that will not come."""
        stuck = await self._database.read(watch.stuck)
        self._metrics.stuck_conversations.set(len(stuck))
        if not stuck or not self._on_duty():
            self._alerts.end(AlertKind.RULE_9)
            return
        log.error("conversations stuck", count=len(stuck), first=stuck[0])
        self._alerts.begin(
            AlertKind.RULE_9,
            f"{_conversations(len(stuck))} com mensagem sem resposta e sem hora para ser respondida. É um defeito do "
            "assistente: responda pelo WhatsApp e avise quem cuida dele.",
        )

    async def _look_for_undecided(self) -> None:
        found = await self._database.read(watch.undecided)
        self._metrics.held_sends.set(found.held)
        self._metrics.dead_turns.set(found.dead)
        if not self._on_duty():
            self._held = self._dead = 0
            return
        if found.held > self._held:
            self._alerts.alert(
                AlertKind.SEND_HELD,
                f"Não dá para saber se {_replies(found.held)} chegou ao paciente. Confira a conversa no WhatsApp; quem "
                "cuida do assistente registra o resultado com clinic-bot turns settle.",
            )
        if found.dead > self._dead:
            self._alerts.alert(
                AlertKind.TURN_DEAD,
                f"{_conversations(found.dead)} sem resposta: o assistente falhou em todas as tentativas. Responda pelo "
                "WhatsApp; quem cuida dele vê quais são com clinic-bot turns list.",
            )
        self._held, self._dead = found.held, found.dead

    def _look_at_disk(self) -> None:
        if self._room_bytes is None:
            return
        try:
            room = self._room_bytes()
        except OSError as exc:
            log.error("disk not measured", problem=exc.strerror or type(exc).__name__)
            return
        if room < _LITTLE_ROOM:
            megabytes = room // 1_000_000
            log.error("disk nearly full", megabytes=megabytes)
            self._alerts.begin(
                AlertKind.DISK,
                f"O disco do assistente está quase cheio ({megabytes} MB livres). Cheio, ele não "
                "recebe mensagens. Avise quem cuida dele.",
            )
        elif room > _ENOUGH_ROOM:
            self._alerts.end(AlertKind.DISK)


def _conversations(count: int) -> str:
    return "Há 1 conversa" if count == 1 else f"Há {count} conversas"


def _replies(count: int) -> str:
    return "uma resposta" if count == 1 else f"alguma de {count} respostas"
