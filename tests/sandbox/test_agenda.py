"""A recorded clinic's appointments, written and read again through the store's own functions."""

import json
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from clinic_bot.sandbox.agenda import RecordedAgenda, recorded_agenda
from clinic_bot.sandbox.external import External
from clinic_bot.store.database import Database
from tests.support import builders as b
from tests.support.agenda import agenda_violations
from tests.support.clock import START_MS
from tests.support.fixtures import ON_SQLITE

CLINIC: dict[str, Any] = {
    "clinic": {"name": "Clínica Aroeira", "assistant_name": "Nina"},
    "hours": {"mon_fri": "08:00-18:00"},
    "professionals": [{"id": "caio", "name": "Dr. Caio", "specialty": "cardiologia"}],
    "services": [{"id": "cardio", "name": "Consulta de cardiologia", "minutes": 40}],
    "free_slots": {"caio": ["2026-10-07T10:00"]},
    "patients": [{"phone": "5511900000002", "name": "João Nogueira", "dependants": ["Rita Nogueira"]}],
    "appointments": [
        {
            "id": "A2", "phone": "5511900000002", "patient": "Rita Nogueira", "service": "cardio",
            "professional": "caio", "start": "2026-10-07T09:30", "status": "scheduled",
        }
    ],
}  # fmt: skip


def agenda_in(folder: Path) -> RecordedAgenda:
    path = folder / "clinic.json"
    path.write_text(json.dumps(CLINIC), "utf-8")
    found = recorded_agenda(path, b.POLICY)
    assert found is not None
    return found


@ON_SQLITE
async def test_what_was_booked_stands_and_leaves_free_what_is_called_free(
    database: Database, tmp_path: Path
) -> None:
    agenda = agenda_in(tmp_path)
    ids = await agenda.write(database, b.INSTANCE, at_ms=START_MS)
    *earlier, kept = sorted(
        await database.read(partial(agenda.read, instance=b.INSTANCE, ids=ids)), key=lambda one: one.start
    )
    assert all(one.id == "" and one.start < "2026" for one in earlier)  # whose names are known, and not more
    assert (kept.id, kept.patient, kept.phone) == ("A2", "Rita Nogueira", "5511900000002")
    assert (kept.start, kept.service, kept.professional) == ("2026-10-07T09:30", "cardio", "caio")
    assert await database.read(agenda_violations) == []
    ends = await database.read(
        lambda c: c.exec_driver_sql(
            "SELECT end_ms - start_ms FROM appointment ORDER BY start_ms DESC LIMIT 1"
        ).scalar_one()
    )
    assert ends == 30 * 60_000  # 10:00 is free, although a visit takes 40 minutes


@ON_SQLITE
async def test_the_reception_books_over_what_is_held_and_not_over_what_is_booked(
    database: Database, tmp_path: Path
) -> None:
    agenda = agenda_in(tmp_path)
    ids = await agenda.write(database, b.INSTANCE, at_ms=START_MS)

    def books(start: str) -> Callable[[Connection], int | None]:
        one = External("caio", datetime.fromisoformat(start))
        return lambda connection: agenda.book_for_others(connection, one, b.INSTANCE, at_ms=START_MS)

    assert await database.write(books("2026-10-07T09:30")) is None
    row = await database.write(books("2026-10-07T10:00"))
    kept = await database.read(partial(agenda.read, instance=b.INSTANCE, ids=ids))
    assert [(one.service, one.start) for one in kept if one.row == row] == [("cardio", "2026-10-07T10:00")]
    assert await database.read(agenda_violations) == []


def test_without_a_file_that_can_be_read_there_is_no_agenda(tmp_path: Path) -> None:
    assert recorded_agenda(None, b.POLICY) is None
    assert recorded_agenda(tmp_path / "none.toml", b.POLICY) is None
