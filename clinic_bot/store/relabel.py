"""Labels when two conversations become one: ``consulta#1`` of both would be nobody's."""

from typing import Any

from sqlalchemy import Connection, func, select, update
from sqlmodel import col

from clinic_bot.store.clinic_tables import Appointment, Proposal


def relabel(connection: Connection, survivor_id: int, other_id: int) -> None:
    """Count the labels of ``other_id`` on behind all there are, so that each names one thing in what is joined.

    The survivor's stay: its model may have been told them. All of the other's move at once, beyond every number in use,
    since the key holds for each single row on the way.
    """
    tables: tuple[Any, ...] = (Appointment, Proposal)
    for table in tables:
        used = select(func.max(col(table.number))).where(
            col(table.conversation_id).in_((survivor_id, other_id))
        )
        highest: int | None = connection.execute(used).scalar_one()
        if highest is not None:
            connection.execute(
                update(table)
                .where(col(table.conversation_id) == other_id)
                .values(number=col(table.number) + highest)
            )
