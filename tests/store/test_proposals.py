"""What patients are asked, and the slots that are kept for their answers."""

from functools import partial

import pytest

from clinic_bot.store import appointments, cells, patients, proposals
from clinic_bot.store.appointments import AppointmentRow
from clinic_bot.store.clinic_tables import Action
from clinic_bot.store.patients import Owner
from clinic_bot.store.proposals import ProposalRow
from tests.store.test_appointments import ANA, BIA, HALF_HOUR, NINE
from tests.support import builders as b
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

HELD_MS = 15 * MINUTE_MS


@pytest.fixture
def owners(store: Store) -> tuple[Owner, Owner]:
    found = [
        store.run(partial(patients.owner, conversation_id=store.run(partial(open_conversation, phone=phone))))
        for phone in (ANA, BIA)
    ]
    return found[0], found[1]


def proposed(
    store: Store,
    who: Owner,
    start_ms: int = NINE,
    *,
    action: Action = Action.BOOK,
    of: AppointmentRow | None = None,
    patient: str = "Rita Lima",
    now_ms: int = 0,
) -> ProposalRow | None:
    return store.run(
        partial(
            proposals.propose,
            who=who,
            action=action,
            wanted=wanted(place(start_ms), patient=patient),
            appointment_id=of.id if of else None,
            turn_id=1,
            now_ms=now_ms,
            held_until_ms=now_ms + HELD_MS,
        )
    )


def carried_out(store: Store, who: Owner, proposal: ProposalRow, *, now_ms: int = 1) -> AppointmentRow | None:
    return store.run(partial(proposals.carry_out, who=who, proposal=proposal, turn_id=2, now_ms=now_ms))


def open_of(store: Store, who: Owner, *, now_ms: int = 1) -> list[ProposalRow]:
    return store.run(partial(proposals.open_ones, who=who, now_ms=now_ms))


def taken(store: Store, *, now_ms: int, own: tuple[int, ...] = ()) -> bool:
    found = store.run(
        partial(
            cells.taken,
            instance=b.INSTANCE,
            professionals=["ana"],
            from_ms=NINE,
            to_ms=NINE + HALF_HOUR,
            now_ms=now_ms,
            own_proposals=own,
        )
    )
    return bool(found)


def test_a_proposed_slot_is_kept_for_its_phone_until_the_hold_ends(
    store: Store, owners: tuple[Owner, Owner]
) -> None:
    mine = proposed(store, owners[0])
    assert mine is not None
    assert (taken(store, now_ms=1), taken(store, now_ms=1, own=(mine.id,))) == (True, False)
    assert proposed(store, owners[1], now_ms=HELD_MS - 1) is None
    assert open_of(store, owners[1]) == []
    assert not taken(store, now_ms=HELD_MS)
    assert proposed(store, owners[1], now_ms=HELD_MS)


def test_carrying_out_books_what_was_proposed_once(store: Store, owners: tuple[Owner, Owner]) -> None:
    mine = proposed(store, owners[0])
    assert mine
    first = carried_out(store, owners[0], mine)
    assert first is not None
    assert (first.start_ms, first.patient) == (NINE, "Rita Lima")
    now = store.run(partial(proposals.numbered, who=owners[0], number=mine.number))
    assert now
    assert carried_out(store, owners[0], now) == first
    assert open_of(store, owners[0]) == []
    assert store.run(agenda_violations) == []


def test_a_yes_after_the_hold_takes_the_slot_if_it_is_still_free(
    store: Store, owners: tuple[Owner, Owner]
) -> None:
    first, second = proposed(store, owners[0]), proposed(store, owners[1], now_ms=HELD_MS)
    assert first
    assert second
    late = HELD_MS + 1
    assert carried_out(store, owners[0], first, now_ms=late) is None  # held for the other phone by now
    assert carried_out(store, owners[1], second, now_ms=3 * HELD_MS)
    assert len(store.run(standing)) == 1


def test_of_two_whose_holds_are_over_the_first_yes_gets_the_slot(
    store: Store, owners: tuple[Owner, Owner]
) -> None:
    first, second = proposed(store, owners[0]), proposed(store, owners[1], now_ms=HELD_MS)
    assert first
    assert second
    late = 3 * HELD_MS
    results = [
        carried_out(store, who, one, now_ms=late) for who, one in zip(owners, (first, second), strict=True)
    ]
    assert [result is None for result in results] == [False, True]
    assert len(store.run(standing)) == 1


def test_another_slot_for_the_same_need_takes_the_place_of_the_first(
    store: Store, owners: tuple[Owner, Owner]
) -> None:
    assert proposed(store, owners[0])
    other = proposed(store, owners[0], NINE + HALF_HOUR)
    assert open_of(store, owners[0]) == [other]
    assert proposed(store, owners[1])  # the first one is free again
    child = proposed(store, owners[0], NINE + 2 * HALF_HOUR, patient="Ivo Lima")
    assert open_of(store, owners[0]) == [other, child]
    grandma = proposed(store, owners[0], NINE + 2 * HALF_HOUR, patient="Ida Lima")  # it is for her, after all
    assert open_of(store, owners[0]) == [other, grandma]


def test_the_same_proposal_again_is_the_one_there_is(store: Store, owners: tuple[Owner, Owner]) -> None:
    first = proposed(store, owners[0])
    assert proposed(store, owners[0], now_ms=HELD_MS // 2) == first
    assert proposed(store, owners[1], now_ms=HELD_MS) is None  # held anew


def test_moving_holds_the_new_time_and_cancelling_none(store: Store, owners: tuple[Owner, Owner]) -> None:
    what = wanted(place(NINE))
    mine = store.run(partial(book, conversation_id=owners[0].conversation_id, what=what))
    assert mine
    near = proposed(store, owners[0], NINE + 10 * MINUTE_MS, action=Action.MOVE, of=mine)
    assert near
    assert proposed(store, owners[1], NINE + HALF_HOUR) is None
    gone = proposed(store, owners[0], action=Action.CANCEL, of=mine)
    assert gone
    assert open_of(store, owners[0]) == [gone]
    assert proposed(store, owners[1], NINE + HALF_HOUR)
    done = carried_out(store, owners[0], gone)
    assert done is not None
    assert done.status == "cancelled"
    again = proposed(store, owners[0], NINE + 2 * HALF_HOUR, action=Action.MOVE, of=mine)
    assert again
    assert carried_out(store, owners[0], again) is None  # of what was cancelled meanwhile
    assert store.run(agenda_violations) == []


def test_moving_a_proposal_s_appointment_is_done_once(store: Store, owners: tuple[Owner, Owner]) -> None:
    what = wanted(place(NINE))
    mine = store.run(partial(book, conversation_id=owners[0].conversation_id, what=what))
    assert mine
    near = proposed(store, owners[0], NINE + 10 * MINUTE_MS, action=Action.MOVE, of=mine)
    assert near
    moved = carried_out(store, owners[0], near)
    assert moved is not None
    assert (moved.id, moved.start_ms) == (mine.id, NINE + 10 * MINUTE_MS)
    assert store.run(agenda_violations) == []
    assert store.run(partial(appointments.upcoming, who=owners[0], now_ms=0)) == [moved]


def test_nobody_finds_another_phone_s_proposal(store: Store, owners: tuple[Owner, Owner]) -> None:
    mine = proposed(store, owners[0])
    assert mine
    assert store.run(partial(proposals.numbered, who=owners[1], number=mine.number)) is None


def test_a_proposal_is_forgotten_after_a_day(store: Store, owners: tuple[Owner, Owner]) -> None:
    mine = proposed(store, owners[0])
    assert open_of(store, owners[0], now_ms=proposals.VALID_MS - 1) == [mine]
    assert open_of(store, owners[0], now_ms=proposals.VALID_MS) == []


def test_what_stands_is_told_in_one_look(store: Store, owners: tuple[Owner, Owner]) -> None:
    def stands(who: Owner, now_ms: int = 1) -> tuple[bool, int]:
        found = store.run(partial(proposals.standing, conversation_id=who.conversation_id, now_ms=now_ms))
        return found.asked, found.booked

    assert stands(owners[0]) == (False, 0)
    mine = proposed(store, owners[0])
    assert mine
    assert (stands(owners[0]), stands(owners[1])) == ((True, 0), (False, 0))
    assert stands(owners[0], proposals.VALID_MS) == (False, 0)
    carried_out(store, owners[0], mine)
    assert (stands(owners[0]), stands(owners[1])) == ((False, 1), (False, 0))
    assert stands(owners[0], NINE + HALF_HOUR) == (False, 0)


def test_old_proposals_are_forgotten_and_appointments_are_not(
    store: Store, owners: tuple[Owner, Owner]
) -> None:
    mine = proposed(store, owners[0])
    assert mine
    booked = carried_out(store, owners[0], mine)
    proposed(store, owners[0], NINE + HALF_HOUR)
    later = proposed(store, owners[1], NINE + 2 * HALF_HOUR, now_ms=NINE)
    prune = partial(proposals.prune, before_ms=NINE, limit=1)
    assert [store.run(prune) for _ in range(3)] == [1, 1, 0]
    assert open_of(store, owners[1], now_ms=NINE) == [later]
    assert open_of(store, owners[0], now_ms=1) == []
    assert store.run(partial(appointments.upcoming, who=owners[0], now_ms=0)) == [booked]
    assert store.run(agenda_violations) == []
    assert store.run(partial(proposals.prune, before_ms=NINE + 1, limit=1)) == 1
    assert store.count("agenda_cell") == 6  # the appointment's, which is not over
