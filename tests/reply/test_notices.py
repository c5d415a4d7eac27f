"""Alerts to the clinic's own number, with Z-API's stand-in as the one who gets them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, update
from sqlmodel import col, select

from clinic_bot.clock import Clock
from clinic_bot.errors import StorageUnavailable
from clinic_bot.operations.alerts import Alert
from clinic_bot.operations.metrics import Metrics
from clinic_bot.reply.notices import Notices, words
from clinic_bot.reply.zapi import ZapiClient
from clinic_bot.sandbox import standins
from clinic_bot.sandbox.standins import StandIns, stand_ins
from clinic_bot.store import inbox, notices
from clinic_bot.store.database import Database
from clinic_bot.store.tables import Conversation, Notice
from tests.operations.test_alerts import total
from tests.support import builders as b
from tests.support.clock import START_MS
from tests.support.waiting import until, until_async

ALERT = Alert("turn_dead", "Uma conversa ficou sem resposta.", START_MS)
SENT_TEXT = "⚠️ *Aviso do assistente*\nUma conversa ficou sem resposta."


@dataclass
class Desk:
    """The channel, what Z-API got, and what the rows say."""

    database: Database
    pair: StandIns
    metrics: Metrics
    channel: Notices
    clock: Clock
    released: list[int] = field(default_factory=list)

    @property
    def calls(self) -> int:
        return sum(call.operation == "send-text" for call in self.pair.zapi.calls)

    async def states(self) -> list[str]:
        def load(connection: Connection) -> list[str]:
            return list(connection.execute(select(Notice.state).order_by(col(Notice.id))).scalars())

        return await self.database.read(load)

    async def until_states(self, *states: str) -> None:
        async def done() -> bool:
            return await self.states() == list(states)

        await until_async(done)

    def counted(self, outcome: str) -> float:
        return total(self.metrics, "alert_deliveries_total", channel="whatsapp", outcome=outcome)


@asynccontextmanager
async def desk(
    database: Database, *, timeout_s: float = 5, lease_ms: int = b.LEASE_MS
) -> AsyncIterator[Desk]:
    clock, metrics, released = Clock(START_MS, rate=50), Metrics(), list[int]()
    async with stand_ins(clock) as pair:
        zapi = ZapiClient(
            pair.zapi_url, standins.INSTANCE_ID, standins.TOKEN, standins.CLIENT_TOKEN, timeout_s * 50, clock
        )
        channel = Notices(
            database, zapi, clock, b.POLICY, metrics, b.contact(),
            owner="p1", lease_ms=lease_ms, released=lambda conversation, _wake: released.append(conversation),
        )  # fmt: skip
        yield Desk(database, pair, metrics, channel, clock, released)
        await channel.close()
        await zapi.close()


async def test_an_alert_reaches_the_clinics_number(database: Database) -> None:
    async with desk(database) as it:
        await it.channel.deliver(ALERT)
        await it.until_states("sent")
        await until(lambda: [(left.phone, left.text) for left in it.pair.zapi.sent] == [(b.PHONE, SENT_TEXT)])
        await until(lambda: it.counted("sent") == 1)
        assert it.released == [1]


async def test_alerts_leave_one_after_the_other(database: Database) -> None:
    async with desk(database) as it:
        for _ in range(4):
            await it.channel.deliver(ALERT)
        await it.until_states(*["sent"] * 4)
        assert it.calls == 4


async def test_an_alert_waits_until_the_burst_of_its_number_is_answered(database: Database) -> None:
    take = partial(inbox.take_in, event=b.message(), body=b"{}", now_ms=START_MS, policy=b.POLICY)
    await database.write(take)
    async with desk(database) as it:
        await it.channel.deliver(ALERT)
        held = await it.database.read(_due)
        assert held is not None
        assert await it.states() == ["waiting"]
        answered = b.staff()
        await database.write(
            partial(inbox.take_in, event=answered, body=b"{}", now_ms=START_MS, policy=b.POLICY)
        )
        await it.until_states("sent")


def _due(connection: Connection) -> int | None:
    return connection.execute(select(Notice.due_ms)).scalar_one()


@pytest.mark.parametrize("named", ["smartphone", "subscription"])
async def test_what_certainly_did_not_leave_is_sent_once_it_can(database: Database, named: str) -> None:
    async with desk(database) as it:
        it.pair.zapi.add_fault({"kind": "refuse", "named": named, "count": 2, "operation": "send-text"})
        await it.channel.deliver(ALERT)
        await it.until_states("sent")
        assert it.calls == 3


async def test_an_intent_that_is_stored_although_nobody_says_so_is_undone_and_sent_later(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the server goes away during a COMMIT: nothing was sent, and only who intended it knows that."""
    write, lost = database.write, 0

    async def losing(job: object, *, urgent: bool = False) -> object:
        nonlocal lost
        done: object = await write(job, urgent=urgent)  # type: ignore[arg-type]
        if getattr(job, "func", None) is notices.intend and not lost:
            lost += 1
            raise StorageUnavailable("nobody answers")
        return done

    monkeypatch.setattr(database, "write", losing)
    async with desk(database) as it:
        await it.channel.deliver(ALERT)
        await it.until_states("sent")
        assert (it.calls, lost) == (1, 1)


async def test_a_definite_no_is_not_repeated(database: Database) -> None:
    async with desk(database) as it:
        it.pair.zapi.add_fault({"kind": "refuse", "named": "invalid_phone", "operation": "send-text"})
        await it.channel.deliver(ALERT)
        await it.until_states("undelivered")
        await until(lambda: it.counted("undelivered") == 1)
        assert it.calls == 1


async def test_an_uncertain_send_is_not_repeated(database: Database) -> None:
    async with desk(database) as it:
        it.pair.zapi.add_fault({"kind": "cut", "when": "after", "operation": "send-text", "count": 1})
        await it.channel.deliver(ALERT)
        await it.until_states("unknown")
        await it.channel.deliver(ALERT)
        await it.until_states("unknown", "sent")
        assert it.calls == 2


async def test_what_a_dead_process_left_to_send_is_sent_by_the_next_one(database: Database) -> None:
    async with desk(database) as first:
        first.pair.zapi.connect(False)
        first.pair.zapi.refuse_while_disconnected = True
        await first.channel.deliver(ALERT)
        await until(lambda: first.calls == 1)
    assert await first.states() == ["waiting"]
    async with desk(database) as second:
        await second.until_states("sent")


def test_what_was_held_back_is_told_with_it() -> None:
    assert words(ALERT) == SENT_TEXT
    assert words(Alert("x", "Algo.", 0, 1)).endswith("(e mais 1 aviso desse tipo)")
    assert words(Alert("x", "Algo.", 0, 7)).endswith("(e mais 7 avisos desse tipo)")


class Frozen:
    """The process stops right after the intent of its first notice, and goes on when it is woken."""

    def __init__(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        self.stands, self._wakes = asyncio.Event(), asyncio.Event()
        self._write = database.write
        monkeypatch.setattr(database, "write", self._held)

    async def _held(self, job: Any, *, urgent: bool = False) -> Any:
        done = await self._write(job, urgent=urgent)
        if isinstance(done, notices.Intent) and not self.stands.is_set():
            self.stands.set()
            await self._wakes.wait()
        return done

    def wake(self) -> None:
        self._wakes.set()


def give_to(connection: Connection, owner: str | None) -> None:
    lease = None if owner is None else START_MS + 3_600_000
    connection.execute(update(Conversation).values(owner=owner, wake_at_ms=lease))


async def test_a_process_that_stood_still_sends_nothing_under_another_s_hands(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(database, lease_ms=5_000) as it:
        frozen = Frozen(database, monkeypatch)
        await it.channel.deliver(ALERT)
        await frozen.stands.wait()

        async def taken() -> bool:
            recover = partial(notices.recover, now_ms=it.clock.now_ms(), policy=b.POLICY, alone=False)
            return await database.write(recover) == 1

        await until_async(taken)
        await database.write(partial(give_to, owner="another replica"))  # which answers this number now
        assert await it.states() == ["unknown"]
        frozen.wake()
        await it.until_states("waiting")  # who woke knows that it did not leave
        assert it.calls == 0
        await database.write(partial(give_to, owner=None))
        await it.until_states("sent")
        assert it.calls == 1


async def test_a_process_that_stood_still_sends_what_nobody_took(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(database, lease_ms=5_000) as it:
        frozen, began_ms = Frozen(database, monkeypatch), it.clock.now_ms()
        await it.channel.deliver(ALERT)
        await frozen.stands.wait()
        await until(lambda: it.clock.now_ms() > began_ms + 10_000)
        frozen.wake()
        await it.until_states("sent")
        assert it.calls == 1
