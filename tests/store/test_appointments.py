"""One slot, one patient: booked, moved, cancelled and confirmed on a real file."""

import asyncio
import random
from functools import partial

import pytest
from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError

from clinic_bot.store import appointments, cells, patients
from clinic_bot.store.appointments import AppointmentRow
from clinic_bot.store.clinic_tables import AgendaCell
from clinic_bot.store.sqlite import SqliteDatabase
from tests.support.agenda import (
    MINUTE_MS,
    agenda_violations,
    book,
    open_conversation,
    place,
    standing,
    wanted,
)
from tests.support.store import Store

NINE = 1_800_000_000_000 // cells.CELL_MS * cells.CELL_MS
HALF_HOUR = 30 * MINUTE_MS
ANA, BIA = "5511900000001", "5511900000002"


@pytest.fixture
def phones(store: Store) -> tuple[int, int]:
    """Two conversations."""
    found = tuple(store.run(partial(open_conversation, phone=phone)) for phone in (ANA, BIA))
    return found[0], found[1]


def booked(store: Store, conversation_id: int, start_ms: int = NINE, **what: str) -> AppointmentRow | None:
    return store.run(partial(book, conversation_id=conversation_id, what=wanted(place(start_ms), **what)))


def owner(store: Store, conversation_id: int) -> patients.Owner:
    return store.run(partial(patients.owner, conversation_id=conversation_id))


def check(store: Store) -> list[tuple[int, AppointmentRow]]:
    assert store.run(agenda_violations) == []
    return store.run(standing)


def test_a_slot_is_booked_once_and_the_second_phone_is_told(store: Store, phones: tuple[int, int]) -> None:
    first, second = (booked(store, phone) for phone in phones)
    assert first is not None
    assert (first.number, first.patient, first.status) == (1, "Rita Lima", "scheduled")
    assert second is None
    assert [owner for owner, _ in check(store)] == [phones[0]]


@pytest.mark.parametrize("minutes", [-25, -5, 5, 25])
def test_any_overlap_is_a_second_taker(store: Store, phones: tuple[int, int], minutes: int) -> None:
    assert booked(store, phones[0])
    assert booked(store, phones[1], NINE + minutes * MINUTE_MS) is None
    assert len(check(store)) == 1


def test_neighbours_and_other_professionals_do_not_meet(store: Store, phones: tuple[int, int]) -> None:
    assert booked(store, phones[0])
    assert booked(store, phones[1], NINE + HALF_HOUR)
    other = wanted(place(NINE, professional="rui"))
    assert store.run(partial(book, conversation_id=phones[1], what=other))
    assert len(check(store)) == 3


def test_the_same_booking_again_is_the_same_appointment(store: Store, phones: tuple[int, int]) -> None:
    first, again = booked(store, phones[0]), booked(store, phones[0])
    assert first == again
    assert len(check(store)) == 1


def test_the_database_itself_refuses_a_second_owner_of_a_cell(store: Store) -> None:
    row = {"instance": "i", "professional": "ana", "cell": 7, "appointment_id": 1}

    def twice(connection: Connection) -> None:
        connection.execute(insert(AgendaCell), row)
        connection.execute(insert(AgendaCell), {**row, "appointment_id": 2})

    with pytest.raises(IntegrityError):
        store.run(twice)


def test_a_children_s_mother_has_several_patients_on_one_phone(store: Store, phones: tuple[int, int]) -> None:
    for n, child in enumerate(("Bento Reis", "Alice Reis", "Bento Reis")):
        assert booked(store, phones[0], NINE + n * HALF_HOUR, patient=child)
    assert booked(store, phones[1], NINE + 3 * HALF_HOUR, patient="Bento Reis")
    known = [store.run(partial(patients.of, who=owner(store, phone))) for phone in phones]
    assert [[one.name for one in mine] for mine in known] == [["Bento Reis", "Alice Reis"], ["Bento Reis"]]


def test_moving_frees_the_old_time_and_takes_the_new(store: Store, phones: tuple[int, int]) -> None:
    mine = booked(store, phones[0])
    assert mine
    who = owner(store, phones[0])
    move = partial(appointments.move, who=who, appointment_id=mine.id, now_ms=1)
    moved = store.run(partial(move, place=place(NINE + 10 * MINUTE_MS)))  # into its own time, in part
    assert moved
    assert (moved.id, moved.start_ms) == (mine.id, NINE + 10 * MINUTE_MS)
    assert store.run(partial(move, place=place(NINE + 10 * MINUTE_MS))) == moved
    assert booked(store, phones[1], NINE + 40 * MINUTE_MS)
    assert store.run(partial(move, place=place(NINE + HALF_HOUR))) is None  # hers is in the way
    assert store.run(partial(move, place=place(NINE, professional="rui")))
    assert booked(store, phones[1], NINE, patient="Ivo Reis")
    assert len(check(store)) == 3


def test_a_patient_cannot_be_moved_to_where_she_is_already(store: Store, phones: tuple[int, int]) -> None:
    mine = booked(store, phones[0])
    other = wanted(place(NINE + HALF_HOUR, professional="rui"))
    assert mine
    assert store.run(partial(book, conversation_id=phones[0], what=other))
    who = owner(store, phones[0])
    to = place(NINE + HALF_HOUR)
    assert store.run(partial(appointments.move, who=who, appointment_id=mine.id, place=to, now_ms=1)) is None
    assert len(check(store)) == 2


def test_cancelling_frees_the_time_and_is_done_once(store: Store, phones: tuple[int, int]) -> None:
    mine = booked(store, phones[0])
    assert mine
    cancel = partial(appointments.cancel, who=owner(store, phones[0]), appointment_id=mine.id, now_ms=1)
    gone, again = store.run(cancel), store.run(cancel)
    assert gone == again
    assert gone is not None
    assert gone.status == "cancelled"
    assert booked(store, phones[1])
    anew = booked(store, phones[0], NINE + HALF_HOUR)
    assert anew
    assert anew.number == 2
    assert len(check(store)) == 2


def test_confirming_is_written_down_until_the_appointment_changes(
    store: Store, phones: tuple[int, int]
) -> None:
    mine = booked(store, phones[0])
    assert mine
    who = owner(store, phones[0])
    confirm = partial(appointments.confirm, who=who, appointment_id=mine.id, now_ms=1)
    assert [one and one.status for one in (store.run(confirm), store.run(confirm))] == ["confirmed"] * 2
    to = place(NINE + HALF_HOUR)
    moved = store.run(partial(appointments.move, who=who, appointment_id=mine.id, place=to, now_ms=2))
    assert moved is not None
    assert moved.status == "scheduled"
    store.run(partial(appointments.cancel, who=who, appointment_id=mine.id, now_ms=3))
    assert store.run(confirm) is None


def test_another_phone_s_appointment_is_not_found_and_not_changed(
    store: Store, phones: tuple[int, int]
) -> None:
    hers = booked(store, phones[0])
    assert hers
    other = owner(store, phones[1])
    asked = {"who": other, "appointment_id": hers.id, "now_ms": 1}
    for job in (appointments.cancel, appointments.confirm):
        assert store.run(partial(job, **asked)) is None  # type: ignore[arg-type]
    assert store.run(partial(appointments.move, place=place(NINE + HALF_HOUR), **asked)) is None  # type: ignore[arg-type]
    assert store.run(partial(appointments.upcoming, who=other, now_ms=0)) == []
    assert [row for _, row in check(store)] == [hers]


def test_what_is_over_is_not_upcoming(store: Store, phones: tuple[int, int]) -> None:
    mine = booked(store, phones[0])
    who = owner(store, phones[0])
    assert store.run(partial(appointments.upcoming, who=who, now_ms=NINE)) == [mine]
    assert store.run(partial(appointments.upcoming, who=who, now_ms=NINE + HALF_HOUR)) == []


def test_a_block_of_the_reception_keeps_new_appointments_out(store: Store, phones: tuple[int, int]) -> None:
    def blocked(connection: Connection) -> int:
        return cells.block(
            connection, place(0).instance, start_ms=NINE, end_ms=NINE + HALF_HOUR, reason="reunião", now_ms=0
        )

    block = store.run(blocked)
    taken = partial(
        cells.taken, instance=place(0).instance, professionals=["ana"], from_ms=NINE, to_ms=NINE + 1, now_ms=0
    )
    assert store.run(taken) == {"ana": [(NINE, NINE + HALF_HOUR)]}
    assert booked(store, phones[0], NINE + 10 * MINUTE_MS) is None
    assert booked(store, phones[0], NINE + HALF_HOUR)
    assert store.run(partial(cells.unblock, instance="other", block_id=block)) is False
    assert store.run(partial(cells.unblock, instance=place(0).instance, block_id=block)) is True
    assert booked(store, phones[1])


async def test_two_phones_that_race_1000_times_for_one_slot_book_it_1000_times_once(
    database: SqliteDatabase,
) -> None:
    phones = [await database.write(partial(open_conversation, phone=phone)) for phone in (ANA, BIA)]
    chance = random.Random(7)
    won = [0, 0]
    for n in range(1_000):
        what = wanted(place(NINE + n * HALF_HOUR))
        order = chance.sample((0, 1), 2)
        jobs = [partial(book, conversation_id=phones[one], what=what) for one in order]
        results = await asyncio.gather(*(database.write(job) for job in jobs))
        (winner,) = [one for one, result in zip(order, results, strict=True) if result is not None]
        won[winner] += 1
    rows = await database.read(standing)
    assert len(rows) == len({row.start_ms for _, row in rows}) == sum(won) == 1_000
    assert min(won) > 300


def test_whatever_several_phones_do_no_time_is_had_twice(store: Store, phones: tuple[int, int]) -> None:
    chance = random.Random(11)
    owners = [owner(store, phone) for phone in phones]
    for n in range(300):
        which = chance.randrange(2)
        start = NINE + chance.randrange(48) * 5 * MINUTE_MS
        where = place(start, minutes=chance.choice((10, 20, 40)), professional=chance.choice(("ana", "rui")))
        mine = store.run(partial(appointments.upcoming, who=owners[which], now_ms=0))
        act = chance.random()
        if act < 0.5 or not mine:
            what = wanted(where, patient=chance.choice(("Rita Lima", "Ivo Lima")))
            store.run(partial(book, conversation_id=phones[which], what=what))
            continue
        job = appointments.move if act < 0.8 else appointments.cancel
        given = {"place": where} if act < 0.8 else {}
        one = chance.choice(mine)
        store.run(partial(job, who=owners[which], appointment_id=one.id, now_ms=n, **given))  # type: ignore[arg-type]
        assert store.run(agenda_violations) == []
    assert len(check(store)) > 5
