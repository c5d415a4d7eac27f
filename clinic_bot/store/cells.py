"""Who has which minutes of a professional: the constraint that gives one slot to one patient.

A taker writes one row for every few minutes it needs. The key of these rows is instance, professional and cell, so of
two takers whose times overlap only one can write them all, whatever the timing, on every engine.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Insert, and_, delete, not_, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from clinic_bot.store.clinic_tables import AgendaCell, Block
from clinic_bot.store.session import driver_of, is_postgres

CELL_MS = 5 * 60_000


@dataclass(frozen=True, slots=True)
class Place:
    """Some time of a professional, epoch milliseconds."""

    instance: str
    professional: str
    start_ms: int
    end_ms: int

    @property
    def cells(self) -> range:
        """Every cell it touches."""
        return range(self.start_ms // CELL_MS, -(-self.end_ms // CELL_MS))


def take(
    connection: Connection,
    place: Place,
    *,
    now_ms: int,
    appointment_id: int | None = None,
    proposal_id: int | None = None,
    held_until_ms: int | None = None,
    has_already: Collection[int] = (),
) -> bool:
    """Take a place for an appointment, or for a proposal until ``held_until_ms``.

    What an expired proposal held is free. False, somebody else has a part of it or the reception blocked it, is not an
    error: nothing was taken.

    Args:
        has_already: cells of the taker's own.
    """
    wanted = [cell for cell in place.cells if cell not in has_already]
    _wait_for_blocks(connection, place.instance)
    if is_blocked(connection, place):
        return False
    if not wanted:
        return True
    connection.execute(delete(AgendaCell).where(*_within(place), col(AgendaCell.held_until_ms) <= now_ms))
    values = {
        "instance": place.instance,
        "professional": place.professional,
        "appointment_id": appointment_id,
        "proposal_id": proposal_id,
        "held_until_ms": held_until_ms,
    }
    written = connection.execute(_insert(connection).values([{**values, "cell": cell} for cell in wanted]))
    if written.rowcount == len(wanted):
        return True
    taker = (
        col(AgendaCell.appointment_id) == appointment_id
        if proposal_id is None
        else col(AgendaCell.proposal_id) == proposal_id
    )
    connection.execute(delete(AgendaCell).where(*_within(place), col(AgendaCell.cell).in_(wanted), taker))
    return False


#: Who takes a place and who blocks one must not pass by each other; two who take one meet at the key.
_HOLD = "SELECT pg_advisory_xact_lock(hashtextextended(?1, 1))"
_WAIT = "SELECT pg_advisory_xact_lock_shared(hashtextextended(?1, 1))"


def hold_bookings(connection: Connection, instance: str) -> None:
    """Let no other transaction take a place until this one ends; SQLite's single writer does so by itself."""
    if is_postgres(connection):
        driver_of(connection).execute(_HOLD, (f"blocks:{instance}",))


def _wait_for_blocks(connection: Connection, instance: str) -> None:
    if is_postgres(connection):
        driver_of(connection).execute(_WAIT, (f"blocks:{instance}",))


def _insert(connection: Connection) -> Insert:
    """An insert that leaves what is there: on PostgreSQL an error would end the whole transaction."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(AgendaCell).on_conflict_do_nothing()
    return postgresql.insert(AgendaCell).on_conflict_do_nothing()


def _within(place: Place) -> tuple[ColumnElement[bool], ...]:
    cells = place.cells
    return (
        col(AgendaCell.instance) == place.instance,
        col(AgendaCell.professional) == place.professional,
        col(AgendaCell.cell) >= cells.start,
        col(AgendaCell.cell) < cells.stop,
    )


def is_blocked(connection: Connection, place: Place) -> bool:
    found = connection.execute(
        select(col(Block.id))
        .where(
            col(Block.instance) == place.instance,
            or_(col(Block.professional).is_(None), col(Block.professional) == place.professional),
            col(Block.start_ms) < place.end_ms,
            col(Block.end_ms) > place.start_ms,
        )
        .limit(1)
    )
    return found.first() is not None


def of_appointment(connection: Connection, appointment_id: int) -> frozenset[int]:
    rows = connection.execute(
        select(col(AgendaCell.cell)).where(col(AgendaCell.appointment_id) == appointment_id)
    )
    return frozenset(rows.scalars())


def free_appointment(connection: Connection, appointment_id: int, *, but_for: Place | None = None) -> None:
    """Let go of what an appointment has, but for the place it has now."""
    gone = delete(AgendaCell).where(col(AgendaCell.appointment_id) == appointment_id)
    if but_for is not None:
        gone = gone.where(not_(and_(*_within(but_for))))
    connection.execute(gone)


def free_proposal(connection: Connection, proposal_id: int) -> None:
    connection.execute(delete(AgendaCell).where(col(AgendaCell.proposal_id) == proposal_id))


def drop_holds(connection: Connection, place: Place) -> None:
    """Take a place away from the proposals that hold it."""
    connection.execute(delete(AgendaCell).where(*_within(place), col(AgendaCell.proposal_id).is_not(None)))


def taken(
    connection: Connection,
    instance: str,
    professionals: Sequence[str],
    *,
    from_ms: int,
    to_ms: int,
    now_ms: int,
    own_proposals: Collection[int] = (),
) -> dict[str, list[tuple[int, int]]]:
    """What nobody else can have, by professional, as (begin, end) in order of time.

    Args:
        own_proposals: ids of those whose slots are still free to who asks.
    """
    rows = connection.execute(
        select(col(AgendaCell.professional), col(AgendaCell.cell))
        .where(
            col(AgendaCell.instance) == instance,
            col(AgendaCell.professional).in_(professionals),
            col(AgendaCell.cell) >= from_ms // CELL_MS,
            col(AgendaCell.cell) <= to_ms // CELL_MS,
            or_(col(AgendaCell.held_until_ms).is_(None), col(AgendaCell.held_until_ms) > now_ms),
            or_(
                col(AgendaCell.proposal_id).is_(None), col(AgendaCell.proposal_id).not_in(list(own_proposals))
            ),
        )
        .order_by(col(AgendaCell.professional), col(AgendaCell.cell))
    )
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for professional, cell in rows:
        begin, end = cell * CELL_MS, (cell + 1) * CELL_MS
        runs = found[professional]
        if runs and runs[-1][1] == begin:
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((begin, end))
    for whose, start_ms, end_ms in _blocks(connection, instance, from_ms, to_ms):
        for one in professionals if whose is None else (whose,):
            found[one].append((start_ms, end_ms))
    return {professional: sorted(runs) for professional, runs in found.items()}


def _blocks(
    connection: Connection, instance: str, from_ms: int, to_ms: int
) -> Sequence[tuple[str | None, int, int]]:
    rows = connection.execute(
        select(col(Block.professional), col(Block.start_ms), col(Block.end_ms)).where(
            col(Block.instance) == instance, col(Block.end_ms) > from_ms, col(Block.start_ms) < to_ms
        )
    )
    return [(row[0], row[1], row[2]) for row in rows]


def block(
    connection: Connection, instance: str, *, start_ms: int, end_ms: int, reason: str, now_ms: int,
    professional: str | None = None,
) -> int:  # fmt: skip
    """Keep a time free of new appointments; what is booked in it stays. Answers the block's id."""
    written = connection.execute(
        Block.__table__.insert().values(  # type: ignore[attr-defined]
            instance=instance,
            professional=professional,
            start_ms=start_ms,
            end_ms=end_ms,
            reason=reason,
            created_ms=now_ms,
        )
    )
    assert written.inserted_primary_key is not None
    return int(written.inserted_primary_key[0])


def unblock(connection: Connection, instance: str, block_id: int) -> bool:
    """Whether there was such a block."""
    gone = delete(Block).where(col(Block.instance) == instance, col(Block.id) == block_id)
    return connection.execute(gone).rowcount == 1
