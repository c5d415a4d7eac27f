"""What stops all answers of an instance, whatever the conversation says. A row that is there means on."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, select, text
from sqlmodel import col

from clinic_bot.store.prepared import Prepared
from clinic_bot.store.tables import Switch, SwitchName


@dataclass(frozen=True, slots=True)
class ActiveSwitch:
    """A switch that is on."""

    name: SwitchName
    since_ms: int
    reason: str


# Built once: the gate of every reply asks. The words are the same in SQLite and PostgreSQL.
_TURN_ON = text(
    "INSERT INTO switch (instance, name, since_ms, reason) VALUES (:instance, :name, :since_ms, :reason) "
    "ON CONFLICT (instance, name) DO NOTHING"
)
_TURN_OFF = delete(Switch).where(
    col(Switch.instance) == bindparam("of_instance"), col(Switch.name) == bindparam("named")
)
_ACTIVE = Prepared(
    select(*map(col, (Switch.name, Switch.since_ms, Switch.reason)))
    .where(col(Switch.instance) == bindparam("of_instance"))
    .order_by(col(Switch.since_ms), col(Switch.name))
)


def turn_on(connection: Connection, instance: str, name: SwitchName, reason: str, now_ms: int) -> bool:
    """Stop all answers of ``instance``. One that is on already keeps its time and its reason.

    Args:
        reason: shown to operators; no phone, no patient's words, no secret.

    Returns:
        Whether it was off.
    """
    values = {"instance": instance, "name": name.value, "since_ms": now_ms, "reason": reason}
    return connection.execute(_TURN_ON, values).rowcount == 1


def turn_off(connection: Connection, instance: str, name: SwitchName) -> bool:
    """Take one reason away; answers go on when no other is left. Returns whether it was on."""
    return connection.execute(_TURN_OFF, {"of_instance": instance, "named": name.value}).rowcount == 1


def active(connection: Connection, instance: str) -> tuple[ActiveSwitch, ...]:
    """The switches that are on, the oldest first; empty when replies may leave."""
    rows = _ACTIVE.rows(connection, {"of_instance": instance})
    return tuple(ActiveSwitch(SwitchName(name), since_ms, reason) for name, since_ms, reason in rows)
