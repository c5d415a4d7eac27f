"""Bookings of the reception without a phone, and whose they become."""

from functools import partial

import pytest
from sqlalchemy import Connection

from clinic_bot.clinic.spelling import name_key
from clinic_bot.events import Contact
from clinic_bot.store import agenda, appointments, belonging, patients, proposals
from clinic_bot.store.agenda import InTheWay
from clinic_bot.store.appointments import AppointmentRow, Wanted
from clinic_bot.store.belonging import Refused
from clinic_bot.store.clinic_tables import Action
from clinic_bot.store.notices import Intent
from clinic_bot.store.reminders import Due, Skipped
from tests.support import builders as b
from tests.support.agenda import agenda_violations, place
from tests.support.reminding import THURSDAY_14H_MS, ahead, intend
from tests.support.store import Store

RITA = b.contact("5511987650001")
DAY_MS = 86_400_000


def book(
    store: Store,
    name: str = "Rita Lima",
    *,
    days: int = 0,
    born: str | None = None,
    who: Contact | None = None,
) -> int:
    """The reception books; the appointment's id."""
    wanted = Wanted(name, name_key(name), "derma", place(THURSDAY_14H_MS + days * DAY_MS), born)
    done = store.run(
        partial(
            agenda.book_outside, instance=b.INSTANCE, contact=who, wanted=wanted, now_ms=store.now_ms,
            policy=b.POLICY,
        )
    )  # fmt: skip
    assert isinstance(done, AppointmentRow), done
    return done.id


def give(
    store: Store, appointment_id: int, who: Contact = RITA, *, born: str | None = None
) -> Refused | None:
    job = partial(
        belonging.give_phone, instance=b.INSTANCE, appointment_id=appointment_id, contact=who, born=born,
        now_ms=store.now_ms, policy=b.POLICY,
    )  # fmt: skip
    refused = store.run(job)
    assert store.run(agenda_violations) == []
    return refused


def of_rita(store: Store) -> list[AppointmentRow]:
    conversation = next(one for one in store.conversations() if one.phone == RITA.phone)
    assert conversation.id is not None
    who = store.run(partial(patients.owner, conversation_id=conversation.id))
    return store.run(partial(appointments.upcoming, who=who, now_ms=store.now_ms))


def test_a_booking_that_gets_its_phone_is_found_in_the_chat_and_reminded(store: Store) -> None:
    booked = book(store)
    (one,) = ahead(store)
    assert isinstance(intend(store, [Due(one, 24)]), Skipped)
    store.take(b.message("oi", who=RITA))
    store.answer(2)
    assert give(store, booked) is None
    assert [(row.id, row.patient) for row in of_rita(store)] == [(booked, "Rita Lima")]
    (now,) = ahead(store)
    assert (now.conversation_id, now.done) == (2, frozenset())  # what reached nobody is due anew
    assert now.known_ms == one.known_ms
    assert isinstance(intend(store, [Due(now, 24)]), Intent)
    assert [c.id for c in store.conversations()] == [2]  # nothing is left of what was opened for the booking
    assert store.count("patient") == 1
    assert give(store, booked) is None  # done twice it is done once


def test_a_number_that_is_not_known_yet_is_opened_and_a_wrong_one_mended(store: Store) -> None:
    booked = book(store, born="1980-01-02")
    assert give(store, booked, b.contact("5511987650009")) is None
    assert give(store, booked) is None
    assert [(row.patient, row.born) for row in of_rita(store)] == [("Rita Lima", "1980-01-02")]
    assert store.count("patient") == 1  # the stranger's chat keeps no name
    by_lid = b.contact(None, lid="90210000000007")
    store.take(b.message("oi", who=by_lid))
    assert give(store, booked, by_lid) is None
    assert of_rita(store) == []


def test_labels_go_on_behind_those_of_the_chat(store: Store) -> None:
    first, second = book(store, who=RITA), book(store, days=1)
    assert give(store, second) is None
    assert [(row.id, row.number) for row in of_rita(store)] == [(first, 1), (second, 2)]
    assert store.count("patient") == 1


@pytest.mark.parametrize("born", [None, "2019-05-03"], ids=["by name alone", "with the birth date"])
def test_which_of_two_namesakes_is_meant_is_not_guessed(store: Store, born: str | None) -> None:
    for days, birth in ((1, "1985-02-10"), (2, "2019-05-03")):
        book(store, "João Silva", days=days, born=birth, who=RITA)
    booked = book(store, "João Silva")
    refused = give(store, booked, born=born)
    if born is None:
        assert refused is not None
        assert "há 2 pacientes com esse nome nesse telefone: diga com --born" in refused.why
        assert len(of_rita(store)) == 2
    else:
        assert refused is None
        assert of_rita(store)[0].born == born


def test_the_same_appointment_twice_is_refused(store: Store) -> None:
    hers = book(store, who=RITA)
    at_the_desk = store.run(another_professional)
    refused = give(store, at_the_desk)
    assert refused == Refused(f"esse telefone já tem essa mesma consulta, a {hers}: cancele uma das duas")
    assert give(store, 99) == Refused("não há consulta 99")


def another_professional(connection: Connection) -> int:
    where = place(THURSDAY_14H_MS, professional="rui")
    wanted = Wanted("Rita Lima", name_key("Rita Lima"), "derma", where)
    done = agenda.book_outside(connection, b.INSTANCE, None, wanted, now_ms=0, policy=b.POLICY)
    assert isinstance(done, AppointmentRow)
    return done.id


def test_what_could_not_be_booked_leaves_no_name(store: Store) -> None:
    book(store)
    for who in (None, RITA):
        other = Wanted("Joana Prado", "joana prado", "derma", place(THURSDAY_14H_MS), "1990-01-01")
        job = partial(
            agenda.book_outside, instance=b.INSTANCE, contact=who, wanted=other, now_ms=0, policy=b.POLICY
        )
        assert isinstance(store.run(job), InTheWay)
    assert store.count("patient") == 1


def test_a_name_that_an_older_version_left_is_forgotten(store: Store) -> None:
    book(store)
    store.run(
        lambda c: patients.find_or_add(c, patients.owner(c, 1), name="Joana", name_key="joana", now_ms=0)
    )
    assert store.run(partial(patients.prune, limit=10)) == 1
    assert [one.patient for one in ahead(store)] == ["Rita Lima"]


def right(store: Store, appointment_id: int, name: str = "", *, born: str | None = None) -> Refused | int:
    job = partial(
        belonging.correct, instance=b.INSTANCE, appointment_id=appointment_id, name=name, name_key=name_key(name),
        born=born,
    )  # fmt: skip
    return store.run(job)


def test_a_name_and_a_birth_date_are_put_right_wherever_they_stand(store: Store) -> None:
    first, _second = book(store, "Rita Lim", who=RITA), book(store, "Rita Lim", days=1, who=RITA)
    other = book(store, "Bia Lima", days=2, born="2019-05-03", who=RITA)
    before = {one.appointment_id: one.revision for one in ahead(store)}
    assert right(store, first, "Rita Lima") == 2
    assert right(store, first, born="1980-01-02") == 2
    found = [(row.patient, row.born) for row in of_rita(store)]
    assert found == [("Rita Lima", "1980-01-02")] * 2 + [("Bia Lima", "2019-05-03")]
    after = {one.appointment_id: one.revision for one in ahead(store)}
    assert {key for key in after if after[key] == before[key]} == {
        other
    }  # a reminder with the old name does not leave
    assert right(store, first, "Bia Lima", born="2019-05-03") == Refused(belonging.IS_ONE)
    assert right(store, 99, "Rita Lima") == Refused("não há consulta 99")


def test_what_is_being_asked_goes_on_under_the_right_name(store: Store) -> None:
    first = book(store, "Rita Lim", who=RITA)
    who = store.run(partial(patients.owner, conversation_id=1))
    wanted = Wanted("Rita Lim", name_key("Rita Lim"), "derma", place(THURSDAY_14H_MS + DAY_MS))
    asked = store.run(
        partial(
            proposals.propose, who=who, action=Action.BOOK, wanted=wanted, appointment_id=None, turn_id=1,
            now_ms=store.now_ms, held_until_ms=store.now_ms + 900_000,
        )
    )  # fmt: skip
    assert asked is not None
    assert right(store, first, "Rita Lima") == 1
    (open_one,) = store.run(partial(proposals.open_ones, who=who, now_ms=store.now_ms))
    done = store.run(partial(proposals.carry_out, who=who, proposal=open_one, turn_id=1, now_ms=store.now_ms))
    assert done is not None
    assert (done.patient, store.count("patient")) == ("Rita Lima", 1)
