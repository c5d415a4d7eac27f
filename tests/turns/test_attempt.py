"""Turns whose model calls a tool that changes something: over HTTP, on a real file, with a table of the test's own."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, text

from clinic_bot.operations.neighbours import Health
from clinic_bot.sandbox.receptionist import BrainTurn, Scripted
from clinic_bot.store import claims, inbox, steps, story
from clinic_bot.store.database import Database
from clinic_bot.store.gate import Gate
from clinic_bot.store.lease import Claim
from clinic_bot.store.places import Place
from clinic_bot.store.steps import DoneStep
from clinic_bot.store.tables import TurnState
from clinic_bot.turns.attempt import Attempt, NotChanged
from tests.support import builders as b
from tests.support.clock import FakeClock
from tests.support.diary import BOOK, BROKEN, TAKEN, books, create_diary, diary, done_in, give_diary
from tests.support.fixtures import ON_SQLITE
from tests.support.service import Clinic, clinic
from tests.support.waiting import until

PHONE = "5511987650001"
SAYS = "Anotei. Sou a assistente virtual."
DONE = "Anotado para 15h."
SENT, SILENT = TurnState.SENT.value, TurnState.SILENT.value
#: How long the model thinks about each call, so that something may come between two: a good half second of this
#: machine, which other tests share.
THINKS_S = 20.0


@asynccontextmanager
async def booking(path: Place, *script: BrainTurn | str, thinks_s: float = 0.1) -> AsyncIterator[Clinic]:
    """A clinic whose model says this, and may write into the diary."""
    async with clinic(path, max_wait_s=300, says=script, thinks_s=thinks_s) as it:
        await give_diary(it)
        yield it


def asked(it: Clinic, times: int) -> Callable[[], bool]:
    return lambda: len(it.stand_ins.groq.requests) == times


async def changes(it: Clinic) -> tuple[DoneStep, ...]:
    key = (await it.conversation()).id or 0
    return await it.read(partial(steps.changes, conversation_id=key, low=1, high=1_000))


async def test_a_change_is_made_once_and_journalled_and_told(place: Place) -> None:
    async with booking(place, books(), SAYS) as it:
        await it.patient(phone=PHONE, text="quero às 15h")
        await it.until_states(SENT)
        (turn,) = await it.turns()
        assert (await diary(it), turn.reply, turn.calls) == ([(1, "15h")], SAYS, 2)
        assert [(step.tool, step.result) for step in await changes(it)] == [(BOOK, DONE)]
        assert turn.id is not None
        told = [moment.what for moment in await it.read(partial(story.told, turn_id=turn.id))]
        assert told == ["claimed", "model call", "changed", "model call", "intent", "send", "closed"]


async def test_a_message_after_the_change_cancels_nothing_and_opens_the_next_turn(
    place: Place,
) -> None:
    async with booking(place, books(), SAYS, thinks_s=THINKS_S) as it:
        await it.patient(phone=PHONE, text="quero às 15h")
        await until(asked(it, 2))
        assert await diary(it) == [(1, "15h")]
        await it.patient(phone=PHONE, text="e tem estacionamento?")
        await it.until_states(SENT, SENT)
        assert [turn.question for turn in await it.turns()] == ["quero às 15h", "e tem estacionamento?"]
        assert [len(done_in(request)) for request in it.brain.asked] == [0, 1, 0]
        assert (await it.conversation()).superseded == 0


async def test_a_message_before_the_change_joins_the_turn(place: Place) -> None:
    async with booking(place, books("16h"), SAYS, thinks_s=THINKS_S) as it:
        await it.patient(phone=PHONE, text="quero às 15h")
        await until(asked(it, 1))
        it.brain = it.stand_ins.groq.brain = Scripted([books("16h"), SAYS])
        await it.patient(phone=PHONE, text="não, às 16h")
        await it.until_states(SENT)
        assert [turn.question for turn in await it.turns()] == ["quero às 15h\nnão, às 16h"]
        assert await diary(it) == [(1, "16h")]


async def test_what_nobody_was_told_of_is_seen_at_the_gate(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory is a hint: the call is not cancelled, and nothing changes all the same."""
    async with booking(place, books(), books("16h"), SAYS, thinks_s=THINKS_S) as it:
        monkeypatch.setattr(it.service.dispatcher._runner, "newer", lambda *_: None)
        await it.patient(phone=PHONE, text="quero às 15h")
        await until(asked(it, 1))
        await it.patient(phone=PHONE, text="não, às 16h")
        await it.until_states(SENT)
        (turn,) = await it.turns()
        assert turn.question == "quero às 15h\nnão, às 16h"
        assert await diary(it) == [(1, "16h")]
        assert turn.thrown_tokens > 0
        assert (await it.conversation()).attempts == 0
        assert turn.id is not None
        told = [moment.what for moment in await it.read(partial(story.told, turn_id=turn.id))]
        assert told[:4] == ["claimed", "model call", "given back", "claimed"]


async def test_a_person_who_answers_before_the_change_stops_it(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with booking(place, books(), SAYS, thinks_s=THINKS_S) as it:
        monkeypatch.setattr(it.service.dispatcher._runner, "taken_over", lambda *_: None)
        await it.patient(phone=PHONE, text="quero às 15h")
        await until(asked(it, 1))
        await it.staff(phone=PHONE, text="Oi, aqui é a Ana. 15h não dá.")
        await it.until_states(SILENT)
        assert (await diary(it), it.calls) == ([], 0)


async def test_a_person_who_answers_after_the_change_silences_the_reply(place: Place) -> None:
    async with booking(place, books(), SAYS, thinks_s=THINKS_S) as it:
        await it.patient(phone=PHONE, text="quero às 15h")
        await until(asked(it, 2))
        await it.staff(phone=PHONE, text="Oi, aqui é a Ana.")
        await it.until_states(SILENT)
        assert (await diary(it), it.calls) == ([(1, "15h")], 0)
        assert (await it.conversation()).open_hi is None


async def test_an_emergency_after_the_change_does_not_wait_for_the_reply(place: Place) -> None:
    async with booking(place, books(), SAYS, thinks_s=THINKS_S) as it:
        await it.patient(phone=PHONE, text="quero às 15h")
        await until(asked(it, 2))
        await it.patient(phone=PHONE, text=b.EMERGENCY_TEXT)
        await it.until_states(SENT)
        assert "192" in ((await it.turns())[0].reply or "")
        assert await diary(it) == [(1, "15h")]


async def test_a_refusal_is_told_to_the_model_and_undone(place: Place) -> None:
    async with booking(place, books(TAKEN), "Às 9h não dá. Sou a assistente virtual.") as it:
        await it.patient(phone=PHONE, text="quero às 9h")
        await it.until_states(SENT)
        assert done_in(it.brain.asked[1]) == ["Erro, nada foi alterado: 9h está ocupado."]
        assert (await diary(it), await changes(it)) == ([], ())


async def test_after_a_refusal_a_message_still_joins(place: Place) -> None:
    async with booking(place, books(TAKEN), "?", books(), SAYS, thinks_s=THINKS_S) as it:
        await it.patient(phone=PHONE, text="quero às 9h")
        await until(asked(it, 2))
        await it.patient(phone=PHONE, text="ou às 15h")
        await it.until_states(SENT)
        assert [turn.question for turn in await it.turns()] == ["quero às 9h\nou às 15h"]
        assert await diary(it) == [(1, "15h")]


async def test_a_fault_of_a_tool_is_a_failed_turn_that_is_tried_again(place: Place) -> None:
    async with booking(place, books(BROKEN), books(), SAYS) as it:
        await it.patient(phone=PHONE, text="quero às 15h")
        await it.until_states(SENT)
        assert await diary(it) == [(1, "15h")]
        assert len(it.brain.asked) == 3


async def test_a_model_that_fails_after_the_change_is_asked_again_with_what_was_done(
    place: Place,
) -> None:
    async with booking(place, books(), books(spaced=True), SAYS, thinks_s=THINKS_S) as it:
        await it.patient(phone=PHONE, text="quero às 15h")
        await until(asked(it, 1))
        it.groq_fault(kind="cut", when="before", count=2)
        await until(lambda: it.service.neighbours.groq in (Health.DOWN, Health.BUSY))
        await it.patient(phone=PHONE, text="e tem estacionamento?")
        await it.until_states(SENT, SENT)
        assert [done_in(request) for request in it.brain.asked] == [[], [DONE], [DONE, DONE], []]
        assert [turn.question for turn in await it.turns()] == ["quero às 15h", "e tem estacionamento?"]
        assert await diary(it) == [(1, "15h")]


async def test_a_model_without_words_after_the_change_hands_over(place: Place) -> None:
    async with booking(place, books(), "") as it:
        await it.patient(phone=PHONE, text="quero às 15h")
        await it.until_states(SENT)
        (turn,) = await it.turns()
        assert turn.hand_over == "o assistente não conseguiu responder; já feito: Anotado para 15h"
        assert await diary(it) == [(1, "15h")]


async def test_the_next_process_goes_on_with_what_was_done(place: Place) -> None:
    async with booking(place, books(), SAYS, thinks_s=THINKS_S) as it:
        await it.patient(phone=PHONE, text="quero às 15h")
        await until(asked(it, 2))
    async with booking(place, SAYS) as it:
        await it.until_states(SENT)
        assert [done_in(request) for request in it.brain.asked] == [[DONE]]
        assert await diary(it) == [(1, "15h")]


# Cancelled while the change is being written (rule 12).


class Busy:
    """A writer that is at another job until it is let on."""

    def __init__(self, database: Database) -> None:
        self._on = threading.Event()
        self._job = asyncio.ensure_future(database.write(self._wait))

    def _wait(self, _connection: Connection) -> None:
        self._on.wait(20)  # or a test that fails would never end

    async def let_on(self) -> None:
        self._on.set()
        await self._job


@pytest.fixture
async def attempt(database: Database) -> Attempt:
    """A turn that thinks, and may change something."""
    clock = FakeClock()
    await database.write(create_diary)
    await database.write(take(clock, b.message("quero às 15h", id="m1")))
    clock.advance(60_000)
    job = partial(claims.claim, conversation_id=1, owner="p1", lease_ms=b.LEASE_MS, policy=b.POLICY)
    claim = await database.write(partial(job, now_ms=clock.now_ms()))
    assert isinstance(claim, Claim)
    return Attempt(database, clock, b.POLICY, claim, "")


def take(clock: FakeClock, event: Any) -> Callable[[Connection], object]:
    return partial(inbox.take_in, event=event, body=b"{}", now_ms=clock.now_ms(), policy=b.POLICY)


def book(connection: Connection, conversation_id: int) -> str:
    connection.execute(text("INSERT INTO diary VALUES (:id, '15h')"), {"id": conversation_id})
    return DONE


async def rows(database: Database) -> int:
    return await database.read(lambda c: int(c.exec_driver_sql("SELECT count(*) FROM diary").scalar_one()))


async def cancelled_while_it_waits(
    database: Database, attempt: Attempt, first: Callable[[Connection], object] | None = None
) -> "asyncio.Task[str]":
    """Cancel a change that stands in line for the writer, behind ``first``."""
    busy = Busy(database)
    before = None if first is None else asyncio.ensure_future(database.write(first, urgent=True))
    await asyncio.sleep(0)
    changing = asyncio.ensure_future(attempt.change(BOOK, '{"hora":"15h"}', book))
    await asyncio.sleep(0)
    assert not attempt.joins(attempt.claim.revision + 1)  # what comes now is the gate's to see
    await asyncio.sleep(0)
    for _ in range(2):  # an emergency, and a person who sees it
        changing.cancel()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert not changing.done()
    await busy.let_on()
    if before is not None:
        await before
    await asyncio.wait([changing])
    return changing


@ON_SQLITE  # where there is one writer to stand in line for
async def test_a_change_that_was_queued_is_waited_for(database: Database, attempt: Attempt) -> None:
    changing = await cancelled_while_it_waits(database, attempt)
    assert changing.cancelled()
    assert await rows(database) == 1
    assert attempt.claim.story[-1].what == "changed"


@ON_SQLITE
async def test_of_a_try_that_the_gate_ended_meanwhile_the_canceller_learns(
    database: Database, attempt: Attempt
) -> None:
    staff = take(FakeClock(), b.staff(id="s1"))
    changing = await cancelled_while_it_waits(database, attempt, staff)
    with pytest.raises(NotChanged) as caught:
        changing.result()
    assert caught.value.gate is Gate.TAKEN_OVER
    assert await rows(database) == 0
