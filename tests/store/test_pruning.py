"""What goes with time, what stays, and that nothing comes back."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from clinic_bot.events import Edit, Message
from clinic_bot.operations.metrics import Metrics
from clinic_bot.store import believed, forgetting, inbox, jump, pruning, steps
from clinic_bot.store.database import Database
from clinic_bot.store.forgetting import Forgotten, Looked
from clinic_bot.store.inbox import Answer, Arrival
from clinic_bot.store.places import Place, open_database
from clinic_bot.store.pruning import Periods, Pruning
from clinic_bot.store.tables import TurnState
from tests.faults.crash import CalmClock
from tests.support import builders as b
from tests.support.clock import START_MS
from tests.support.fixtures import ON_POSTGRES
from tests.support.store import Store

DAY_MS = 86_400_000
YEAR_MS = 365 * DAY_MS
ANA, BIA = b.contact("5511987650001", lid="1"), b.contact("5511987650002", lid="2")


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    """The rules hold afterwards, but for the one that what is forgotten breaks."""
    store = Store(place)
    yield store
    assert [one for one in store.violations() if "seq has a gap" not in one] == []
    store.close()


def forget(store: Store, conversation_id: int = 1, *, limit: int = 500) -> Forgotten:
    job = partial(
        forgetting.forget, conversation_id=conversation_id, before_ms=store.now_ms - YEAR_MS, limit=limit
    )
    return store.run(job)


def look(store: Store, *, after: int = 0, most: int = 100) -> Looked:
    return store.run(partial(forgetting.look, after=after, before_ms=store.now_ms - YEAR_MS, most=most))


def answered(store: Store, *texts: str) -> int:
    """A burst that was answered, with a step of a tool; its turn."""
    for said in texts:
        store.take(b.message(said, id=f"id of {said}", who=ANA, sent_ms=store.now_ms))
    turn_id = store.answer().turn_id
    store.run(
        partial(steps.append, turn_id=turn_id, calls=[("horários", "{}", "15h")], state="done", after=0)
    )
    return turn_id


# Bodies.


def test_bodies_go_in_slices_and_eight_days_stay_known(store: Store) -> None:
    for n in range(25):
        store.at(n).take(b.ignored(id=f"old{n}"))
    store.at(DAY_MS).take(b.message("oi", id="recent"))
    before_ms = store.at(8 * DAY_MS + 10).now_ms - 8 * DAY_MS
    slices = []
    while gone := store.run(partial(pruning.bodies, before_ms=before_ms, limit=4)):
        slices.append(gone)
    assert slices == [4, 4, 2]
    assert store.count("inbox") == 16
    assert store.take(b.ignored(id="old10")).answer is Answer.DUPLICATE
    assert store.take(b.message("oi", id="recent")).answer is Answer.DUPLICATE
    assert store.texts() == ["oi"]


def test_an_edit_whose_message_never_came_is_forgotten(store: Store) -> None:
    store.take(b.edit("novo", of="never"))
    assert store.run(partial(pruning.early_changes, before_ms=START_MS + 1)) == 1
    assert store.count("early_change") == 0


def test_what_could_not_be_read_goes_with_time(store: Store) -> None:
    for at_ms in (0, 1):
        keep = partial(inbox.keep_unreadable, body=b"{", problem="no JSON", now_ms=START_MS + at_ms)
        store.run(keep)
    assert store.run(partial(pruning.unreadable, before_ms=START_MS + 1)) == 1
    assert store.count("unreadable") == 1


# What was said.


def test_after_a_year_what_was_said_is_gone_and_the_conversation_stays(store: Store) -> None:
    old = answered(store, "oi", "tem horário?")
    store.at(YEAR_MS // 2)
    young = answered(store, "obrigada")
    store.at(YEAR_MS + 60_000)
    assert look(store) == Looked([1], None)
    assert forget(store) == Forgotten(messages=2, turns=1)
    assert forget(store) == Forgotten()
    assert look(store) == Looked([], None)
    assert store.texts() == ["obrigada"]
    assert [turn.id for turn in store.turns()] == [young]
    assert [store.count(f"{table} WHERE turn_id = {old}") for table in ("step", "turn_event")] == [0, 0]
    assert store.count(f"step WHERE turn_id = {young}") == 1
    conversation = store.conversation()
    assert (conversation.phone, conversation.next_seq, conversation.done_seq) == (ANA.phone, 4, 3)
    store.take(b.message("oi de novo", id="m9", who=ANA))
    store.answer()
    assert store.texts() == ["obrigada", "oi de novo"]


@pytest.mark.parametrize("state", forgetting.KEPT[2:])
def test_what_waits_for_a_person_stays_with_its_messages_and_holds_nothing_else(
    store: Store, state: TurnState
) -> None:
    answered(store, "antes")
    store.take(b.message("e esta?", id="m2", who=ANA))
    claim = store.claim_when_due()
    store.intent(claim)
    store.outcome(claim, TurnState.UNKNOWN)
    store.run(partial(execute, sql=f"UPDATE turn SET state = '{state}' WHERE id = {claim.turn_id}"))
    answered(store, "depois")
    store.later(YEAR_MS + 1)
    assert forget(store, limit=1) == Forgotten(1, 1)
    assert forget(store, limit=1) == Forgotten(1, 1)
    assert forget(store, limit=1) == Forgotten()
    assert store.texts() == ["e esta?"]
    assert [turn.state for turn in store.turns()] == [state]


def test_what_waits_for_an_answer_stays_however_old(store: Store) -> None:
    answered(store, "antes")
    store.take(b.message("e esta?", id="m2", who=ANA))
    store.later(YEAR_MS + 1)
    assert forget(store) == Forgotten(1, 1)
    assert store.texts() == ["e esta?"]
    assert store.answer().turn_id


def test_what_a_person_answered_goes_too(store: Store) -> None:
    store.take(b.message("oi", who=ANA))
    store.take(b.staff(who=ANA))
    store.later(YEAR_MS + 1)
    assert look(store).old == [1]
    assert forget(store) == Forgotten(messages=2)
    assert store.texts() == []


def test_a_turn_goes_after_the_last_of_its_messages_whoever_breaks_off(store: Store) -> None:
    answered(store, "oi", "bom dia", "tem horário?")
    answered(store, "obrigada")
    store.later(YEAR_MS + 1)
    seen = []
    while (gone := forget(store, limit=2)) != Forgotten():
        seen.append((gone.messages, gone.turns))
        assert [one for one in store.violations() if "seq has a gap" not in one] == []
    assert seen == [(2, 0), (2, 2)]
    assert (store.count("message"), store.count("turn"), store.count("step"), store.count("turn_event")) == (
        0,
    ) * 4


def test_a_turn_that_began_within_the_period_keeps_the_messages_it_answered(store: Store) -> None:
    store.take(b.message("oi", who=ANA))
    begun = store.later(b.QUIET_MS).claim_when_due()
    assert forget(store.at(YEAR_MS + 1)) == Forgotten()  # it is owned
    store.at(b.QUIET_MS).intent(begun)
    store.outcome(begun)
    assert forget(store.at(YEAR_MS + 1)) == Forgotten()
    assert store.texts() == ["oi"]
    assert forget(store.at(YEAR_MS + 2 * b.QUIET_MS)) == Forgotten(1, 1)


def test_conversations_are_looked_at_by_pages(store: Store) -> None:
    for n in range(3):
        store.take(b.message(id=f"m{n}", who=b.contact(f"551198765000{n}", lid=str(n))))
        store.answer(n + 1)
    store.later(YEAR_MS + 1)
    assert look(store, most=2) == Looked([1, 2], 2)
    assert look(store, after=2, most=2) == Looked([3], None)


@ON_POSTGRES
def test_a_conversation_that_another_replica_has_at_the_moment_is_left(store: Store) -> None:
    answered(store, "oi")
    store.later(YEAR_MS + 1)
    busy = Store(store.place)

    def while_locked(connection: Connection) -> Forgotten:
        connection.execute(text("SELECT id FROM conversation FOR UPDATE"))
        return forget(store)

    assert busy.run(while_locked) == Forgotten()
    busy.close()
    assert forget(store) == Forgotten(1, 1)


# A clock that is far ahead.


async def prune(database: Database, at_ms: int) -> int:
    """One look of a process that was just started; how many rows went."""
    of_duty = partial(Pruning, database, CalmClock(at_ms), Periods(8 * DAY_MS, YEAR_MS), Metrics())
    return sum((await of_duty(on_duty=lambda: True).prune()).values())


async def test_a_process_that_starts_with_its_clock_a_year_ahead_forgets_nothing_of_worth(
    store: Store, database: Database
) -> None:
    answered(store, "oi")
    assert await prune(database, store.now_ms) == 0
    for _ in range(60):  # an hour of it, and started anew each time
        assert await prune(database, store.now_ms + 2 * YEAR_MS) == 0
    assert await prune(database, store.now_ms) == 0
    assert [store.count(table) for table in ("inbox", "message", "turn")] == [1, 1, 1]


async def test_a_jump_that_was_followed_is_believed_no_sooner(store: Store, database: Database) -> None:
    answered(store, "oi")
    assert await prune(database, store.now_ms) == 0
    if isinstance(store.place, Path):
        store.run(partial(jump.shift, by_ms=2 * YEAR_MS, before_ms=store.now_ms))
    assert await prune(database, store.now_ms + 2 * YEAR_MS) == 0


async def test_who_was_away_is_back_in_step_after_a_while(store: Store, database: Database) -> None:
    answered(store, "oi")
    store.later(8 * DAY_MS - 3 * believed.STEP_MS)
    assert await prune(database, store.now_ms) == 0
    store.later(4 * believed.STEP_MS)
    assert [await prune(database, store.now_ms) for _ in range(3)] == [0, 0, 1]


async def test_what_comes_while_the_clock_is_a_year_ahead_is_stored(store: Store, database: Database) -> None:
    await prune(database, store.now_ms)
    sent_ms = store.now_ms
    store.later(2 * YEAR_MS)
    said = [b.message(text, id=text, who=ANA, sent_ms=sent_ms) for text in ("oi", "queria marcar", "amanhã")]
    assert store.take(said[0]).answer is Answer.QUEUED
    assert [one.answer for one in take_all(store, *said)] == [Answer.DUPLICATE, Answer.QUEUED, Answer.QUEUED]
    assert store.texts() == ["oi", "queria marcar", "amanhã"]


# What comes again.


def test_what_comes_again_after_its_body_went_is_known_by_its_message(store: Store) -> None:
    answered(store, "oi")
    theirs = b.staff(who=ANA)
    store.take(theirs)
    store.later(9 * DAY_MS).run(partial(execute, sql="DELETE FROM inbox"))
    again = b.message("oi", id="id of oi", who=ANA, sent_ms=START_MS)
    late = b.message("nunca veio", id="late", who=ANA, sent_ms=START_MS)
    assert store.take(again).answer is Answer.DUPLICATE
    assert [one.answer for one in take_all(store, again, late)] == [Answer.DUPLICATE, Answer.QUEUED]
    assert store.texts() == ["oi", theirs.content.text, "nunca veio"]
    assert store.conversation().wake_at_ms is None


def test_what_comes_again_after_it_was_forgotten_brings_nothing_back(store: Store) -> None:
    answered(store, "oi")
    store.later(YEAR_MS + DAY_MS)
    assert forget(store) == Forgotten(1, 1)
    store.run(partial(execute, sql="DELETE FROM inbox"))
    again = b.message("oi", id="id of oi", who=ANA, sent_ms=START_MS)
    edit = Edit("edit:1", ANA, "id of oi", START_MS, again.content, from_me=False)
    assert [store.take(event).answer for event in (again, edit)] == [Answer.DUPLICATE] * 2
    assert [one.answer for one in take_all(store, again, again)] == [Answer.DUPLICATE] * 2
    assert [store.count(table) for table in ("message", "inbox", "early_change")] == [0, 0, 0]


def take_all(store: Store, *events: Message) -> list[inbox.Taken]:
    arrivals = [Arrival(event, b"{}", store.now_ms) for event in events]
    return store.run(partial(inbox.take_in_all, arrivals=arrivals, policy=store.policy))


# The duty.


@pytest.fixture
async def database(place: Place, anyio_backend: object) -> object:
    database = open_database(place)
    yield database
    await database.close()


async def test_whoever_loses_the_duty_stops_and_the_next_one_goes_on(
    store: Store, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "SLICE", 1)
    for n in range(3):
        answered(store, f"oi {n}")
    clock, metrics = CalmClock(store.later(YEAR_MS + 1).now_ms), Metrics()
    lasts = iter([True] * 5)
    of_duty = partial(Pruning, database, clock, Periods(8 * DAY_MS, YEAR_MS), metrics)
    first = await of_duty(on_duty=lambda: next(lasts, False)).prune()
    assert sum(first.values()) > 0
    assert store.count("turn") > 0
    again = of_duty(on_duty=lambda: True)
    second = await again.prune()
    assert {table: first[table] + second[table] for table in second} == {
        "inbox": 3, "message": 3, "turn": 3, "unreadable": 0, "early_change": 0, "notice": 0, "proposal": 0,
        "reminder": 0,
        "patient": 0,
    }  # fmt: skip
    assert 'clinic_bot_pruned_rows_total{table="message"} 3.0' in metrics.render().decode()
    assert sum((await again.prune()).values()) == 0


def execute(connection: Connection, sql: str) -> None:
    connection.execute(text(sql))
