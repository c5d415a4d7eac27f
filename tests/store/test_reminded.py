"""Which reminder a burst answers: the one it quotes, else the last thing that was said; never a guess between two."""

from collections.abc import Callable, Sequence
from functools import partial

import pytest
from sqlalchemy import Connection

from clinic_bot.store import appointments, patients, reminded, seed
from clinic_bot.store.cells import Place
from clinic_bot.store.reminded import Asked
from clinic_bot.store.reminders import Answer, Due
from tests.support import builders as b
from tests.support.reminding import (
    HOUR_MS,
    THURSDAY_14H_MS,
    ahead,
    book,
    conclude,
    intend,
    remind,
)
from tests.support.store import Store

NEXT_MS = THURSDAY_14H_MS + 3 * HOUR_MS
CHILD = partial(book, start_ms=NEXT_MS, patient="Ana Souza")
START = partial(Place, b.INSTANCE, "ana")


@pytest.fixture
def store(store: Store) -> Store:
    store.run(book)
    store.now_ms = THURSDAY_14H_MS - 24 * HOUR_MS
    return store


def asked(store: Store, *quoted: str, answer: Answer | None = None) -> Asked | None:
    """What a burst that begins a minute later answers; with ``answer`` that is written down, and replied to."""
    store.later(60_000)
    store.take(b.message("1", id=f"m{store.now_ms}"))
    claim = store.claim_when_due()

    def look(connection: Connection) -> Asked | None:
        who, key = patients.owner(connection, 1), claim.turn_id
        found = reminded.asked(
            connection, who, turn_id=key, first_ms=claim.first_ms, quoted=quoted, now_ms=store.now_ms
        )
        if found and answer:
            reminded.write(connection, found, answer, turn_id=key, now_ms=store.now_ms)
        return found

    found = store.run(look)
    store.intent(claim)
    store.outcome(claim)
    return found


def numbers(found: Asked | None) -> list[int]:
    return [] if found is None else [row.number for row in found.appointments]


def each_by_itself(store: Store) -> None:
    """Two reminders of two appointments, an hour apart."""
    store.run(CHILD)
    for n, one in enumerate(ahead(store), start=1):
        sent = intend(store, [Due(one, 24)])
        conclude(store, sent, message_id=f"R{n}")  # type: ignore[arg-type]
        store.later(HOUR_MS)


def talked(store: Store) -> None:
    remind(store)
    store.later(60_000)
    store.take(b.message("onde fica?", id="q"))
    store.answer(message_id="T1")


def by_hand(store: Store) -> None:
    remind(store)
    store.later(60_000)
    store.take(b.staff("Oi, é a Ana. Tudo certo?"))
    store.later(b.HUMAN_MS)


def together(store: Store) -> None:
    store.run(CHILD)
    remind(store)


def twice(store: Store) -> None:
    remind(store)
    store.later(20 * HOUR_MS)
    remind(store, 3, message_id="R2")


def moved(store: Store) -> None:
    remind(store)
    _change(store, partial(appointments.move, place=START(NEXT_MS, NEXT_MS + 1_800_000)))


def cancelled(store: Store) -> None:
    remind(store)
    _change(store, appointments.cancel)


def over(store: Store) -> None:
    remind(store)
    store.now_ms = THURSDAY_14H_MS


def at_that_moment(store: Store) -> None:
    remind(store)
    store.later(-59_000)


def _change(store: Store, change: Callable[..., object]) -> None:
    store.run(lambda c: change(c, patients.owner(c, 1), 1, now_ms=store.now_ms))


def nothing(_store: Store) -> None:
    return None


@pytest.mark.parametrize(
    ("before", "quoted", "expected"),
    [
        pytest.param(remind, (), [1], id="the last thing that was said"),
        pytest.param(twice, (), [1], id="the second one of the same appointment"),
        pytest.param(together, (), [1, 2], id="all that one text tells of"),
        pytest.param(each_by_itself, (), [], id="two that wait: a guess"),
        pytest.param(each_by_itself, ("R1",), [1], id="two that wait, and one is quoted"),
        pytest.param(each_by_itself, ("R1", "R2"), [], id="both quoted"),
        pytest.param(talked, (), [], id="something else was said since"),
        pytest.param(talked, ("R1",), [1], id="something else was said since, and it is quoted"),
        pytest.param(by_hand, (), [], id="a person wrote since"),
        pytest.param(remind, ("T9",), [], id="another message is quoted"),
        pytest.param(moved, ("R1",), [], id="it was moved since"),
        pytest.param(cancelled, ("R1",), [], id="it was cancelled since"),
        pytest.param(over, ("R1",), [], id="it has begun"),
        pytest.param(at_that_moment, (), [], id="written before anybody could have read it"),
        pytest.param(nothing, (), [], id="nobody was reminded"),
    ],
)
def test_what_is_answered(
    store: Store, before: Callable[[Store], object], quoted: Sequence[str], expected: list[int]
) -> None:
    before(store)
    assert numbers(asked(store, *quoted)) == expected


def test_what_is_said_to_a_question_back_is_known_as_a_choice_once(store: Store) -> None:
    remind(store)
    found = [asked(store, answer=Answer.WANTS_OTHER), asked(store), asked(store)]
    assert [one and one.chooses for one in found] == [False, True, None]


def test_a_reminder_that_a_scenario_begins_with_waits_for_its_answer(store: Store) -> None:
    at_ms = store.now_ms - 600_000
    store.run(partial(seed.was_reminded, appointment_id=1, text="Lembrete", at_ms=at_ms))
    assert numbers(asked(store)) == [1]
