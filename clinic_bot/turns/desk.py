"""Where operators' commands that change something arrive, as plain JSON: through the server's socket, or by a
command itself that holds the database while no server runs."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import structlog

from clinic_bot.clock import Clock
from clinic_bot.errors import StorageUnavailable
from clinic_bot.store import operator, switches
from clinic_bot.store.database import Database
from clinic_bot.store.operator import AskedAgain, Changed, Refused
from clinic_bot.store.policy import Policy
from clinic_bot.store.switches import ActiveSwitch
from clinic_bot.store.tables import SwitchName
from clinic_bot.turns.asked import Body, NotUnderstood, number

log = structlog.get_logger(__name__)

#: Does one more command: gets what was asked and the present, answers as ``Desk.answer`` does or raises NotUnderstood.
Handler = Callable[[Body, int], Awaitable[Body]]


class Desk:
    """Does what an operator asks.

    Args:
        notice: told when a conversation is to be looked at, after the commit.
        on_switch: told that answers were stopped or may go on, after the commit; every claim and gate reads the
            switches itself, so this is for whoever would rather not wait.
        more: other commands, by name.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        policy: Policy,
        *,
        instance: str,
        notice: Callable[[int, int | None], None],
        on_switch: Callable[[], None] | None = None,
        more: Mapping[str, Handler] | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._policy = policy
        self._instance = instance
        self._notice = notice
        self._on_switch = on_switch
        self._more = more or {}

    async def answer(self, asked: Body) -> Body:
        """``{"command": ...}`` in; ``{"ok": true, ...}`` out, or ``{"ok": false, "error": a sentence}``."""
        try:
            return await self._do(asked)
        except NotUnderstood as exc:
            return {"ok": False, "error": f"not understood: {exc}"}
        except StorageUnavailable as exc:
            return {"ok": False, "error": f"the database cannot be written: {exc}"}

    async def _do(self, asked: Body) -> Body:
        now_ms = self._clock.now_ms()
        match asked.get("command"):
            case "retry":
                return await self._retry(number(asked, "turn"), now_ms)
            case "discard":
                job = partial(operator.discard, turn_id=number(asked, "turn"), now_ms=now_ms)
                return _told("discard", await self._database.write(job))
            case "settle":
                arrived = asked.get("arrived")
                if not isinstance(arrived, bool):
                    raise NotUnderstood("arrived")
                settle = partial(
                    operator.settle, turn_id=number(asked, "turn"), arrived=arrived, now_ms=now_ms
                )
                return _told("settle", await self._database.write(settle))
            case "pause":
                return await self._pause(str(asked.get("reason") or "no reason given"), now_ms)
            case "resume":
                return await self._resume()
            case str(other) if other in self._more:
                return await self._more[other](asked, now_ms)
        raise NotUnderstood("command")

    async def _retry(self, turn_id: int, now_ms: int) -> Body:
        job = partial(operator.retry, turn_id=turn_id, now_ms=now_ms, policy=self._policy)
        done = await self._database.write(job)
        said = _told("retry", done)
        if isinstance(done, AskedAgain):
            self._notice(done.conversation_id, done.wake_at_ms)
            said |= {"conversation": done.conversation_id, "low": done.low, "high": done.high}
            said |= {"wake_at_ms": done.wake_at_ms, **await self._stopped_by()}
        return said

    async def _pause(self, reason: str, now_ms: int) -> Body:
        changed = await self._database.write(
            partial(
                switches.turn_on,
                instance=self._instance,
                name=SwitchName.PAUSED,
                reason=reason,
                now_ms=now_ms,
            )
        )
        return await self._switched("pause", changed)

    async def _resume(self) -> Body:
        changed = await self._database.write(
            partial(switches.turn_off, instance=self._instance, name=SwitchName.PAUSED)
        )
        return await self._switched("resume", changed)

    async def _switched(self, command: str, changed: bool) -> Body:
        if changed:
            log.info("operator", command=command)
            if self._on_switch is not None:
                self._on_switch()
        return {"ok": True, "changed": changed, **await self._stopped_by()}

    async def _stopped_by(self) -> Body:
        on = await self._database.read(partial(switches.active, instance=self._instance))
        return {"stopped_by": [_switch(switch) for switch in on]}


def _told(command: str, done: Changed | Refused) -> Body:
    if isinstance(done, Refused):
        return {"ok": False, "error": done.why}
    log.info("operator", command=command, turn=done.turn_id, state=done.state.value)
    return {"ok": True, "turn": done.turn_id, "state": done.state.value}


def _switch(switch: ActiveSwitch) -> Body:
    return {"name": switch.name.value, "since_ms": switch.since_ms, "reason": switch.reason}
