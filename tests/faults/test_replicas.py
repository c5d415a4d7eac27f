"""Several replicas on one PostgreSQL: whatever arrives anywhere, each burst gets one reply, and none is said twice."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from functools import partial
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlmodel import Session, col, select

from clinic_bot.errors import StorageUnavailable
from clinic_bot.sandbox import payloads, standins
from clinic_bot.sandbox.payloads import Line
from clinic_bot.store import gate
from clinic_bot.store.database import Job
from clinic_bot.store.places import Place
from clinic_bot.store.story import What
from clinic_bot.store.tables import Turn, TurnEvent, TurnState
from tests.operations.test_alerts import total
from tests.support.fixtures import ON_POSTGRES
from tests.support.postgres import Server
from tests.support.service import Clinic, replicas
from tests.support.waiting import until, until_async

pytestmark = ON_POSTGRES
PHONE = "5511987650001"
LINE = Line(standins.INSTANCE_ID, "551133330000")
SENT, UNKNOWN, SILENT = TurnState.SENT.value, TurnState.UNKNOWN.value, TurnState.SILENT.value


async def receive(it: Clinic, text: str, *, id: str, phone: str = PHONE) -> None:
    """A patient's message, as Z-API posts it to this replica."""
    at_ms = it.service.clock.now_ms()
    answer = await it.post(payloads.received_text(LINE, phone, text, message_id=id, at_ms=at_ms))
    assert answer.json() == {"status": "queued"}


async def staff(it: Clinic, text: str) -> None:
    """A hand-written answer of the clinic, which arrives at this replica."""
    at_ms = it.service.clock.now_ms()
    payload = payloads.received_text(LINE, PHONE, text, message_id=f"S{at_ms}", at_ms=at_ms)
    await it.post({**payload, "fromMe": True, "fromApi": False})


def asked(it: Clinic) -> int:
    return len(it.stand_ins.groq.requests)


async def test_bursts_whose_messages_come_to_three_replicas_get_one_reply_each(place: Place) -> None:
    async with replicas(place, 3, quiet_s=20) as all_of_them:
        phones = [f"55119876500{n:02d}" for n in range(12)]
        for k, text in enumerate(("oi", "queria marcar", "pra amanhã")):
            await asyncio.gather(
                *(
                    receive(all_of_them[(n + k) % 3], text, id=f"{n}-{k}", phone=phone)
                    for n, phone in enumerate(phones)
                )
            )
        await until(lambda: len(all_of_them[0].sent) == len(phones))
        await all_of_them[0].until_states(*[SENT] * len(phones))
        by_phone = Counter(left.phone for left in all_of_them[0].stand_ins.zapi.sent)
        assert by_phone == dict.fromkeys(phones, 1)
        assert [(turn.low, turn.high) for turn in await all_of_them[0].turns()] == [(1, 3)] * len(phones)
        assert await all_of_them[0].read(overlapping) == []


def overlapping(connection: Connection) -> list[int]:
    """Conversations in which a turn was claimed while another was under way."""
    with Session(bind=connection) as session:
        turns = session.exec(select(Turn.id, Turn.conversation_id)).all()
        of = dict(turns)
        events = session.exec(select(TurnEvent).order_by(col(TurnEvent.at_ms), col(TurnEvent.id))).all()
        open_now: dict[int, int] = {}
        found: list[int] = []
        for event in events:
            conversation = of[event.turn_id]
            if event.what == What.CLAIMED:
                if conversation in open_now:
                    found.append(conversation)
                open_now[conversation] = event.turn_id
            elif event.what in (What.GIVEN_BACK, What.LOST, What.CLOSED):
                open_now.pop(conversation, None)
        return found


async def thinking(all_of_them: Sequence[Clinic], *, slow_s: float = 600) -> tuple[Clinic, Clinic]:
    """Who asks the model about a first message, which takes its time, and who does not."""
    all_of_them[0].groq_fault(kind="slow", seconds=slow_s, count=1)
    await receive(all_of_them[0], "vocês abrem sábado?", id="M1")
    await until(lambda: asked(all_of_them[0]) == 1)
    holder, other = sorted(all_of_them, key=lambda one: not one.service.leases.all())
    return holder, other


async def test_what_the_patient_adds_at_another_replica_supersedes_the_turn(place: Place) -> None:
    async with replicas(place, 2, quiet_s=2, says=("Não.", "Sim, às 8h.")) as both:
        _holder, other = await thinking(both)
        await receive(other, "e domingo?", id="M2")
        await other.until_states(SENT)  # long before the model would have answered
        ((low, high),) = [(turn.low, turn.high) for turn in await other.turns()]
        assert (low, high) == (1, 2)
        await until(lambda: len(other.sent) == 1)


async def test_a_person_who_answers_at_another_replica_silences_the_turn(place: Place) -> None:
    async with replicas(place, 2, quiet_s=2) as both:
        _holder, other = await thinking(both)
        await staff(other, "Oi, aqui é a Ana. Abrimos sim!")
        await other.until_states(SILENT)
        assert other.calls == 0


async def test_a_person_who_answers_at_another_replica_recalls_the_reply(place: Place) -> None:
    async with replicas(place, 2, quiet_s=2) as (first, second):
        first.zapi_fault(kind="slow_queue", seconds=600)
        await receive(first, "vocês abrem sábado?", id="M1")
        await first.until_states(SENT)
        for it in (first, second):  # whoever sent it, one of them is another
            await staff(it, "Oi, aqui é a Ana. Abrimos sim!")
        await first.until_states(TurnState.WITHDRAWN.value)
        assert first.stand_ins.zapi.queue == {}


async def test_what_the_patient_adds_at_another_replica_takes_the_reply_back(place: Place) -> None:
    # Slow enough that it is taken back before the next window closes, on a busy machine too.
    async with replicas(place, 2, recall_for_newer=True, rate=8) as both:
        both[0].zapi_fault(kind="slow_queue", seconds=30, count=1)
        _holder, other = await thinking(both, slow_s=3)
        await other.until_states(SENT)
        await receive(other, "e domingo?", id="M2")
        await other.until_states(TurnState.WITHDRAWN.value, SENT)
        assert (await other.turns())[1].low == 1
        assert other.calls == 2


async def test_an_emergency_at_another_replica_does_not_wait_for_the_turn(place: Place) -> None:
    async with replicas(place, 2, quiet_s=2) as both:
        _holder, other = await thinking(both)
        await receive(other, "estou com dor no peito e falta de ar", id="M2")
        await other.until_states(SENT)
        (turn,) = await other.turns()
        assert turn.emergency is not None


# A replica that stands still, is cut off, or dies.


class Frozen:
    """The first of these to pass a gate stops there: it renews nothing, and goes on when it is woken."""

    def __init__(self, all_of_them: Sequence[Clinic], monkeypatch: pytest.MonkeyPatch) -> None:
        self.it: Clinic | None = None
        self._wakes = asyncio.Event()
        for it in all_of_them:
            write = it.service.database.write
            monkeypatch.setattr(it.service.database, "write", partial(self._held, it, write, monkeypatch))

    async def _held(
        self, it: Clinic, write: Any, monkeypatch: pytest.MonkeyPatch, job: Job[Any], *, urgent: bool = False
    ) -> Any:
        done = await write(job, urgent=urgent)
        if self.it is None and isinstance(job, partial) and job.func is gate.write_intent:
            self.it = it
            renews_no_more(it, monkeypatch)
            await self._wakes.wait()
        return done

    async def reached(self) -> Clinic:
        await until(lambda: self.it is not None)
        assert self.it is not None
        return self.it

    def wake(self) -> None:
        self._wakes.set()


def renews_no_more(it: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    async def lost(_job: Job[Any]) -> Any:
        raise StorageUnavailable("this process does not run")

    monkeypatch.setattr(it.service.database, "renew", lost)


async def test_a_replica_that_stood_still_does_not_send_what_another_took(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with replicas(place, 2, quiet_s=2) as both:
        frozen = Frozen(both, monkeypatch)
        await receive(both[0], "vocês abrem sábado?", id="M1")
        stopped = await frozen.reached()
        await stopped.until_states(UNKNOWN)  # whether it left, nobody can know
        await receive(both[1], "alô?", id="M2")
        await stopped.until_states(UNKNOWN, SENT)
        frozen.wake()
        await stopped.until_states(TurnState.WITHDRAWN.value, SENT)  # but who woke knows that it did not
        assert stopped.calls == 1
        await until(lambda: len(stopped.sent) == 1)


async def test_what_a_replica_that_stood_still_never_sent_is_asked_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with replicas(place, 2, quiet_s=2) as both:
        frozen = Frozen(both, monkeypatch)
        await receive(both[0], "vocês abrem sábado?", id="M1")
        stopped = await frozen.reached()
        await stopped.until_states(UNKNOWN)
        frozen.wake()
        await stopped.until_states(TurnState.WITHDRAWN.value, SENT)
        assert stopped.calls == 1


async def test_a_replica_that_is_not_sure_asks_and_sends_what_is_still_its_own(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody was there to take it."""
    async with replicas(place, 1, quiet_s=2) as (only,):
        frozen = Frozen([only], monkeypatch)
        await receive(only, "vocês abrem sábado?", id="M1")
        await frozen.reached()
        (claim,) = only.service.leases.all()
        await until(lambda: not only.service.leases.is_sure(claim))
        frozen.wake()
        await only.until_states(SENT)
        assert only.calls == 1


async def test_a_restart_of_the_server_loses_no_message_and_no_turn(
    place: Place, postgres_server: Server
) -> None:
    async with replicas(place, 2, quiet_s=2) as both:
        both[0].groq_fault(kind="slow", seconds=50, count=1)
        await receive(both[0], "vocês abrem sábado?", id="M1")
        await until(lambda: asked(both[0]) == 1)
        restarting = asyncio.ensure_future(asyncio.to_thread(postgres_server.restart))
        for n in count():  # each waits for the server, and none is turned away
            await receive(both[n % 2], "e domingo?", id=f"during {n}")
            if restarting.done():
                break
        await restarting
        await until(lambda: len(both[0].sent) >= 1)

        async def answered() -> bool:
            conversation = await both[0].conversation()
            return conversation.owner is None and conversation.wake_at_ms is None

        await until_async(answered)
        by_state = {turn.state for turn in await both[0].turns()}
        assert by_state <= {SENT, UNKNOWN}


async def test_a_model_call_ends_when_its_turn_is_lost(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    async with replicas(place, 2, quiet_s=2) as both:
        holder, other = await thinking(both)
        renews_no_more(holder, monkeypatch)
        await other.until_states(SENT)
        await until(lambda: not holder.service.leases.all())
        assert other.calls == 1


async def test_a_turn_that_takes_longer_than_its_lease_stays_its_owners(place: Place) -> None:
    async with replicas(place, 3, quiet_s=2) as (first, second, _third):
        first.groq_fault(kind="slow", seconds=40, count=1)
        await receive(second, "vocês abrem sábado?", id="M1")
        await first.until_states(SENT)
        assert asked(first) == 1
        (turn,) = await first.turns()
        assert turn.epoch == 1


# What only one of them does.


def told(all_of_them: Sequence[Clinic], kind: str) -> int:
    return sum(int(total(it.service.metrics, "alerts_total", kind=kind)) for it in all_of_them)


async def test_an_outage_that_all_replicas_see_is_told_once(place: Place) -> None:
    async with replicas(place, 3) as all_of_them:
        all_of_them[0].stand_ins.zapi.connect(False)
        await until(lambda: told(all_of_them, "zapi_disconnected") == 1)
        for it in all_of_them:
            await it.service.connection.look()
        assert told(all_of_them, "zapi_disconnected") == 1
        all_of_them[0].stand_ins.zapi.connect(True)
        await until(lambda: told(all_of_them, "zapi_disconnected") == 2)
        for it in all_of_them:
            await it.service.connection.look()
        assert told(all_of_them, "zapi_disconnected") == 2


async def test_the_background_of_a_replica_that_dies_is_another_s(place: Place) -> None:
    async with replicas(place, 3) as all_of_them:
        (first,) = [it for it in all_of_them if it.service.on_duty()]
        await first.service.stop()
        await until(lambda: sum(it.service.on_duty() for it in all_of_them) == 1)
        assert not first.service.on_duty()
